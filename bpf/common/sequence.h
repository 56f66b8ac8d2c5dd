/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What a socket's counters and sequence numbers say about its connection. */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include "layout_handshakes.h"
#include "common/kernel.h"
#include "layout_states.h"

/* Whether a connection in `state` has sent its FIN, which is the last in the sequence. */
static __always_inline bool has_sent_fin(const struct tcp_sock *tcp, int state)
{
    bool is_closed_here =
        state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_CLOSING || state == TCP_LAST_ACK;

    return is_closed_here && tcp->snd_nxt == tcp->write_seq;
}

/*
 * How far a connection in `state` has sent: its bytes of data, each counted once, plus one for the SYN if this socket
 * sent it.
 *
 * It is computed from what the peer has acknowledged or still has to acknowledge. The kernel's bytes_sent less
 * bytes_retrans would be too much when a queueing discipline or a rule of this machine drops a segment: that segment is
 * sent again and counted twice as new.
 */
static __always_inline __u64 position(const struct tcp_sock *tcp, int state)
{
    __u64 sequence = tcp->bytes_acked + (__u32)(tcp->snd_nxt - tcp->snd_una);

    return sequence - has_sent_fin(tcp, state);
}

/* The bytes of data, each counted once, that the socket of a connection in `state` has sent in this role. */
static __always_inline __u64 data_sent(const struct tcp_sock *tcp, int state, __u8 role)
{
    __u64 sent = position(tcp, state), syn = role == CLIENT;

    return sent > syn ? sent - syn : 0;
}

/* The bytes of data that the peer has acknowledged. A client's counter includes one for the SYN. */
static __always_inline __u64 data_acknowledged(const struct tcp_sock *tcp)
{
    return tcp->bytes_acked > 1 ? tcp->bytes_acked - 1 : 0;
}

/*
 * The bytes of data that were received. The kernel's counter includes one for the FIN, which sets SOCK_DONE
 * (tcp_fin()).
 */
static __always_inline __u64 data_received(const struct tcp_sock *tcp)
{
    __u64 done = tcp->inet_conn.icsk_inet.sk.__sk_common.skc_flags >> SOCK_DONE & 1;

    return tcp->bytes_received > done ? tcp->bytes_received - done : 0;
}

/*
 * The role of a socket that is older than the agent. What the peer has acknowledged, or still has to, beyond the data
 * that were sent is the FIN, if there was one, and the SYN. A client's SYN is counted in bytes_acked. A server's
 * SYN-ACK is not, because its socket is made later (tcp_create_openreq_child()).
 *
 * CLIENT is certain. SERVER is everything else: it may also be a socket restored with TCP_REPAIR, or a client some of
 * whose segments this machine has dropped (position()).
 */
static __always_inline __u8 role_from_sequence(const struct tcp_sock *tcp, int state)
{
    return position(tcp, state) > tcp->bytes_sent - tcp->bytes_retrans ? CLIENT : SERVER;
}

/* Whether a process is restoring a connection that it saved before (TCP_REPAIR, used by CRIU for example). */
static __always_inline bool is_under_repair(const struct tcp_sock *tcp)
{
    return BPF_CORE_READ_BITFIELD(tcp, repair);
}

#endif
