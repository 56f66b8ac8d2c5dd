/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What Swift sees of the BPF programs: the map layouts they share and the compiled objects. */
#ifndef CPROBES_H
#define CPROBES_H

#include <stddef.h>

#include "connection_count.h"
#include "connection_groups.h"
#include "connections.h"
#include "handshake.h"
#include "histogram.h"
#include "losses.h"
#include "response_time.h"
#include "segments.h"
#include "trace.h"

/* An ELF object compiled from a .bpf.c file and embedded in the program; it lives as long as the process. */
struct bpf_elf {
    const void *bytes;
    size_t size;
};

extern const struct bpf_elf connection_count_elf;
extern const struct bpf_elf connection_groups_elf;
extern const struct bpf_elf connections_elf;
extern const struct bpf_elf connections_interpreted_elf;
extern const struct bpf_elf resets_elf;
extern const struct bpf_elf response_time_elf;
extern const struct bpf_elf response_time_interpreted_elf;
extern const struct bpf_elf retransmits_elf;
extern const struct bpf_elf retransmits_interpreted_elf;
extern const struct bpf_elf trace_elf;
extern const struct bpf_elf trace_interpreted_elf;

#endif
