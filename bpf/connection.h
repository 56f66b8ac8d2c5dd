/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What a socket remembers, and what is read of it when it ends or is sampled. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "connections.h"
#include "histogram.h"
#include "kernel.h"
#include "losses.h"
#include "socket.h"

/*
 * The maps of the same name in two objects are one: user space shares them.
 *
 * This is a hash table of our own in an array, as a churning connection is gone in microseconds and a third of what
 * watching costs it was making and freeing sk_storage; an array that can be mapped is one whose slots begin at cache
 * lines. Nothing dies by itself here: a slot is freed by the change to CLOSE, and where no program saw that, by the
 * next pass.
 */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, CONNECTION_SLOTS);
    __type(key, __u32);
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
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct io_counts);
} tcp_io SEC(".maps");

/* How many slots from its first one on a socket may be in. */
#define CONNECTION_PROBES 8

/*
 * A socket's first slot. Each CPU numbers its sockets one after the other (gen_cookie_next()), so those of one moment
 * stand side by side: neither do they collide, nor is each in a cache line that nobody has touched for long.
 */
static __always_inline __u32 first_slot(__u64 cookie)
{
    return cookie % CONNECTION_SLOTS;
}

/* What is remembered of the socket with `cookie`, or NULL. */
static __always_inline struct connection *find_connection(__u64 cookie)
{
    __u32 first = first_slot(cookie);

    for (__u32 probe = 0; probe < CONNECTION_PROBES; probe++) {
        __u32 slot = (first + probe) % CONNECTION_SLOTS;
        struct connection *connection = bpf_map_lookup_elem(&connections, &slot);

        if (connection && connection->cookie == cookie)
            return connection;
    }
    return NULL;
}

/* Makes a slot remember nothing of its socket. */
static __always_inline void clear(struct connection *connection)
{
    connection->changed = 0;
    connection->opened = 0;
    connection->established = 0;
    connection->sent = 0;
    connection->received = 0;
    connection->pass = 0;
    connection->state = 0;
    connection->role = 0;
    connection->known = 0;
}

/* Begins to follow the socket with `cookie`, in the first slot that is free; NULL when there is none. */
static __always_inline struct connection *claim_connection(__u64 cookie)
{
    __u32 first = first_slot(cookie);

    for (__u32 probe = 0; probe < CONNECTION_PROBES; probe++) {
        __u32 slot = (first + probe) % CONNECTION_SLOTS;
        struct connection *connection = bpf_map_lookup_elem(&connections, &slot);

        /* Another CPU may want it too. */
        if (connection && !connection->cookie && !__sync_val_compare_and_swap(&connection->cookie, 0, cookie)) {
            clear(connection);
            return connection;
        }
    }
    count_loss(MAP_FULL);
    return NULL;
}

/* What is remembered of the socket with `cookie`; a new one is followed from now on. */
static __always_inline struct connection *find_or_claim_connection(__u64 cookie)
{
    struct connection *connection = find_connection(cookie);

    return connection ? connection : claim_connection(cookie);
}

/* Frees the slot. */
static __always_inline void forget(struct connection *connection)
{
    connection->cookie = 0;
}

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
    connection->state = state;
}

#endif
