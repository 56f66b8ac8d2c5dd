/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Which ports have listeners, and in which cgroup. Sockets that remember nothing else are attributed by this. */
#ifndef PORTS_H
#define PORTS_H

#include "common/kernel.h"
#include "layout_stocks.h"

/* The ports on which the pass has met a listener. User space empties the set before each pass. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct port_set);
} tcp_open_ports SEC(".maps");

/*
 * By port: the cgroup of the listeners there; 0 if they are in several cgroups. Valid for the ports in
 * `tcp_open_ports`. Where sockets are grouped by container, user space makes it as large as there are ports.
 */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} tcp_port_owners SEC(".maps");

/* The word of the set that has the bit of a port. */
static __always_inline __u64 *open_ports_at(__u16 port)
{
    __u32 row = 0, word = port / PORTS_PER_WORD;
    struct port_set *ports = bpf_map_lookup_elem(&tcp_open_ports, &row);

    barrier_var(word);
    return ports && word < PORT_WORDS ? &ports->words[word] : NULL;
}

/* Whether a listener has the socket's local port. A walk meets all listeners before other sockets. */
static __always_inline bool has_listener(const struct sock_common *socket)
{
    __u16 port = socket->skc_num;
    const __u64 *ports = open_ports_at(port);

    return ports && *ports >> port % PORTS_PER_WORD & 1;
}

/* The cgroup of the listeners on the socket's local port; 0 if there are none, or if they are in several cgroups. */
static __always_inline __u64 owner_of_port(const struct sock_common *socket)
{
    __u32 port = socket->skc_num;
    const __u64 *owner = has_listener(socket) ? bpf_map_lookup_elem(&tcp_port_owners, &port) : NULL;

    return owner ? *owner : 0;
}

/* Records that a listener of a cgroup has the port. */
static __always_inline void open_port(const struct sock_common *listener, __u64 cgroup)
{
    __u32 port = listener->skc_num;
    __u64 *owner = bpf_map_lookup_elem(&tcp_port_owners, &port), *ports = open_ports_at(port);

    if (owner)
        *owner = !has_listener(listener) || *owner == cgroup ? cgroup : 0;
    if (ports)
        *ports |= 1ULL << port % PORTS_PER_WORD;
}

#endif
