/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The agent's pass over all sockets, whoever walks: it counts each socket, and samples those that are followed. */
#ifndef PASS_H
#define PASS_H

#include "common/slots.h"
#include "stocks/counts.h"
#include "stocks/follow.h"

static __always_inline struct pass *the_pass(void)
{
    __u32 row = 0;

    return bpf_map_lookup_elem(&tcp_pass, &row);
}

static __always_inline void start_pass(struct pass *pass)
{
    pass->session++;
    pass->began_before = pass->began;
    pass->began = bpf_ktime_get_ns();
    pass->unplaced_before = pass->unplaced;
    pass->unplaced_in_walk = 0;
    pass->pending_in_walk = 0;
    pass->doubts = 0;
    pass->taken_in_walk = 0;
    pass->samples_unfollowed = pass->began_before && pass->began / rtt_period != pass->began_before / rtt_period;
    if (pass->samples_unfollowed || !pass->began_before) {
        pass->sampled_before = pass->sampled;
        pass->sampled = bpf_jiffies64();
    }
}

/*
 * To be called when all observed sockets have been visited. Whether the sockets are new that another walk has to
 * confirm is decided by what is known before that walk.
 */
static __always_inline void end_pass(struct pass *pass)
{
    if (pass->unplaced_in_walk || pass->unplaced != pass->unplaced_before)
        pass->is_complete = 0;
    else if (!pass->pending_in_walk)
        pass->is_complete = 1;
}

/* Whether the socket that is being visited is not followed yet, because another walk has to confirm that it is new. */
static bool is_pending;

/* Finds what is remembered of a socket, and samples it. To be called before count_visited(). */
static __always_inline void follow_visited(const struct visited *visited, struct pass *pass)
{
    struct sink sink = {};

    met_slot = NO_SLOT;
    if (!visited->full)
        return;
    follow_socket(&sink, visited, pass);
    is_pending = sink.is_pending;
    if (is_pending)
        pass->pending_in_walk++;
    else if (met_slot == NO_SLOT)
        pass->unplaced_in_walk++;
}

/* Adds a socket to the stocks. */
static __always_inline void count_visited(const struct visited *visited, struct pass *pass, bool follows)
{
    struct sink sink = {.began = pass->began, .follows = follows, .is_pending = is_pending};

    visit_socket(&sink, visited, follows ? slot_at(met_slot) : NULL);
}

#endif
