/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Visits a chain that is too long to be read in one call, such as 8 000 listeners on one port.
 *
 * It is read part by part, and each part is visited before the next one is read. Between two calls sockets may leave
 * the chain, and their memory may become anything. So the last sockets that were read are remembered, with what tells
 * them from others. The next call goes on behind the last one of them that is still in the chain. New sockets are added
 * at the head, or at the end, so whatever comes behind that one has not been visited, and whatever comes before it has.
 *
 * A socket belongs to the chain if the one before it does, and if that one still leads to it afterwards.
 */
#ifndef LONG_CHAIN_H
#define LONG_CHAIN_H

#include "stocks/read_chain.h"

/* How many sockets are remembered; a power of two. */
#define TRAIL 1024

/* What tells a socket from others that later have the same memory. */
struct identity {
    /* Its ports, and the hash of its addresses and ports. */
    __u64 ports;
    /* 0 if it had no cookie. It may be given one while it is in the chain. */
    __u64 cookie;
};

static struct {
    /* Whether a chain is being visited, and that of which bucket. */
    bool is_open;
    __u32 bucket;
    /* How many sockets of it were read so far; the last of them are in the trail. */
    __u32 length;
    /* The sockets that were read since the last visits. */
    __u32 unvisited;
    /* How often the chain had changed since one was added. */
    __u32 attempts;
    /* The link that is read next, and where it was found: at the bucket, or at a socket of the trail. */
    __u64 link;
    __u64 previous;
    __u32 previous_place;
    bool is_at_end;
    __u64 links[TRAIL];
    struct identity identities[TRAIL];
} trail IN_ONE_PIECE;

/* The next chain of a batch that is too long; their buckets. */
static struct {
    __u32 buckets[SOCKETS_AT_ONCE * 2];
    __u32 count;
} long_chains IN_ONE_PIECE;

static __always_inline struct identity identity_of(__u64 link)
{
    __u64 address = socket_of(link);
    struct identity identity = {
        .ports = (__u64)FIELD_IN(sock_common, address, skc_hash) << 32 |
                 (__u64)FIELD_IN(sock_common, address, skc_num) << 16 | FIELD_IN(sock_common, address, skc_dport),
        .cookie = FIELD_IN(sock_common, address, skc_cookie.counter),
    };

    return identity;
}

/* Whether the socket at a place of the trail is still the same, and in a chain. One that leaves it loses `pprev`. */
static __always_inline bool is_linked(__u32 place)
{
    __u64 link = trail.links[place % TRAIL], from = load64(link + OFFSET(hlist_nulls_node, pprev));
    struct identity before = trail.identities[place % TRAIL], now = identity_of(link);

    return from && load64(from) == link && now.ports == before.ports && (!before.cookie || now.cookie == before.cookie);
}

/* Looks for the last socket of the trail that is still in the chain. */
static long look_back(__u32 index, void *context)
{
    __u32 place = trail.length - 1 - index;

    if (!is_linked(place))
        return 0;
    trail.previous = trail.links[place % TRAIL];
    trail.previous_place = place;
    return 1;
}

/* Finds where to go on. Returns whether that is known. */
static __always_inline bool resume(void)
{
    __u32 kept = trail.length < TRAIL ? trail.length : TRAIL;

    trail.previous = 0;
    bpf_loop(kept, look_back, NULL, 0);
    /* If none is left of all that were visited, those that are in the chain have not been visited. */
    if (!trail.previous && trail.length > TRAIL)
        return false;
    trail.link = load64(trail.previous ? trail.previous : bucket_at(trail.bucket));
    return true;
}

static long read_part(__u32 index, void *context)
{
    __u64 link = trail.link, from = trail.previous ? trail.previous : bucket_at(trail.bucket);
    bool is_marker = link & 1 || !link;
    struct identity identity = {};
    __u32 place = trail.length;

    if (!is_marker)
        identity = identity_of(link);
    if (load64(from) != link || (trail.previous && !is_linked(trail.previous_place))) {
        /* The chain has changed here. */
        trail.attempts++;
        return 1;
    }
    if (is_marker) {
        trail.is_at_end = true;
        return 1;
    }
    trail.links[place % TRAIL] = trail.previous = link;
    trail.identities[place % TRAIL] = identity;
    trail.previous_place = place;
    trail.length = place + 1;
    trail.attempts = 0;
    touch_link(link);
    touch_socket(link);
    trail.unvisited++;
    trail.link = load64(link);
    return 0;
}

static long visit_part(__u32 index, void *context)
{
    __u32 place = trail.length - trail.unvisited + index;

    visit_at(socket_of(trail.links[place % TRAIL]));
    return 0;
}

/* Reads and visits a part of the chain. */
static __always_inline void visit_long_chain(struct walk *walk)
{
    trail.unvisited = 0;
    trail.is_at_end = false;
    if (!resume() || trail.attempts >= CHAIN_ATTEMPTS) {
        walk->unread_chains++;
        trail.is_open = false;
        return;
    }
    bpf_loop(SOCKETS_AT_ONCE, read_part, NULL, 0);
    walk->restarts += trail.attempts > 0;
    walking.visited = trail.bucket;
    bpf_loop(trail.unvisited, visit_part, NULL, 0);
    walk->sockets += trail.unvisited;
    if (trail.length > walk->longest_chain)
        walk->longest_chain = trail.length;
    if (!trail.is_at_end)
        return;
    trail.is_open = false;
    /* The marker is that of the chain, or this kernel is not understood. */
    if (trail.link != marker_of(trail.bucket))
        walk->bad_links++;
}

static __always_inline bool has_long_chains(void)
{
    return trail.is_open || long_chains.count;
}

static __always_inline void forget_long_chains(void)
{
    trail.is_open = false;
    long_chains.count = 0;
}

static long visit_long_chains(__u32 index, void *context)
{
    struct walk *walk = the_walk();

    if (!walk)
        return 1;
    if (!trail.is_open) {
        if (!long_chains.count)
            return 1;
        trail.bucket = long_chains.buckets[--long_chains.count % (SOCKETS_AT_ONCE * 2)];
        trail.length = 0;
        trail.attempts = 0;
        trail.is_open = true;
    }
    visit_long_chain(walk);
    return look_at_clock();
}

/* Notes that the chain of a bucket is too long. */
static __always_inline void add_long_chain(__u32 bucket)
{
    __u32 place = long_chains.count;

    long_chains.buckets[place % (SOCKETS_AT_ONCE * 2)] = bucket;
    long_chains.count = place + 1;
}

/* Goes on with the chains that are too long. Returns whether they are done. */
static __always_inline bool walk_long_chains(void)
{
    if (has_long_chains())
        bpf_loop(1 << 20, visit_long_chains, NULL, 0);
    return !has_long_chains();
}

#endif
