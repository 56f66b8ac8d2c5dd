// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* Flows: how often a socket went from one state to another. */
#include "kernel.h"
#include "socket.h"
#include "state_transitions.h"

char LICENSE[] SEC("license") = "GPL";

/* The network namespace to observe, by inode number as in /proc/PID/ns/net; 0 for all. */
const volatile __u32 observed_netns = 0;

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, TRANSITION_COUNT);
    __type(key, __u32);
    __type(value, __u64);
} tcp_transitions SEC(".maps");

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(count_transition, const struct sock *socket, const int old_state, const int new_state)
{
    __u32 index;
    __u64 *count;

    /* SCTP and the parents of MPTCP connections come by here too; the subflows of the latter are TCP. */
    if (socket->sk_protocol != IPPROTO_TCP)
        return 0;
    if (observed_netns && socket->__sk_common.skc_net.net->ns.inum != observed_netns)
        return 0;
    if (old_state < 0 || old_state >= TCP_STATE_COUNT || new_state < 0 || new_state >= TCP_STATE_COUNT)
        return 0;
    index = TRANSITION_INDEX(network_type_of(&socket->__sk_common), old_state, new_state);
    count = bpf_map_lookup_elem(&tcp_transitions, &index);
    if (count)
        (*count)++;
    return 0;
}
