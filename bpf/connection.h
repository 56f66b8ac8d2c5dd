/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What is counted of connections, by the events and by the pass over all sockets, and where it is added up. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "connections.h"
#include "histogram.h"
#include "kernel.h"
#include "sequence.h"
#include "slots.h"
#include "socket.h"

/* The maps of the same name in two objects are one: user space shares them. */
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

/*
 * How long an observation of a connection's round-trip time stands for, in nanoseconds: there is one for each such span
 * in which it carried data, however many passes there are in it.
 */
const volatile __u64 rtt_period = 60000000000;

/* Packets after which a false first round-trip time counts for little: each sample takes an eighth of what is left. */
#define DELIVERED_FOR_RTT 128

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
 * One piece of code for all that is recorded: copies of it would not stay in the instruction cache. It is a global
 * function, which the verifier walks through once, and not for each call.
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

/* Adds what was sent and received since the last time, of a connection in `state`. */
static __always_inline void sample_bytes(struct connection *connection, const struct tcp_sock *tcp, int state,
                                         enum sampler sampler)
{
    __u64 sent = position(tcp, state), received = data_received(tcp);
    __u64 more_sent = sent > connection->sent ? sent - connection->sent : 0;
    __u64 more_received = received > connection->received ? received - connection->received : 0;

    if (!more_sent && !more_received)
        return;
    connection->sent += more_sent;
    connection->received += more_received;
    /* What a process restores was sent and received before. */
    if (is_under_repair(tcp))
        return;
    set_flag(connection, CARRIED, true);
    if (more_sent)
        add_bytes(sampler, TRANSMIT, connection->role, more_sent);
    if (more_received)
        add_bytes(sampler, RECEIVE, connection->role, more_received);
}

/* Records the smoothed round-trip time, which is in eighths of a microsecond, if it is the network's. */
static __always_inline void observe_rtt(struct connection *connection, const struct tcp_sock *tcp,
                                        enum network_type type, enum sampler sampler)
{
    if (!tcp->srtt_us || (has_flag(connection, DOUBTFUL_RTT) && tcp->delivered < DELIVERED_FOR_RTT))
        return;
    record_duration(rtt_index(sampler, type), (__u64)tcp->srtt_us * 125);
}

/* Takes in a socket that was there before us: its role, and where its bytes stand. */
static __always_inline void adopt(struct connection *connection, const struct tcp_sock *tcp, int state, __u64 now)
{
    connection->role = role_from_sequence(tcp, state);
    set_flag(connection, GUESSED, connection->role == SERVER);
    connection->known = 1;
    connection->opened = now;
    connection->sent = position(tcp, state);
    connection->received = data_received(tcp);
    connection->state = state;
}

#endif
