/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Counts what could not be counted, so that nothing is lost silently. */
#ifndef LOSS_H
#define LOSS_H

#include "common/kernel.h"
#include "layout_losses.h"

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, LOSS_REASON_COUNT);
    __type(key, __u32);
    __type(value, __u64);
} tcp_losses SEC(".maps");

static __always_inline void count_loss(enum loss_reason reason)
{
    __u32 index = reason;
    __u64 *count = bpf_map_lookup_elem(&tcp_losses, &index);

    /* Another program may interrupt this one on its CPU. The relaxed addition is an instruction that 5.10 has too. */
    if (count)
        __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

#endif
