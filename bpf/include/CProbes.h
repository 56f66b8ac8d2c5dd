/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The part of the BPF programs that Swift sees: the map layouts they share and the compiled objects. */
#ifndef CPROBES_H
#define CPROBES_H

#include <stddef.h>

#include "layout_flows.h"
#include "layout_generation.h"
#include "layout_groups.h"
#include "layout_handshakes.h"
#include "layout_histogram.h"
#include "layout_losses.h"
#include "layout_responses.h"
#include "layout_segments.h"
#include "layout_states.h"
#include "layout_stocks.h"
#include "layout_trace.h"
#include "layout_walk.h"
#include "layout_workloads.h"

/* An ELF object compiled from a .bpf.c file and embedded in the program. It lives as long as the process. */
struct bpf_elf {
    const void *bytes;
    size_t size;
};

extern const struct bpf_elf agent_elf;
extern const struct bpf_elf groups_elf;
extern const struct bpf_elf trace_elf;

#endif
