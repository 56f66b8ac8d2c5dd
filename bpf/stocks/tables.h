/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Finds the kernel's tables of TCP sockets. No symbol is needed: the parents of any task lead to the first task of all,
 * which is in the first network namespace, and that has the tables.
 */
#ifndef TABLES_H
#define TABLES_H

#include "common/addresses.h"
#include "layout_walk.h"

/* A table of connections (struct inet_hashinfo). */
struct table {
    /* The address of its first bucket. */
    __u64 buckets;
    __u32 mask;
    /* The struct net whose own table it is; 0 if it is shared. It is freed with its namespace. */
    __u64 net;
};

static struct {
    /* The first namespace of all, and that of the agent. */
    __u64 first_net;
    __u64 own_net;
    /* The table of all listeners. */
    struct table listeners;
    /* The tables of connections; the first is the shared one, or the only one that is to be walked. */
    struct table connections[1 + OWN_TABLES];
    __u32 count;
} tables;

/* The number of parents that a task may have. */
#define GENERATIONS 64

static __always_inline __u64 net_of_task(__u64 task)
{
    return POINTER_IN(nsproxy, POINTER_IN(task_struct, task, nsproxy), net_ns);
}

static __always_inline __u64 hashinfo_of(__u64 net)
{
    return POINTER_IN(net, net, ipv4.tcp_death_row.hashinfo);
}

static __always_inline struct table connections_of(__u64 hashinfo)
{
    struct table table = {
        .buckets = POINTER_IN(inet_hashinfo, hashinfo, ehash),
        .mask = FIELD_IN(inet_hashinfo, hashinfo, ehash_mask),
    };

    return table;
}

/* Whether the fields that lead to the tables are where this file expects them. */
static __always_inline bool can_find_tables(void)
{
    return (CAN_CAST || reads_kernel_memory) && bpf_core_field_exists(((struct net *)0)->ipv4.tcp_death_row.hashinfo) &&
           bpf_core_field_exists(((struct inet_hashinfo *)0)->lhash2_mask) &&
           bpf_core_field_exists(((struct inet_listen_hashbucket *)0)->nulls_head);
}

/* Finds the tables that are to be walked. `of_all` is set for those of all namespaces; namespaces.h finds the rest. */
static __always_inline void find_tables(struct walk *walk, bool of_all)
{
    __u64 task, hashinfo;

    tables.count = 0;
    if (!can_find_tables()) {
        walk->no_table++;
        return;
    }
    task = bpf_get_current_task();
    tables.own_net = net_of_task(task);
    for (int i = 0; i < GENERATIONS; i++) {
        if (!FIELD_IN(task_struct, task, pid))
            break;
        task = POINTER_IN(task_struct, task, real_parent);
    }
    tables.first_net = net_of_task(task);
    hashinfo = hashinfo_of(tables.first_net);
    tables.listeners.buckets = POINTER_IN(inet_hashinfo, hashinfo, lhash2);
    tables.listeners.mask = FIELD_IN(inet_hashinfo, hashinfo, lhash2_mask);
    tables.connections[0] = connections_of(of_all ? hashinfo : hashinfo_of(tables.own_net));
    tables.connections[0].net = 0;
    if (!tables.own_net || !tables.listeners.buckets || !tables.connections[0].buckets) {
        walk->no_table++;
        return;
    }
    tables.count = 1;
}

/*
 * Whether a table is still there. A namespace is first taken from the list, and its table is freed after a grace period
 * of RCU, so if this holds, it holds until the program ends. Another namespace may soon stand at the same address.
 */
static __always_inline bool is_there(const struct table *table)
{
    __u64 node = table->net + OFFSET(net, list);

    return !table->net || (load64(load64(node + OFFSET(list_head, prev))) == node &&
                           POINTER_IN(inet_hashinfo, hashinfo_of(table->net), ehash) == table->buckets);
}

#endif
