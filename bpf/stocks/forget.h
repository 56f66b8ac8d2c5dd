/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Frees the slots of sockets that no longer exist. */
#ifndef FORGET_H
#define FORGET_H

#include "common/loss.h"
#include "common/slots.h"
#include "flows/unseen.h"
#include "stocks/call.h"

/*
 * Frees the slot of a socket that two walks in a row have not met and that had no event since. It no longer exists, and
 * no program saw its change to CLOSE. One walk alone may miss a socket that is in none of the kernel's tables at that
 * moment: tcp_v4_connect() changes its state before it is hashed, and tcp_set_state() after it is unhashed. So a socket
 * that was missed for the first time is a doubt, which requests another walk at once.
 *
 * A slot that a walk took and no event has used is freed the same way, but nothing was missed then: most likely the
 * socket ended while the walk met it.
 */
static __always_inline void forget_if_ended(struct connection *connection, struct pass *pass)
{
    if (!connection->key)
        return;
    pass->taken_in_walk++;
    if (connection->pass == (__u16)pass->session || connection->changed >= pass->began)
        return;
    if ((connection->marks & (EXPECTED | EXPECTED_BY_ODD)) == expected_by(pass))
        return;
    if ((connection->marks & DOUBT_MASK) == MISSED) {
        if (connection->state)
            make_up_for(IN_PASS, connection->row, connection->type, connection->state, TCP_CLOSE);
        else if (!(connection->marks & EXPECTED))
            count_loss(UNSEEN);
        forget(connection);
    } else {
        connection->marks |= MISSED;
        pass->doubts++;
    }
}

/*
 * Looks at a slot. Returns whether it stays taken. The functions from here on do without bpf_loop(), which kernels
 * before 5.17 don't have. They are global, so that the verifier checks each once, and not for each call.
 */
__noinline int visit_slot(__u32 slot)
{
    struct connection *connection = slot_at(slot);
    struct pass *pass;
    __u32 row = 0;

    pass = bpf_map_lookup_elem(&tcp_pass, &row);
    if (!connection || !pass)
        return 0;
    forget_if_ended(connection, pass);
    return !!connection->key;
}

/* Looks at the slots of a block, and marks it again if one stays taken. */
__noinline int visit_block(__u32 first)
{
    int taken = 0;

    for (__u32 i = 0; i < SLOTS_PER_BLOCK; i++)
        taken |= visit_slot(first + i);
    if (taken)
        mark_block(first);
    return 0;
}

/*
 * Looks at the slots of the marked blocks of a word. A block is first unmarked, and then its slots are read, also for
 * other CPUs; a slot that is taken meanwhile is taken before its block is looked at (take()). So each taken slot is
 * seen here, or its block is marked again.
 */
__noinline int visit_word(__u32 number)
{
    __u64 *word = bpf_map_lookup_elem(&tcp_slot_blocks, &number);
    union {
        __u64 word;
        __u8 blocks[BLOCKS_PER_WORD];
    } marked;

    if (!word)
        return 0;
    marked.word = __sync_lock_test_and_set(word, 0);
    for (__u32 i = 0; i < BLOCKS_PER_WORD; i++)
        if (marked.blocks[i])
            visit_block(number * SLOTS_PER_WORD + i * SLOTS_PER_BLOCK);
    return 0;
}

/* Which word of blocks comes next, and whether all have been looked at. */
static __u32 next_word;
static bool has_visited_slots;

static __always_inline void begin_with_slots(void)
{
    next_word = 0;
    has_visited_slots = false;
}

/* Looks at the slots of the next word. Returns 1 if no word was left, or the time of the call is over. */
__noinline int visit_next_word(void)
{
    __u64 *word = bpf_map_lookup_elem(&tcp_slot_blocks, &next_word);
    bool is_marked;

    if (!word) {
        has_visited_slots = true;
        return 1;
    }
    is_marked = *word;
    if (is_marked)
        visit_word(next_word);
    next_word++;
    return is_late(is_marked ? STEPS_BETWEEN_LOOKS : 1);
}

#endif
