/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Counters of what happens to connections, and functions that add to them. They are called for events, and by the pass
 * over all sockets for events that were missed.
 *
 * Each CPU has its own counters, and on each CPU the events and the pass have their own (enum sampler), because an
 * event may interrupt the pass. With a row for each cgroup, all of them add to the counters of the row.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include "layout_flows.h"
#include "layout_workloads.h"
#include "common/kernel.h"
#include "common/loss.h"
#include "common/record.h"
#include "common/rows.h"

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

struct flow_block {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, ROWS_PER_BLOCK);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(struct flow_counters));
};

/* The counters of the rows, in blocks. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, __u32);
    __array(values, struct flow_block);
} tcp_flows SEC(".maps");

/* The counters of a row. User space adds a block before it offers its rows, so it is never missing. */
static __always_inline struct flow_counters *flows_of(__u32 row)
{
    __u32 block = row / ROWS_PER_BLOCK, place = row % ROWS_PER_BLOCK;
    void *rows = bpf_map_lookup_elem(&tcp_flows, &block);

    return rows ? bpf_map_lookup_elem(rows, &place) : NULL;
}

/* Out of line to keep the stack of the hot path small (flows/handshakes.h). */
static __noinline void count_shared_transition(__u32 row, __u32 index)
{
    struct flow_counters *flows = flows_of(row);

    if (flows && index < TRANSITION_COUNT)
        add_shared(&flows->transitions.counts[index], 1);
}

static __always_inline void count_transition_of(enum sampler sampler, __u32 row, enum network_type type, int old_state,
                                                int new_state)
{
    __u32 index = transition_index(type, old_state, new_state), key = sampler;
    struct transitions *transitions;

    barrier_var(index);
    if (index >= TRANSITION_COUNT)
        return;
    if (by_cgroup) {
        count_shared_transition(row, index);
        return;
    }
    transitions = bpf_map_lookup_elem(&tcp_transitions, &key);
    if (transitions)
        transitions->counts[index]++;
}

static __always_inline void count_handshake(enum sampler sampler, __u32 row, __u8 role, enum network_type type,
                                            enum handshake_outcome outcome)
{
    __u32 index = handshake_index(role & 1, type, outcome), key = sampler;
    struct handshakes *handshakes;

    barrier_var(index);
    if (index >= HANDSHAKE_COUNT)
        return;
    if (by_cgroup) {
        struct flow_counters *flows = flows_of(row);

        if (flows)
            add_shared(&flows->handshakes.counts[index], 1);
        return;
    }
    handshakes = bpf_map_lookup_elem(&tcp_handshakes, &key);
    if (handshakes)
        handshakes->counts[index]++;
}

/*
 * Everything is recorded by this one piece of code, because copies of it would not stay in the instruction cache. It is
 * a global function, so the verifier checks it once and not for each call.
 */
__noinline int record_duration(__u32 row, __u32 index, __u64 ns)
{
    struct histogram *histogram;

    if (by_cgroup) {
        struct flow_counters *flows = flows_of(row);

        if (flows && index < DURATION_COUNT)
            record(&flows->durations[index], ns, true);
        return 0;
    }
    histogram = bpf_map_lookup_elem(&tcp_durations, &index);
    if (histogram)
        record(histogram, ns, false);
    return 0;
}

static __always_inline void add_bytes(enum sampler sampler, __u32 row, enum io_direction direction, __u8 role,
                                      __u64 bytes)
{
    __u32 index = io_index(sampler, direction, role & 1), key = 0;
    struct io_counts *io;

    barrier_var(index);
    if (index >= IO_COUNT)
        return;
    if (by_cgroup) {
        struct flow_counters *flows = flows_of(row);

        if (flows)
            add_shared(&flows->io.bytes[index], bytes);
        return;
    }
    io = bpf_map_lookup_elem(&tcp_io, &key);
    if (io)
        io->bytes[index] += bytes;
}

#endif
