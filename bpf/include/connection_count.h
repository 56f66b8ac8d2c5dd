/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The layout of `tcp_state_map`, shared by connection_count.bpf.c and Swift. */
#ifndef CONNECTION_COUNT_H
#define CONNECTION_COUNT_H

#include "tcp_state.h"

/* What the sockets of one row have in common. */
struct connection_count_key {
    enum tcp_state state;
    enum network_type type;
};

/* How many sockets a row has. */
struct connection_count {
    unsigned long long sockets;
};

/* The most rows that `tcp_state_map` holds. */
#define CONNECTION_COUNT_ROWS 4096

#endif
