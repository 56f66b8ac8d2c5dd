/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What trace.bpf.c and Swift share: the events in the ring buffer, and the filter that selects them. */
#ifndef LAYOUT_TRACE_H
#define LAYOUT_TRACE_H

#include "layout_handshakes.h"
#include "layout_states.h"

/* Which optional fields of an event are valid; a set of bits. */
enum trace_known {
    /* How long the socket was in the old state. */
    TRACE_HELD = 1,
    /* The role of the socket. A listener has none. */
    TRACE_ROLE = 2,
    /* The fields about a connection that ends. */
    TRACE_END = 4,
    /* The process that made the change. */
    TRACE_PROCESS = 8,
};

/*
 * A change of a socket's state. Numbers are in the machine's byte order, addresses in network byte order. With the
 * kernel's header it fills two cache lines.
 */
struct trace_event {
    /* By CLOCK_MONOTONIC, in nanoseconds. */
    unsigned long long time;
    /* Nanoseconds in the old state. */
    unsigned long long held;
    /* The kernel address of the socket, and its cookie: together they are never reused. */
    unsigned long long socket;
    unsigned long long cookie;
    /* The ID of the socket's cgroup, which is the inode number of its directory; 0 if unknown. */
    unsigned long long cgroup;
    /*
     * Of an end, bytes of data, each counted once. Of a change with a process, the 16 characters of its name, padded
     * with zeros. No change has both.
     */
    unsigned long long sent;
    unsigned long long received;
    /* IPv4 is in the first of the four words, the others are 0. */
    unsigned int local_address[4];
    unsigned int peer_address[4];
    /* The network namespace, by inode number. */
    unsigned int netns;
    unsigned int process;
    /* The smoothed round-trip time in eighths of a microsecond; 0 if there is none. */
    unsigned int srtt;
    unsigned int retransmits;
    /* The index of the interface of link-local addresses; 0 for all other addresses. */
    unsigned int interface;
    /* 0 if the kernel has not chosen it yet: at the first change of a socket that is not bound. */
    unsigned short local_port;
    unsigned short peer_port;
    unsigned char old_state;
    unsigned char new_state;
    /* enum network_type */
    unsigned char type;
    /* enum handshake_role */
    unsigned char role;
    /* enum handshake_outcome: why the connection ended; NO_OUTCOME if it did not fail. */
    unsigned char failure;
    /* enum trace_known */
    unsigned char known;
    unsigned char padding[2];
};

/* Which events are wanted. All zeros means all. */
struct trace_filter {
    /* More than this many nanoseconds in the old state. */
    unsigned long long slower_than;
    /* The peer's address must have these bits, under this mask. */
    unsigned int peer_address[4];
    unsigned int peer_mask[4];
    /* The old or the new state, as a set of bits by number. */
    unsigned int states;
    /* Either port, or the port of one side. */
    unsigned short port;
    unsigned short local_port;
    unsigned short peer_port;
    /* enum network_type, plus one. */
    unsigned char type;
    /* enum handshake_role, plus one. */
    unsigned char role;
    /* Whether the peer's address is compared. */
    unsigned char by_peer;
    /* Whether only failures are wanted. */
    unsigned char failed;
    /*
     * Whether the wanted port may be one that the kernel chooses. The first event of a socket that connects or listens
     * does not know its port yet. So it is passed on, and the reader decides.
     */
    unsigned char late_port;
    unsigned char padding[1];
};

/* The argument and the result of `find_local_port`. */
struct trace_port {
    unsigned long long socket;
    unsigned long long cookie;
    /* 0 if there is none yet. */
    unsigned int port;
    /* Whether the socket no longer exists. */
    unsigned int gone;
};

#endif
