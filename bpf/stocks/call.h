/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * One call of a walk over the kernel's tables, or the table of slots. It ends when its time is over, and the next one
 * goes on from there.
 */
#ifndef CALL_H
#define CALL_H

#include "common/kernel.h"
#include "layout_walk.h"

/* For structures in static memory. The compiler would split them, and the kernel refuses the types of such pieces. */
#define IN_ONE_PIECE __attribute__((used))

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct walk);
} tcp_walk SEC(".maps");

/* Small steps between two looks at the clock. */
#define STEPS_BETWEEN_LOOKS 64

static struct {
    __u64 deadline;
    /* Steps since the last look at the clock. */
    __u32 steps;
    /* 1 when the time is over. The verifier wants to see that it is no other number than 0 or 1. */
    __u32 is_late;
} call IN_ONE_PIECE;

static __always_inline struct walk *the_walk(void)
{
    __u32 row = 0;

    return bpf_map_lookup_elem(&tcp_walk, &row);
}

/* Looks at the clock. Returns 1 when the time is over. */
static __always_inline long look_at_clock(void)
{
    call.steps = 0;
    call.is_late = bpf_ktime_get_ns() > call.deadline;
    return call.is_late & 1;
}

/* Counts small steps. Returns 1 when the time is over. */
static __always_inline long is_late(__u32 steps)
{
    call.steps += steps;
    if (call.steps >= STEPS_BETWEEN_LOOKS)
        look_at_clock();
    return call.is_late & 1;
}

static __always_inline void begin_call(struct walk *walk)
{
    call.deadline = bpf_ktime_get_ns() + walk->budget;
    call.steps = 0;
    call.is_late = 0;
    walk->calls++;
}

static __always_inline void end_call(struct walk *walk)
{
    __u64 took = bpf_ktime_get_ns() - (call.deadline - walk->budget);

    if (took > walk->longest_call)
        walk->longest_call = took;
}

#endif
