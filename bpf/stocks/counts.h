/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The agent's sink: how many sockets are in each state, how full listeners are by port, and how much waits. */
#ifndef COUNTS_H
#define COUNTS_H

#include "common/loss.h"
#include "common/rows.h"
#include "layout_stocks.h"
#include "stocks/queues.h"
#include "stocks/visit.h"
#include "stocks/waiting.h"

/*
 * Sockets by port, where they are split by it. User space adds the sums without a port after each pass, because users
 * read this map by its name.
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
    __uint(max_entries, FIRST_ROW);
    __type(key, __u32);
    __type(value, struct stock_counters);
} tcp_stocks SEC(".maps");

struct sink {
    /* When the pass began, by CLOCK_MONOTONIC in nanoseconds. */
    __u64 began;
    /* Whether connections are followed, and whether this one is not yet, because another walk has to confirm it. */
    bool follows;
    bool is_pending;
    /* The row of the socket that is being visited, once it was looked up. */
    struct stock_counters *stocks;
};

static __always_inline bool has_owners(void)
{
    return true;
}

/* The sink counts by rows. */
static __always_inline __u64 owner_of_cgroup(__u64 cgroup)
{
    return row_of_cgroup(cgroup);
}

static __always_inline __u64 owner_of_time_wait(__u64 cookie)
{
    return by_cgroup ? row_of_time_wait(cookie) : HOST_ROW;
}

static __always_inline struct stock_counters *stocks_of(struct sink *sink, const struct place *place)
{
    __u32 row = place->owner;

    if (!sink->stocks)
        sink->stocks = bpf_map_lookup_elem(&tcp_stocks, &row);
    return sink->stocks;
}

/* Adds one to the row of `key`, or to the overflow row of the same state and type. Only the pass writes. */
static __always_inline void count_by_port(struct connection_count_key *key)
{
    struct connection_count *row = bpf_map_lookup_elem(&tcp_state_map, key);
    struct connection_count one = {1};

    if (!row) {
        if (!bpf_map_update_elem(&tcp_state_map, key, &one, BPF_NOEXIST))
            return;
        key->local_port = 0;
        key->peer_port = 0;
        key->overflow = 1;
        key->row = HOST_ROW;
        row = bpf_map_lookup_elem(&tcp_state_map, key);
    }
    if (row)
        row->sockets++;
    else
        count_loss(MAP_FULL);
}

static __always_inline void add_socket(struct sink *sink, const struct visited *visited, const struct place *place)
{
    struct connection_count_key key = {.state = visited->state, .type = visited->type, .row = place->owner};
    struct stock_counters *stocks = stocks_of(sink, place);
    __u32 index = stock_index(visited->type, visited->state);

    if (stocks && visited->request)
        note_age(stocks, TCP_SYN_RECV, visited->request->snt_synack * 1000, sink->began);
    if (by_local_port)
        key.local_port = place->service.local_port;
    if (by_peer_port)
        key.peer_port = place->service.peer_port;
    barrier_var(index);
    if (key.local_port || key.peer_port)
        count_by_port(&key);
    else if (stocks && index < NETWORK_TYPE_COUNT * TCP_STATE_COUNT)
        stocks->sockets[index]++;
}

/* Adds a listener to the row of its port, or to the overflow row. */
static __always_inline void add_listener(struct sink *sink, const struct visited *listener, const struct place *place)
{
    struct listener_key key = {.port = listener->socket->skc_num, .type = listener->type, .row = place->owner};
    struct listener_queues empty = {}, *row = bpf_map_lookup_elem(&tcp_listeners, &key);

    if (!row) {
        if (bpf_map_update_elem(&tcp_listeners, &key, &empty, BPF_NOEXIST)) {
            key.port = 0;
            key.overflow = 1;
            key.row = HOST_ROW;
        }
        row = bpf_map_lookup_elem(&tcp_listeners, &key);
    }
    if (row)
        add_queues(row, listener->full);
    else
        count_loss(MAP_FULL);
}

static __always_inline void add_connection(struct sink *sink, const struct visited *connection,
                                           const struct place *place, const struct connection *followed)
{
    struct stock_counters *stocks = stocks_of(sink, place);

    if (!stocks)
        return;
    add_waiting(stocks, connection->full, connection->state);
    if (followed)
        note_age(stocks, connection->state, followed->changed ? followed->changed : followed->opened, sink->began);
    else if (sink->follows && !sink->is_pending)
        stocks->unfollowed++;
}

#endif
