// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * Stocks: how many sockets stand in each state, counted one by one, how full the queues of listeners are, and what
 * waits in connections. In the same pass each live connection is sampled for its round-trip time and its bytes.
 *
 * iter/tcp walks the tables of the network namespace of whoever opens the iterator, first that of listeners, then that
 * of connections, and calls the program for each socket, locked: full ones, request sockets and those in TIME_WAIT.
 */
#include "kernel.h"
#include "connection.h"
#include "connection_count.h"
#include "listener_drops.h"
#include "listener_rows.h"
#include "losses.h"
#include "service.h"
#include "socket.h"
#include "unseen.h"
#include "waiting.h"

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
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct pass_totals);
} tcp_pass_totals SEC(".maps");

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

/* Takes in a socket that has no slot yet, or returns NULL: there is none for it. */
static __always_inline struct connection *take_in(struct tcp_sock *tcp, int state, enum network_type type,
                                                  struct pass *pass)
{
    struct connection *connection = claim_connection(bpf_get_socket_cookie(tcp));
    bool was_born_unseen = pass->is_complete;

    if (!connection)
        return NULL;
    connection->type = type;
    if (state == TCP_LISTEN) {
        connection->state = state;
        connection->sent = was_born_unseen ? 0 : drops_of(&tcp->inet_conn.icsk_inet.sk);
    } else if (state == TCP_SYN_SENT || state == TCP_SYN_RECV) {
        /* The next change tells what it is: a client's, or a child of TCP Fast Open. */
        connection->state = state;
        connection->opened = pass->began;
    } else {
        adopt(connection, tcp, state, pass->began);
    }
    if (was_born_unseen && state != TCP_SYN_RECV && state != TCP_CLOSE)
        make_up_for_birth(IN_PASS, type, connection->role, state);
    return connection;
}

/* Notes that the pass has met a socket, and returns what is remembered of it; a new one is followed from now on. */
static __always_inline struct connection *meet(struct tcp_sock *tcp, int state, enum network_type type,
                                               struct pass *pass)
{
    struct connection *connection = find_connection(bpf_get_socket_cookie(tcp));

    if (!connection)
        connection = take_in(tcp, state, type, pass);
    if (!connection)
        return NULL;
    connection->pass = pass->session;
    connection->missed = 0;
    if (connection->state && connection->state != state) {
        make_up_for(IN_PASS, type, connection->state, state);
        if (has_flag(connection, HANDSHAKING) && (state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT)) {
            set_flag(connection, HANDSHAKING, false);
            count_handshake(IN_PASS, connection->role, type, SUCCEEDED);
            connection->established = connection->opened;
        }
        connection->state = state;
        connection->changed = 0;
        connection->opened = pass->began;
    }
    return connection;
}

/* Takes the round-trip time and bytes of a connection; returns what is remembered of it, if anything. */
static __always_inline struct connection *sample_connection(struct tcp_sock *tcp, int state, enum network_type type,
                                                            struct pass *pass, struct pass_totals *totals)
{
    struct connection *connection = meet(tcp, state, type, pass);
    __u8 minute;

    if (!connection) {
        totals->unfollowed++;
        return NULL;
    }
    note_age(totals, state, connection->changed ? connection->changed : connection->opened, pass->began);
    if (!connection->known || state == TCP_CLOSE)
        return connection;
    if (has_flag(connection, GUESSED) && has_listener(&tcp->inet_conn.icsk_inet.sk.__sk_common)) {
        connection->role = SERVER;
        set_flag(connection, GUESSED, false);
    }
    if (state == TCP_SYN_SENT || state == TCP_SYN_RECV)
        return connection;
    sample_bytes(connection, tcp, state, IN_PASS);
    minute = pass->began / rtt_period % 255 + 1;
    if (has_flag(connection, CARRIED) && connection->minute != minute) {
        observe_rtt(connection, tcp, type, IN_PASS);
        connection->minute = minute;
        set_flag(connection, CARRIED, false);
    }
    return connection;
}

/* The service of a full socket. */
static __always_inline struct service service_of_full(struct tcp_sock *tcp, int state,
                                                      const struct connection *connection)
{
    const struct sock_common *socket = &tcp->inet_conn.icsk_inet.sk.__sk_common;
    bool is_known = connection && connection->known;
    bool is_server = is_known ? connection->role == SERVER : role_from_sequence(tcp, state) == SERVER;
    bool is_guessed = is_known ? has_flag(connection, GUESSED) : is_server;

    if (state == TCP_LISTEN)
        return service_of(socket, true);
    if (state == TCP_SYN_SENT)
        return service_of(socket, false);
    return is_guessed ? guessed_service(socket, has_listener(socket)) : service_of(socket, is_server);
}

static __always_inline void begin_pass(struct bpf_iter__tcp *context, struct pass *pass)
{
    pass->session = context->meta->session_id;
    pass->began = bpf_ktime_get_ns();
    pass->unplaced_before = pass->unplaced;
}

/* With `samples`, on kernels that can follow connections, takes round-trip times and bytes as well. */
static __always_inline int visit(struct bpf_iter__tcp *context, bool samples)
{
    struct sock_common *socket = context->sk_common;
    struct connection_count_key key = {};
    struct connection *connection = NULL;
    struct pass_totals *totals;
    struct service service = {};
    struct tcp_sock *tcp = NULL;
    struct pass *pass;
    __u32 row = 0;

    pass = bpf_map_lookup_elem(&tcp_pass, &row);
    totals = bpf_map_lookup_elem(&tcp_pass_totals, &row);
    if (!pass || !totals)
        return 0;
    /* Not by seq_num: where there is no socket at all, the one call at the end does not have the first number. */
    if (context->meta->session_id != pass->session)
        begin_pass(context, pass);
    if (!socket) {
        /* The end of the walk. */
        if (samples)
            pass->is_complete = !totals->unfollowed && pass->unplaced == pass->unplaced_before;
        return 0;
    }
    key.state = state_of(socket);
    key.type = network_type_of(socket);
    if (socket->skc_state == TCP_NEW_SYN_RECV) {
        const struct tcp_request_sock *request = bpf_skc_to_tcp_request_sock(socket);

        if (request)
            note_age(totals, TCP_SYN_RECV, request->snt_synack * 1000, pass->began);
        service = service_of(socket, true);
    } else if (socket->skc_state == TCP_TIME_WAIT) {
        if (by_local_port || by_peer_port)
            service = guessed_service(socket, has_listener(socket));
    } else {
        tcp = bpf_skc_to_tcp_sock(socket);
    }
    if (tcp && key.state == TCP_LISTEN) {
        struct listener_key listener = {.port = socket->skc_num, .type = key.type};

        if (samples)
            connection = meet(tcp, TCP_LISTEN, key.type, pass);
        if (connection)
            count_drops(connection, &tcp->inet_conn.icsk_inet.sk, key.type, socket->skc_num);
        count_queues(tcp, &listener);
    } else if (tcp) {
        if (samples)
            connection = sample_connection(tcp, key.state, key.type, pass, totals);
        add_waiting(totals, tcp, key.state);
    }
    if (tcp && (by_local_port || by_peer_port))
        service = service_of_full(tcp, key.state, connection);
    if (by_local_port)
        key.local_port = service.local_port;
    if (by_peer_port)
        key.peer_port = service.peer_port;
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
    struct pass *pass;
    __u32 row = 0;

    pass = bpf_map_lookup_elem(&tcp_pass, &row);
    if (!connection || !pass)
        return 0;
    if (!context->meta->seq_num)
        pass->taken = 0;
    if (!connection->cookie)
        return 0;
    pass->taken++;
    if (connection->pass == (__u32)pass->session || connection->changed >= pass->began)
        return 0;
    if (connection->missed) {
        if (connection->state)
            make_up_for(IN_PASS, connection->type, connection->state, TCP_CLOSE);
        else
            count_loss(UNSEEN);
        forget(connection);
    } else {
        connection->missed = 1;
        bpf_seq_write(context->meta->seq, &connection->missed, 1);
    }
    return 0;
}
