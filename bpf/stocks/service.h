/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Which of a connection's two ports is the service's. */
#ifndef SERVICE_H
#define SERVICE_H

#include "common/kernel.h"

/* The ports that the kernel gives to clients (ip_local_port_range), both ends included. */
const volatile __u16 first_ephemeral_port = 32768;
const volatile __u16 last_ephemeral_port = 60999;

/* The service's port, if it is on this side or if it is on the peer's. At most one of the two is not 0. */
struct service {
    __u16 local_port;
    __u16 peer_port;
};

static __always_inline bool is_ephemeral(__u16 port)
{
    return port >= first_ephemeral_port && port <= last_ephemeral_port;
}

/*
 * The service of a socket whose role is not certain: one in TIME_WAIT, which does not remember it, or one that was
 * restored. A port with a listener is a service. So is a port outside the range of clients, if the other port is
 * inside. Otherwise the service is unknown: a port that changes with each connection would not be one.
 */
static __always_inline struct service guessed_service(const struct sock_common *socket, bool has_listener)
{
    __u16 local = socket->skc_num, peer = bpf_ntohs(socket->skc_dport);
    struct service none = {}, here = {.local_port = local}, there = {.peer_port = peer};

    if (has_listener)
        return here;
    if (is_ephemeral(local) == is_ephemeral(peer))
        return none;
    return is_ephemeral(peer) ? here : there;
}

/* The service of a socket whose role is known. */
static __always_inline struct service service_of(const struct sock_common *socket, bool is_server)
{
    struct service service = {};

    if (is_server)
        service.local_port = socket->skc_num;
    else
        service.peer_port = bpf_ntohs(socket->skc_dport);
    return service;
}

#endif
