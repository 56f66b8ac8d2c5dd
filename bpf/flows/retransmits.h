/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Counts retransmitted segments, by reason. */
#ifndef RETRANSMITS_H
#define RETRANSMITS_H

#include "common/generation.h"
#include "common/rows.h"
#include "common/scope.h"
#include "common/server_handshake.h"
#include "common/socket.h"
#include "flows/counters.h"
#include "layout_segments.h"

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, RETRANSMIT_COUNT);
    __type(key, __u32);
    __type(value, __u64);
} tcp_retransmits SEC(".maps");

static __always_inline void count_retransmits(__u32 row, enum retransmit_type kind, enum network_type type,
                                              __u64 segments)
{
    __u32 index = retransmit_index(kind, type);
    __u64 *count;

    if (by_cgroup) {
        struct flow_counters *flows = flows_of(row);

        if (flows && index < RETRANSMIT_COUNT)
            add_shared(&flows->retransmits[index], segments);
        return;
    }
    count = bpf_map_lookup_elem(&tcp_retransmits, &index);
    if (count)
        *count += segments;
}

/*
 * Why a segment is retransmitted, in the terms of the kernel's own counters.
 *
 * In TCP_CA_Loss the reason is the timer, or what follows from it (TCPTimeouts, TCPSlowStartRetrans). Otherwise an
 * acknowledgement made the kernel mark the segment as lost (tcp_xmit_retransmit_queue(): TCPFastRetrans), or it is a
 * probe with a segment that the kernel does not consider lost (tcp_send_loss_probe(): TCPLossProbes). That a probe's
 * timer is pending proves nothing: it is still pending when an acknowledgement makes the probe unnecessary.
 */
static __always_inline enum retransmit_type kind_of(const struct tcp_sock *tcp, __u8 sacked)
{
    const struct inet_connection_sock *connection = &tcp->inet_conn;

    switch (connection->icsk_inet.sk.__sk_common.skc_state) {
    case TCP_SYN_SENT:
        return RETRANSMIT_SYN;
    case TCP_SYN_RECV:
        return RETRANSMIT_SYN_ACK;
    }
    if (BPF_CORE_READ_BITFIELD(connection, icsk_ca_state) == TCP_CA_LOSS)
        return RETRANSMIT_TIMEOUT;
    if (sacked & TCPCB_LOST)
        return RETRANSMIT_FAST;
    return connection->icsk_pending == ICSK_TIME_LOSS_PROBE ? RETRANSMIT_TAIL_LOSS_PROBE : RETRANSMIT_OTHER;
}

/* One call may send several segments at once. The kernel's own counter (RetransSegs) counts them all. */
static __always_inline int count_retransmit(struct sock *sk, struct sk_buff *buffer)
{
    struct tcp_skb_cb *control = (void *)&buffer->cb;
    const struct tcp_sock *tcp;
    __u16 segments;

    if (!is_observed(&sk->__sk_common))
        return 0;
    tcp = tcp_sock_of(sk);
    if (!tcp)
        return 0;
    segments = control->tcp_gso_segs;
    count_retransmits(row_of_full(sk), kind_of(tcp, control->sacked), network_type_of(&sk->__sk_common),
                      segments ? segments : 1);
    return 0;
}

/* Since 6.17 the event also fires for a segment that could not be sent. */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(on_retransmit, struct sock *sk, struct sk_buff *buffer, int error)
{
    return is_counting() && !error ? count_retransmit(sk, buffer) : 0;
}

/* For kernels before 6.17, where the event has no third argument. */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(on_retransmit_sent, struct sock *sk, struct sk_buff *buffer)
{
    return is_counting() ? count_retransmit(sk, buffer) : 0;
}

SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(on_retransmit_synack, const struct sock *listener, struct request_sock *request)
{
    enum network_type type;

    if (!is_counting() || !is_observed(&listener->__sk_common))
        return 0;
    type = network_type_of(&request->__req_common);
    count_retransmits(row_of_full(listener), RETRANSMIT_SYN_ACK, type, 1);
    note_retransmitted_handshake(request, type);
    return 0;
}

#endif
