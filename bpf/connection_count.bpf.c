// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * Stocks: how many sockets stand in each state, counted one by one.
 *
 * iter/tcp walks the tables of listeners and connections of the network namespace of whoever opens the iterator, and
 * calls the program for each socket: full ones, request sockets and those in TIME_WAIT.
 */
#include "kernel.h"
#include "connection_count.h"
#include "socket.h"

char LICENSE[] SEC("license") = "GPL";

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

/* The state as ss shows it. */
static __always_inline enum tcp_state state_of(struct sock_common *socket)
{
    struct tcp_timewait_sock *time_wait;

    switch (socket->skc_state) {
    case TCP_TIME_WAIT:
        /* An orphan in FIN_WAIT2 is a TIME_WAIT socket too; only the substate tells (tcp_time_wait() of the kernel). */
        time_wait = bpf_skc_to_tcp_timewait_sock(socket);
        return time_wait ? time_wait->tw_sk.tw_substate : TCP_TIME_WAIT;
    case TCP_NEW_SYN_RECV:
        return TCP_SYN_RECV;
    default:
        return socket->skc_state;
    }
}

SEC("iter/tcp")
int count_connections(struct bpf_iter__tcp *context)
{
    struct sock_common *socket = context->sk_common;
    struct connection_count_key key = {};
    struct connection_count *row;

    if (!socket)
        return 0;
    key.state = state_of(socket);
    key.type = network_type_of(socket);
    row = bpf_map_lookup_elem(&tcp_state_map, &key);
    if (row)
        /* A pass runs in one task and the map is this pass's own: no other writer. */
        row->sockets++;
    return 0;
}
