/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Counters of what happens to connections, and functions that add to them. They are called for events, and by the pass
 * over all sockets for events that were missed. Each of the two has its own rows (enum sampler), because an event may
 * interrupt the pass.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include "layout_flows.h"
#include "common/record.h"
#include "common/kernel.h"

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SAMPLER_COUNT);
    __type(key, __u32);
    __type(value, struct transitions);
} tcp_transitions SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SAMPLER_COUNT);
    __type(key, __u32);
    __type(value, struct handshakes);
} tcp_handshakes SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, DURATION_COUNT);
    __type(key, __u32);
    __type(value, struct histogram);
} tcp_durations SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct io_counts);
} tcp_io SEC(".maps");

static __always_inline void count_transition_of(enum sampler sampler, enum network_type type, int old_state,
                                                int new_state)
{
    __u32 index = transition_index(type, old_state, new_state), row = sampler;
    struct transitions *transitions = bpf_map_lookup_elem(&tcp_transitions, &row);

    barrier_var(index);
    if (transitions && index < TRANSITION_COUNT)
        transitions->counts[index]++;
}

static __always_inline void count_handshake(enum sampler sampler, __u8 role, enum network_type type,
                                            enum handshake_outcome outcome)
{
    __u32 index = handshake_index(role & 1, type, outcome), row = sampler;
    struct handshakes *handshakes = bpf_map_lookup_elem(&tcp_handshakes, &row);

    barrier_var(index);
    if (handshakes && index < HANDSHAKE_COUNT)
        handshakes->counts[index]++;
}

/*
 * Everything is recorded by this one piece of code, because copies of it would not stay in the instruction cache. It is
 * a global function, so the verifier checks it once and not for each call.
 */
__noinline int record_duration(__u32 index, __u64 ns)
{
    struct histogram *histogram = bpf_map_lookup_elem(&tcp_durations, &index);

    if (histogram)
        record(histogram, ns);
    return 0;
}

static __always_inline void add_bytes(enum sampler sampler, enum io_direction direction, __u8 role, __u64 bytes)
{
    __u32 index = io_index(sampler, direction, role & 1), row = 0;
    struct io_counts *io = bpf_map_lookup_elem(&tcp_io, &row);

    barrier_var(index);
    if (io && index < IO_COUNT)
        io->bytes[index] += bytes;
}

#endif
