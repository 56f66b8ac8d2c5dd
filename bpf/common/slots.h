/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What is remembered of each connection, from its first event to its last. */
#ifndef SLOTS_H
#define SLOTS_H

#include "layout_flows.h"
#include "layout_workloads.h"
#include "common/kernel.h"
#include "common/loss.h"
#include "common/slot_table.h"
#include "common/socket.h"

static __always_inline bool has_flag(const struct connection *connection, enum connection_flag flag)
{
    return connection->flags & flag;
}

static __always_inline void set_flag(struct connection *connection, enum connection_flag flag, bool value)
{
    connection->flags = value ? connection->flags | flag : connection->flags & ~flag;
}

/* The marks of a slot whose socket the next walk has to meet. */
static __always_inline __u8 expected_by(const struct pass *pass)
{
    return pass->session & 1 ? EXPECTED | EXPECTED_BY_ODD : EXPECTED;
}

/* Clears what a slot remembers of its socket, except for its bytes (flows/sample.h). */
static __always_inline void clear(struct connection *connection)
{
    connection->changed = 0;
    connection->opened = 0;
    connection->established = 0;
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

/*
 * Takes a slot if it is free. Another CPU may try to take it at the same time. The exchange comes before the look at
 * the block, also for other CPUs.
 */
static __always_inline bool take(struct connection *connection, __u32 slot, __u64 key)
{
    if (connection->key || __sync_val_compare_and_swap(&connection->key, 0, key))
        return false;
    mark_block(slot);
    if (is_address(key))
        __sync_fetch_and_add(&addressed_slots, 1);
    return true;
}

/* When nearly all slots are taken, a search would hardly find a free one. */
static __always_inline bool is_crowded(void)
{
    __u32 row = 0;
    struct pass *pass = bpf_map_lookup_elem(&tcp_pass, &row);

    return pass && pass->taken >= (__u64)near_mask + 1 + far_slots / 16 * 15;
}

/* A free slot that is neither near nor far, or NO_SLOT. */
static __always_inline __u32 free_slot(__u64 key)
{
    for (__u32 number = 0; number < OTHER_SLOTS; number++) {
        __u32 slot = other_slot(key, number);
        struct connection *connection = slot_at(slot);

        if (connection && !connection->key)
            return slot;
    }
    return NO_SLOT;
}

/*
 * Takes a slot that is not near for the socket with `key`; NO_SLOT if none is free. The slot is as it was left: clear,
 * except for what was written late.
 */
__noinline __u32 take_far_slot(__u64 key)
{
    __u32 slot = far_slot(key);
    struct connection *near = slot_at(near_slot(key)), *far = slot_at(slot), *connection;

    if (!near || !far)
        return NO_SLOT;
    if (take(far, slot, key)) {
        add_displaced(near, key);
        far->flags = DISPLACED;
        return slot;
    }
    /* The other of an event and the pass may just have taken it for this socket. */
    if (far->key == key)
        return slot;
    if (is_crowded())
        return NO_SLOT;
    slot = free_slot(key);
    connection = slot_at(slot);
    /* If it has just been taken, the next pass tries again. */
    if (!connection || !take(connection, slot, key))
        return NO_SLOT;
    add_displaced(far, key);
    add_displaced(near, key);
    connection->flags = DISPLACED | SCATTERED;
    return slot;
}

/* Clears a slot that an event has taken. */
static __always_inline void clear_taken(struct connection *connection)
{
    __u8 place = connection->flags & (DISPLACED | SCATTERED);

    clear(connection);
    connection->sent = 0;
    connection->received = 0;
    connection->flags = place;
}

/* Begins to follow the socket with `key`, in the first free slot; NULL if there is none. */
static __always_inline struct connection *claim_connection(__u64 key)
{
    __u32 slot = near_slot(key);
    struct connection *connection = slot_at(slot);

    if (!connection)
        return NULL;
    if (take(connection, slot, key)) {
        connection->flags = 0;
    } else {
        /* The pass may just have taken it for this socket. */
        if (connection->key == key)
            return connection;
        connection = slot_at(take_far_slot(key));
    }
    if (connection)
        clear_taken(connection);
    return connection;
}

static __always_inline void release(struct connection *connection)
{
#ifdef __TARGET_ARCH_x86
    /* Stores are seen in their order. */
    barrier();
    *(volatile __u64 *)&connection->key = 0;
#else
    __sync_lock_test_and_set(&connection->key, 0);
#endif
}

/*
 * Frees the slot, and leaves it clear: the pass takes slots without clearing them (stocks/follow.h). What the end of a
 * connection made of its bytes stays, because a walk may still look at it (advance()).
 */
static __always_inline void forget(struct connection *connection)
{
    __u64 key = connection->key;

    if (has_flag(connection, DISPLACED)) {
        struct connection *other = slot_at(near_slot(key));

        if (other)
            remove_displaced(other);
        other = has_flag(connection, SCATTERED) ? slot_at(far_slot(key)) : NULL;
        if (other)
            remove_displaced(other);
    }
    if (is_address(key))
        __sync_fetch_and_add(&addressed_slots, -1);
    clear(connection);
    release(connection);
}

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} tcp_address SEC(".maps");

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
    struct connection *connection = has_addressed_slots() ? find_by_address(sk) : NULL;

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
