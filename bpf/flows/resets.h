/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Counts resets that were sent and received. */
#ifndef RESETS_H
#define RESETS_H

#include "common/generation.h"
#include "common/rows.h"
#include "common/scope.h"
#include "common/socket.h"
#include "flows/counters.h"
#include "layout_flows.h"
#include "layout_segments.h"

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, RESET_COUNT);
    __type(key, __u32);
    __type(value, __u64);
} tcp_resets SEC(".maps");

static __always_inline int count_reset(__u32 row, enum io_direction direction, enum network_type type)
{
    __u32 index = reset_index(direction, type);
    __u64 *count;

    if (by_cgroup) {
        struct flow_counters *flows = flows_of(row);

        if (flows && index < RESET_COUNT)
            add_shared(&flows->resets[index], 1);
        return 0;
    }
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
    if (!is_counting())
        return 0;
    if (sk)
        return is_observed(&sk->__sk_common)
                   ? count_reset(row_of(&sk->__sk_common), TRANSMIT, network_type_of(&sk->__sk_common))
                   : 0;
    /* A segment to a port that nobody listens on belongs to no workload. */
    if (!buffer || !is_observed_net(buffer->dev->nd_net.net))
        return 0;
    return count_reset(HOST_ROW, TRANSMIT, buffer->protocol == bpf_htons(ETH_P_IPV6) ? IPV6 : IPV4);
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(on_receive_reset, const struct sock *sk)
{
    if (!is_counting() || !is_observed(&sk->__sk_common))
        return 0;
    return count_reset(row_of(&sk->__sk_common), RECEIVE, network_type_of(&sk->__sk_common));
}

#endif
