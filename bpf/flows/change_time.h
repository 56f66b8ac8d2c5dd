/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* When a socket changed its state. */
#ifndef CHANGE_TIME_H
#define CHANGE_TIME_H

#include "common/kernel.h"
#include "common/slots.h"

/*
 * Whether the code that changes the state of a socket has just read the clock (tcp_mstamp_refresh()). Arriving segments
 * (tcp_rcv_established(), tcp_rcv_state_process()) and timers do, system calls do not.
 */
static __always_inline bool is_clock_read(struct connection *connection, const struct tcp_sock *tcp, int old_state,
                                          int new_state)
{
    unsigned long flags = tcp->inet_conn.icsk_inet.sk.__sk_common.skc_flags;

    switch (new_state) {
    case TCP_ESTABLISHED:
        /* Except for a connection under repair. */
        return old_state != TCP_CLOSE;
    case TCP_FIN_WAIT2:
        set_flag(connection, ORPHANED, flags >> SOCK_DEAD & 1);
        return true;
    case TCP_CLOSE_WAIT:
        return true;
    case TCP_CLOSE:
        /* The socket can't be closed any more, or the peer's FIN arrived (tcp_fin()). */
        if (old_state == TCP_FIN_WAIT2)
            return has_flag(connection, ORPHANED) || flags >> SOCK_DONE & 1;
        /* The acknowledgement of our FIN. */
        return old_state == TCP_LAST_ACK && tcp->snd_una == tcp->write_seq;
    default:
        return false;
    }
}

/*
 * When a socket changed its state, by CLOCK_MONOTONIC in nanoseconds. The kernel's own reading of the clock is used if
 * there is one, unless it is older than the previous change and so does not belong to this one.
 */
static __always_inline __u64 time_of_change(struct connection *connection, const struct tcp_sock *tcp, int old_state,
                                            int new_state)
{
    if (bpf_core_field_exists(tcp->tcp_clock_cache) && is_clock_read(connection, tcp, old_state, new_state) &&
        tcp->tcp_clock_cache >= connection->changed)
        return tcp->tcp_clock_cache;
    return bpf_ktime_get_ns();
}

#endif
