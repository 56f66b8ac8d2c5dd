/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Adds durations to histograms. */
#ifndef RECORD_H
#define RECORD_H

#include "common/kernel.h"
#include "layout_histogram.h"

/*
 * Adds a duration to a histogram of a per-CPU map that only one program writes. On one CPU the kernel never runs a
 * tracing program inside itself (it skips it and counts a `recursion_misses`), so plain additions lose nothing.
 */
static __always_inline void record(struct histogram *histogram, __u64 ns)
{
    __u32 slot = histogram_slot(ns), group = slot / HISTOGRAM_GROUP_BUCKETS;

    /* The compiler knows that this always holds, and would remove it. The verifier needs it. */
    barrier_var(group);
    if (group >= HISTOGRAM_GROUPS)
        return;
    histogram->groups[group].buckets[slot % HISTOGRAM_GROUP_BUCKETS]++;
    histogram->groups[group].sum += ns;
}

#endif
