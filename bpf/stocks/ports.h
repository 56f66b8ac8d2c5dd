/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Which ports have listeners, and whose they are. Sockets that remember nothing else are attributed by this. */
#ifndef PORTS_H
#define PORTS_H

#include "common/kernel.h"
#include "common/loss.h"
#include "layout_stocks.h"

/* Whether sockets of all network namespaces are counted. In one namespace a port is enough to find its listeners. */
const volatile bool all_namespaces = false;

/* Whether owners of ports are recorded. */
const volatile bool with_port_owners = false;

/* The ports on which the pass has met a listener. User space empties the set before each pass. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct port_set);
} tcp_open_ports SEC(".maps");

/*
 * The owner of the listeners on a port; 0 if they have several. An owner is what the sink counts by: a cgroup, or its
 * row. User space empties it before each pass, and makes it larger where it is used.
 */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, struct port_key);
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

/* Whether a listener of any observed namespace has the port. */
static __always_inline bool is_open(__u16 port)
{
    const __u64 *ports = open_ports_at(port);

    return ports && *ports >> port % PORTS_PER_WORD & 1;
}

static __always_inline __u64 *port_owner(__u64 net, __u16 port)
{
    struct port_key key = {.net = net, .port = port};

    return bpf_map_lookup_elem(&tcp_port_owners, &key);
}

/* Whether a listener in the namespace `net` has the port. A walk meets all listeners before other sockets. */
static __always_inline bool has_listener(__u64 net, __u16 port)
{
    return is_open(port) && (!all_namespaces || port_owner(net, port));
}

/* The owner of the listeners on a port; 0 if there are none, or if they have several owners. */
static __always_inline __u64 owner_of_port(__u64 net, __u16 port)
{
    const __u64 *owner = with_port_owners && is_open(port) ? port_owner(net, port) : NULL;

    return owner ? *owner : 0;
}

/* Records that a listener with this owner has the port. */
static __always_inline void open_port(__u64 net, __u16 port, __u64 owner)
{
    __u64 *ports = open_ports_at(port), *known;
    struct port_key key = {.net = net, .port = port};

    if (ports)
        *ports |= 1ULL << port % PORTS_PER_WORD;
    if (!with_port_owners && !all_namespaces)
        return;
    known = bpf_map_lookup_elem(&tcp_port_owners, &key);
    if (known)
        *known = *known == owner ? owner : 0;
    else if (bpf_map_update_elem(&tcp_port_owners, &key, &owner, BPF_NOEXIST))
        count_loss(MAP_FULL);
}

#endif
