/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The layouts of the maps of the stocks, shared with Swift. */
#ifndef LAYOUT_STOCKS_H
#define LAYOUT_STOCKS_H

#include "layout_states.h"

/* What the sockets of one row have in common. */
struct connection_count_key {
    enum tcp_state state;
    enum network_type type;
    /* 0 unless rows are split by it, and for sockets that have no such port. */
    unsigned short local_port;
    unsigned short peer_port;
    /* 1 on the rows that take the sockets for whose ports there is no room. */
    unsigned int overflow;
};

/* How many sockets a row has. */
struct connection_count {
    unsigned long long sockets;
};

/* Whose queues a row shows: the listeners of one port and type. */
struct listener_key {
    unsigned short port;
    /* 1 on the rows that take the listeners for whose ports there is no room. */
    unsigned short overflow;
    enum network_type type;
};

/* The queues of the listeners of a row, added up. */
struct listener_queues {
    unsigned long long listeners;
    /* Connections that wait for accept(), and how many may. */
    unsigned long long accept_usage;
    unsigned long long accept_limit;
    /* Listeners with one more waiting than may: they can take no more. */
    unsigned long long accept_full;
    /* Request sockets: SYNs whose handshake is not finished, and how many may be. */
    unsigned long long syn_usage;
    unsigned long long syn_limit;
    /* Listeners with as many of them as connections may wait, or more. */
    unsigned long long syn_full;
};

/* `tcp_open_ports`: a bit for each port. */
#define PORTS_PER_WORD 64
#define PORT_WORDS 1024

struct port_set {
    unsigned long long words[PORT_WORDS];
};

/* `tcp_pass_totals`: what a pass adds up over all sockets, one row. */
struct pass_totals {
    /* Bytes that wait, by enum io_direction: to be acknowledged, and to be read (`ss`: Send-Q, Recv-Q). */
    unsigned long long queued[IO_DIRECTION_COUNT];
    /* Connections that a window of zero holds up, by enum io_direction: the peer's, and ours. */
    unsigned long long stalled[IO_DIRECTION_COUNT];
    /* Connections for which there is no slot. */
    unsigned long long unfollowed;
    /* Nanoseconds that the connection which is longest in a state has been there, by state. */
    unsigned long long oldest[TCP_STATE_COUNT];
};

/* The most rows that `tcp_state_map` and `tcp_listeners` hold. */
#define CONNECTION_COUNT_ROWS 8192
#define LISTENER_ROWS 4096

#endif
