/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * A walk over the kernel's own tables of sockets, without locks and references. It meets the sockets of all network
 * namespaces. The programs that do this are never attached. User space runs them, call by call.
 */
#ifndef WALK_TABLE_H
#define WALK_TABLE_H

#include "stocks/long_chain.h"
#include "stocks/namespaces.h"

/* Buckets that are read at once, a cache line of them. */
#define BUCKETS_AT_ONCE 8

/* Lines of empty buckets that are read before the next look at the clock. */
#define MOST_EMPTY_LINES 512

/* The heads of the chains that will be read next. */
static struct {
    __u64 links[2 * SOCKETS_AT_ONCE];
    __u32 buckets[2 * SOCKETS_AT_ONCE];
    __u32 count;
    /* The next one to read. */
    __u32 next;
} heads IN_ONE_PIECE;

/* Notes the chains of the next eight buckets; nearly all are empty. */
static long find_heads(__u32 index, void *context)
{
    __u64 first = walking.table.buckets + walking.bucket * sizeof(__u64), links[BUCKETS_AT_ONCE], are_empty = 1;
    __u64 left = (__u64)walking.table.mask - walking.bucket;
    __u32 count = heads.count;

    if (walking.bucket > walking.table.mask || count >= SOCKETS_AT_ONCE)
        return 1;
#pragma unroll
    for (int i = 0; i < BUCKETS_AT_ONCE; i++) {
        links[i] = load64(first + i * sizeof(__u64));
        /* A namespace's own table may have fewer buckets than are read at once. Without branches, for the verifier. */
        links[i] |= (left - i) >> 63;
        are_empty &= links[i];
    }
    if (!(are_empty & 1)) {
#pragma unroll
        for (int i = 0; i < BUCKETS_AT_ONCE; i++) {
            heads.links[count % (2 * SOCKETS_AT_ONCE)] = links[i];
            heads.buckets[count % (2 * SOCKETS_AT_ONCE)] = walking.bucket + i;
            count += ~links[i] & 1;
        }
        heads.count = count;
    }
    walking.bucket += BUCKETS_AT_ONCE;
    return 0;
}

/* Notes the chain of the next bucket of listeners. */
static long find_listeners(__u32 index, void *context)
{
    __u32 count = heads.count;
    __u64 link;

    if (walking.bucket > walking.table.mask || count >= SOCKETS_AT_ONCE)
        return 1;
    link = load64(bucket_at(walking.bucket));
    heads.links[count % (2 * SOCKETS_AT_ONCE)] = link;
    heads.buckets[count % (2 * SOCKETS_AT_ONCE)] = walking.bucket;
    heads.count = count + (~link & 1);
    walking.bucket++;
    return 0;
}

static long touch_head(__u32 index, void *context)
{
    touch_link(heads.links[index % (2 * SOCKETS_AT_ONCE)]);
    return 0;
}

/* Chooses the sockets of the next chain. */
static long read_next_chain(__u32 index, void *context)
{
    __u32 place = heads.next % (2 * SOCKETS_AT_ONCE), bucket = heads.buckets[place];
    __u64 link = heads.links[place];

    if (heads.next >= heads.count || batch.count >= SOCKETS_AT_ONCE)
        return 1;
    heads.next++;
    /* Most chains have one socket. */
    if (load64(link) == marker_of(bucket))
        add_link(link, bucket);
    else if (read_chain(bucket) == IS_LONG)
        add_long_chain(bucket);
    return 0;
}

/* Reads and visits the chains that were found, as long as there is time. */
static long visit_heads(__u32 index, void *context)
{
    struct walk *walk = the_walk();

    if (!walk || heads.next >= heads.count)
        return 1;
    bpf_loop(2 * SOCKETS_AT_ONCE, read_next_chain, NULL, 0);
    visit_batch(walk);
    return look_at_clock();
}

/* Visits the sockets of some buckets. */
static long visit_buckets(__u32 index, void *context)
{
    if (walking.bucket > walking.table.mask)
        return 1;
    heads.count = heads.next = 0;
    if (walking.of_listeners)
        bpf_loop(MOST_EMPTY_LINES, find_listeners, NULL, 0);
    else
        bpf_loop(MOST_EMPTY_LINES, find_heads, NULL, 0);
    bpf_loop(heads.count, touch_head, NULL, 0);
    bpf_loop(2 * SOCKETS_AT_ONCE, visit_heads, NULL, 0);
    /* What was found does not last until the next call. */
    if (heads.next < heads.count)
        walking.bucket = heads.buckets[heads.next % (2 * SOCKETS_AT_ONCE)];
    else if (!heads.count)
        look_at_clock();
    return call.is_late || long_chains.count;
}

/* More than any table has buckets. */
#define MOST_BUCKETS (1 << 23)

/* Goes on with the present table; returns whether it is done. The next call visits the long chains that were found. */
static __always_inline bool walk_buckets(void)
{
    if (walk_long_chains() && !call.is_late)
        bpf_loop(MOST_BUCKETS, visit_buckets, NULL, 0);
    return walking.bucket > walking.table.mask && !has_long_chains();
}

/* Goes on with the table of listeners; returns whether it is done. */
static __always_inline bool walk_listeners(void)
{
    walking.of_listeners = true;
    walking.stride = bpf_core_type_size(struct inet_listen_hashbucket);
    walking.table = tables.listeners;
    walking.table.buckets += OFFSET(inet_listen_hashbucket, nulls_head);
    return walk_buckets();
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
        forget_long_chains();
        return true;
    }
    return walk_buckets();
}

/* What a walk does, in this order. */
enum walk_stage {
    WALK_NAMESPACES = 0,
    WALK_LISTENERS = 1,
    WALK_CONNECTIONS = 2,
    WALK_SLOTS = 3,
};

static __u32 walk_stage, walk_table;

/* Begins a walk, if user space has asked for one. Returns whether there is anything to walk over. */
static __always_inline bool begin_walk(struct walk *walk, bool of_all)
{
    walk_stage = of_all ? WALK_NAMESPACES : WALK_LISTENERS;
    walk_table = 0;
    walking.bucket = 0;
    batch.count = 0;
    forget_long_chains();
    walk->begins = 0;
    find_tables(walk, of_all);
    begin_list();
    list.attempts = 0;
    walking.net = of_all ? 0 : tables.own_net;
    return !walk->no_table;
}

/* Whether the walk has not met every socket. */
static __always_inline bool has_trouble(const struct walk *walk)
{
    return walk->no_table || walk->bad_links || walk->unread_chains || walk->unread_tables || walk->strange_sockets;
}

/* Goes on with the sockets. Returns whether all have been visited. */
static __always_inline bool walk_sockets(struct walk *walk)
{
    if (walk_stage == WALK_NAMESPACES) {
        if (!walk_namespaces(walk))
            return false;
        walk_stage = WALK_LISTENERS;
    }
    if (walk_stage == WALK_LISTENERS && !call.is_late) {
        if (!walk_listeners())
            return false;
        walk_stage = WALK_CONNECTIONS;
        walking.bucket = 0;
    }
    if (walk_stage == WALK_CONNECTIONS && !call.is_late && walk_connections(walk, walk_table)) {
        walking.bucket = 0;
        if (++walk_table >= tables.count)
            walk_stage = WALK_SLOTS;
    }
    return walk_stage == WALK_SLOTS;
}

#endif
