// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* Flows: resets that were sent and received. */
#include "kernel.h"
#include "connections.h"
#include "segments.h"
#include "socket.h"

char LICENSE[] SEC("license") = "GPL";

/* The network namespace to observe, by inode number as in /proc/PID/ns/net; 0 for all. */
const volatile __u32 observed_netns = 0;

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, RESET_COUNT);
    __type(key, __u32);
    __type(value, __u64);
} tcp_resets SEC(".maps");

static __always_inline int count_reset(enum io_direction direction, enum network_type type, __u32 netns)
{
    __u32 index = reset_index(direction, type);
    __u64 *count;

    if (observed_netns && netns != observed_netns)
        return 0;
    count = bpf_map_lookup_elem(&tcp_resets, &index);
    if (count)
        (*count)++;
    return 0;
}

/*
 * From 6.12 on the event is there for segments of no connection, too, with no socket but the segment that is answered.
 * The socket may be a request socket or one in TIME_WAIT, which have what all sockets have in common.
 */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(on_send_reset, const struct sock *sk, struct sk_buff *buffer)
{
    if (sk)
        return count_reset(TRANSMIT, network_type_of(&sk->__sk_common), netns_of(&sk->__sk_common));
    if (!buffer)
        return 0;
    return count_reset(TRANSMIT, buffer->protocol == bpf_htons(ETH_P_IPV6) ? IPV6 : IPV4,
                       buffer->dev->nd_net.net->ns.inum);
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(on_receive_reset, const struct sock *sk)
{
    return count_reset(RECEIVE, network_type_of(&sk->__sk_common), netns_of(&sk->__sk_common));
}
