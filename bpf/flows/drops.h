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
static __always_inline void count_drops(struct connection *connection, __u64 drops, enum network_type type, __u16 port)
{
    struct listener_key key = {.port = port, .type = type, .row = connection->row};
    __u64 before = connection->sent, more = (__u32)(drops - before), *count;

    /* The listener may be closed during a pass. Only one of the two counts the difference. */
    if (__sync_val_compare_and_swap(&connection->sent, before, drops) != before)
        return;
    count = bpf_map_lookup_elem(&tcp_drops, &key);
    if (!count) {
        if (!bpf_map_update_elem(&tcp_drops, &key, &more, BPF_NOEXIST))
            return;
        count = bpf_map_lookup_elem(&tcp_drops, &key);
    }
    if (!count) {
        key.port = 0;
        key.overflow = 1;
        key.row = HOST_ROW;
        count = bpf_map_lookup_elem(&tcp_drops, &key);
    }
    if (count && more)
        __sync_fetch_and_add(count, more);
}

#endif
