/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* How full the queues of listeners are, by port, and so which ports have one. */
#ifndef LISTENER_ROWS_H
#define LISTENER_ROWS_H

#include "connection_count.h"
#include "kernel.h"
#include "listener.h"
#include "losses.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, LISTENER_ROWS);
    __type(key, struct listener_key);
    __type(value, struct listener_queues);
} tcp_listeners SEC(".maps");

/* Adds the queues of a listener to the row of its port, or to that of those that find no room. */
static __always_inline void count_queues(const struct tcp_sock *tcp, struct listener_key *key)
{
    struct listener_queues empty = {}, *row = bpf_map_lookup_elem(&tcp_listeners, key);
    struct listener_fill fill = fill_of(tcp);

    if (!row) {
        if (bpf_map_update_elem(&tcp_listeners, key, &empty, BPF_NOEXIST)) {
            key->port = 0;
            key->overflow = 1;
        }
        row = bpf_map_lookup_elem(&tcp_listeners, key);
    }
    if (!row) {
        count_loss(MAP_FULL);
        return;
    }
    row->listeners++;
    row->accept_usage += fill.accept_usage;
    row->accept_limit += fill.accept_limit;
    row->accept_full += fill.accept_full;
    row->syn_usage += fill.syn_usage;
    row->syn_limit += fill.syn_limit;
}

/* Whether something listens on the port that the socket has here. */
static __always_inline bool has_listener(const struct sock_common *socket)
{
    struct listener_key key = {.port = socket->skc_num, .type = IPV4};

    if (bpf_map_lookup_elem(&tcp_listeners, &key))
        return true;
    key.type = IPV6;
    return bpf_map_lookup_elem(&tcp_listeners, &key) != NULL;
}

#endif
