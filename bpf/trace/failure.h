/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Whether a connection that ends has failed, and why. */
#ifndef TRACE_FAILURE_H
#define TRACE_FAILURE_H

#include "layout_flows.h"
#include "layout_handshakes.h"
#include "common/kernel.h"
#include "common/sequence.h"
#include "common/socket.h"
#include "common/handshake_error.h"

#define EPIPE 32
#define ECONNABORTED 103

/* Whether a connection ends with a FIN in each direction: the peer's has arrived, and ours is acknowledged. */
static __always_inline bool is_orderly_end(const struct sock *sk, const struct tcp_sock *tcp, int old_state)
{
    switch (old_state) {
    case TCP_LAST_ACK:
    case TCP_CLOSING:
        return tcp->snd_una == tcp->write_seq;
    case TCP_FIN_WAIT2:
        /* The peer's FIN sets it (tcp_fin()). */
        return sk->__sk_common.skc_flags >> SOCK_DONE & 1;
    default:
        return false;
    }
}

/*
 * Why a connection fails, if it does.
 *
 * sk_err alone is not enough: with IP_RECVERR each ICMP message leaves its error there (tcp_v4_err()), which does not
 * end the connection and stays until it is read. A connection is ended by a reset that arrives (tcp_reset()), by a
 * timer (tcp_write_err(), which reports the last soft error as the reason if there is one), or by a program that aborts
 * it (tcp_abort()).
 */
static __always_inline enum handshake_outcome failure_at_end(const struct sock *sk, const struct tcp_sock *tcp,
                                                             const struct connection *connection, int old_state,
                                                             int new_state)
{
    int error = sk->sk_err, stale = connection ? connection->stale_error : 0;

    if (new_state != TCP_CLOSE || old_state == TCP_CLOSE || old_state == TCP_LISTEN)
        return NO_OUTCOME;
    if (is_unsent(tcp))
        return NO_OUTCOME;
    if (old_state == TCP_SYN_SENT || old_state == TCP_SYN_RECV)
        return handshake_outcome(old_state, new_state, handshake_error(tcp, old_state, stale), data_acknowledged(tcp));
    if (!error || is_orderly_end(sk, tcp, old_state))
        return NO_OUTCOME;
    switch (error) {
    case EPIPE:
        /* A reset that arrives after the peer's FIN. */
        return old_state == TCP_CLOSE_WAIT ? RESET : NO_OUTCOME;
    case HANDSHAKE_ECONNRESET:
    case HANDSHAKE_ETIMEDOUT:
    case ECONNABORTED:
        return failure_of(error);
    default:
        return error == sk->sk_err_soft ? failure_of(error) : NO_OUTCOME;
    }
}

#endif
