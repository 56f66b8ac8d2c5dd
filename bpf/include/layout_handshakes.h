/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* How handshakes end. This table alone decides what is a failure, for the programs and for its test. */
#ifndef LAYOUT_HANDSHAKES_H
#define LAYOUT_HANDSHAKES_H

#include "layout_states.h"

/* The role of a socket in its connection. */
enum handshake_role {
    CLIENT = 0,
    SERVER = 1,
};

#define HANDSHAKE_ROLE_COUNT 2

enum handshake_outcome {
    SUCCEEDED = 0,
    REFUSED = 1,
    RESET = 2,
    TIMED_OUT = 3,
    HOST_UNREACHABLE = 4,
    NET_UNREACHABLE = 5,
    /* No local port was left, or the requested port already has such a connection. */
    ADDRESS_NOT_AVAILABLE = 6,
    OTHER_FAILURE = 7,
    /* The change of state ended no handshake. */
    NO_OUTCOME = 8,
};

#define HANDSHAKE_OUTCOME_COUNT 8

/* errno numbers of Linux on every architecture that has BPF, except MIPS, SPARC and PA-RISC. */
#define HANDSHAKE_EADDRNOTAVAIL 99
#define HANDSHAKE_ENETUNREACH 101
#define HANDSHAKE_ECONNRESET 104
#define HANDSHAKE_ETIMEDOUT 110
#define HANDSHAKE_ECONNREFUSED 111
#define HANDSHAKE_EHOSTUNREACH 113

/* The outcome of a handshake that failed with this errno. */
static inline enum handshake_outcome failure_of(int error)
{
    switch (error) {
    case HANDSHAKE_ECONNREFUSED:
        return REFUSED;
    case HANDSHAKE_ECONNRESET:
        return RESET;
    case HANDSHAKE_ETIMEDOUT:
        return TIMED_OUT;
    case HANDSHAKE_EHOSTUNREACH:
        return HOST_UNREACHABLE;
    case HANDSHAKE_ENETUNREACH:
        return NET_UNREACHABLE;
    case HANDSHAKE_EADDRNOTAVAIL:
        return ADDRESS_NOT_AVAILABLE;
    default:
        return OTHER_FAILURE;
    }
}

/*
 * What a change of state says of a handshake.
 *
 *   old         new          error         acknowledged   outcome
 *   SYN_SENT    ESTABLISHED  any           any            SUCCEEDED
 *   SYN_RECV    ESTABLISHED  any           any            SUCCEEDED
 *   SYN_SENT    CLOSE        by its name   0              REFUSED, TIMED_OUT, …; OTHER_FAILURE for the rest and for 0
 *   SYN_RECV    CLOSE        not 0         0              the same
 *   SYN_RECV    CLOSE        0             0              NO_OUTCOME: its listener has ended
 *   any         any          any           more than 0    NO_OUTCOME: the peer has answered data, so it was connected
 *   the rest                                              NO_OUTCOME: listeners, idle connections and forks that close
 *
 * `error` is handshake_error(); 0 in SYN_SENT is a program that gave up waiting (close() before connect() was done).
 * `acknowledged` is how many bytes of data the peer has acknowledged, the SYN not counted.
 */
static inline enum handshake_outcome handshake_outcome(int old_state, int new_state, int error,
                                                       unsigned long long acknowledged)
{
    if (old_state != TCP_SYN_SENT && old_state != TCP_SYN_RECV)
        return NO_OUTCOME;
    if (new_state == TCP_ESTABLISHED)
        return SUCCEEDED;
    if (new_state != TCP_CLOSE || acknowledged || (old_state == TCP_SYN_RECV && !error))
        return NO_OUTCOME;
    return failure_of(error);
}

#endif
