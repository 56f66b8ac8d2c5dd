/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The layouts of the maps of connection_groups.bpf.c, shared with Swift. */
#ifndef CONNECTION_GROUPS_H
#define CONNECTION_GROUPS_H

#include "tcp_state.h"

/* What sockets are grouped by. */
enum grouping {
    BY_LOCAL_PORT = 0,
    BY_PEER_PORT = 1,
    BY_CONTAINER = 2,
};

/* What the sockets of one group have in common. */
struct group_key {
    enum grouping grouping;
    /* 1 on the groups that take the sockets for whose own there is no room. */
    unsigned int overflow;
    /* The port or the control group; 0 for sockets that have none. */
    unsigned long long value;
};

/* How many sockets there are of each type and state. */
struct socket_counts {
    unsigned long long sockets[NETWORK_TYPE_COUNT * TCP_STATE_COUNT];
};

/* Which listeners stand in one row: those of one address, port and interface, made in one control group. */
struct listening_key {
    /* In the order of the network; of an IPv4 address only the first word. */
    unsigned int address[4];
    unsigned long long cgroup;
    enum network_type type;
    /* The number of the interface that they are bound to, as those of link-local addresses are; 0 for none. */
    unsigned int interface;
    unsigned short port;
    /* 1 on the rows that take the listeners for which there is no room. */
    unsigned short overflow;
    unsigned int padding;
};

/* The queues of the listeners of a row, added up. */
struct listening {
    unsigned long long listeners;
    /* Connections that wait for accept(), how many may, and the listeners with one more than that. */
    unsigned long long accept_usage;
    unsigned long long accept_limit;
    unsigned long long accept_full;
    /* Request sockets: SYNs whose handshake is not finished. */
    unsigned long long syn_usage;
    unsigned long long syn_limit;
    /* Listeners with as many of them as connections may wait, or more. */
    unsigned long long syn_full;
};

/* Who listens on a port, as of the pass with this number. */
struct port_owner {
    unsigned long long session;
    /* 0 when there are listeners of several. */
    unsigned long long cgroup;
};

/* The most rows of `socket_groups` and `socket_listeners`. */
#define SOCKET_GROUPS 8192
#define SOCKET_LISTENERS 4096

/* Where the sockets of a type and state are counted. */
static inline unsigned int socket_count_index(unsigned int type, unsigned int state)
{
    return type * TCP_STATE_COUNT + state;
}

#endif
