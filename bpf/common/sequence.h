/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What a socket's own counters and sequence numbers tell of its connection. */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include "layout_handshakes.h"
#include "common/kernel.h"
#include "layout_states.h"

/* Whether the FIN of a connection in `state` was sent: it is the last of the sequence. */
static __always_inline bool has_sent_fin(const struct tcp_sock *tcp, int state)
{
    bool is_closed_here =
        state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_CLOSING || state == TCP_LAST_ACK;

    return is_closed_here && tcp->snd_nxt == tcp->write_seq;
}

/*
 * How far a connection in `state` has sent: its bytes of data, each once, and one for the SYN if the socket has sent
 * that itself.
 *
 * It is what the peer has acknowledged or still has to. The kernel's bytes_sent less bytes_retrans is more, where a
 * queueing discipline or a rule of this machine drops a segment: that one is sent anew and counts as a first time
 * twice.
 */
static __always_inline __u64 position(const struct tcp_sock *tcp, int state)
{
    __u64 sequence = tcp->bytes_acked + (__u32)(tcp->snd_nxt - tcp->snd_una);

    return sequence - has_sent_fin(tcp, state);
}

/* The bytes of data that were sent, each once, by the socket of a connection in `state` that has this role. */
static __always_inline __u64 data_sent(const struct tcp_sock *tcp, int state, __u8 role)
{
    __u64 sent = position(tcp, state), syn = role == CLIENT;

    return sent > syn ? sent - syn : 0;
}

/* The bytes of data that the peer has acknowledged; a client's counter has one more for the SYN. */
static __always_inline __u64 data_acknowledged(const struct tcp_sock *tcp)
{
    return tcp->bytes_acked > 1 ? tcp->bytes_acked - 1 : 0;
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
 *
 * CLIENT is certain. SERVER is what is left: it may also be a socket that TCP_REPAIR has restored, or a client some of
 * whose segments this machine has dropped (position()).
 */
static __always_inline __u8 role_from_sequence(const struct tcp_sock *tcp, int state)
{
    return position(tcp, state) > tcp->bytes_sent - tcp->bytes_retrans ? CLIENT : SERVER;
}

/* Whether a process is restoring a state that it saved before (TCP_REPAIR, such as CRIU does). */
static __always_inline bool is_under_repair(const struct tcp_sock *tcp)
{
    return BPF_CORE_READ_BITFIELD(tcp, repair);
}

#endif
