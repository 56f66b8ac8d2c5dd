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

/* Adds what a connection in `state` has sent and received since the last call. */
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
    /* The bytes of a restored connection were sent and received earlier. */
    if (is_under_repair(tcp))
        return;
    set_flag(connection, CARRIED, true);
    if (more_sent)
        add_bytes(sampler, TRANSMIT, connection->role, more_sent);
    if (more_received)
        add_bytes(sampler, RECEIVE, connection->role, more_received);
}

/* Records the smoothed round-trip time, in eighths of a microsecond, if it is that of the network. */
static __always_inline void observe_rtt(struct connection *connection, const struct tcp_sock *tcp,
                                        enum network_type type, enum sampler sampler)
{
    if (!tcp->srtt_us || (has_flag(connection, DOUBTFUL_RTT) && tcp->delivered < DELIVERED_FOR_RTT))
        return;
    record_duration(rtt_index(sampler, type), (__u64)tcp->srtt_us * 125);
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
