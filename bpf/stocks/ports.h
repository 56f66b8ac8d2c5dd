/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Which ports something listens on, and in which control group: what tells sockets apart that remember nothing else. */
#ifndef PORTS_H
#define PORTS_H

#include "common/kernel.h"
#include "layout_stocks.h"

/* The ports that the pass has met a listener on. User space empties the set before each pass. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct port_set);
} tcp_open_ports SEC(".maps");

/*
 * By port: the control group of whoever listens there, 0 if they are several. Meaningful for a port of
 * `tcp_open_ports`. User space makes it as large as there are ports where sockets are grouped by container.
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

/* Whether something listens on the port that the socket has here. A walk comes to all listeners first. */
static __always_inline bool has_listener(const struct sock_common *socket)
{
    __u16 port = socket->skc_num;
    const __u64 *ports = open_ports_at(port);

    return ports && *ports >> port % PORTS_PER_WORD & 1;
}

/* The control group of whoever listens on the port that the socket has here; 0 if nobody does, or several do. */
static __always_inline __u64 owner_of_port(const struct sock_common *socket)
{
    __u32 port = socket->skc_num;
    const __u64 *owner = has_listener(socket) ? bpf_map_lookup_elem(&tcp_port_owners, &port) : NULL;

    return owner ? *owner : 0;
}

/* Notes that a listener of a control group has the port. */
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
