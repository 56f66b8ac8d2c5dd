// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* Reports every change of state as an event, for `tcplens trace`. */
#include "common/scope.h"
#include "common/sequence.h"
#include "common/server_handshake.h"
#include "common/slots.h"
#include "common/socket.h"
#include "trace/event.h"
#include "trace/failure.h"

char LICENSE[] SEC("license") = "GPL";

/* What runs on a CPU, for events that interrupt another one. */
struct turn {
    /* The events that only trace_nested_change was run for, and how many of them are observed. */
    __u64 nested;
    __u64 observed;
    /* How many runs of trace_change have begun and not ended. */
    __u64 running;
    /* The socket of the latest run. */
    __u64 latest;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct turn);
} tcp_turns SEC(".maps");

/* Whether a change of state may be wanted, judged by the fixed properties of its socket. */
static __always_inline bool is_traced_change(const struct sock *sk, int old_state, int new_state)
{
    /* The event also fires for SCTP and for MPTCP parents. Subflows of MPTCP are TCP. */
    if (sk->sk_protocol != IPPROTO_TCP)
        return false;
    if (!is_observed(&sk->__sk_common))
        return false;
    /* The kernel also reports a state that is set again, for example by close() in FIN_WAIT2. That is not a change. */
    if (old_state == new_state)
        return false;
    return old_state >= TCP_ESTABLISHED && old_state <= TCP_CLOSING && new_state >= TCP_ESTABLISHED &&
           new_state <= TCP_CLOSING;
}

/*
 * The role of a socket. `connection` may be NULL. A listener's child is a socket that leaves SYN_RECV and was never
 * seen to connect. If nothing is remembered, the sequence numbers decide.
 */
static __always_inline __u8 role_of(const struct connection *connection, const struct tcp_sock *tcp, int old_state,
                                    int new_state)
{
    if (new_state == TCP_SYN_SENT || old_state == TCP_SYN_SENT)
        return CLIENT;
    if (connection && connection->known)
        return connection->role;
    return role_from_sequence(tcp, old_state);
}

/* Remembers this change, and returns how long the socket was in the old state. */
static __always_inline void remember(struct connection *connection, struct change *change)
{
    bool is_child = change->old_state == TCP_SYN_RECV && !connection->known;

    if (connection->state && connection->state != change->old_state) {
        count_loss(UNSEEN);
    } else if (!is_child && connection->changed) {
        change->held = change->time - connection->changed;
        change->known |= TRACE_HELD;
    }
    connection->changed = change->time;
    connection->state = change->new_state;
    connection->role = change->role;
    connection->known = change->known & TRACE_ROLE ? 1 : 0;
    if (change->new_state == TCP_CLOSE)
        forget(connection);
}

/*
 * Reports the birth of a listener's child when its first change comes. Before that it has the listener's addresses, and
 * on older kernels its cookie. Until then it was a request socket, which is in SYN_RECV as ss shows it and began with
 * the SYN-ACK.
 */
static __always_inline void tell_birth(struct sock *sk, const struct tcp_sock *tcp, struct change *change)
{
    __u64 duration = server_handshake_of(tcp, &sk->__sk_common, change->type, change->time).duration;
    struct change birth = *change;

    if (duration) {
        change->held = duration;
        change->known |= TRACE_HELD;
    }
    birth.time -= duration;
    birth.old_state = TCP_LISTEN;
    birth.new_state = TCP_SYN_RECV;
    birth.failure = NO_OUTCOME;
    birth.known = TRACE_ROLE;
    emit(sk, tcp, &birth);
}

static __always_inline int trace(struct sock *sk, int old_state, int new_state, bool remembers)
{
    struct change change = {.old_state = old_state, .new_state = new_state};
    struct connection *connection = NULL;
    const struct tcp_sock *tcp;
    bool is_wanted, is_child;

    if (!is_traced_change(sk, old_state, new_state))
        return 0;
    if (old_state == TCP_LISTEN && new_state == TCP_SYN_RECV)
        return 0;
    tcp = tcp_sock_of(sk);
    if (!tcp)
        return 0;
    change.type = network_type_of(&sk->__sk_common);
    is_wanted = is_wanted_connection(&sk->__sk_common, change.type, local_port_of(sk, tcp, new_state));
    /*
     * A socket that was passed on with an unknown port is remembered. Forget it if its port turns out to be another
     * one.
     */
    if (!is_wanted && !(filter.late_port && (old_state == TCP_SYN_SENT || old_state == TCP_LISTEN)))
        return 0;
    if (remembers) {
        if (!is_wanted) {
            connection = find_connection(cookie_of(sk));
            if (connection)
                forget(connection);
            return 0;
        }
        connection = remembered(sk, old_state, new_state);
        if (!connection && new_state != TCP_CLOSE)
            count_loss(MAP_FULL);
        change.cookie = cookie_of(sk);
    } else if (!is_wanted) {
        return 0;
    }
    change.time = bpf_ktime_get_ns();
    change.role = role_of(connection, tcp, old_state, new_state);
    change.failure = failure_at_end(sk, tcp, connection, old_state, new_state);
    if (connection && new_state == TCP_SYN_SENT)
        connection->stale_error = sk->sk_err;
    if (old_state != TCP_LISTEN && new_state != TCP_LISTEN && !is_under_repair(tcp))
        change.known |= TRACE_ROLE;
    if (new_state == TCP_CLOSE && old_state != TCP_CLOSE && old_state != TCP_LISTEN)
        change.known |= TRACE_END;
    /* connect() and listen() make these changes themselves. All others may be made by a segment or a timer. */
    if (old_state == TCP_CLOSE && (new_state == TCP_SYN_SENT || new_state == TCP_LISTEN))
        change.known |= TRACE_PROCESS;
    is_child = old_state == TCP_SYN_RECV && change.role == SERVER && !(connection && connection->known);
    if (connection)
        remember(connection, &change);
    if (is_child)
        tell_birth(sk, tcp, &change);
    emit(sk, tcp, &change);
    return 0;
}

static __always_inline struct turn *turn_here(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&tcp_turns, &zero);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(trace_change, struct sock *sk, const int old_state, const int new_state)
{
    volatile struct turn *turn = turn_here();

    if (!turn)
        return 0;
    turn->latest = (__u64)sk;
    turn->running++;
    trace(sk, old_state, new_state, true);
    turn->running--;
    return 0;
}

/*
 * The kernel skips a program that is already running on the same CPU, as when a segment arrives while connect() changes
 * a state. For such an event it still runs this other program. Before 6.1 nothing is skipped: then the event is the one
 * that trace_change began last.
 */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(trace_nested_change, struct sock *sk, const int old_state, const int new_state)
{
    volatile struct turn *turn = turn_here();

    if (!turn || !turn->running || turn->latest == (__u64)sk)
        return 0;
    turn->nested++;
    if (is_traced_change(sk, old_state, new_state))
        turn->observed++;
    return trace(sk, old_state, new_state, true);
}

/*
 * For kernels whose programs have no atomic instructions (before 5.12): nothing is remembered, so there are no
 * durations.
 */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(trace_change_alone, struct sock *sk, const int old_state, const int new_state)
{
    return trace(sk, old_state, new_state, false);
}

SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(trace_retransmitted_synack, const struct sock *listener, struct request_sock *request)
{
    if (is_observed(&listener->__sk_common))
        note_retransmitted_handshake(request, network_type_of(&request->__req_common));
    return 0;
}

/*
 * The port that the kernel has chosen for a socket since it began to connect or to listen. The memory of sockets is
 * only ever reused for sockets, and each has a different cookie.
 */
SEC("syscall")
int find_local_port(struct trace_port *request)
{
    struct inet_sock *inet = (void *)request->socket;
    __u16 port = 0, last_port = 0;
    __u64 cookie = 0;
    __u8 state = 0;

    if (CAN_CAST) {
        inet = bpf_rdonly_cast(inet, TYPE_ID(inet_sock));
        port = inet->sk.__sk_common.skc_num;
        state = inet->sk.__sk_common.skc_state;
        last_port = inet->inet_sport;
        cookie = inet->sk.__sk_common.skc_cookie.counter;
    } else if (reads_kernel_memory) {
        port = BPF_CORE_READ(inet, sk.__sk_common.skc_num);
        state = BPF_CORE_READ(inet, sk.__sk_common.skc_state);
        last_port = BPF_CORE_READ(inet, inet_sport);
        cookie = BPF_CORE_READ(inet, sk.__sk_common.skc_cookie.counter);
    }
    if (!port && state == TCP_CLOSE)
        port = bpf_ntohs(last_port);
    request->port = port;
    request->gone = cookie != request->cookie;
    return 0;
}

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} tcp_clock SEC(".maps");

/* Reads the clock of the events. A process in a time namespace may have a different clock. */
SEC("raw_tp")
int read_clock(void *context)
{
    __u32 row = 0;
    __u64 *now = bpf_map_lookup_elem(&tcp_clock, &row);

    if (now)
        *now = bpf_ktime_get_ns();
    return 0;
}
