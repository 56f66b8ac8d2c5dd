/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What one socket adds to the stocks. This is decided only here, for every way to walk and to count: a walk finds out
 * what kind of socket it has (stocks/walk_iter.h), and a sink adds it up (stocks/counts.h for the agent,
 * stocks/groups.h for `snapshot` and `top`). An object includes one sink.
 */
#ifndef VISIT_H
#define VISIT_H

#include "common/addresses.h"
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

/*
 * A socket that a walk has met. The walk casts it, because each kind of walk does that differently. At most one of
 * `full`, `request` and `time_wait` is not NULL.
 */
struct visited {
    const struct sock_common *socket;
    const struct tcp_sock *full;
    const struct tcp_request_sock *request;
    const struct tcp_timewait_sock *time_wait;
    /*
     * Whether the walk holds the socket's lock. Without it, the socket may change at any time, or become another one.
     */
    bool is_locked;
    /* Where the socket is in the kernel's memory, and the struct net of its namespace. */
    __u64 address;
    __u64 net;
    /* For a full socket that is to be followed (common/slot_table.h); 0 otherwise. */
    __u64 key;
    /* The state that ss shows. */
    enum tcp_state state;
    enum network_type type;
};

/* Whom a socket belongs to, and which service; zeros unless asked for. */
struct place {
    __u64 owner;
    struct service service;
};

/* What a sink keeps during one pass; each sink defines its own. */
struct sink;

/* Whether the sink counts by owners, and the owner that it counts the sockets of a cgroup for. */
static bool has_owners(void);
static __u64 owner_of_cgroup(__u64 cgroup);
/* The owner of a socket in TIME_WAIT by its cookie; 0 if it was not recorded. */
static __u64 owner_of_time_wait(__u64 cookie);
/* Adds a socket of any kind. */
static void add_socket(struct sink *sink, const struct visited *visited, const struct place *place);
/* Adds the queues of a listener. It is also passed to add_socket(). */
static void add_listener(struct sink *sink, const struct visited *listener, const struct place *place);
/*
 * Adds what waits in a connection. It is also passed to add_socket(). `followed` is what is remembered of it, or NULL.
 */
static void add_connection(struct sink *sink, const struct visited *connection, const struct place *place,
                           const struct connection *followed);

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

/* The service of a full socket. `followed` is what is remembered of it, or NULL. */
static __always_inline struct service service_of_full(const struct visited *visited, const struct connection *followed)
{
    const struct sock_common *socket = visited->socket;
    bool is_known = followed && followed->known;
    bool is_server, is_guessed;

    if (visited->state == TCP_LISTEN)
        return service_of(socket, true);
    if (visited->state == TCP_SYN_SENT)
        return service_of(socket, false);
    is_server = is_known ? followed->role == SERVER : role_from_sequence(visited->full, visited->state) == SERVER;
    is_guessed = is_known ? followed->flags & GUESSED && !(followed->marks & CONFIRMED) : is_server;
    return is_guessed ? guessed_service(socket, has_listener(visited->net, socket->skc_num))
                      : service_of(socket, is_server);
}

/* The cgroup of a full socket, by ID. */
static __always_inline __u64 cgroup_of_full(const struct visited *visited)
{
    return visited->is_locked ? cgroup_of(&visited->full->inet_conn.icsk_inet.sk) : cgroup_at(visited->address);
}

/* Whom a full socket belongs to. What is remembered of it includes the row of its cgroup. */
static __always_inline __u64 owner_of_full(const struct visited *visited, const struct connection *followed)
{
    return followed && followed->row ? followed->row : owner_of_cgroup(cgroup_of_full(visited));
}

/*
 * Whom a request belongs to: as the later connection, to its listener. The listener is in a union, so the verifier sees
 * a number, and following it needs the right to read arbitrary memory or to cast. Without either, it is the owner of
 * the listeners on the port.
 */
static __always_inline __u64 owner_of_request(const struct visited *visited)
{
    __u64 listener = (__u64)untrusted(visited->socket)->__sk_common.skc_listener, owner;

    if (CAN_CAST || reads_kernel_memory)
        return owner_of_cgroup(cgroup_at(listener));
    owner = owner_of_port(visited->net, visited->socket->skc_num);
    return owner ? owner : owner_of_cgroup(0);
}

/*
 * Whom a socket in TIME_WAIT belongs to. It knows neither its role nor its cgroup. If its owner was not recorded
 * either, the listeners on its port decide.
 */
static __always_inline __u64 owner_of_waiting(const struct visited *visited)
{
    __u64 owner = owner_of_time_wait(visited->socket->skc_cookie.counter);

    if (!owner)
        owner = owner_of_port(visited->net, visited->socket->skc_num);
    return owner ? owner : owner_of_cgroup(0);
}

static __always_inline struct place place_of(const struct visited *visited, const struct connection *followed)
{
    const struct sock_common *socket = visited->socket;
    bool by_port = by_local_port || by_peer_port;
    struct place place = {};

    if (visited->full) {
        if (has_owners() || visited->state == TCP_LISTEN)
            place.owner = owner_of_full(visited, followed);
        if (by_port)
            place.service = service_of_full(visited, followed);
    } else if (visited->time_wait) {
        if (has_owners())
            place.owner = owner_of_waiting(visited);
        if (by_port)
            place.service = guessed_service(socket, has_listener(visited->net, socket->skc_num));
    } else {
        if (has_owners())
            place.owner = owner_of_request(visited);
        place.service = service_of(socket, true);
    }
    return place;
}

/* Adds one socket to the stocks. `followed` is what is remembered of it, or NULL. */
static __always_inline void visit_socket(struct sink *sink, const struct visited *visited,
                                         const struct connection *followed)
{
    struct place place = place_of(visited, followed);

    if (visited->full && visited->state == TCP_LISTEN) {
        open_port(visited->net, visited->socket->skc_num, place.owner);
        add_listener(sink, visited, &place);
    } else if (visited->full) {
        add_connection(sink, visited, &place, followed);
    }
    add_socket(sink, visited, &place);
}

#endif
