/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The sink of `snapshot` and `top`: how many sockets are in each state, by port and container, and how full the queues
 * of each listener are.
 */
#ifndef GROUPS_H
#define GROUPS_H

#include "common/loss.h"
#include "layout_groups.h"
#include "stocks/queues.h"
#include "stocks/visit.h"

const volatile bool by_container = false;
const volatile bool by_namespace = false;
const volatile bool with_listeners = false;

/* All sockets. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct socket_counts);
} tcp_totals SEC(".maps");

/* The overflow groups always exist. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SOCKET_GROUPS);
    __type(key, struct group_key);
    __type(value, struct socket_counts);
} tcp_groups SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SOCKET_LISTENERS);
    __type(key, struct listening_key);
    __type(value, struct listener_queues);
} tcp_group_queues SEC(".maps");

struct sink {
    struct socket_counts *totals;
};

static __always_inline bool has_owners(void)
{
    return by_container;
}

/* The sink counts by cgroups. */
static __always_inline __u64 owner_of_cgroup(__u64 cgroup)
{
    return cgroup;
}

static __always_inline __u64 owner_of_time_wait(__u64 cookie)
{
    return 0;
}

/* Zeros, which are too many for a program's stack. */
static const struct socket_counts no_sockets;
static const struct listener_queues no_listeners;

static __always_inline void count_one(struct socket_counts *counts, __u32 index)
{
    barrier_var(index);
    if (index < NETWORK_TYPE_COUNT * TCP_STATE_COUNT)
        counts->sockets[index]++;
}

/* One piece of code for all groupings. Only the pass writes, so only it adds missing groups. */
static __noinline int add_to_group(enum grouping grouping, __u64 value, __u32 index)
{
    struct group_key key = {.grouping = grouping, .value = value};
    struct socket_counts *counts = bpf_map_lookup_elem(&tcp_groups, &key);

    if (!counts) {
        if (bpf_map_update_elem(&tcp_groups, &key, &no_sockets, BPF_NOEXIST)) {
            key.value = 0;
            key.overflow = 1;
        }
        counts = bpf_map_lookup_elem(&tcp_groups, &key);
    }
    if (counts)
        count_one(counts, index);
    else
        count_loss(MAP_FULL);
    return 0;
}

/* The network namespace of a socket, by inode number as in /proc/PID/ns/net. */
static __always_inline __u32 namespace_of(const struct visited *visited)
{
    return visited->is_locked ? netns_of(visited->socket) : FIELD_IN(net, visited->net, ns.inum);
}

static __always_inline void add_socket(struct sink *sink, const struct visited *visited, const struct place *place)
{
    __u32 index = socket_count_index(visited->type, visited->state);

    if (sink->totals)
        count_one(sink->totals, index);
    if (by_local_port)
        add_to_group(BY_LOCAL_PORT, place->service.local_port, index);
    if (by_peer_port)
        add_to_group(BY_PEER_PORT, place->service.peer_port, index);
    if (by_container)
        add_to_group(BY_CONTAINER, place->owner, index);
    if (by_namespace)
        add_to_group(BY_NAMESPACE, namespace_of(visited), index);
}

/* Adds a listener to the row of its address, or to the overflow row. */
static __always_inline void add_listener(struct sink *sink, const struct visited *listener, const struct place *place)
{
    const struct sock_common *socket = listener->socket;
    struct listening_key key = {
        .cgroup = place->owner,
        .type = listener->type,
        .interface = socket->skc_bound_dev_if,
        .port = socket->skc_num,
        .netns = all_namespaces ? namespace_of(listener) : 0,
    };
    struct listener_queues *row;

    if (!with_listeners)
        return;
    if (listener->type == IPV4)
        key.address[0] = socket->skc_rcv_saddr;
    else
        for (int i = 0; i < 4; i++)
            key.address[i] = socket->skc_v6_rcv_saddr.in6_u.u6_addr32[i];
    row = bpf_map_lookup_elem(&tcp_group_queues, &key);
    if (!row) {
        if (bpf_map_update_elem(&tcp_group_queues, &key, &no_listeners, BPF_NOEXIST)) {
            struct listening_key rest = {.type = listener->type, .overflow = 1};

            key = rest;
        }
        row = bpf_map_lookup_elem(&tcp_group_queues, &key);
    }
    if (row)
        add_queues(row, listener->full);
    else
        count_loss(MAP_FULL);
}

/* What waits in connections is not shown by group. */
static __always_inline void add_connection(struct sink *sink, const struct visited *connection,
                                           const struct place *place, const struct connection *followed)
{
}

#endif
