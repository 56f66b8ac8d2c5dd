/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Counts durations in the kernel. */
#ifndef BPF_HISTOGRAM_H
#define BPF_HISTOGRAM_H

#include "kernel.h"
#include "include/histogram.h"

/*
 * Adds a duration to a histogram of a per-CPU map that one program writes. The kernel does not run a tracing program
 * inside itself on one CPU (it skips it and counts that as `recursion_misses`), so plain additions lose nothing.
 */
static __always_inline void record(struct histogram *histogram, __u64 ns)
{
    __u32 slot = histogram_slot(ns), group = slot / HISTOGRAM_GROUP_BUCKETS;

    /* The compiler knows that this holds; the verifier wants to see it. */
    barrier_var(group);
    if (group >= HISTOGRAM_GROUPS)
        return;
    histogram->groups[group].buckets[slot % HISTOGRAM_GROUP_BUCKETS]++;
    histogram->groups[group].sum += ns;
}

#endif
