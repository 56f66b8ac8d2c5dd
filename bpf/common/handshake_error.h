/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Why a handshake failed. */
#ifndef HANDSHAKE_ERROR_H
#define HANDSHAKE_ERROR_H

#include "common/kernel.h"
#include "layout_handshakes.h"

/*
 * Whether connect() came to nothing before it had a SYN to send. What tcp_connect_init() does right before that puts
 * snd_nxt where write_seq is; until then write_seq is 0, or what a former connection left.
 */
static __always_inline bool has_no_port(const struct tcp_sock *tcp)
{
    return !tcp->segs_out && (!tcp->write_seq || tcp->snd_nxt != tcp->write_seq);
}

/*
 * Whether a socket that leaves SYN_SENT was never to send a SYN: with TCP_FASTOPEN_CONNECT, connect() leaves that to
 * the first write (tcp_fastopen_defer_connect()).
 */
static __always_inline bool is_unsent(const struct tcp_sock *tcp)
{
    return !tcp->segs_out && tcp->write_seq && BPF_CORE_READ_BITFIELD(tcp, fastopen_connect);
}

/*
 * Why a handshake fails, by errno; 0 if nothing is known. `stale` is the error that the socket had before, which stays
 * until a program asks for it.
 *
 * An ICMP message that arrives while connect() holds the socket leaves a soft error only (tcp_v4_err()), with which a
 * program that gives up before the next SYN closes it: such as where a rule on the same machine rejects, for a
 * Kubernetes service without endpoints. A connect() for which there is no local port (inet_hash_connect()) leaves no
 * error at all.
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
