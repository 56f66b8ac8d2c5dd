/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The events of `tcplens trace`: how a change of state reaches the reader. */
#ifndef TRACE_EVENT_H
#define TRACE_EVENT_H

#include "common/kernel.h"
#include "common/loss.h"
#include "common/sequence.h"
#include "common/socket.h"
#include "layout_trace.h"
#include "trace/filter.h"

/* The reader is woken each time this many more bytes wait; a power of two. User space sets it along with the size. */
const volatile __u64 wake_step = 1 << 17;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 19);
} tcp_events SEC(".maps");

/*
 * The local port. The kernel sets skc_num back to 0 when the socket ends, but inet_sport still has the port. While a
 * socket begins to connect or to listen, inet_sport may have the port of its previous connection.
 */
static __always_inline __u16 local_port_of(const struct sock *sk, const struct tcp_sock *tcp, int new_state)
{
    return new_state == TCP_SYN_SENT || new_state == TCP_LISTEN ? sk->__sk_common.skc_num
                                                                : bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport);
}

/* Whether an address is in fe80::/10, which may exist on each link of a machine. */
static __always_inline bool is_link_local(const struct in6_addr *address)
{
    return (address->in6_u.u6_addr32[0] & bpf_htonl(0xffc00000)) == bpf_htonl(0xfe800000);
}

/*
 * A wake-up costs more than the rest of an event. So the reader polls, and it is woken only when much waits: by the one
 * or two events that cross a step.
 */
static __always_inline __u64 wakeup(void)
{
    __u64 waiting = bpf_ringbuf_query(&tcp_events, BPF_RB_AVAIL_DATA);
    bool is_beyond_step = waiting >= wake_step && (waiting & (wake_step - 1)) < 2 * sizeof(struct trace_event);

    return is_beyond_step ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

static __always_inline void write_addresses(struct trace_event *event, const struct sock_common *socket,
                                            enum network_type type)
{
    event->interface = 0;
    if (type == IPV4) {
        event->local_address[0] = socket->skc_rcv_saddr;
        event->peer_address[0] = socket->skc_daddr;
        for (int i = 1; i < 4; i++)
            event->local_address[i] = event->peer_address[i] = 0;
        return;
    }
    for (int i = 0; i < 4; i++) {
        event->local_address[i] = socket->skc_v6_rcv_saddr.in6_u.u6_addr32[i];
        event->peer_address[i] = socket->skc_v6_daddr.in6_u.u6_addr32[i];
    }
    /* A socket with such an address is bound to its link. */
    if (is_link_local(&socket->skc_v6_rcv_saddr) || is_link_local(&socket->skc_v6_daddr))
        event->interface = socket->skc_bound_dev_if;
}

/* Fills in the fields about a connection that ends. */
static __always_inline void write_end(struct trace_event *event, const struct tcp_sock *tcp,
                                      const struct change *change)
{
    event->srtt = tcp->srtt_us;
    event->retransmits = tcp->total_retrans;
    event->sent = data_sent(tcp, change->old_state, change->role);
    event->received = data_received(tcp);
}

/* Puts an event into the ring buffer, if it is wanted. */
static __noinline void emit(struct sock *sk, const struct tcp_sock *tcp, const struct change *change)
{
    struct trace_event *event;

    if (!is_wanted_change(change))
        return;
    event = bpf_ringbuf_reserve(&tcp_events, sizeof(*event), 0);
    if (!event) {
        count_loss(RING_FULL);
        return;
    }
    event->time = change->time;
    event->held = change->held;
    event->socket = (__u64)sk;
    event->cookie = change->cookie;
    event->cgroup = cgroup_of(sk);
    event->netns = netns_of(&sk->__sk_common);
    write_addresses(event, &sk->__sk_common, change->type);
    event->local_port = local_port_of(sk, tcp, change->new_state);
    event->peer_port = bpf_ntohs(sk->__sk_common.skc_dport);
    event->old_state = change->old_state;
    event->new_state = change->new_state;
    event->type = change->type;
    event->role = change->role;
    event->failure = change->failure;
    event->known = change->known;
    if (change->known & TRACE_END)
        write_end(event, tcp, change);
    if (change->known & TRACE_PROCESS) {
        event->process = bpf_get_current_pid_tgid() >> 32;
        bpf_get_current_comm(&event->sent, sizeof(event->sent) + sizeof(event->received));
    }
    bpf_ringbuf_submit(event, wakeup());
}

#endif
