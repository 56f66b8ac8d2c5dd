/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The layouts of the maps of groups.bpf.c, shared with Swift. */
#ifndef LAYOUT_GROUPS_H
#define LAYOUT_GROUPS_H

#include "layout_states.h"

/* Which fields sockets are grouped by. */
enum grouping {
    BY_LOCAL_PORT = 0,
    BY_PEER_PORT = 1,
    BY_CONTAINER = 2,
    BY_NAMESPACE = 3,
};

/* The fields that all sockets of a group share. */
struct group_key {
    enum grouping grouping;
    /* 1 on the overflow groups, for the sockets that find no room. */
    unsigned int overflow;
    /* The port, the cgroup ID, or the number of the namespace; 0 for sockets that have none. */
    unsigned long long value;
};

/* How many sockets there are of each type and state. */
struct socket_counts {
    unsigned long long sockets[NETWORK_TYPE_COUNT * TCP_STATE_COUNT];
};

/*
 * The fields that listeners of one row share: they have the same address, port, interface and namespace and were
 * made in the same cgroup.
 */
struct listening_key {
    /* In network byte order; an IPv4 address is only in the first word. */
    unsigned int address[4];
    unsigned long long cgroup;
    enum network_type type;
    /* The index of the interface that they are bound to, such as for link-local addresses; 0 for none. */
    unsigned int interface;
    unsigned short port;
    /* 1 on the overflow rows, for the listeners that find no room. */
    unsigned short overflow;
    /* The inode number of the network namespace; 0 if only one is counted. */
    unsigned int netns;
};

/* The most rows of `tcp_groups` and `tcp_group_queues`. */
#define SOCKET_GROUPS 8192
#define SOCKET_LISTENERS 4096

/* The index of the counter for a type and state. */
static inline unsigned int socket_count_index(unsigned int type, unsigned int state)
{
    return type * TCP_STATE_COUNT + state;
}

#endif
