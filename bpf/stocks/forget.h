/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Frees the slots of sockets that no longer exist. */
#ifndef FORGET_H
#define FORGET_H

#include "common/loss.h"
#include "common/slots.h"
#include "flows/unseen.h"

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

/* Looks at a slot of a block. The context is the number of the block's first slot, and then whether one stays taken. */
static long visit_slot(__u32 index, void *context)
{
    __u32 *block = context, row = 0;
    struct connection *connection = slot_at(block[0] + index);
    struct pass *pass = bpf_map_lookup_elem(&tcp_pass, &row);

    if (!connection || !pass)
        return 1;
    forget_if_ended(connection, pass);
    if (connection->key)
        block[1] = 1;
    return 0;
}

/* Looks at the slots of a block, and marks it again if one stays taken. The verifier checks it once. */
__noinline int visit_block(__u32 first)
{
    __u32 block[] = {first, 0};

    bpf_loop(SLOTS_PER_BLOCK, visit_slot, block, 0);
    if (block[1])
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

/* Walks over all slots, where the sockets were walked over by iter/tcp. */
SEC("iter/bpf_map_elem")
int forget_ended(struct bpf_iter__bpf_map_elem *context)
{
    struct connection *connection = context->value;
    struct pass *pass;
    __u32 row = 0;

    pass = bpf_map_lookup_elem(&tcp_pass, &row);
    if (!pass)
        return 0;
    /* The last call has no element. */
    if (connection)
        forget_if_ended(connection, pass);
    else
        pass->taken = pass->taken_in_walk;
    return 0;
}

#endif
