/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Where it is kept what is remembered of each connection: the table of slots, found by the key of a socket.
 *
 * The key is the socket's cookie. A walk without locks can read a cookie, but it can't give one to a socket that was
 * made before the agent began and so has none. The key of such a socket is its address, until it ends. No cookie has
 * the highest bit, which every address of the kernel has.
 */
#ifndef SLOT_TABLE_H
#define SLOT_TABLE_H

#include "layout_flows.h"
#include "common/kernel.h"

/*
 * A hash table in an array. A short connection lives for microseconds, and allocating and freeing sk_storage was a
 * third of the cost of observing it. The array is mappable so that each slot begins at a cache line. Slots do not
 * expire: the change to CLOSE frees a slot, or a later pass does if no program saw that change.
 *
 * The table has two parts. The near one is small enough to stay in the processors' caches, and each socket's first slot
 * is there. A socket that finds it taken goes to the far part, which may be large and is cold. So a machine with few
 * connections at a time, however short they are, only ever touches the near part.
 */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, STANDARD_SLOTS);
    __type(key, __u32);
    __type(value, struct connection);
} tcp_slots SEC(".maps");

/* How many slots are near, less one, a power of two less one; and how many are far. */
const volatile __u32 near_mask = STANDARD_SLOTS / 2 - 1;
const volatile __u32 far_slots = STANDARD_SLOTS / 2;

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, STANDARD_SLOTS / SLOTS_PER_WORD);
    __type(key, __u32);
    __type(value, __u64);
} tcp_slot_blocks SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct pass);
} tcp_pass SEC(".maps");

/*
 * A socket that finds its near slot and its far slot taken may be in any of these groups of adjacent slots. So many are
 * needed to fill nearly the whole table.
 */
#define SLOT_GROUPS 4
#define SLOTS_PER_GROUP 4
#define OTHER_SLOTS (SLOT_GROUPS * SLOTS_PER_GROUP)

/* How many slots have an address as their key, and whether programs of another generation may have filled some. */
static __u64 addressed_slots;
const volatile bool shares_slots = false;

static __always_inline bool has_addressed_slots(void)
{
    return shares_slots || addressed_slots;
}

static __always_inline bool is_address(__u64 key)
{
    return key >> 63;
}

static __always_inline __u32 scattered(__u64 key)
{
    return key * 0x9e3779b97f4a7c15 >> 32;
}

/*
 * A socket's first slot. Each CPU numbers its sockets consecutively (gen_cookie_next()), so sockets made at the same
 * time are adjacent: they don't collide, and few of their cache lines are cold.
 */
static __always_inline __u32 near_slot(__u64 key)
{
    return (is_address(key) ? scattered(key) : key) & near_mask;
}

/* The slot for a socket whose near slot is taken. Sockets made at the same time are adjacent here, too. */
static __always_inline __u32 far_slot(__u64 key)
{
    return near_mask + 1 + (is_address(key) ? scattered(key) : (__u32)key) % far_slots;
}

/*
 * One of the slots for a socket whose far slot is taken, too; in the last group some may not exist. Where one slot is
 * taken, the next ones often are, so the groups are anywhere.
 */
static __always_inline __u32 other_slot(__u64 key, __u32 number)
{
    __u32 group = number / SLOTS_PER_GROUP + 1;

    return near_mask + 1 + scattered(key + ((__u64)group << 32)) % far_slots / SLOTS_PER_GROUP * SLOTS_PER_GROUP +
           number % SLOTS_PER_GROUP;
}

static __always_inline struct connection *slot_at(__u32 slot)
{
    return bpf_map_lookup_elem(&tcp_slots, &slot);
}

/* The bit of a socket in the sets of the slots that it should be in; the lower half of such a word is a number. */
static __always_inline __u32 displaced_bit(__u64 key)
{
    return 1U << (16 + (scattered(key ^ key >> 7) & 15));
}

/* Whether the socket with `key` may be elsewhere. If not, no other slot has to be looked at. */
static __always_inline bool may_be_displaced(const struct connection *home, __u64 key)
{
    return home->displaced && home->displaced & displaced_bit(key);
}

/* Notes that a socket that should be in this slot is in another one. The number comes first: it keeps the set. */
static __always_inline void add_displaced(struct connection *home, __u64 key)
{
    __sync_fetch_and_add(&home->displaced, 1);
    __sync_fetch_and_or(&home->displaced, displaced_bit(key));
}

/* The bit of a socket may be another's as well, so the set is only emptied when there is none. */
static __always_inline void remove_displaced(struct connection *home)
{
    __u32 left = __sync_fetch_and_add(&home->displaced, -1) - 1;

    if (left && !(left & 0xffff))
        __sync_val_compare_and_swap(&home->displaced, left, 0);
}

/*
 * The slot of the socket with `key`, which is not in its near slot; or NO_SLOT. A global function, so the verifier
 * checks it once and not for each call.
 */
__noinline __u32 displaced_slot(__u64 key)
{
    __u32 slot = far_slot(key);
    struct connection *connection = slot_at(slot);

    if (!connection)
        return NO_SLOT;
    if (connection->key == key)
        return slot;
    if (!may_be_displaced(connection, key))
        return NO_SLOT;
    for (__u32 number = 0; number < OTHER_SLOTS; number++) {
        slot = other_slot(key, number);
        connection = slot_at(slot);
        if (connection && connection->key == key)
            return slot;
    }
    return NO_SLOT;
}

/* The slot of the socket with `key`, or NO_SLOT. On the path of events, find_connection() is faster. */
__noinline __u32 slot_of(__u64 key)
{
    __u32 slot = near_slot(key);
    struct connection *connection = slot_at(slot);

    if (!connection)
        return NO_SLOT;
    if (connection->key == key)
        return slot;
    return may_be_displaced(connection, key) ? displaced_slot(key) : NO_SLOT;
}

/*
 * What is remembered of the socket with `key`, or NULL. For a socket without a slot, such as when all are taken, only
 * its near slot is examined, and perhaps its far slot, unless a socket with the same bit was displaced from there.
 */
static __always_inline struct connection *find_connection(__u64 key)
{
    struct connection *connection = slot_at(near_slot(key));

    if (!connection || connection->key == key)
        return connection;
    return may_be_displaced(connection, key) ? slot_at(displaced_slot(key)) : NULL;
}

/* Notes that a slot of this block is taken. The pass looks at no other blocks (stocks/forget.h). */
static __always_inline void mark_block(__u32 slot)
{
    __u32 word = slot / SLOTS_PER_WORD;
    __u8 *blocks = bpf_map_lookup_elem(&tcp_slot_blocks, &word);

    if (!blocks)
        return;
    blocks += slot / SLOTS_PER_BLOCK % BLOCKS_PER_WORD;
    /* Nearly always it is set already, and then no other CPU has to give up its copy of the cache line. */
    if (!*(volatile __u8 *)blocks)
        *(volatile __u8 *)blocks = 1;
}

#endif
