// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * Stocks for a look from a terminal: how many sockets stand in each state, on which port, of which container, and how
 * full the queues of each listener are.
 *
 * An object of its own, so that the agent's pass over the sockets has nothing of it.
 */
#include "kernel.h"
#include "connection_groups.h"
#include "listener.h"
#include "losses.h"
#include "sequence.h"
#include "service.h"
#include "socket.h"

char LICENSE[] SEC("license") = "GPL";

/* What to group by; what is not asked for is no code to the kernel. */
const volatile bool by_local_port = false;
const volatile bool by_peer_port = false;
const volatile bool by_container = false;
const volatile bool with_listeners = false;
/* Whether programs may read any of the kernel's memory, which lockdown=confidentiality forbids. */
const volatile bool reads_kernel_memory = true;

/* All sockets. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct socket_counts);
} socket_totals SEC(".maps");

/* The groups that take what finds no room are there from the start. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SOCKET_GROUPS);
    __type(key, struct group_key);
    __type(value, struct socket_counts);
} socket_groups SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SOCKET_LISTENERS);
    __type(key, struct listening_key);
    __type(value, struct listening);
} socket_listeners SEC(".maps");

/* By port: what TIME_WAIT sockets are told apart by, as they remember neither who opened them nor whose they were. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1 << 16);
    __type(key, __u32);
    __type(value, struct port_owner);
} port_owners SEC(".maps");

/* A group of zeros, which is too large for a program's stack beside another. */
static const struct socket_counts no_sockets;
static const struct listening no_listeners;

static __always_inline void add_socket(struct socket_counts *counts, __u32 index)
{
    barrier_var(index);
    if (index < NETWORK_TYPE_COUNT * TCP_STATE_COUNT)
        counts->sockets[index]++;
}

/* One piece of code for all groupings. A pass is the only writer, so a group that is not there is made by it alone. */
static __noinline int add_to_group(enum grouping grouping, __u64 value, __u32 index)
{
    struct group_key key = {.grouping = grouping, .value = value};
    struct socket_counts *counts = bpf_map_lookup_elem(&socket_groups, &key);

    if (!counts) {
        if (bpf_map_update_elem(&socket_groups, &key, &no_sockets, BPF_NOEXIST)) {
            key.value = 0;
            key.overflow = 1;
        }
        counts = bpf_map_lookup_elem(&socket_groups, &key);
    }
    if (counts)
        add_socket(counts, index);
    else
        count_loss(MAP_FULL);
    return 0;
}

static __always_inline struct port_owner *owner_of_port(const struct sock_common *socket, __u64 session)
{
    __u32 port = socket->skc_num;
    struct port_owner *owner = bpf_map_lookup_elem(&port_owners, &port);

    return owner && owner->session == session ? owner : NULL;
}

/* The tables of listeners are walked first, so all of them are known before the first connection comes. */
static __always_inline void own_port(const struct sock_common *socket, __u64 cgroup, __u64 session)
{
    struct port_owner *known = owner_of_port(socket, session);
    struct port_owner owner = {session, cgroup};
    __u32 port = socket->skc_num;

    if (!known)
        bpf_map_update_elem(&port_owners, &port, &owner, BPF_ANY);
    else if (known->cgroup != cgroup)
        known->cgroup = 0;
}

static __always_inline void add_queues(const struct tcp_sock *tcp, enum network_type type, __u64 cgroup)
{
    const struct sock *sk = &tcp->inet_conn.icsk_inet.sk;
    struct listening_key key = {
        .cgroup = cgroup,
        .type = type,
        .interface = sk->__sk_common.skc_bound_dev_if,
        .port = sk->__sk_common.skc_num,
    };
    struct listener_fill fill = fill_of(tcp);
    struct listening *row;

    if (type == IPV4)
        key.address[0] = sk->__sk_common.skc_rcv_saddr;
    else
        for (int i = 0; i < 4; i++)
            key.address[i] = sk->__sk_common.skc_v6_rcv_saddr.in6_u.u6_addr32[i];
    row = bpf_map_lookup_elem(&socket_listeners, &key);
    if (!row) {
        if (bpf_map_update_elem(&socket_listeners, &key, &no_listeners, BPF_NOEXIST)) {
            struct listening_key rest = {.type = type, .overflow = 1};

            key = rest;
        }
        row = bpf_map_lookup_elem(&socket_listeners, &key);
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
    row->syn_full += fill.syn_full;
}

/*
 * The control group of a request: its listener's, which the connection will have. The listener stands in a union, so
 * the verifier knows it for a number only, and it takes a reading of any memory to follow that. Where this is
 * forbidden, it is the group of who listens on the port, unless they are several.
 */
static __always_inline __u64 cgroup_of_request(const struct sock_common *socket, __u64 session)
{
    struct port_owner *owner;

    if (!bpf_core_field_exists(((struct sock *)0)->sk_cgrp_data.cgroup))
        return 0;
    if (reads_kernel_memory)
        return BPF_CORE_READ(socket, skc_listener, sk_cgrp_data.cgroup, kn, id);
    owner = owner_of_port(socket, session);
    return owner ? owner->cgroup : 0;
}

/* Whose a socket is, and the service that it belongs to. */
struct place {
    __u64 cgroup;
    struct service service;
};

static __always_inline struct place place_of_full(struct tcp_sock *tcp, enum network_type type, enum tcp_state state,
                                                  __u64 session)
{
    const struct sock *sk = &tcp->inet_conn.icsk_inet.sk;
    struct place place = {};

    /* Each of these is a cache line of every socket, so only what is asked for is looked at. */
    if (by_container || with_listeners)
        place.cgroup = cgroup_of(sk);
    if (state == TCP_LISTEN) {
        own_port(&sk->__sk_common, place.cgroup, session);
        if (with_listeners)
            add_queues(tcp, type, place.cgroup);
        place.service = service_of(&sk->__sk_common, true);
    } else if (by_local_port || by_peer_port) {
        place.service = state == TCP_SYN_SENT || role_from_sequence(tcp, state) == CLIENT
                            ? service_of(&sk->__sk_common, false)
                            : guessed_service(&sk->__sk_common, owner_of_port(&sk->__sk_common, session));
    }
    return place;
}

static __always_inline struct place place_of(struct sock_common *socket, enum network_type type, enum tcp_state state,
                                             __u64 session)
{
    struct port_owner *owner;
    struct tcp_sock *tcp;

    switch (socket->skc_state) {
    case TCP_NEW_SYN_RECV:
        return (struct place){
            .cgroup = by_container ? cgroup_of_request(socket, session) : 0,
            .service = service_of(socket, true),
        };
    case TCP_TIME_WAIT:
        owner = owner_of_port(socket, session);
        return (struct place){
            .cgroup = owner ? owner->cgroup : 0,
            .service = guessed_service(socket, owner != NULL),
        };
    default:
        tcp = bpf_skc_to_tcp_sock(socket);
        return tcp ? place_of_full(tcp, type, state, session) : (struct place){};
    }
}

SEC("iter/tcp")
int count_groups(struct bpf_iter__tcp *context)
{
    struct sock_common *socket = context->sk_common;
    struct socket_counts *totals;
    enum network_type type;
    enum tcp_state state;
    struct place place;
    __u32 row = 0, index;

    if (!socket)
        return 0;
    state = state_of(socket);
    type = network_type_of(socket);
    index = socket_count_index(type, state);
    totals = bpf_map_lookup_elem(&socket_totals, &row);
    if (totals)
        add_socket(totals, index);
    if (!by_local_port && !by_peer_port && !by_container && !with_listeners)
        return 0;
    place = place_of(socket, type, state, context->meta->session_id);
    if (by_local_port)
        add_to_group(BY_LOCAL_PORT, place.service.local_port, index);
    if (by_peer_port)
        add_to_group(BY_PEER_PORT, place.service.peer_port, index);
    if (by_container)
        add_to_group(BY_CONTAINER, place.cgroup, index);
    return 0;
}
