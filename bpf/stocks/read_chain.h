/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Reads the chains of sockets in the kernel's tables.
 *
 * A program that runs holds RCU, so sockets keep their memory until it ends, but may be freed in between and be used
 * again for other sockets (SLAB_TYPESAFE_BY_RCU). So a chain is first read to its end, whose marker tells which chain
 * it was, and only then are its sockets visited.
 */
#ifndef READ_CHAIN_H
#define READ_CHAIN_H

#include "common/addresses.h"
#include "stocks/call.h"
#include "stocks/tables.h"

/* How often a chain that has changed is read again. */
#define CHAIN_ATTEMPTS 16

/* The longest chain that is read at once. Longer ones are visited in parts (stocks/long_chain.h). */
#define SHORT_CHAIN 16

/* The markers of listeners' chains are counted from here (LISTENING_NULLS_BASE). */
#define FIRST_LISTENER_MARKER (1ULL << 29)

/* Which table the walk is in, and where. There is one walk at a time. */
static struct {
    struct table table;
    /* The bytes from one bucket to the next. */
    __u32 stride;
    bool of_listeners;
    /* The next bucket. */
    __u32 bucket;
    /* The bucket in whose chain the socket was that is visited. */
    __u32 visited;
    /* The only namespace whose sockets are visited; 0 for all. */
    __u64 net;
} walking IN_ONE_PIECE;

/* Visits the socket at an address. Each object defines it, once the walk is included. */
static void visit_at(__u64 address);
/* Loads what a visit of the full socket at an address will read. Each object defines it. */
static __u64 touch(__u64 address);

/* Sockets that will be visited together. */
#define SOCKETS_AT_ONCE 64

/*
 * Sockets are rarely in the processor's cache. Waiting for one after the other would take most of the time of a walk.
 * So some are chosen, then everything that visits will need is loaded, which the processor does for many at a time, and
 * then they are visited.
 */
static struct {
    __u64 links[2 * SOCKETS_AT_ONCE];
    __u32 buckets[2 * SOCKETS_AT_ONCE];
    __u32 count;
    /* A sum of what was loaded, so that the compiler keeps the loads. */
    __u64 touched;
} batch IN_ONE_PIECE;

static __always_inline __u64 bucket_at(__u32 number)
{
    return walking.table.buckets + (__u64)number * walking.stride;
}

static __always_inline __u64 marker_of(__u32 number)
{
    return ((__u64)number + (walking.of_listeners ? FIRST_LISTENER_MARKER : 0)) * 2 | 1;
}

static __always_inline __u64 socket_of(__u64 link)
{
    return link - OFFSET(sock_common, skc_nulls_node);
}

/* Loads where a socket's state and link are. */
static __always_inline void touch_link(__u64 link)
{
    if (CAN_CAST)
        batch.touched += load64(link) + POINTER_IN(sock_common, socket_of(link), skc_net.net);
}

/* Loads what the visit of a socket will read. Its state has to be there already. */
static __always_inline void touch_socket(__u64 link)
{
    __u64 address = socket_of(link);
    __u8 state;

    if (!CAN_CAST || (walking.net && POINTER_IN(sock_common, address, skc_net.net) != walking.net))
        return;
    state = FIELD_IN(sock_common, address, skc_state);
    if (state != TCP_TIME_WAIT && state != TCP_NEW_SYN_RECV)
        batch.touched += touch(address);
}

/* Adds a socket to those that will be visited. */
static __always_inline void add_link(__u64 link, __u32 bucket)
{
    __u32 place = batch.count;

    batch.links[place % (2 * SOCKETS_AT_ONCE)] = link;
    batch.buckets[place % (2 * SOCKETS_AT_ONCE)] = bucket;
    batch.count = place + 1;
    touch_socket(link);
}

static long visit_next(__u32 index, void *context)
{
    walking.visited = batch.buckets[index % (2 * SOCKETS_AT_ONCE)];
    visit_at(socket_of(batch.links[index % (2 * SOCKETS_AT_ONCE)]));
    return 0;
}

/* Visits all that were chosen. */
static __always_inline void visit_batch(struct walk *walk)
{
    bpf_loop(batch.count, visit_next, NULL, 0);
    walk->sockets += batch.count;
    batch.count = 0;
}

/* What came of reading a chain. */
enum chain_reading {
    WAS_READ = 0,
    /* It was read, but it is too long to be read at once. */
    IS_LONG = 1,
    /* Its end was not found. The trouble was counted. */
    WAS_NOT_READ = 2,
};

/* Where a chain is being read. */
static struct {
    __u64 link;
    __u32 bucket;
    __u32 length;
} chain IN_ONE_PIECE;

static long read_link(__u32 index, void *context)
{
    /* The last link is odd: a marker. */
    if (chain.link & 1 || !chain.link)
        return 1;
    add_link(chain.link, chain.bucket);
    chain.length++;
    chain.link = load64(chain.link);
    return 0;
}

/* Chooses all sockets of a bucket, if they are not too many. The verifier checks it once and not for each bucket. */
__noinline int read_chain(__u32 number)
{
    struct walk *walk = the_walk();
    __u32 before = batch.count;

    if (!walk)
        return WAS_NOT_READ;
    for (int attempt = 0; attempt < CHAIN_ATTEMPTS; attempt++) {
        batch.count = before;
        chain.bucket = number;
        chain.length = 0;
        chain.link = load64(bucket_at(number));
        bpf_loop(SHORT_CHAIN, read_link, NULL, 0);
        if (chain.link == marker_of(number)) {
            if (chain.length > walk->longest_chain)
                walk->longest_chain = chain.length;
            return WAS_READ;
        }
        if (!(chain.link & 1) && chain.link) {
            batch.count = before;
            return IS_LONG;
        }
        if (!chain.link)
            break;
        walk->restarts++;
    }
    batch.count = before;
    if (chain.link)
        walk->unread_chains++;
    else
        walk->bad_links++;
    return WAS_NOT_READ;
}

#endif
