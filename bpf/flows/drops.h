/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Counts what listeners drop, by port. */
#ifndef DROPS_H
#define DROPS_H

#include "common/kernel.h"
#include "layout_flows.h"
#include "layout_stocks.h"

/* What listeners dropped, by port. User space removes a row when its port has no listener any more. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, LISTENER_ROWS);
    __type(key, struct listener_key);
    __type(value, __u64);
} tcp_drops SEC(".maps");

/* The number of segments that a listener has dropped since its socket was made (tcp_listendrop()). */
static __always_inline __u64 drops_of(const struct sock *sk)
{
    return bpf_core_field_exists(sk->sk_drops) ? (__u32)sk->sk_drops.counter : 0;
}

/* Counts what a listener has dropped since the last call, for its port, or in the overflow row if there is no room. */
static __always_inline void count_drops(struct connection *connection, const struct sock *sk, enum network_type type,
                                        __u16 port)
{
    __u64 drops = drops_of(sk), more = (__u32)(drops - connection->sent);
    struct listener_key key = {.port = port, .type = type};
    __u64 *row = bpf_map_lookup_elem(&tcp_drops, &key);

    connection->sent = drops;
    if (!row) {
        if (!bpf_map_update_elem(&tcp_drops, &key, &more, BPF_NOEXIST))
            return;
        key.port = 0;
        key.overflow = 1;
        row = bpf_map_lookup_elem(&tcp_drops, &key);
    }
    /* A listener may be closed during a pass. */
    if (row && more)
        __sync_fetch_and_add(row, more);
}

#endif
