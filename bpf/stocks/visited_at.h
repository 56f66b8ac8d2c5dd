/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What a walk over the kernel's tables meets at an address. */
#ifndef VISITED_AT_H
#define VISITED_AT_H

#include "stocks/visit.h"
#include "stocks/walk_table.h"

/* Where programs can't cast an address, the socket is copied here. */
#define LARGEST_SOCKET 4096
static __u8 copied_socket[LARGEST_SOCKET] __attribute__((aligned(8)));

static __always_inline const void *copy_socket(__u64 address, __u32 size)
{
    if (!reads_kernel_memory || size > LARGEST_SOCKET ||
        bpf_probe_read_kernel(copied_socket, size, (const void *)address))
        return NULL;
    return copied_socket;
}

#define SOCKET_AT(type, address) \
    (CAN_CAST ? (const void *)STRUCTURE_AT(type, address) : copy_socket(address, bpf_core_type_size(struct type)))

/*
 * Casts the socket at an address. `socket` is NULL if it is not to be visited: it has just left the table, or belongs
 * to another namespace. `net` is the only namespace to visit, or 0 for all.
 */
static __always_inline struct visited visited_at(struct walk *walk, __u64 address, __u64 net)
{
    struct visited visited = {.address = address}, none = {};
    const void *socket;
    __u64 cookie;

    if (!POINTER_IN(sock_common, address, skc_nulls_node.pprev)) {
        walk->unhashed++;
        return none;
    }
    visited.net = POINTER_IN(sock_common, address, skc_net.net);
    if (!visited.net) {
        /* It may have left the table meanwhile, and be about to become another socket. */
        if (POINTER_IN(sock_common, address, skc_nulls_node.pprev))
            walk->strange_sockets++;
        else
            walk->unhashed++;
        return none;
    }
    if (net && visited.net != net)
        return none;
    /* The memory of a socket is only ever used again for sockets of its kind. */
    switch (FIELD_IN(sock_common, address, skc_state)) {
    case TCP_NEW_SYN_RECV:
        socket = visited.request = SOCKET_AT(tcp_request_sock, address);
        break;
    case TCP_TIME_WAIT:
        socket = visited.time_wait = SOCKET_AT(tcp_timewait_sock, address);
        break;
    default:
        socket = visited.full = SOCKET_AT(tcp_sock, address);
    }
    if (!socket)
        return none;
    visited.socket = socket;
    identify(&visited);
    cookie = visited.socket->skc_cookie.counter;
    visited.key = cookie ? cookie : address;
    return visited;
}

#endif
