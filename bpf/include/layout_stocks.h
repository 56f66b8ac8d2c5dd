/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The layouts of the maps of the stocks, shared with Swift. */
#ifndef LAYOUT_STOCKS_H
#define LAYOUT_STOCKS_H

#include "layout_states.h"

/* The fields that all sockets of a row share. */
struct connection_count_key {
    enum tcp_state state;
    enum network_type type;
    /* 0 unless rows are split by this port, and for sockets that have no such port. */
    unsigned short local_port;
    unsigned short peer_port;
    /* 1 on the overflow rows, for the sockets whose ports find no room. */
    unsigned short overflow;
    /* The row of the cgroup (enum workload_row). */
    unsigned short row;
};

/* How many sockets a row has. */
struct connection_count {
    unsigned long long sockets;
};

/* Whose queues a row has: the listeners of one port and type. */
struct listener_key {
    unsigned short port;
    /* 1 on the overflow rows, for the listeners whose ports find no room. */
    unsigned short overflow;
    enum network_type type;
    /* The row of the cgroup (enum workload_row). */
    unsigned int row;
};

/* The sums of the queues of a row's listeners. */
struct listener_queues {
    unsigned long long listeners;
    /* Connections that wait for accept(), and the limit. */
    unsigned long long accept_usage;
    unsigned long long accept_limit;
    /* Listeners with one connection more than the limit: they can take no more. */
    unsigned long long accept_full;
    /* Request sockets, which are SYNs whose handshake is not finished, and the limit. */
    unsigned long long syn_usage;
    unsigned long long syn_limit;
    /* Listeners with at least as many request sockets as the limit of connections. */
    unsigned long long syn_full;
};

/* `tcp_port_owners`: a port in a network namespace, which is known by the address of its struct net. */
struct port_key {
    unsigned long long net;
    unsigned int port;
    unsigned int padding;
};

/* The most ports with listeners, in all namespaces. */
#define OWNED_PORTS 16384

/* `tcp_open_ports`: a bit for each port, set if it has a listener in any of the observed namespaces. */
#define PORTS_PER_WORD 64
#define PORT_WORDS 1024

struct port_set {
    unsigned long long words[PORT_WORDS];
};

/* The most rows that `tcp_state_map` and `tcp_listeners` hold. */
#define CONNECTION_COUNT_ROWS 8192
#define LISTENER_ROWS 4096

#endif
