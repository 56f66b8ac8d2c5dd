/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The queues of a listener. They are added to a row only here. */
#ifndef QUEUES_H
#define QUEUES_H

#include "common/kernel.h"
#include "layout_stocks.h"

/* How many SYNs may wait at any listener, in addition to the limit that its backlog sets. */
const volatile __u32 syn_limit = ~0U;

/*
 * Adds the queues of a listener to a row. Both queues have the limit that listen() was given. The queue of connections
 * takes one more than that (sk_acceptq_is_full()). When as many SYNs wait (older kernels), or one more (6.18), each
 * further SYN is answered with a cookie, or dropped if cookies are off (inet_csk_reqsk_queue_is_full(),
 * tcp_conn_request()).
 */
static __always_inline void add_queues(struct listener_queues *row, const struct tcp_sock *listener)
{
    const struct sock *sk = &listener->inet_conn.icsk_inet.sk;
    __u32 accept_limit = sk->sk_max_ack_backlog, accept_usage = sk->sk_ack_backlog;
    __u32 limit = accept_limit < syn_limit ? accept_limit : syn_limit;
    __u32 syn_usage = listener->inet_conn.icsk_accept_queue.qlen.counter;

    row->listeners++;
    row->accept_usage += accept_usage;
    row->accept_limit += accept_limit;
    row->accept_full += accept_usage > accept_limit;
    row->syn_usage += syn_usage;
    row->syn_limit += limit;
    row->syn_full += syn_usage && syn_usage >= limit;
}

#endif
