/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Adds to counters and histograms. */
#ifndef RECORD_H
#define RECORD_H

#include "common/kernel.h"
#include "layout_histogram.h"

/* Adds to a counter that all CPUs share. The relaxed addition is an instruction that 5.10 has too. */
static __always_inline void add_shared(__u64 *counter, __u64 value)
{
    __atomic_fetch_add(counter, value, __ATOMIC_RELAXED);
}

/*
 * Adds a duration to a histogram that either all CPUs share or only this one has, in a per-CPU map that only one
 * program writes. On one CPU the kernel never runs a tracing program inside itself (it skips it and counts a
 * `recursion_misses`), so there plain additions lose nothing.
 */
static __always_inline void record(struct histogram *histogram, __u64 ns, bool is_shared)
{
    __u32 slot = histogram_slot(ns), group = slot / HISTOGRAM_GROUP_BUCKETS;

    /* The compiler knows that this always holds, and would remove it. The verifier needs it. */
    barrier_var(group);
    if (group >= HISTOGRAM_GROUPS)
        return;
    if (is_shared) {
        add_shared(&histogram->groups[group].buckets[slot % HISTOGRAM_GROUP_BUCKETS], 1);
        add_shared(&histogram->groups[group].sum, ns);
    } else {
        histogram->groups[group].buckets[slot % HISTOGRAM_GROUP_BUCKETS]++;
        histogram->groups[group].sum += ns;
    }
}

#endif
