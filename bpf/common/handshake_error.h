/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Why a handshake failed. */
#ifndef HANDSHAKE_ERROR_H
#define HANDSHAKE_ERROR_H

#include "common/kernel.h"
#include "layout_handshakes.h"

/*
 * Whether connect() failed before there was a SYN to send. Right before that, tcp_connect_init() sets snd_nxt to
 * write_seq; until then write_seq is 0, or left over from an earlier connection.
 */
static __always_inline bool has_no_port(const struct tcp_sock *tcp)
{
    return !tcp->segs_out && (!tcp->write_seq || tcp->snd_nxt != tcp->write_seq);
}

/*
 * Whether a socket that leaves SYN_SENT never had to send a SYN: with TCP_FASTOPEN_CONNECT, connect() leaves the SYN to
 * the first write (tcp_fastopen_defer_connect()).
 */
static __always_inline bool is_unsent(const struct tcp_sock *tcp)
{
    return !tcp->segs_out && tcp->write_seq && BPF_CORE_READ_BITFIELD(tcp, fastopen_connect);
}

/*
 * Why a handshake fails, by errno; 0 if unknown. `stale` is the error that the socket already had, which stays until a
 * program reads it.
 *
 * An ICMP message that arrives while connect() holds the socket only sets a soft error (tcp_v4_err()). A program that
 * gives up before the next SYN closes the socket with that error. An example is a rule on the same machine that
 * rejects, as for a Kubernetes service without endpoints. A connect() that finds no local port (inet_hash_connect())
 * leaves no error at all.
 */
static __always_inline int handshake_error(const struct tcp_sock *tcp, int old_state, int stale)
{
    const struct sock *sk = &tcp->inet_conn.icsk_inet.sk;
    int error = sk->sk_err;

    if (old_state != TCP_SYN_SENT)
        return error;
    if (has_no_port(tcp))
        return HANDSHAKE_EADDRNOTAVAIL;
    return error && error != stale ? error : sk->sk_err_soft;
}

#endif
