// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * Stocks: how many sockets stand in each state, counted one by one, and how full the queues of listeners are. In the
 * same pass each live connection is sampled for its round-trip time and its bytes.
 *
 * iter/tcp walks the tables of the network namespace of whoever opens the iterator, first that of listeners, then that
 * of connections, and calls the program for each socket: full ones, request sockets and those in TIME_WAIT.
 */
#include "kernel.h"
#include "connection.h"
#include "connection_count.h"
#include "losses.h"
#include "socket.h"

char LICENSE[] SEC("license") = "GPL";

/* Whether rows are split by the port of the service: the local one of a server, the peer's of a client. */
const volatile bool by_local_port = false;
const volatile bool by_peer_port = false;

/*
 * The rows of every state and type are there from the start, so that an absent socket is a zero and not a gap; user
 * space sets them to zero before each pass.
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

/* The last pass that sampled connections: its number, and when it began. */
__u64 pass_session;
__u64 pass_began;

/* Adds one to the row of `key`, or to the overflow row of the same state and type. A pass is the only writer. */
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

static __always_inline void count_queues(const struct tcp_sock *tcp, struct listener_key *key)
{
    struct listener_queues empty = {}, *row = bpf_map_lookup_elem(&tcp_listeners, key);

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
    row->accept_usage += tcp->inet_conn.icsk_inet.sk.sk_ack_backlog;
    row->accept_limit += tcp->inet_conn.icsk_inet.sk.sk_max_ack_backlog;
    row->syn_usage += tcp->inet_conn.icsk_accept_queue.qlen.counter;
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

/* Fills in the port of the service, if rows are split by it; a client's own port is never one. */
static __always_inline void split_by_port(struct connection_count_key *key, const struct sock_common *socket,
                                          bool is_server)
{
    if (by_local_port && is_server)
        key->local_port = socket->skc_num;
    if (by_peer_port && !is_server)
        key->peer_port = bpf_ntohs(socket->skc_dport);
}

/* Notes that the pass has met a socket, and returns what is remembered of it; a new one is followed from now on. */
static __always_inline struct connection *meet(struct tcp_sock *tcp)
{
    struct connection *connection = find_or_claim_connection(bpf_get_socket_cookie(tcp));

    if (connection) {
        connection->pass = pass_session;
        connection->missed = 0;
    }
    return connection;
}

/* Takes the round-trip time and bytes of a connection; returns its role. */
static __always_inline __u8 sample_connection(struct tcp_sock *tcp, int state, enum network_type type)
{
    struct connection *connection = meet(tcp);

    /* A child in SYN_RECV (TCP Fast Open) is told by its next change that it is one. */
    if (!connection || state == TCP_SYN_SENT || state == TCP_SYN_RECV || state == TCP_CLOSE)
        return role_from_sequence(tcp, state);
    if (!connection->known)
        adopt(connection, tcp, state);
    sample(connection, tcp, type, IN_PASS);
    return connection->role;
}

/* With `samples`, on kernels that can follow connections, takes round-trip times and bytes as well. */
static __always_inline int visit(struct bpf_iter__tcp *context, bool samples)
{
    struct sock_common *socket = context->sk_common;
    struct connection_count_key key = {};
    bool is_server;
    struct tcp_sock *tcp;

    if (samples && !context->meta->seq_num) {
        pass_session = context->meta->session_id;
        pass_began = bpf_ktime_get_ns();
    }
    if (!socket)
        return 0;
    key.state = state_of(socket);
    key.type = network_type_of(socket);
    is_server = socket->skc_state == TCP_NEW_SYN_RECV || key.state == TCP_LISTEN;
    tcp = socket->skc_state == TCP_TIME_WAIT || socket->skc_state == TCP_NEW_SYN_RECV ? NULL
                                                                                      : bpf_skc_to_tcp_sock(socket);
    if (tcp && key.state == TCP_LISTEN) {
        struct listener_key listener = {.port = socket->skc_num, .type = key.type};

        count_queues(tcp, &listener);
        if (samples)
            meet(tcp);
    } else if (tcp) {
        __u8 role = samples ? sample_connection(tcp, key.state, key.type) : role_from_sequence(tcp, key.state);

        is_server = role == SERVER && key.state != TCP_SYN_SENT;
    }
    if ((by_local_port || by_peer_port) && socket->skc_state == TCP_TIME_WAIT)
        is_server = has_listener(socket);
    split_by_port(&key, socket, is_server);
    count_socket(&key);
    return 0;
}

SEC("iter/tcp")
int count_and_sample(struct bpf_iter__tcp *context)
{
    return visit(context, true);
}

/* For kernels that can't follow connections, and for a look without following. */
SEC("iter/tcp")
int count_connections(struct bpf_iter__tcp *context)
{
    return visit(context, false);
}

/*
 * Frees the slot of a socket that two passes in a row have not met, and that was not heard of since: it is gone, and
 * its change to CLOSE has reached no program. One pass alone may miss a socket that is in none of the kernel's tables
 * just then: tcp_v4_connect() changes its state before it is hashed, and tcp_set_state() after it is unhashed. So for
 * each that was missed for the first time a byte is written, which asks for another pass at once.
 */
SEC("iter/bpf_map_elem")
int forget_ended(struct bpf_iter__bpf_map_elem *context)
{
    struct connection *connection = context->value;

    if (!connection || !connection->cookie || connection->pass == pass_session || connection->changed >= pass_began)
        return 0;
    if (connection->missed) {
        count_loss(UNSEEN);
        forget(connection);
    } else {
        connection->missed = 1;
        bpf_seq_write(context->meta->seq, &connection->missed, 1);
    }
    return 0;
}
