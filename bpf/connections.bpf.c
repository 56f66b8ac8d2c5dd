// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* Flows: what happens to connections, told by their changes of state. */
#include "kernel.h"
#include "connection.h"
#include "connections.h"
#include "retransmitted_handshake.h"
#include "socket.h"

char LICENSE[] SEC("license") = "GPL";

/* The network namespace to observe, by inode number as in /proc/PID/ns/net; 0 for all. */
const volatile __u32 observed_netns = 0;

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct transitions);
} tcp_transitions SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct handshakes);
} tcp_handshakes SEC(".maps");

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

static __always_inline void count_transition_of(enum network_type type, int old_state, int new_state)
{
    __u32 index = transition_index(type, old_state, new_state), row = 0;
    struct transitions *transitions = bpf_map_lookup_elem(&tcp_transitions, &row);

    barrier_var(index);
    if (transitions && index < TRANSITION_COUNT)
        transitions->counts[index]++;
}

static __always_inline void count_handshake(__u8 role, enum network_type type, enum handshake_outcome outcome)
{
    __u32 index = handshake_index(role & 1, type, outcome), row = 0;
    struct handshakes *handshakes = bpf_map_lookup_elem(&tcp_handshakes, &row);

    barrier_var(index);
    if (handshakes && index < HANDSHAKE_COUNT)
        handshakes->counts[index]++;
}

/* How long a handshake took that ends now; 0 if that is not known. A client's begins with its first SYN. */
static __always_inline __u64 handshake_duration(const struct connection *connection, const struct tcp_sock *tcp,
                                                const struct sock_common *socket, enum network_type type, __u64 now)
{
    if (connection->role == CLIENT)
        return connection->opened ? now - connection->opened : 0;
    return server_handshake_duration(tcp, socket, type, now);
}

/*
 * The rare and the last changes of a connection are functions of their own: what each change runs stays small, and its
 * stack below 64 bytes, beyond which the kernel gives a program another stack, whose cache lines are cold.
 */
static __noinline void end_handshake(struct connection *connection, const struct tcp_sock *tcp, enum network_type type,
                                     int old_state, __u64 now)
{
    const struct sock *sk = &tcp->inet_conn.icsk_inet.sk;
    enum handshake_outcome outcome;

    outcome = handshake_outcome(old_state, connection->state, handshake_error(sk, old_state), data_acknowledged(tcp));
    if (outcome == NO_OUTCOME)
        return;
    count_handshake(connection->role, type, outcome);
    if (outcome == SUCCEEDED) {
        __u64 duration = handshake_duration(connection, tcp, &sk->__sk_common, type, now);

        /* A server's is also how long its request socket was in SYN_RECV: user space adds it there. */
        if (duration)
            record_duration(handshake_duration_index(connection->role & 1, type), duration);
        connection->established = now;
    }
}

static __noinline void end_connection(struct connection *connection, const struct tcp_sock *tcp, enum network_type type,
                                      __u64 now)
{
    if (connection->established)
        record_duration(connection_duration_index(connection->role & 1, type), now - connection->established);
    sample(connection, tcp, type, AT_END);
}

static __always_inline void begin_as(struct connection *connection, enum handshake_role role, __u64 now)
{
    connection->role = role;
    connection->known = 1;
    connection->opened = now;
    connection->established = 0;
    connection->changed = 0;
    connection->sent = 0;
    connection->received = 0;
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
        connection->orphaned = flags >> SOCK_DEAD & 1;
        return true;
    case TCP_CLOSE_WAIT:
        return true;
    case TCP_CLOSE:
        /* Nobody can close it any more, or it was the peer's FIN (tcp_fin()). */
        if (old_state == TCP_FIN_WAIT2)
            return connection->orphaned || flags >> SOCK_DONE & 1;
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
static __always_inline void change_state(struct connection *connection, int old_state, int new_state, __u64 now)
{
    if (connection->state && connection->state != old_state) {
        count_loss(UNSEEN);
        connection->changed = 0;
    }
    if (connection->changed)
        record_duration(state_duration_index(old_state), now - connection->changed);
    connection->changed = now;
    connection->state = new_state;
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
    if (!is_observed(sk, old_state, new_state))
        return 0;
    type = network_type_of(&sk->__sk_common);
    connection = old_state == new_state ? NULL : remembered(sk, old_state, new_state);
    if (old_state == TCP_SYN_RECV && (!connection || !connection->known))
        count_transition_of(type, TCP_LISTEN, TCP_SYN_RECV);
    count_transition_of(type, old_state, new_state);
    if (!connection)
        return 0;
    tcp = tcp_sock_of(sk);
    if (!tcp)
        return 0;
    now = time_of_change(connection, tcp, old_state, new_state);
    if (old_state == TCP_SYN_RECV && !connection->known)
        begin_as(connection, SERVER, now);
    if (new_state == TCP_SYN_SENT)
        begin_as(connection, CLIENT, now);
    else if (!connection->known && old_state != TCP_LISTEN && new_state != TCP_LISTEN)
        adopt(connection, tcp, old_state);
    change_state(connection, old_state, new_state, now);
    if (old_state == TCP_SYN_SENT || old_state == TCP_SYN_RECV)
        end_handshake(connection, tcp, type, old_state, now);
    if (new_state != TCP_CLOSE)
        return 0;
    if (old_state != TCP_LISTEN)
        end_connection(connection, tcp, type, now);
    forget(connection);
    return 0;
}

/* For kernels whose programs have no atomic instructions (before 5.12): transitions alone. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(count_transition, struct sock *sk, const int old_state, const int new_state)
{
    if (is_observed(sk, old_state, new_state))
        count_transition_of(network_type_of(&sk->__sk_common), old_state, new_state);
    return 0;
}
