/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Which programs count while those of two agents are attached.
 *
 * Programs that are pinned stay when their agent ends. When another build of the agent starts, it attaches its own
 * programs behind them, and then has these count from one moment on. Each event must be counted by exactly one of the
 * two, also the one that is going on at that moment. So only the programs that were there first read the number of the
 * generation that counts, and leave it to those behind them, which run next on the same CPU. Only an interrupt between
 * the two, in the moment of the change, could have one event counted twice.
 */
#ifndef GENERATION_H
#define GENERATION_H

#include "common/kernel.h"
#include "layout_generation.h"

/* The generation of these programs; 0 if they are not pinned, and count as long as they are attached. */
const volatile __u64 own_generation = 0;

/* One row, which all generations share. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct generations);
} tcp_generation SEC(".maps");

/* The generation that counts the event that is going on. All generations share it. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} tcp_decided SEC(".maps");

/* Whether this program counts the event. To be asked once, at the beginning. */
static __always_inline bool is_counting(void)
{
    const struct generations *generations;
    __u64 *decided;
    __u32 key = 0;

    if (!own_generation)
        return true;
    generations = bpf_map_lookup_elem(&tcp_generation, &key);
    decided = bpf_map_lookup_elem(&tcp_decided, &key);
    if (!generations || !decided)
        return false;
    if (*(const volatile __u64 *)&generations->deciding == own_generation)
        *decided = *(const volatile __u64 *)&generations->counting;
    return *decided == own_generation;
}

#endif
