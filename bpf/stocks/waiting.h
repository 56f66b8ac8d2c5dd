/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What waits in connections, and how long. */
#ifndef WAITING_H
#define WAITING_H

#include "layout_flows.h"
#include "layout_workloads.h"
#include "common/kernel.h"
#include "layout_states.h"

/* Records how long a connection has been in a state. */
static __always_inline void note_age(struct stock_counters *stocks, int state, __u64 since, __u64 now)
{
    barrier_var(state);
    if (since && since < now && state >= 0 && state < TCP_STATE_COUNT && now - since > stocks->oldest[state])
        stocks->oldest[state] = now - since;
}

/*
 * Whether a zero window stops a connection with unsent data. Apart, because few connections have any, and the timer is
 * in a cache line that nothing else is needed of.
 */
static __noinline bool is_stopped(const struct tcp_sock *tcp)
{
    if (!tcp->snd_wnd)
        return true;
    /* Nothing is in flight, and only the timer that probes the window is pending. */
    return !tcp->packets_out && tcp->inet_conn.icsk_pending == ICSK_TIME_PROBE0;
}

/* Adds what waits in a connection, and whether a zero window stops it. */
static __always_inline void add_waiting(struct stock_counters *stocks, const struct tcp_sock *tcp, int state)
{
    __s32 unread = tcp->rcv_nxt - tcp->copied_seq, window = tcp->rcv_wup + tcp->rcv_wnd - tcp->rcv_nxt;
    __u32 unacknowledged = tcp->write_seq - tcp->snd_una, unsent = tcp->write_seq - tcp->snd_nxt;
    bool can_receive = state == TCP_ESTABLISHED || state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2;

    if (unread > 0)
        stocks->queued[RECEIVE] += unread;
    stocks->queued[TRANSMIT] += unacknowledged;
    if (can_receive && unread > 0 && window <= 0)
        stocks->stalled[RECEIVE]++;
    if (state != TCP_SYN_SENT && state != TCP_SYN_RECV && unsent && is_stopped(tcp))
        stocks->stalled[TRANSMIT]++;
}

#endif
