/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The layouts of slots and of the counters of connections, shared with Swift. */
#ifndef LAYOUT_FLOWS_H
#define LAYOUT_FLOWS_H

#include "layout_handshakes.h"
#include "layout_histogram.h"
#include "layout_states.h"

/*
 * All counters of a kind are in one row. Each row of a per-CPU array has its own pointer, which would be one more cache
 * line to touch.
 */

/*
 * Who counts: the program that an event runs, or the pass over all sockets, which finds events that no program saw.
 * Each has its own counters, because the event may interrupt the pass on the same CPU.
 */
enum sampler {
    AT_EVENT = 0,
    IN_PASS = 1,
};

#define SAMPLER_COUNT 2

/* `tcp_transitions`: a row for each sampler; counters by type, then by old state, then by new state. */
#define TRANSITION_COUNT (NETWORK_TYPE_COUNT * TCP_STATE_COUNT * TCP_STATE_COUNT)

struct transitions {
    unsigned long long counts[TRANSITION_COUNT];
};

static inline unsigned int transition_index(unsigned int type, unsigned int old_state, unsigned int new_state)
{
    return (type * TCP_STATE_COUNT + old_state) * TCP_STATE_COUNT + new_state;
}

/* `tcp_handshakes`: a row for each sampler; counters by role, then by type, then by outcome. */
#define HANDSHAKE_COUNT (HANDSHAKE_ROLE_COUNT * NETWORK_TYPE_COUNT * HANDSHAKE_OUTCOME_COUNT)

struct handshakes {
    unsigned long long counts[HANDSHAKE_COUNT];
};

static inline unsigned int handshake_index(unsigned int role, unsigned int type, unsigned int outcome)
{
    return (role * NETWORK_TYPE_COUNT + type) * HANDSHAKE_OUTCOME_COUNT + outcome;
}

/* `tcp_io`: bytes by sampler, then by direction, then by role. */
#define IO_COUNT (SAMPLER_COUNT * IO_DIRECTION_COUNT * HANDSHAKE_ROLE_COUNT)

struct io_counts {
    unsigned long long bytes[IO_COUNT];
};

static inline unsigned int io_index(unsigned int sampler, unsigned int direction, unsigned int role)
{
    return (sampler * IO_DIRECTION_COUNT + direction) * HANDSHAKE_ROLE_COUNT + role;
}

/* `tcp_durations`: histograms, one block after the other; the start of each block, and the number of all histograms. */
enum {
    ENDS_BY_TYPE = HANDSHAKE_ROLE_COUNT * NETWORK_TYPE_COUNT,
    FIRST_STATE_DURATION = 0,
    FIRST_HANDSHAKE_DURATION = FIRST_STATE_DURATION + TCP_STATE_COUNT,
    FIRST_CONNECTION_DURATION = FIRST_HANDSHAKE_DURATION + ENDS_BY_TYPE,
    FIRST_RTT = FIRST_CONNECTION_DURATION + ENDS_BY_TYPE,
    DURATION_COUNT = FIRST_RTT + SAMPLER_COUNT * NETWORK_TYPE_COUNT,
};

static inline unsigned int state_duration_index(unsigned int state)
{
    return FIRST_STATE_DURATION + state;
}

static inline unsigned int handshake_duration_index(unsigned int role, unsigned int type)
{
    return FIRST_HANDSHAKE_DURATION + role * NETWORK_TYPE_COUNT + type;
}

static inline unsigned int connection_duration_index(unsigned int role, unsigned int type)
{
    return FIRST_CONNECTION_DURATION + role * NETWORK_TYPE_COUNT + type;
}

static inline unsigned int rtt_index(unsigned int sampler, unsigned int type)
{
    return FIRST_RTT + sampler * NETWORK_TYPE_COUNT + type;
}

/*
 * `tcp_slots`: what is remembered of the sockets that live. Slots are found by the socket's cookie, which no other
 * socket ever has. A socket that finds no free slot is counted, but not followed. User space decides how many slots
 * there are; these are how many `trace` has, and the most.
 */
#define STANDARD_SLOTS (1 << 16)
#define MOST_SLOTS (1 << 22)

/* The most slots of the first part of the table (common/slot_table.h). */
#define NEAR_SLOTS (1 << 16)

/* No slot has this number. */
#define NO_SLOT (~0U)

/* `tcp_slot_blocks`: a byte for each block of slots, set while a slot of it may be taken. A row is a word of them. */
#define SLOTS_PER_BLOCK 64
#define BLOCKS_PER_WORD 8
#define SLOTS_PER_WORD (SLOTS_PER_BLOCK * BLOCKS_PER_WORD)

/* A slot is a cache line. */
struct connection {
    /* bpf_get_socket_cookie(), or the address of a socket without a cookie (common/slot_table.h); 0 in a free slot. */
    unsigned long long key;
    /* When it last changed its state, by CLOCK_MONOTONIC in nanoseconds; 0 if that was not seen. */
    unsigned long long changed;
    /* When its handshake began, or for a socket that is older than the agent, when it was first met. */
    unsigned long long opened;
    /* When it became ESTABLISHED; 0 if that was not seen. */
    unsigned long long established;
    /*
     * How far it had sent and received when its bytes were last counted. For a listener, what it had dropped. A walk
     * without locks changes them only by compare-and-exchange, and the end of the connection exchanges them.
     */
    unsigned long long sent;
    unsigned long long received;
    /* The last pass over all sockets that met it: the lowest bits of that pass's number. */
    unsigned short pass;
    /* The row of its cgroup (enum workload_row). */
    unsigned short row;
    /*
     * The sockets that should be in this slot and are in another one: how many, and above that a set of bits, one for
     * each of them (common/slot_table.h). This belongs to the slot, not to the socket in it.
     */
    unsigned int displaced;
    /* The state that it was last seen to enter; 0 if none was seen. */
    unsigned char state;
    /* enum handshake_role; meaningful when `known` is set. */
    unsigned char role;
    unsigned char known;
    /* What only the pass writes, because it may not hold the lock of the socket: a doubt, and enum pass_mark. */
    unsigned char marks;
    /* enum network_type. */
    unsigned char type;
    /*
     * The minute of the last observation of its round-trip time: the lowest bits of the number, plus one; 0 for never.
     * Only the pass writes it after the connection's birth.
     */
    unsigned char minute;
    /* enum connection_flag. */
    unsigned char flags;
    /* The errno that its socket still had when its handshake began. */
    unsigned char stale_error;
};

enum connection_flag {
    /* It came into FIN_WAIT2 when no process had it any more. */
    ORPHANED = 1,
    /* Its handshake has neither succeeded nor failed yet. */
    HANDSHAKING = 2,
    /* The kernel's first round-trip time is not that of the network. */
    DOUBTFUL_RTT = 8,
    /* Its role is a guess, unless the pass has marked it as CONFIRMED. */
    GUESSED = 16,
    /* It is not in its near slot. */
    DISPLACED = 32,
    /* It is not in its far slot either. */
    SCATTERED = 64,
};

/*
 * What the pass notes in `marks`. The lowest four bits are a doubt: 0 for none, MISSED, or the state that its socket
 * was found in although that is not the state it was last seen to enter.
 */
#define DOUBT_MASK 15

enum pass_mark {
    /* The last pass has not met it. */
    MISSED = 15,
    /* It has carried data since the last observation of its round-trip time. */
    CARRIED = 16,
    /* A listener has its port, so it is a server. */
    CONFIRMED = 32,
    /*
     * A walk without locks has met it, and unless an event comes, the next walk has to meet it, too. Whether the number
     * of the walk is odd is in the other bit.
     */
    EXPECTED = 64,
    EXPECTED_BY_ODD = 128,
};

/* `tcp_pass`: the last pass over all sockets, one row. */
struct pass {
    /* Its number, and when it began, by CLOCK_MONOTONIC in nanoseconds. */
    unsigned long long session;
    unsigned long long began;
    /*
     * Set if a pass has met every socket and each had a slot. From then on, the programs have missed the birth of every
     * socket without a slot.
     */
    unsigned long long is_complete;
    /* How many sockets have found no slot at their birth: in all, and when the pass began. */
    unsigned long long unplaced;
    unsigned long long unplaced_before;
    /*
     * How many sockets the walk has met for which no slot is left, and that are followed if the next walk meets them,
     * too.
     */
    unsigned long long unplaced_in_walk;
    unsigned long long pending_in_walk;
    /* The number of the iterator's session. */
    unsigned long long iteration;
    /* How many slots were taken at the end of the last pass. */
    unsigned long long taken;
    /* How many taken slots this pass has met so far. */
    unsigned long long taken_in_walk;
    /* When the pass before it began. */
    unsigned long long began_before;
    /* Sockets and slots that only another walk can decide about. It should come at once. */
    unsigned long long doubts;
    /* Whether this pass observes the round-trip times of connections without a slot. */
    unsigned long long samples_unfollowed;
    /* When a pass last did that, by the kernel's jiffies: now, and when the walk began. */
    unsigned long long sampled;
    unsigned long long sampled_before;
};

#endif
