/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Counts resets that were sent and received. */
#ifndef RESETS_H
#define RESETS_H

#include "common/scope.h"
#include "common/socket.h"
#include "layout_flows.h"
#include "layout_segments.h"

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, RESET_COUNT);
    __type(key, __u32);
    __type(value, __u64);
} tcp_resets SEC(".maps");

static __always_inline int count_reset(enum io_direction direction, enum network_type type, const struct net *net)
{
    __u32 index = reset_index(direction, type);
    __u64 *count;

    if (!is_observed_net(net))
        return 0;
    count = bpf_map_lookup_elem(&tcp_resets, &index);
    if (count)
        (*count)++;
    return 0;
}

/*
 * From 6.12 on, the event also fires for segments of no connection. Then there is no socket, only the segment that is
 * answered. The socket may be a request socket or one in TIME_WAIT, which have the fields that all sockets have.
 */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(on_send_reset, const struct sock *sk, struct sk_buff *buffer)
{
    if (sk)
        return count_reset(TRANSMIT, network_type_of(&sk->__sk_common), sk->__sk_common.skc_net.net);
    if (!buffer)
        return 0;
    return count_reset(TRANSMIT, buffer->protocol == bpf_htons(ETH_P_IPV6) ? IPV6 : IPV4, buffer->dev->nd_net.net);
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(on_receive_reset, const struct sock *sk)
{
    return count_reset(RECEIVE, network_type_of(&sk->__sk_common), sk->__sk_common.skc_net.net);
}

#endif
