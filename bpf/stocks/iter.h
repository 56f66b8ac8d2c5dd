/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What iter/tcp provides. It walks the tables of the network namespace in which the iterator was opened: first
 * listeners, then connections. It runs its program for each socket under the socket's lock: full sockets, request
 * sockets and those in TIME_WAIT.
 */
#ifndef ITER_H
#define ITER_H

#include "stocks/visit.h"

/* Casts a socket of iter/tcp. A request is cast only if `with_requests` is set, because that takes a call. */
static __always_inline struct visited visited_by_iter(struct sock_common *socket, bool with_requests)
{
    struct visited visited = {.socket = socket, .is_locked = true, .net = (__u64)net_of(socket)};

    switch (socket->skc_state) {
    case TCP_NEW_SYN_RECV:
        if (with_requests)
            visited.request = bpf_skc_to_tcp_request_sock(socket);
        break;
    case TCP_TIME_WAIT:
        visited.time_wait = bpf_skc_to_tcp_timewait_sock(socket);
        break;
    default:
        visited.full = bpf_skc_to_tcp_sock(socket);
    }
    identify(&visited);
    return visited;
}

#endif
