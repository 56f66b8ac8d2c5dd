/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The queues of a listener. */
#ifndef LISTENER_H
#define LISTENER_H

#include "kernel.h"

/* How many SYNs may wait at any listener, besides what its backlog allows. */
const volatile __u32 syn_limit = ~0U;

struct listener_fill {
    __u32 accept_usage;
    __u32 accept_limit;
    bool accept_full;
    __u32 syn_usage;
    __u32 syn_limit;
    bool syn_full;
};

/*
 * Both queues have the limit that listen() was given. That of connections lets one more in (sk_acceptq_is_full()). When
 * as many SYNs wait (older kernels), or one more (6.18), what comes then gets a cookie, or is dropped where there are
 * none (inet_csk_reqsk_queue_is_full(), tcp_conn_request()).
 */
static __always_inline struct listener_fill fill_of(const struct tcp_sock *tcp)
{
    const struct sock *sk = &tcp->inet_conn.icsk_inet.sk;
    __u32 limit = sk->sk_max_ack_backlog;
    struct listener_fill fill = {
        .accept_usage = sk->sk_ack_backlog,
        .accept_limit = limit,
        .syn_usage = tcp->inet_conn.icsk_accept_queue.qlen.counter,
        .syn_limit = limit < syn_limit ? limit : syn_limit,
    };

    fill.accept_full = fill.accept_usage > fill.accept_limit;
    fill.syn_full = fill.syn_usage && fill.syn_usage >= fill.syn_limit;
    return fill;
}

#endif
