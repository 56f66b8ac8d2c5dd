/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* How handshakes end, and how long they take. */
#ifndef HANDSHAKES_H
#define HANDSHAKES_H

#include "common/handshake_error.h"
#include "common/sequence.h"
#include "common/server_handshake.h"
#include "common/slots.h"
#include "flows/counters.h"

/* In nanoseconds. */
#define LONG_HANDSHAKE 200000

/* The result of a handshake that ends now. A client's handshake begins with its first SYN. */
static __always_inline struct server_handshake
handshake_of(const struct connection *connection, const struct tcp_sock *tcp, enum network_type type, __u64 now)
{
    const struct sock_common *socket = &tcp->inet_conn.icsk_inet.sk.__sk_common;
    struct server_handshake handshake = {};

    if (connection->role == SERVER)
        return server_handshake_of(tcp, socket, type, now);
    handshake.duration = connection->opened ? now - connection->opened : 0;
    /*
     * The SYN may have waited for the first write. Then the duration is the kernel's first round-trip time. Reading
     * that costs one more cache line, so it is only done when the SYN may have waited.
     */
    if (handshake.duration > LONG_HANDSHAKE && BPF_CORE_READ_BITFIELD(tcp, fastopen_connect))
        handshake.duration = tcp->total_retrans ? 0 : (__u64)tcp->srtt_us * 125;
    return handshake;
}

/*
 * Whether the peer acknowledged the SYN or the SYN-ACK of a connection although one end closed it before ESTABLISHED.
 * The acknowledgement comes with the FIN, or at any time for a child of TCP Fast Open, without a change of state.
 */
static __always_inline bool is_acknowledged(const struct connection *connection, const struct tcp_sock *tcp)
{
    return connection->role == SERVER ? !tcp->fastopen_rsk : tcp->bytes_acked > 0;
}

/*
 * Records that a connection came into its state without a segment, because a process restores it (TCP_REPAIR). It has
 * sent no SYN, and its role is unknown.
 */
static __always_inline void restore(struct connection *connection)
{
    connection->sent = 0;
    set_flag(connection, GUESSED, true);
}

/*
 * The rare changes and the last ones are out of line to keep the stack of the hot path below 64 bytes. Above that the
 * kernel switches to another stack, whose cache lines are cold.
 */
static __noinline void end_handshake(struct connection *connection, const struct tcp_sock *tcp, enum network_type type,
                                     int old_state, __u64 now)
{
    bool is_overtaken = old_state != TCP_SYN_SENT && old_state != TCP_SYN_RECV;
    enum handshake_outcome outcome;
    struct server_handshake handshake;

    if (connection->state == TCP_ESTABLISHED || (connection->state == TCP_CLOSE && !is_overtaken)) {
        set_flag(connection, HANDSHAKING, false);
    } else if (is_acknowledged(connection, tcp)) {
        set_flag(connection, HANDSHAKING, false);
        count_handshake(AT_EVENT, connection->row, connection->role, type, SUCCEEDED);
        /* It was in use from the beginning. */
        connection->established = connection->opened;
        return;
    } else if (connection->state != TCP_CLOSE) {
        return;
    }
    if (connection->state == TCP_CLOSE && is_unsent(tcp))
        return;
    if (connection->state == TCP_ESTABLISHED && connection->role == CLIENT && !tcp->segs_out) {
        restore(connection);
        return;
    }
    if (is_overtaken)
        old_state = TCP_SYN_RECV;
    outcome = handshake_outcome(old_state, connection->state, handshake_error(tcp, old_state, connection->stale_error),
                                data_acknowledged(tcp));
    if (outcome == NO_OUTCOME)
        return;
    count_handshake(AT_EVENT, connection->row, connection->role, type, outcome);
    if (outcome != SUCCEEDED)
        return;
    handshake = handshake_of(connection, tcp, type, now);
    /* For a server this is also how long its request socket was in SYN_RECV. User space adds it there. */
    if (handshake.duration)
        record_duration(connection->row, handshake_duration_index(connection->role & 1, type), handshake.duration);
    set_flag(connection, DOUBTFUL_RTT, handshake.is_rtt_doubtful);
    connection->established = now;
}

#endif
