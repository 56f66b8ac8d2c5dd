/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The layouts of the maps of groups.bpf.c, shared with Swift. */
#ifndef LAYOUT_GROUPS_H
#define LAYOUT_GROUPS_H

#include "layout_states.h"

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

/* Which listeners share a row: those of one address, port and interface, made in one control group. */
struct listening_key {
    /* In the order of the network; of an IPv4 address only the first word. */
    unsigned int address[4];
    unsigned long long cgroup;
    enum network_type type;
    /* The number of the interface that they are bound to, such as those of link-local addresses; 0 for none. */
    unsigned int interface;
    unsigned short port;
    /* 1 on the rows that take the listeners for which there is no room. */
    unsigned short overflow;
    unsigned int padding;
};

/* The most rows of `tcp_groups` and `tcp_group_queues`. */
#define SOCKET_GROUPS 8192
#define SOCKET_LISTENERS 4096

/* Where the sockets of a type and state are counted. */
static inline unsigned int socket_count_index(unsigned int type, unsigned int state)
{
    return type * TCP_STATE_COUNT + state;
}

#endif
