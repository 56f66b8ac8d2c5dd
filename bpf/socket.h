/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What the programs ask of any TCP socket: full, request or TIME_WAIT. */
#ifndef SOCKET_H
#define SOCKET_H

#include "kernel.h"
#include "tcp_state.h"

static __always_inline bool is_v4_mapped(const struct in6_addr *address)
{
    return address->in6_u.u6_addr32[0] == 0 && address->in6_u.u6_addr32[1] == 0 &&
           address->in6_u.u6_addr32[2] == bpf_htonl(0xffff);
}

/*
 * The protocol that a connection's packets travel by. An AF_INET6 socket whose peer or own address is v4-mapped
 * (RFC 4291, 2.5.5.2) speaks IPv4; a listener on `::` is IPv6 although it may accept both.
 */
static __always_inline enum network_type network_type_of(const struct sock_common *socket)
{
    if (socket->skc_family != AF_INET6)
        return IPV4;
    /* Without CONFIG_IPV6 the fields, and with them such sockets, do not exist. */
    if (!bpf_core_field_exists(socket->skc_v6_daddr))
        return IPV4;
    if (is_v4_mapped(&socket->skc_v6_daddr) || is_v4_mapped(&socket->skc_v6_rcv_saddr))
        return IPV4;
    return IPV6;
}

/* The network namespace that a socket belongs to, by inode number. */
static __always_inline __u32 netns_of(const struct sock_common *socket)
{
    return socket->skc_net.net->ns.inum;
}

#endif
