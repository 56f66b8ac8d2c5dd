/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Follows connections through their changes of state. */
#ifndef TRANSITIONS_H
#define TRANSITIONS_H

#include "common/generation.h"
#include "common/scope.h"
#include "flows/change_time.h"
#include "flows/drops.h"
#include "flows/handshakes.h"
#include "flows/sample.h"
#include "flows/unseen.h"

/* Whether a change of state is counted. */
static __always_inline bool is_counted_change(const struct sock *sk, int old_state, int new_state)
{
    /* The event also fires for SCTP and for MPTCP parents. Subflows of MPTCP are TCP. */
    if (sk->sk_protocol != IPPROTO_TCP)
        return false;
    if (!is_observed(&sk->__sk_common))
        return false;
    return old_state >= 0 && old_state < TCP_STATE_COUNT && new_state >= 0 && new_state < TCP_STATE_COUNT;
}

static __noinline void end_connection(struct connection *connection, const struct tcp_sock *tcp, enum network_type type,
                                      int old_state, __u64 now)
{
    if (connection->established)
        record_duration(connection->row, connection_duration_index(connection->role & 1, type),
                        now - connection->established);
    count_last_bytes(connection, tcp, old_state);
    observe_rtt(connection, tcp, type, AT_EVENT);
}

/* Begins to follow a client, whose sequence has a SYN before its data, or a listener's child, which has none. */
static __always_inline void begin_as(struct connection *connection, enum handshake_role role, __u64 now)
{
    connection->role = role;
    connection->known = 1;
    connection->opened = now;
    connection->established = 0;
    connection->changed = 0;
    connection->sent = role == CLIENT;
    connection->received = 0;
    connection->minute = 0;
    connection->marks = 0;
    connection->flags = (connection->flags & (DISPLACED | SCATTERED)) | HANDSHAKING;
}

/* Records a change of state, and how long the socket was in the state that it leaves. */
static __always_inline void change_state(struct connection *connection, enum network_type type, int old_state,
                                         int new_state, __u64 now)
{
    if (connection->state && connection->state != old_state) {
        make_up_for(AT_EVENT, connection->row, type, connection->state, old_state);
        connection->changed = 0;
    }
    if (connection->changed)
        record_duration(connection->row, state_duration_index(old_state), now - connection->changed);
    connection->changed = now;
    connection->state = new_state;
}

/* Begins to follow a socket on its first observed event, although that is not its first change of state. */
static __noinline void adopt_at_event(struct connection *connection, const struct tcp_sock *tcp, enum network_type type,
                                      int old_state, __u64 now)
{
    adopt(connection, tcp, old_state, now);
    if (!connection->pass && old_state != TCP_CLOSE && is_complete())
        make_up_for_birth(AT_EVENT, connection->row, type, connection->role, old_state);
    set_flag(connection, HANDSHAKING, old_state == TCP_SYN_SENT || old_state == TCP_SYN_RECV);
}

/* A change of a socket that has no slot. */
static __noinline void change_unknown(const struct tcp_sock *tcp, __u32 row, enum network_type type, int old_state,
                                      int new_state)
{
    __u8 role = role_from_sequence(tcp, old_state);

    if (new_state != TCP_CLOSE) {
        note_unplaced();
        if (new_state == TCP_ESTABLISHED && !is_under_repair(tcp))
            count_handshake(AT_EVENT, row, old_state == TCP_SYN_SENT ? CLIENT : SERVER, type, SUCCEEDED);
        return;
    }
    if (old_state != TCP_CLOSE && old_state != TCP_SYN_RECV && is_complete())
        make_up_for_birth(AT_EVENT, row, type, role, old_state);
    /* As at the end of a connection that is followed. Only after a handshake there is one. */
    if (tcp->srtt_us && old_state != TCP_SYN_RECV)
        record_duration(row, rtt_index(AT_EVENT, type), (__u64)tcp->srtt_us * 125);
    if (old_state == TCP_SYN_SENT && !is_unsent(tcp))
        count_handshake(AT_EVENT, row, CLIENT, type, failure_of(handshake_error(tcp, old_state, 0)));
}

/* The row of a socket, which is looked up until there is one and then remembered. */
static __always_inline __u32 row_at_event(struct connection *connection, const struct sock *sk)
{
    if (!by_cgroup || !connection)
        return row_of_full(sk);
    if (!is_settled(connection->row))
        connection->row = row_of_full(sk);
    return connection->row;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(follow_connection, struct sock *sk, const int old_state, const int new_state)
{
    enum network_type type;
    struct connection *connection;
    const struct tcp_sock *tcp;
    __u32 row;
    __u64 now;

    if (!is_counting())
        return 0;
    /*
     * The birth of a listener's child. At this point it still has the listener's addresses, and on older kernels the
     * listener's cookie. It is counted with its next change, when it has its own.
     */
    if (old_state == TCP_LISTEN && new_state == TCP_SYN_RECV)
        return 0;
    /* close() after shutdown() sets the same state again. */
    if (old_state == new_state)
        return 0;
    if (!is_counted_change(sk, old_state, new_state))
        return 0;
    type = network_type_of(&sk->__sk_common);
    connection = remembered(sk, old_state, new_state);
    row = row_at_event(connection, sk);
    if (old_state == TCP_SYN_RECV && (!connection || !connection->known))
        count_transition_of(AT_EVENT, row, type, TCP_LISTEN, TCP_SYN_RECV);
    count_transition_of(AT_EVENT, row, type, old_state, new_state);
    if (by_cgroup && (new_state == TCP_FIN_WAIT2 || new_state == TCP_CLOSING))
        note_time_wait(cookie_of(sk), row);
    tcp = tcp_sock_of(sk);
    if (!tcp)
        return 0;
    if (!connection) {
        change_unknown(tcp, row, type, old_state, new_state);
        return 0;
    }
    now = time_of_change(connection, tcp, old_state, new_state);
    if (old_state == TCP_SYN_RECV && !connection->known)
        begin_as(connection, SERVER, now);
    if (new_state == TCP_SYN_SENT) {
        begin_as(connection, CLIENT, now);
        connection->stale_error = sk->sk_err;
    } else if (!connection->known && old_state != TCP_LISTEN && new_state != TCP_LISTEN) {
        adopt_at_event(connection, tcp, type, old_state, now);
    }
    connection->type = type;
    change_state(connection, type, old_state, new_state, now);
    if (has_flag(connection, HANDSHAKING) && new_state != TCP_SYN_SENT && new_state != TCP_SYN_RECV)
        end_handshake(connection, tcp, type, old_state, now);
    if (new_state == TCP_LISTEN)
        /* What it dropped earlier as a listener was counted then. */
        connection->sent = drops_of(sk);
    if (new_state != TCP_CLOSE)
        return 0;
    if (old_state == TCP_LISTEN)
        count_drops(connection, drops_of(sk), type, bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport));
    else
        end_connection(connection, tcp, type, old_state, now);
    forget(connection);
    return 0;
}

/* For kernels whose programs have no atomic instructions (before 5.12): counts transitions only. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(count_transition, struct sock *sk, const int old_state, const int new_state)
{
    if (is_counting() && old_state != new_state && is_counted_change(sk, old_state, new_state))
        count_transition_of(AT_EVENT, HOST_ROW, network_type_of(&sk->__sk_common), old_state, new_state);
    return 0;
}

#endif
