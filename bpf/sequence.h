/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What a socket's own counters and sequence numbers tell of its connection. */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include "handshake.h"
#include "kernel.h"
#include "tcp_state.h"

/* The bytes of data that were sent, each once. */
static __always_inline __u64 data_sent(const struct tcp_sock *tcp)
{
    return tcp->bytes_sent - tcp->bytes_retrans;
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
 */
static __always_inline __u8 role_from_sequence(const struct tcp_sock *tcp, int state)
{
    bool closed_here =
        state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_CLOSING || state == TCP_LAST_ACK;
    bool sent_fin = closed_here && tcp->snd_nxt == tcp->write_seq;
    __u64 sequence = tcp->bytes_acked + (__u32)(tcp->snd_nxt - tcp->snd_una);

    return sequence > data_sent(tcp) + sent_fin ? CLIENT : SERVER;
}

#endif
