/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Finds the namespaces that have a table of connections of their own (net.ipv4.tcp_child_ehash_entries). */
#ifndef NAMESPACES_H
#define NAMESPACES_H

#include "stocks/call.h"
#include "stocks/tables.h"

/* How often the list is begun again, because the namespace at which a call ended has ended, before calls don't end. */
#define LIST_ATTEMPTS 16

/* Where the walk is in the kernel's list of namespaces. New ones are added at its end. */
static struct {
    /* The node of the last one, and what tells it from another one at the same address. */
    __u64 node;
    __u64 identity;
    __u32 attempts;
    bool is_at_end;
} list IN_ONE_PIECE;

static __always_inline __u64 namespace_at(__u64 node)
{
    return node - OFFSET(net, list);
}

/* A number that no other namespace ever has; before 5.12, one that no other namespace has at the same time. */
static __always_inline __u64 identity_of_namespace(__u64 net)
{
    if (bpf_core_field_exists(((struct net *)0)->net_cookie))
        return POINTER_IN(net, net, net_cookie);
    return FIELD_IN(net, net, ns.inum);
}

/* Adds the own table of a namespace, if it has one. */
static __always_inline void add_own_table(struct walk *walk, __u64 net)
{
    __u64 hashinfo = hashinfo_of(net);
    __u32 place = tables.count;

    if (!hashinfo || hashinfo == hashinfo_of(tables.first_net))
        return;
    barrier_var(place);
    if (place > OWN_TABLES) {
        walk->unread_tables++;
        return;
    }
    tables.connections[place] = connections_of(hashinfo);
    tables.connections[place].net = net;
    tables.count = place + 1;
}

static long add_next_table(__u32 index, void *context)
{
    struct walk *walk = *(struct walk **)context;
    __u64 next = load64(list.node);

    /* The first namespace never ends, so the head of the list stands before it. */
    if (!next || next == POINTER_IN(net, tables.first_net, list.prev)) {
        list.is_at_end = true;
        return 1;
    }
    list.node = next;
    list.identity = identity_of_namespace(namespace_at(next));
    add_own_table(walk, namespace_at(next));
    return list.attempts < LIST_ATTEMPTS && is_late(1);
}

/* Begins with the first namespace, whose table was added before. */
static __always_inline void begin_list(void)
{
    tables.count = 1;
    list.node = tables.first_net + OFFSET(net, list);
    list.identity = identity_of_namespace(tables.first_net);
    list.is_at_end = false;
}

/* Goes on with the list; returns whether it is done. */
static __always_inline bool walk_namespaces(struct walk *walk)
{
    /* A namespace that has left the list is no way back to it, and its memory may be anything. */
    if (load64(load64(list.node + OFFSET(list_head, prev))) != list.node ||
        identity_of_namespace(namespace_at(list.node)) != list.identity) {
        walk->unread_tables = 0;
        list.attempts++;
        begin_list();
    }
    bpf_loop(1 << 20, add_next_table, &walk, 0);
    return list.is_at_end;
}

#endif
