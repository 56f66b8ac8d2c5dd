/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What is read of a connection when it ends or is sampled, and where it is added up. */
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

/* One piece of code for all that is recorded: copies of it would not stay in the instruction cache. */
static __noinline void record_duration(__u32 index, __u64 ns)
{
    struct histogram *histogram = bpf_map_lookup_elem(&tcp_durations, &index);

    if (histogram)
        record(histogram, ns);
}

static __always_inline void add_bytes(enum sampler sampler, enum io_direction direction, __u8 role, __u64 bytes)
{
    __u32 index = io_index(sampler, direction, role & 1), row = 0;
    struct io_counts *io = bpf_map_lookup_elem(&tcp_io, &row);

    barrier_var(index);
    if (io && index < IO_COUNT)
        io->bytes[index] += bytes;
}

/* Adds what was sent and received since the last time, and the smoothed round-trip time. */
static __always_inline void sample(struct connection *connection, const struct tcp_sock *tcp, enum network_type type,
                                   enum sampler sampler)
{
    __u64 sent = data_sent(tcp), received = data_received(tcp);
    __u32 srtt = tcp->srtt_us;

    /* A retransmission is counted before it is sent, so the difference may seem to shrink for a moment. */
    if (sent > connection->sent) {
        add_bytes(sampler, TRANSMIT, connection->role, sent - connection->sent);
        connection->sent = sent;
    }
    if (received > connection->received) {
        add_bytes(sampler, RECEIVE, connection->role, received - connection->received);
        connection->received = received;
    }
    /* srtt_us is in eighths of a microsecond. */
    if (srtt)
        record_duration(rtt_index(sampler, type), (__u64)srtt * 125);
}

/* Takes in a socket that was there before us: its role, and where its bytes stand. */
static __always_inline void adopt(struct connection *connection, const struct tcp_sock *tcp, int state)
{
    connection->role = role_from_sequence(tcp, state);
    connection->known = 1;
    connection->sent = data_sent(tcp);
    connection->received = data_received(tcp);
    connection->state = state;
}

#endif
