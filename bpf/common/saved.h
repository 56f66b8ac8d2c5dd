/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What user space saves for the next agent, if the programs are pinned. Programs do not use it. */
#ifndef SAVED_H
#define SAVED_H

#include "common/kernel.h"
#include "layout_generation.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, SAVED_PIECES);
    __type(key, __u32);
    __type(value, struct saved_piece);
} tcp_saved SEC(".maps");

#endif
