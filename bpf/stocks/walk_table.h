/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * A walk over the kernel's own tables of sockets, without locks and references. It meets the sockets of all network
 * namespaces, and takes a fifth of the time of iter/tcp.
 *
 * The programs that do this are never attached. User space runs them, which makes them hold RCU: sockets keep their
 * memory until a call ends, but may be freed in between and be used again for other sockets (SLAB_TYPESAFE_BY_RCU). So
 * a chain is first read to its end, whose marker tells which chain it was, and only then are its sockets visited.
 *
 * A call ends when its time is over, and the next one goes on from there.
 */
#ifndef WALK_TABLE_H
#define WALK_TABLE_H

#include "common/addresses.h"
#include "layout_walk.h"
#include "stocks/tables.h"

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct walk);
} tcp_walk SEC(".maps");

/* How often a chain that has changed is read again. */
#define CHAIN_ATTEMPTS 16

/* Buckets that are read at once, a cache line of them. */
#define BUCKETS_AT_ONCE 8

/* Sockets or empty buckets between two looks at the clock. */
#define STEPS_BETWEEN_LOOKS 64

/* The markers of listeners' chains are counted from here (LISTENING_NULLS_BASE). */
#define FIRST_LISTENER_MARKER (1ULL << 29)

/* Where the walk is. There is one at a time. */
static struct {
    __u64 deadline;
    struct table table;
    /* The bytes from one bucket to the next. */
    __u32 stride;
    bool of_listeners;
    __u32 bucket;
    /* Steps since the last look at the clock. */
    __u32 steps;
    /* 1 when the time is over. The verifier wants to see that it is no other number than 0 or 1. */
    __u32 is_late;
    __u64 chain[CHAIN_LENGTH];
    __u64 link;
    __u32 length;
} walking;

/* Visits the socket at an address. Each object defines it, once the walk is included. */
int visit_at(__u64 address);

static __always_inline struct walk *the_walk(void)
{
    __u32 row = 0;

    return bpf_map_lookup_elem(&tcp_walk, &row);
}

static __always_inline long is_late(__u32 steps)
{
    walking.steps += steps;
    if (walking.steps >= STEPS_BETWEEN_LOOKS) {
        walking.steps = 0;
        walking.is_late = bpf_ktime_get_ns() > walking.deadline;
    }
    return walking.is_late & 1;
}

static long read_link(__u32 index, void *context)
{
    __u64 link = walking.link;

    /* The last link is odd: a marker. */
    if (link & 1 || !link)
        return 1;
    walking.chain[index % CHAIN_LENGTH] = link;
    walking.length = index + 1;
    walking.link = load64(link);
    return 0;
}

static __always_inline void visit_link(__u64 link)
{
    visit_at(link - OFFSET(sock_common, skc_nulls_node));
}

static long visit_next(__u32 index, void *context)
{
    visit_link(walking.chain[index % CHAIN_LENGTH]);
    return 0;
}

/* Reads the chain of a bucket. Returns whether its end was found; if not, the trouble is counted. */
static __always_inline bool read_chain(struct walk *walk, __u64 bucket, __u64 marker)
{
    for (int attempt = 0; attempt < CHAIN_ATTEMPTS; attempt++) {
        walking.length = 0;
        walking.link = load64(bucket);
        bpf_loop(CHAIN_LENGTH, read_link, NULL, 0);
        if (walking.link == marker)
            return true;
        if (!walking.link) {
            walk->bad_links++;
            return false;
        }
        walk->restarts++;
    }
    walk->unread_chains++;
    return false;
}

/* Visits all sockets of a bucket whose first link is `head`. The verifier checks it once and not for each bucket. */
__noinline int visit_bucket(__u32 number, __u64 head)
{
    __u64 marker = ((__u64)number + (walking.of_listeners ? FIRST_LISTENER_MARKER : 0)) * 2 | 1;
    struct walk *walk = the_walk();

    if (!walk)
        return 0;
    /* Most chains have one socket. */
    if (load64(head) == marker) {
        walking.length = 1;
        visit_link(head);
    } else {
        if (!read_chain(walk, walking.table.buckets + (__u64)number * walking.stride, marker))
            return 0;
        bpf_loop(walking.length, visit_next, NULL, 0);
    }
    walk->sockets += walking.length;
    walking.steps += walking.length;
    if (walking.length > walk->longest_chain)
        walk->longest_chain = walking.length;
    return 0;
}

/* Visits the next eight buckets; nearly all are empty. */
static long visit_buckets(__u32 index, void *context)
{
    __u64 first = walking.table.buckets + walking.bucket * sizeof(__u64), heads[BUCKETS_AT_ONCE], are_empty = 1;

    if (walking.bucket > walking.table.mask)
        return 1;
#pragma unroll
    for (int i = 0; i < BUCKETS_AT_ONCE; i++) {
        heads[i] = load64(first + i * sizeof(__u64));
        are_empty &= heads[i];
    }
    if (!(are_empty & 1))
#pragma unroll
        for (int i = 0; i < BUCKETS_AT_ONCE; i++)
            /* A namespace's own table may have fewer buckets than are read at once. */
            if (!(heads[i] & 1) && walking.bucket + i <= walking.table.mask)
                visit_bucket(walking.bucket + i, heads[i]);
    walking.bucket += BUCKETS_AT_ONCE;
    return is_late(1);
}

static long visit_listeners(__u32 index, void *context)
{
    __u64 bucket = walking.table.buckets + (__u64)walking.bucket * walking.stride, head;

    if (walking.bucket > walking.table.mask)
        return 1;
    head = load64(bucket);
    if (!(head & 1))
        visit_bucket(walking.bucket, head);
    walking.bucket++;
    return is_late(1);
}

/* More than any table has buckets. */
#define MOST_BUCKETS (1 << 23)

/* Begins a call. */
static __always_inline void begin_call(struct walk *walk)
{
    walking.deadline = bpf_ktime_get_ns() + walk->budget;
    walking.steps = 0;
    walking.is_late = 0;
    walk->calls++;
}

static __always_inline void end_call(struct walk *walk)
{
    __u64 took = bpf_ktime_get_ns() - (walking.deadline - walk->budget);

    if (took > walk->longest_call)
        walk->longest_call = took;
}

/* Goes on with the table of listeners; returns whether it is done. */
static __always_inline bool walk_listeners(void)
{
    walking.of_listeners = true;
    walking.stride = bpf_core_type_size(struct inet_listen_hashbucket);
    walking.table = tables.listeners;
    walking.table.buckets += OFFSET(inet_listen_hashbucket, nulls_head);
    bpf_loop(MOST_BUCKETS, visit_listeners, NULL, 0);
    return walking.bucket > walking.table.mask;
}

/* Goes on with a table of connections; returns whether it is done. */
static __always_inline bool walk_connections(struct walk *walk, __u32 number)
{
    barrier_var(number);
    if (number > OWN_TABLES)
        return true;
    walking.of_listeners = false;
    walking.stride = sizeof(__u64);
    walking.table = tables.connections[number];
    if (!is_there(&walking.table)) {
        walk->ended_tables++;
        return true;
    }
    bpf_loop(MOST_BUCKETS, visit_buckets, NULL, 0);
    return walking.bucket > walking.table.mask;
}

/* What a walk does, in this order. */
enum walk_stage {
    WALK_LISTENERS = 0,
    WALK_CONNECTIONS = 1,
    WALK_SLOTS = 2,
};

static __u32 walk_stage, walk_table;

/* Begins a walk, if user space has asked for one. Returns whether there is anything to walk over. */
static __always_inline bool begin_walk(struct walk *walk, bool of_all)
{
    walk_stage = WALK_LISTENERS;
    walk_table = 0;
    walking.bucket = 0;
    walk->begins = 0;
    find_tables(walk, of_all);
    return tables.count > 0;
}

/* Whether the walk has not met every socket. */
static __always_inline bool has_trouble(const struct walk *walk)
{
    return walk->no_table || walk->bad_links || walk->unread_chains || walk->unread_tables || walk->strange_sockets;
}

/* Goes on with the sockets. Returns whether all have been visited. */
static __always_inline bool walk_sockets(struct walk *walk)
{
    if (walk_stage == WALK_LISTENERS) {
        if (!walk_listeners())
            return false;
        walk_stage = WALK_CONNECTIONS;
        walking.bucket = 0;
    }
    if (walk_stage == WALK_CONNECTIONS && !walking.is_late && walk_connections(walk, walk_table)) {
        walking.bucket = 0;
        if (++walk_table >= tables.count)
            walk_stage = WALK_SLOTS;
    }
    return walk_stage == WALK_SLOTS;
}

#endif
