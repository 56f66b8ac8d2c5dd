/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The layouts of what is counted for each cgroup, shared with Swift.
 *
 * A cgroup has a row, which is its index in all tables of rows. All CPUs add to the same row: counters of each CPU for
 * each cgroup would take 11 MB a cgroup on a machine with 128 CPUs.
 */
#ifndef LAYOUT_WORKLOADS_H
#define LAYOUT_WORKLOADS_H

#include "layout_flows.h"
#include "layout_segments.h"
#include "layout_states.h"

/* The rows that do not belong to one cgroup. */
enum workload_row {
    /* Not a row: the cgroup has not been looked up yet. */
    NO_ROW = 0,
    /* The root cgroup, and sockets whose cgroup is unknown. */
    HOST_ROW = 1,
    /* The cgroups for which no row was free. */
    OVERFLOW_ROW = 2,
    FIRST_ROW = 3,
};

/* `tcp_rows`: the row of each cgroup, by its ID. */
struct cgroup_row {
    unsigned int row;
    unsigned int padding;
};

/* The flows of a row. */
struct flow_counters {
    struct transitions transitions;
    struct handshakes handshakes;
    struct io_counts io;
    unsigned long long retransmits[RETRANSMIT_COUNT];
    unsigned long long resets[RESET_COUNT];
    struct histogram durations[DURATION_COUNT];
};

/* Where each part of `struct flow_counters` begins, and its size, in counters. */
enum {
    FLOW_TRANSITIONS = __builtin_offsetof(struct flow_counters, transitions) / 8,
    FLOW_HANDSHAKES = __builtin_offsetof(struct flow_counters, handshakes) / 8,
    FLOW_IO = __builtin_offsetof(struct flow_counters, io) / 8,
    FLOW_RETRANSMITS = __builtin_offsetof(struct flow_counters, retransmits) / 8,
    FLOW_RESETS = __builtin_offsetof(struct flow_counters, resets) / 8,
    FLOW_DURATIONS = __builtin_offsetof(struct flow_counters, durations) / 8,
    FLOW_HISTOGRAM = sizeof(struct histogram) / 8,
    FLOW_COUNTERS = sizeof(struct flow_counters) / 8,
};

/* `tcp_flows`: blocks of rows. User space adds a block before its rows are needed. */
#define ROWS_PER_BLOCK 8

/* `tcp_stocks`: what a pass counts in one row. */
struct stock_counters {
    /* Sockets by type, then by state. */
    unsigned long long sockets[NETWORK_TYPE_COUNT * TCP_STATE_COUNT];
    /* Bytes that wait, by enum io_direction: to be acknowledged, and to be read (Send-Q and Recv-Q of `ss`). */
    unsigned long long queued[IO_DIRECTION_COUNT];
    /* Connections that a zero window stops, by enum io_direction: the peer's window, and ours. */
    unsigned long long stalled[IO_DIRECTION_COUNT];
    /* Connections for which there is no slot. */
    unsigned long long unfollowed;
    /* For each state, the longest time in nanoseconds that a connection has been in it. */
    unsigned long long oldest[TCP_STATE_COUNT];
};

/* Where each part of `struct stock_counters` begins, and its size, in counters. */
enum {
    STOCK_QUEUED = __builtin_offsetof(struct stock_counters, queued) / 8,
    STOCK_STALLED = __builtin_offsetof(struct stock_counters, stalled) / 8,
    STOCK_UNFOLLOWED = __builtin_offsetof(struct stock_counters, unfollowed) / 8,
    STOCK_OLDEST = __builtin_offsetof(struct stock_counters, oldest) / 8,
    STOCK_COUNTERS = sizeof(struct stock_counters) / 8,
};

/* The index in `sockets` of a type and state. */
static inline unsigned int stock_index(unsigned int type, unsigned int state)
{
    return type * TCP_STATE_COUNT + state;
}

/*
 * `tcp_time_waits`: the row of a socket that may come to TIME_WAIT, which then no longer knows its cgroup. The upper
 * bits are those of its cookie. A later socket overwrites it, if its cookie falls on the same place.
 */
#define TIME_WAIT_ROW_BITS 16

#endif
