/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What trace.bpf.c and Swift share: the events in the ring buffer, and what chooses among them. */
#ifndef LAYOUT_TRACE_H
#define LAYOUT_TRACE_H

#include "layout_handshakes.h"
#include "layout_states.h"

/* What an event knows beyond what every event knows; a set of bits. */
enum trace_known {
    /* For how long the state was held that was left. */
    TRACE_HELD = 1,
    /* Which end the socket is; a listener is neither. */
    TRACE_ROLE = 2,
    /* What an event says of a connection that ends. */
    TRACE_END = 4,
    /* The process that made the change. */
    TRACE_PROCESS = 8,
};

/* A change of a socket's state. Numbers are in the machine's byte order, addresses in that of the network. */
struct trace_event {
    /* By CLOCK_MONOTONIC, in nanoseconds. */
    unsigned long long time;
    /* Nanoseconds in the state that was left. */
    unsigned long long held;
    /* Where the socket is in the kernel, and its cookie: together they are never used twice. */
    unsigned long long socket;
    unsigned long long cookie;
    /* The cgroup of the socket, by the number that is its directory's inode number; 0 if that is not known. */
    unsigned long long cgroup;
    /* Bytes of data, each once. */
    unsigned long long sent;
    unsigned long long received;
    /* 16 characters, zeros at the end. */
    unsigned long long command[2];
    /* IPv4 in the first of the four, the others 0. */
    unsigned int local_address[4];
    unsigned int peer_address[4];
    /* The network namespace, by inode number. */
    unsigned int netns;
    unsigned int process;
    /* The smoothed round-trip time in eighths of a microsecond; 0 if there is none. */
    unsigned int srtt;
    unsigned int retransmits;
    /* The number of the interface that link-local addresses are of; 0 for all other addresses. */
    unsigned int interface;
    /* 0 where the kernel has not chosen it yet: at the first change of a socket that is not bound. */
    unsigned short local_port;
    unsigned short peer_port;
    unsigned char old_state;
    unsigned char new_state;
    /* enum network_type */
    unsigned char type;
    /* enum handshake_role */
    unsigned char role;
    /* enum handshake_outcome: why the connection ended, NO_OUTCOME if not by a failure. */
    unsigned char failure;
    /* enum trace_known */
    unsigned char known;
    unsigned char padding[2];
};

/* Which events are wanted; all zeros for all. */
struct trace_filter {
    /* More nanoseconds than this in the state that was left. */
    unsigned long long slower_than;
    /* Bits of the peer's address that must be set as here, and which bits those are. */
    unsigned int peer_address[4];
    unsigned int peer_mask[4];
    /* The old or the new state, a bit each by its number. */
    unsigned int states;
    /* Either port, or that of one side. */
    unsigned short port;
    unsigned short local_port;
    unsigned short peer_port;
    /* enum network_type, plus one. */
    unsigned char type;
    /* enum handshake_role, plus one. */
    unsigned char role;
    /* Whether the peer's address matters. */
    unsigned char by_peer;
    /* Whether only what ends by a failure is wanted. */
    unsigned char failed;
    /*
     * Whether the port that is asked for may be one that the kernel chooses itself. The first event of a socket that
     * connects or listens does not know it yet, so it is passed on, and the reader decides.
     */
    unsigned char late_port;
    unsigned char padding[1];
};

/* What `find_local_port` is asked, and what it answers. */
struct trace_port {
    unsigned long long socket;
    unsigned long long cookie;
    /* 0 while there is none. */
    unsigned int port;
    /* Whether there is no such socket any more. */
    unsigned int gone;
};

#endif
