/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What a socket remembers, and what is read of it when it ends or is sampled. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "connections.h"
#include "histogram.h"
#include "kernel.h"
#include "losses.h"
#include "socket.h"

/* The maps of the same name in two objects are one: user space shares them. */
struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct connection);
} connections SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, DURATION_COUNT);
    __type(key, __u32);
    __type(value, struct histogram);
} tcp_durations SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, IO_COUNT);
    __type(key, __u32);
    __type(value, __u64);
} tcp_io SEC(".maps");

static __always_inline void record_duration(__u32 index, __u64 ns)
{
    struct histogram *histogram = bpf_map_lookup_elem(&tcp_durations, &index);

    if (histogram)
        record(histogram, ns);
}

static __always_inline void add_bytes(enum sampler sampler, enum io_direction direction, __u8 role, __u64 bytes)
{
    __u32 index = io_index(sampler, direction, role & 1);
    __u64 *count = bpf_map_lookup_elem(&tcp_io, &index);

    if (count)
        *count += bytes;
}

/* The bytes of data that were sent, each once. */
static __always_inline __u64 data_sent(const struct tcp_sock *tcp)
{
    return tcp->bytes_sent - tcp->bytes_retrans;
}

/* The bytes of data that were received; the kernel's counter has one more for the FIN, which sets SOCK_DONE
 * (tcp_fin()). */
static __always_inline __u64 data_received(const struct tcp_sock *tcp)
{
    __u64 done = tcp->inet_conn.icsk_inet.sk.__sk_common.skc_flags >> SOCK_DONE & 1;

    return tcp->bytes_received > done ? tcp->bytes_received - done : 0;
}

/*
 * Which end a socket is that was there before us. What the peer has acknowledged or still has to, beyond the data that
 * were sent, is the FIN if there was one, and the SYN: that of a client is counted in bytes_acked, the SYN-ACK of a
 * server is not, as its socket is made after that (tcp_create_openreq_child()).
 */
static __always_inline __u8 role_from_sequence(const struct tcp_sock *tcp, int state)
{
    bool closed_here =
        state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_CLOSING || state == TCP_LAST_ACK;
    bool sent_fin = closed_here && tcp->snd_nxt == tcp->write_seq;
    __u64 sequence = tcp->bytes_acked + (__u32)(tcp->snd_nxt - tcp->snd_una);

    return sequence > data_sent(tcp) + sent_fin ? CLIENT : SERVER;
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
}

#endif
