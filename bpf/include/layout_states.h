/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Values that every map uses: the state of a socket and its network protocol. */
#ifndef LAYOUT_STATES_H
#define LAYOUT_STATES_H

/* The kernel's own numbers (include/net/tcp_states.h), with names that a map dump shows. */
enum tcp_state {
    TCP_ESTABLISHED = 1,
    TCP_SYN_SENT = 2,
    TCP_SYN_RECV = 3,
    TCP_FIN_WAIT1 = 4,
    TCP_FIN_WAIT2 = 5,
    TCP_TIME_WAIT = 6,
    TCP_CLOSE = 7,
    TCP_CLOSE_WAIT = 8,
    TCP_LAST_ACK = 9,
    TCP_LISTEN = 10,
    TCP_CLOSING = 11,
    /* A request socket: a connection whose SYN has arrived, and no more. */
    TCP_NEW_SYN_RECV = 12,
};

/* One more than the greatest state in an event. A table of states has this many rows and columns. */
#define TCP_STATE_COUNT 13

enum network_type {
    IPV4 = 0,
    IPV6 = 1,
};

#define NETWORK_TYPE_COUNT 2

enum io_direction {
    TRANSMIT = 0,
    RECEIVE = 1,
};

#define IO_DIRECTION_COUNT 2

#endif
