/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Samples a live connection: its bytes and its round-trip time. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "common/sequence.h"
#include "common/slots.h"
#include "flows/counters.h"

/*
 * The interval of observations of a connection's round-trip time, in nanoseconds. There is one observation for each
 * interval in which the connection carried data, however many passes happen in it.
 */
const volatile __u64 rtt_period = 60000000000;

/*
 * The number of packets after which a false first round-trip time has little weight. Each new sample reduces its weight
 * by an eighth.
 */
#define DELIVERED_FOR_RTT 128

/* How far a connection has sent and received. */
struct progress {
    __u64 sent;
    __u64 received;
};

static __always_inline struct progress progress_of(const struct tcp_sock *tcp, int state)
{
    struct progress progress = {.sent = position(tcp, state), .received = data_received(tcp)};

    return progress;
}

/* What no connection has sent or received. */
#define COUNTED_AT_END (~0ULL)

/* Adds the bytes that a connection has sent and received since they were last counted, at its end. */
static __always_inline void count_last_bytes(struct connection *connection, const struct tcp_sock *tcp, int state)
{
    struct progress now = progress_of(tcp, state);
    /* Whatever a walk still adds for this connection, it then fails to exchange. */
    __u64 sent = __sync_lock_test_and_set(&connection->sent, COUNTED_AT_END);
    __u64 received = __sync_lock_test_and_set(&connection->received, COUNTED_AT_END);

    /* The bytes of a restored connection were sent and received earlier. */
    if (is_under_repair(tcp))
        return;
    if (now.sent > sent)
        add_bytes(AT_EVENT, connection->row, TRANSMIT, connection->role, now.sent - sent);
    if (now.received > received)
        add_bytes(AT_EVENT, connection->row, RECEIVE, connection->role, now.received - received);
}

/* Whether a connection has sent or received more than was counted. */
static __always_inline bool has_advanced(const struct connection *connection, struct progress now)
{
    return now.sent > connection->sent || now.received > connection->received;
}

/*
 * How much further a walk found a connection than its bytes were counted; 0 if it has ended since. The slot of an ended
 * one may already be another socket's, and that may have sent just as much.
 */
static __always_inline __u64 advance(struct connection *connection, __u64 key, __u64 *counted, __u64 now)
{
    __u64 before = *counted;

    if (now <= before || __sync_val_compare_and_swap(counted, before, now) != before)
        return 0;
    if (*(volatile __u64 *)&connection->key == key)
        return now - before;
    /* If the end of the connection took over what was exchanged here, it did not count that. */
    return __sync_val_compare_and_swap(counted, now, before) == COUNTED_AT_END ? now - before : 0;
}

/* Adds the bytes that a connection has sent and received since they were last counted, in a walk. */
static __always_inline void sample_bytes(struct connection *connection, __u64 key, struct progress now,
                                         bool is_under_repair)
{
    /* The end of the connection clears these at any moment, but not before it has taken over what is exchanged here. */
    __u32 row = *(volatile __u32 *)&connection->row;
    __u8 role = *(volatile __u8 *)&connection->role;
    __u64 more_sent = advance(connection, key, &connection->sent, now.sent);
    __u64 more_received = advance(connection, key, &connection->received, now.received);

    if ((!more_sent && !more_received) || is_under_repair)
        return;
    connection->marks |= CARRIED;
    if (more_sent)
        add_bytes(IN_PASS, row, TRANSMIT, role, more_sent);
    if (more_received)
        add_bytes(IN_PASS, row, RECEIVE, role, more_received);
}

/* Records the smoothed round-trip time, in eighths of a microsecond, if it is that of the network. */
static __always_inline void observe_rtt(struct connection *connection, const struct tcp_sock *tcp,
                                        enum network_type type, enum sampler sampler)
{
    if (!tcp->srtt_us || (has_flag(connection, DOUBTFUL_RTT) && tcp->delivered < DELIVERED_FOR_RTT))
        return;
    record_duration(connection->row, rtt_index(sampler, type), (__u64)tcp->srtt_us * 125);
}

/* Begins to follow a socket that is older than the agent: finds its role and how far it has sent and received. */
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
