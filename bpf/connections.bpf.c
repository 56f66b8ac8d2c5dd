// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* Flows: what happens to connections, told by their changes of state. */
#include "kernel.h"
#include "connection.h"
#include "connections.h"
#include "listener_drops.h"
#include "server_handshake.h"
#include "socket.h"
#include "unseen.h"

char LICENSE[] SEC("license") = "GPL";

/* The network namespace to observe, by inode number as in /proc/PID/ns/net; 0 for all. */
const volatile __u32 observed_netns = 0;

/* The struct net of `observed_netns`, which is the agent's own and so as long there as these programs are. */
static __u64 observed_net;

/* Whether a change of state is one that we count. */
static __always_inline bool is_observed(const struct sock *sk, int old_state, int new_state)
{
    /* SCTP and the parents of MPTCP connections come by here too; the subflows of the latter are TCP. */
    if (sk->sk_protocol != IPPROTO_TCP)
        return false;
    if (!is_in_netns(&sk->__sk_common, observed_netns, &observed_net))
        return false;
    return old_state >= 0 && old_state < TCP_STATE_COUNT && new_state >= 0 && new_state < TCP_STATE_COUNT;
}

/* In nanoseconds. */
#define LONG_HANDSHAKE 200000

/* How a handshake went that ends now. A client's begins with its first SYN. */
static __always_inline struct server_handshake
handshake_of(const struct connection *connection, const struct tcp_sock *tcp, enum network_type type, __u64 now)
{
    const struct sock_common *socket = &tcp->inet_conn.icsk_inet.sk.__sk_common;
    struct server_handshake handshake = {};

    if (connection->role == SERVER)
        return server_handshake_of(tcp, socket, type, now);
    handshake.duration = connection->opened ? now - connection->opened : 0;
    /*
     * The SYN may have waited for the first write: then what it took is the kernel's first round-trip time. To look for
     * that is one more cache line, so it is not done where nothing has waited.
     */
    if (handshake.duration > LONG_HANDSHAKE && BPF_CORE_READ_BITFIELD(tcp, fastopen_connect))
        handshake.duration = tcp->total_retrans ? 0 : (__u64)tcp->srtt_us * 125;
    return handshake;
}

/*
 * Whether the peer has acknowledged the SYN or the SYN-ACK of a connection that was closed here, or there, before that:
 * it does so with the FIN, or of a child of TCP Fast Open at any time, which no change of state tells.
 */
static __always_inline bool is_acknowledged(const struct connection *connection, const struct tcp_sock *tcp)
{
    return connection->role == SERVER ? !tcp->fastopen_rsk : tcp->bytes_acked > 0;
}

/*
 * Notes that a connection has come into its state without a segment: a process restores it (TCP_REPAIR). It has sent no
 * SYN, and nobody knows which end it is.
 */
static __always_inline void restore(struct connection *connection)
{
    connection->sent = 0;
    set_flag(connection, GUESSED, true);
}

/*
 * The rare and the last changes of a connection are functions of their own: what each change runs stays small, and its
 * stack below 64 bytes, beyond which the kernel gives a program another stack, whose cache lines are cold.
 */
static __noinline void end_handshake(struct connection *connection, const struct tcp_sock *tcp, enum network_type type,
                                     int old_state, __u64 now)
{
    bool is_overtaken = old_state != TCP_SYN_SENT && old_state != TCP_SYN_RECV;
    enum handshake_outcome outcome;
    struct server_handshake handshake;

    if (connection->state == TCP_ESTABLISHED || (connection->state == TCP_CLOSE && !is_overtaken)) {
        set_flag(connection, HANDSHAKING, false);
    } else if (is_acknowledged(connection, tcp)) {
        set_flag(connection, HANDSHAKING, false);
        count_handshake(AT_EVENT, connection->role, type, SUCCEEDED);
        /* It was in use since it was made. */
        connection->established = connection->opened;
        return;
    } else if (connection->state != TCP_CLOSE) {
        return;
    }
    if (connection->state == TCP_CLOSE && is_unsent(tcp))
        return;
    if (connection->state == TCP_ESTABLISHED && connection->role == CLIENT && !tcp->segs_out) {
        restore(connection);
        return;
    }
    if (is_overtaken)
        old_state = TCP_SYN_RECV;
    outcome = handshake_outcome(old_state, connection->state, handshake_error(tcp, old_state, connection->stale_error),
                                data_acknowledged(tcp));
    if (outcome == NO_OUTCOME)
        return;
    count_handshake(AT_EVENT, connection->role, type, outcome);
    if (outcome != SUCCEEDED)
        return;
    handshake = handshake_of(connection, tcp, type, now);
    /* A server's is also how long its request socket was in SYN_RECV: user space adds it there. */
    if (handshake.duration)
        record_duration(handshake_duration_index(connection->role & 1, type), handshake.duration);
    set_flag(connection, DOUBTFUL_RTT, handshake.is_rtt_doubtful);
    connection->established = now;
}

static __noinline void end_connection(struct connection *connection, const struct tcp_sock *tcp, enum network_type type,
                                      int old_state, __u64 now)
{
    if (connection->established)
        record_duration(connection_duration_index(connection->role & 1, type), now - connection->established);
    sample_bytes(connection, tcp, old_state, AT_EVENT);
    observe_rtt(connection, tcp, type, AT_EVENT);
}

/* Begins with a client, whose sequence has a SYN before its data, or with a listener's child, which has none. */
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
    connection->flags = (connection->flags & DISPLACED) | HANDSHAKING;
}

/*
 * Whether what changes the state of a socket has just read the clock (tcp_mstamp_refresh()): an arriving segment
 * (tcp_rcv_established(), tcp_rcv_state_process()) and the timers do, calls do not.
 */
static __always_inline bool is_clock_read(struct connection *connection, const struct tcp_sock *tcp, int old_state,
                                          int new_state)
{
    unsigned long flags = tcp->inet_conn.icsk_inet.sk.__sk_common.skc_flags;

    switch (new_state) {
    case TCP_ESTABLISHED:
        /* Not of a connection under repair. */
        return old_state != TCP_CLOSE;
    case TCP_FIN_WAIT2:
        set_flag(connection, ORPHANED, flags >> SOCK_DEAD & 1);
        return true;
    case TCP_CLOSE_WAIT:
        return true;
    case TCP_CLOSE:
        /* Nobody can close it any more, or it was the peer's FIN (tcp_fin()). */
        if (old_state == TCP_FIN_WAIT2)
            return has_flag(connection, ORPHANED) || flags >> SOCK_DONE & 1;
        /* The acknowledgement of our FIN. */
        return old_state == TCP_LAST_ACK && tcp->snd_una == tcp->write_seq;
    default:
        return false;
    }
}

/*
 * When a socket changed its state, by CLOCK_MONOTONIC in nanoseconds. What the kernel has read need not be read again,
 * unless it is older than the last change, and so not of this one.
 */
static __always_inline __u64 time_of_change(struct connection *connection, const struct tcp_sock *tcp, int old_state,
                                            int new_state)
{
    if (bpf_core_field_exists(tcp->tcp_clock_cache) && is_clock_read(connection, tcp, old_state, new_state) &&
        tcp->tcp_clock_cache >= connection->changed)
        return tcp->tcp_clock_cache;
    return bpf_ktime_get_ns();
}

/* Notes a change of state, and for how long the state was held that is left. */
static __always_inline void change_state(struct connection *connection, enum network_type type, int old_state,
                                         int new_state, __u64 now)
{
    if (connection->state && connection->state != old_state) {
        make_up_for(AT_EVENT, type, connection->state, old_state);
        connection->changed = 0;
    }
    if (connection->changed)
        record_duration(state_duration_index(old_state), now - connection->changed);
    connection->changed = now;
    connection->state = new_state;
}

/* Takes in a socket of which this is the first event, although it is not its first change of state. */
static __noinline void take_in(struct connection *connection, const struct tcp_sock *tcp, enum network_type type,
                               int old_state, __u64 now)
{
    adopt(connection, tcp, old_state, now);
    if (!connection->pass && old_state != TCP_CLOSE && is_complete())
        make_up_for_birth(AT_EVENT, type, connection->role, old_state);
    set_flag(connection, HANDSHAKING, old_state == TCP_SYN_SENT || old_state == TCP_SYN_RECV);
}

/* A change of a socket that nothing is remembered of. */
static __noinline void change_unknown(const struct tcp_sock *tcp, enum network_type type, int old_state, int new_state)
{
    __u8 role = role_from_sequence(tcp, old_state);

    if (new_state != TCP_CLOSE) {
        note_unplaced();
        if (new_state == TCP_ESTABLISHED && !is_under_repair(tcp))
            count_handshake(AT_EVENT, old_state == TCP_SYN_SENT ? CLIENT : SERVER, type, SUCCEEDED);
        return;
    }
    if (old_state != TCP_CLOSE && old_state != TCP_SYN_RECV && is_complete())
        make_up_for_birth(AT_EVENT, type, role, old_state);
    if (old_state == TCP_SYN_SENT && !is_unsent(tcp))
        count_handshake(AT_EVENT, CLIENT, type, failure_of(handshake_error(tcp, old_state, 0)));
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(follow_connection, struct sock *sk, const int old_state, const int new_state)
{
    enum network_type type;
    struct connection *connection;
    const struct tcp_sock *tcp;
    __u64 now;

    /*
     * The birth of a listener's child, which still has the listener's addresses, and on older kernels its cookie: it is
     * counted with the next change, for then it is known what the child is.
     */
    if (old_state == TCP_LISTEN && new_state == TCP_SYN_RECV)
        return 0;
    /* close() after shutdown() stores the state again. */
    if (old_state == new_state)
        return 0;
    if (!is_observed(sk, old_state, new_state))
        return 0;
    type = network_type_of(&sk->__sk_common);
    connection = remembered(sk, old_state, new_state);
    if (old_state == TCP_SYN_RECV && (!connection || !connection->known))
        count_transition_of(AT_EVENT, type, TCP_LISTEN, TCP_SYN_RECV);
    count_transition_of(AT_EVENT, type, old_state, new_state);
    tcp = tcp_sock_of(sk);
    if (!tcp)
        return 0;
    if (!connection) {
        change_unknown(tcp, type, old_state, new_state);
        return 0;
    }
    now = time_of_change(connection, tcp, old_state, new_state);
    if (old_state == TCP_SYN_RECV && !connection->known)
        begin_as(connection, SERVER, now);
    if (new_state == TCP_SYN_SENT) {
        begin_as(connection, CLIENT, now);
        connection->stale_error = sk->sk_err;
    } else if (!connection->known && old_state != TCP_LISTEN && new_state != TCP_LISTEN) {
        take_in(connection, tcp, type, old_state, now);
    }
    connection->type = type;
    change_state(connection, type, old_state, new_state, now);
    if (has_flag(connection, HANDSHAKING) && new_state != TCP_SYN_SENT && new_state != TCP_SYN_RECV)
        end_handshake(connection, tcp, type, old_state, now);
    if (new_state == TCP_LISTEN)
        /* Whatever it dropped as a listener before was counted then. */
        connection->sent = drops_of(sk);
    if (new_state != TCP_CLOSE)
        return 0;
    if (old_state == TCP_LISTEN)
        count_drops(connection, sk, type, bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport));
    else
        end_connection(connection, tcp, type, old_state, now);
    forget(connection);
    return 0;
}

/* For kernels whose programs have no atomic instructions (before 5.12): transitions alone. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(count_transition, struct sock *sk, const int old_state, const int new_state)
{
    if (old_state != new_state && is_observed(sk, old_state, new_state))
        count_transition_of(AT_EVENT, network_type_of(&sk->__sk_common), old_state, new_state);
    return 0;
}
