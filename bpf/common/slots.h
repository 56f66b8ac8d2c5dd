/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What is remembered of each connection, found by the key of its socket.
 *
 * The key is the socket's cookie. A walk without locks can read a cookie, but it can't give one to a socket that was
 * made before the agent began and so has none. The key of such a socket is its address, until it ends. No cookie has
 * the highest bit, which every address of the kernel has.
 */
#ifndef SLOTS_H
#define SLOTS_H

#include "layout_flows.h"
#include "layout_workloads.h"
#include "common/kernel.h"
#include "common/loss.h"
#include "common/socket.h"

/*
 * A hash table in an array. A short connection lives for microseconds, and allocating and freeing sk_storage was a
 * third of the cost of observing it. The array is mappable so that each slot begins at a cache line. Slots do not
 * expire: the change to CLOSE frees a slot, or a later pass does if no program saw that change.
 */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, CONNECTION_SLOTS);
    __type(key, __u32);
    __type(value, struct connection);
} tcp_slots SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct pass);
} tcp_pass SEC(".maps");

/* The number of slots that a socket may be in. */
#define CONNECTION_PROBES 8

/* How many slots have an address as their key. */
static __u64 addressed_slots;

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
static __always_inline __u32 first_slot(__u64 key)
{
    return (is_address(key) ? scattered(key) : key) % CONNECTION_SLOTS;
}

/*
 * The slot for a socket whose first slot is taken. Each probe is somewhere else: sockets made at the same time are
 * adjacent, so where one slot is taken, the next ones often are, too. The probes of two such sockets differ as well.
 */
static __always_inline __u32 other_slot(__u64 key, __u32 probe)
{
    return scattered(key + ((__u64)probe << 32)) % CONNECTION_SLOTS;
}

static __always_inline struct connection *slot_at(__u32 slot)
{
    return bpf_map_lookup_elem(&tcp_slots, &slot);
}

/*
 * What is remembered of the socket with `key`, or NULL. For a socket without a slot, such as when all are taken, only
 * its first slot is examined, unless other sockets were displaced from there.
 */
static __always_inline struct connection *find_connection(__u64 key)
{
    struct connection *connection = slot_at(first_slot(key));

    if (!connection || connection->key == key)
        return connection;
    if (!connection->displaced)
        return NULL;
    for (__u32 probe = 1; probe < CONNECTION_PROBES; probe++) {
        connection = slot_at(other_slot(key, probe));
        if (connection && connection->key == key)
            return connection;
    }
    return NULL;
}

static __always_inline bool has_flag(const struct connection *connection, enum connection_flag flag)
{
    return connection->flags & flag;
}

static __always_inline void set_flag(struct connection *connection, enum connection_flag flag, bool value)
{
    connection->flags = value ? connection->flags | flag : connection->flags & ~flag;
}

/* Clears what a slot remembers of its socket. */
static __always_inline void clear(struct connection *connection)
{
    connection->changed = 0;
    connection->opened = 0;
    connection->established = 0;
    connection->sent = 0;
    connection->received = 0;
    connection->pass = 0;
    connection->row = NO_ROW;
    connection->state = 0;
    connection->role = 0;
    connection->known = 0;
    connection->marks = 0;
    connection->type = 0;
    connection->minute = 0;
    connection->flags = 0;
    connection->stale_error = 0;
}

/* Takes a slot if it is free. Another CPU may try to take it at the same time. */
static __always_inline bool take(struct connection *connection, __u64 key)
{
    if (connection->key || __sync_val_compare_and_swap(&connection->key, 0, key))
        return false;
    if (is_address(key))
        __sync_fetch_and_add(&addressed_slots, 1);
    return true;
}

static __always_inline bool is_crowded(void)
{
    __u32 row = 0;
    struct pass *pass = bpf_map_lookup_elem(&tcp_pass, &row);

    return pass && pass->taken >= CROWDED_SLOTS;
}

/* Begins to follow the socket with `key`, in the first free slot; NULL if there is none. */
static __always_inline struct connection *claim_connection(__u64 key)
{
    struct connection *home = slot_at(first_slot(key));

    if (!home)
        return NULL;
    if (take(home, key)) {
        clear(home);
        return home;
    }
    if (is_crowded())
        return NULL;
    for (__u32 probe = 1; probe < CONNECTION_PROBES; probe++) {
        struct connection *connection = slot_at(other_slot(key, probe));

        if (connection && take(connection, key)) {
            __sync_fetch_and_add(&home->displaced, 1);
            clear(connection);
            connection->flags = DISPLACED;
            return connection;
        }
    }
    return NULL;
}

/* Frees the slot. */
static __always_inline void forget(struct connection *connection)
{
    if (has_flag(connection, DISPLACED)) {
        struct connection *home = slot_at(first_slot(connection->key));

        if (home)
            __sync_fetch_and_add(&home->displaced, -1);
    }
    if (is_address(connection->key))
        __sync_fetch_and_add(&addressed_slots, -1);
    connection->key = 0;
}

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} tcp_address SEC(".maps");

/*
 * The slot of the socket with `key`, or CONNECTION_SLOTS. A global function, so the verifier checks it once and not for
 * each call; on the path of events, find_connection() is faster.
 */
__noinline __u32 slot_of(__u64 key)
{
    __u32 slot = first_slot(key);
    struct connection *connection = slot_at(slot);

    if (connection && connection->key == key)
        return slot;
    for (__u32 probe = 1; probe < CONNECTION_PROBES; probe++) {
        slot = other_slot(key, probe);
        connection = slot_at(slot);
        if (connection && connection->key == key)
            return slot;
    }
    return CONNECTION_SLOTS;
}

/*
 * What is remembered of a socket by its address, or NULL. The verifier forbids calculating with a pointer, but not with
 * a number that was a pointer when it was stored.
 */
static __noinline struct connection *find_by_address(struct sock *sk)
{
    __u32 row = 0;
    volatile __u64 *address = bpf_map_lookup_elem(&tcp_address, &row);

    if (!address)
        return NULL;
    *address = (__u64)sk;
    return slot_at(slot_of(*address));
}

/*
 * What is remembered of a socket by its address. A socket that is only now born is another one, at the address of one
 * whose end no program saw.
 */
static __always_inline struct connection *remembered_by_address(struct sock *sk, int old_state)
{
    struct connection *connection = addressed_slots ? find_by_address(sk) : NULL;

    if (connection && (old_state == TCP_CLOSE || (old_state == TCP_SYN_RECV && connection->state != TCP_SYN_RECV)))
        return NULL;
    return connection;
}

/*
 * What is remembered of a socket that changes from one state to another; NULL if nothing is. A socket that leaves
 * SYN_RECV and has no slot is a listener's child.
 */
static __always_inline struct connection *remembered(struct sock *sk, int old_state, int new_state)
{
    bool is_ending = new_state == TCP_CLOSE && old_state != TCP_SYN_RECV;
    /* A socket without a cookie has no slot, unless its address is the key. */
    bool is_new = !has_cookie(sk);
    struct connection *connection = is_new ? NULL : find_connection(cookie_of(sk));

    if (!connection)
        connection = remembered_by_address(sk, old_state);
    return connection || is_ending ? connection : claim_connection(cookie_of(sk));
}

#endif
