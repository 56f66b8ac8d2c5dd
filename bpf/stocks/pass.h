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
    pass->doubts = 0;
    pass->taken = 0;
}

/* To be called when all sockets have been visited. `follows` is set on kernels that can follow connections. */
static __always_inline void end_pass(struct pass *pass, bool follows)
{
    if (follows)
        pass->is_complete = !pass->unplaced_in_walk && pass->unplaced == pass->unplaced_before;
}

/* Visits a socket. `visited` has a key if it is to be followed. */
static __always_inline void visit_in_pass(const struct visited *visited, struct pass *pass, bool follows)
{
    struct sink sink = {.began = pass->began, .follows = follows};
    struct connection *followed = NULL;

    if (follows && visited->full) {
        followed = follow_socket(&sink, visited, pass);
        if (!followed)
            pass->unplaced_in_walk++;
    }
    visit_socket(&sink, visited, followed);
}

#endif
