/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What one socket adds to the stocks. This is decided only here, for every way to walk and to count: a walk finds out
 * what kind of socket it has (stocks/walk_iter.h), and a sink adds it up (stocks/counts.h for the agent,
 * stocks/groups.h for `snapshot` and `top`). An object includes one sink.
 */
#ifndef VISIT_H
#define VISIT_H

#include "common/sequence.h"
#include "common/socket.h"
#include "layout_flows.h"
#include "stocks/ports.h"
#include "stocks/service.h"

/*
 * Which fields of each socket are needed. The kernel drops the code for the rest, which saves a cache line of each
 * socket.
 */
const volatile bool by_local_port = false;
const volatile bool by_peer_port = false;
const volatile bool by_container = false;

/*
 * A socket that a walk has met. The walk casts it, because each kind of walk does that differently. At most one of
 * `full`, `request` and `time_wait` is not NULL.
 */
struct visited {
    const struct sock_common *socket;
    const struct tcp_sock *full;
    const struct tcp_request_sock *request;
    const struct tcp_timewait_sock *time_wait;
    /* For a full socket that is to be followed; 0 otherwise. */
    __u64 cookie;
    /* The state that ss shows. */
    enum tcp_state state;
    enum network_type type;
};

/* The cgroup of a socket, and the service that it belongs to; zeros unless asked for. */
struct place {
    __u64 cgroup;
    struct service service;
};

/* What a sink keeps during one pass; each sink defines its own. */
struct sink;

/* Adds a socket of any kind. */
static void add_socket(struct sink *sink, const struct visited *visited, const struct place *place);
/* Adds the queues of a listener. It is also passed to add_socket(). */
static void add_listener(struct sink *sink, const struct visited *listener, const struct place *place);
/* Adds what waits in a connection. It is also passed to add_socket(). */
static void add_connection(struct sink *sink, const struct visited *connection);

/* Sets the state and type of a socket that the walk has cast. */
static __always_inline void identify(struct visited *visited)
{
    __u8 state = visited->socket->skc_state;

    visited->type = network_type_of(visited->socket);
    if (state == TCP_NEW_SYN_RECV)
        visited->state = TCP_SYN_RECV;
    else if (visited->time_wait)
        /* An orphan in FIN_WAIT2 is a TIME_WAIT socket too. Only the substate distinguishes them (tcp_time_wait()). */
        visited->state = visited->time_wait->tw_sk.tw_substate;
    else
        visited->state = state;
}

/*
 * The cgroup of a request is that of its listener, and of the later connection. The listener is in a union, so the
 * verifier sees a number, and following it needs the right to read arbitrary memory. Where that is forbidden, it is the
 * cgroup of the listeners on the port.
 */
static __always_inline __u64 cgroup_of_request(const struct sock_common *socket)
{
    if (!bpf_core_field_exists(((struct sock *)0)->sk_cgrp_data.cgroup))
        return 0;
    if (reads_kernel_memory)
        return BPF_CORE_READ(socket, skc_listener, sk_cgrp_data.cgroup, kn, id);
    return owner_of_port(socket);
}

/* The service of a full socket. `followed` is what is remembered of it, or NULL. */
static __always_inline struct service service_of_full(const struct tcp_sock *tcp, int state,
                                                      const struct connection *followed)
{
    const struct sock_common *socket = &tcp->inet_conn.icsk_inet.sk.__sk_common;
    bool is_known = followed && followed->known;
    bool is_server, is_guessed;

    if (state == TCP_LISTEN)
        return service_of(socket, true);
    if (state == TCP_SYN_SENT)
        return service_of(socket, false);
    is_server = is_known ? followed->role == SERVER : role_from_sequence(tcp, state) == SERVER;
    is_guessed = is_known ? followed->flags & GUESSED : is_server;
    return is_guessed ? guessed_service(socket, has_listener(socket)) : service_of(socket, is_server);
}

static __always_inline struct place place_of(const struct visited *visited, const struct connection *followed)
{
    const struct sock_common *socket = visited->socket;
    bool by_port = by_local_port || by_peer_port;
    struct place place = {};

    if (visited->full) {
        if (by_container || visited->state == TCP_LISTEN)
            place.cgroup = cgroup_of(&visited->full->inet_conn.icsk_inet.sk);
        if (by_port)
            place.service = service_of_full(visited->full, visited->state, followed);
    } else if (socket->skc_state == TCP_NEW_SYN_RECV) {
        place.cgroup = by_container ? cgroup_of_request(socket) : 0;
        place.service = service_of(socket, true);
    } else if (socket->skc_state == TCP_TIME_WAIT) {
        /* A TIME_WAIT socket knows neither its role nor its cgroup. The listeners on its port decide both. */
        if (by_container)
            place.cgroup = owner_of_port(socket);
        if (by_port)
            place.service = guessed_service(socket, has_listener(socket));
    }
    return place;
}

/* Adds one socket to the stocks. `followed` is what is remembered of it, or NULL. */
static __always_inline void visit_socket(struct sink *sink, const struct visited *visited,
                                         const struct connection *followed)
{
    struct place place = place_of(visited, followed);

    if (visited->full && visited->state == TCP_LISTEN) {
        open_port(visited->socket, place.cgroup);
        add_listener(sink, visited, &place);
    } else if (visited->full) {
        add_connection(sink, visited);
    }
    add_socket(sink, visited, &place);
}

#endif
