/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The agent's sink: how many sockets are in each state, how full listeners are by port, and how much waits. */
#ifndef COUNTS_H
#define COUNTS_H

#include "common/loss.h"
#include "layout_stocks.h"
#include "stocks/queues.h"
#include "stocks/visit.h"
#include "stocks/waiting.h"

/*
 * The rows of every state and type always exist, so that no sockets means zero and not a gap. User space sets them to
 * zero before each pass. Users read this map by its name.
 */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, CONNECTION_COUNT_ROWS);
    __type(key, struct connection_count_key);
    __type(value, struct connection_count);
} tcp_state_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, LISTENER_ROWS);
    __type(key, struct listener_key);
    __type(value, struct listener_queues);
} tcp_listeners SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct pass_totals);
} tcp_pass_totals SEC(".maps");

struct sink {
    struct pass_totals *totals;
    /* When the pass began, by CLOCK_MONOTONIC in nanoseconds. */
    __u64 began;
};

/* Adds one to the row of `key`, or to the overflow row of the same state and type. Only the pass writes. */
static __always_inline void count_socket(struct connection_count_key *key)
{
    struct connection_count *row = bpf_map_lookup_elem(&tcp_state_map, key);
    struct connection_count one = {1};

    if (!row && (key->local_port || key->peer_port)) {
        if (!bpf_map_update_elem(&tcp_state_map, key, &one, BPF_NOEXIST))
            return;
        key->local_port = 0;
        key->peer_port = 0;
        key->overflow = 1;
        row = bpf_map_lookup_elem(&tcp_state_map, key);
    }
    if (row)
        row->sockets++;
    else
        count_loss(MAP_FULL);
}

static __always_inline void add_socket(struct sink *sink, const struct visited *visited, const struct place *place)
{
    struct connection_count_key key = {.state = visited->state, .type = visited->type};

    if (visited->request)
        note_age(sink->totals, TCP_SYN_RECV, visited->request->snt_synack * 1000, sink->began);
    if (by_local_port)
        key.local_port = place->service.local_port;
    if (by_peer_port)
        key.peer_port = place->service.peer_port;
    count_socket(&key);
}

/* Adds a listener to the row of its port, or to the overflow row. */
static __always_inline void add_listener(struct sink *sink, const struct visited *listener, const struct place *place)
{
    struct listener_key key = {.port = listener->socket->skc_num, .type = listener->type};
    struct listener_queues empty = {}, *row = bpf_map_lookup_elem(&tcp_listeners, &key);

    if (!row) {
        if (bpf_map_update_elem(&tcp_listeners, &key, &empty, BPF_NOEXIST)) {
            key.port = 0;
            key.overflow = 1;
        }
        row = bpf_map_lookup_elem(&tcp_listeners, &key);
    }
    if (row)
        add_queues(row, listener->full);
    else
        count_loss(MAP_FULL);
}

static __always_inline void add_connection(struct sink *sink, const struct visited *connection)
{
    add_waiting(sink->totals, connection->full, connection->state);
}

#endif
