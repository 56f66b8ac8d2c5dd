/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The agent's pass over the kernel's tables: counts each socket, samples those that are followed, and frees slots. */
#ifndef WALK_AGENT_H
#define WALK_AGENT_H

#include "common/scope.h"
#include "stocks/forget.h"
#include "stocks/pass.h"
#include "stocks/visited_at.h"

/* Set while sockets are only counted, and none is followed. */
static bool is_trial;

static __always_inline bool refresh(const struct visited *visited)
{
    return CAN_CAST || copy_full(visited->address, visited->state);
}

/*
 * A visit has two steps, each in a global function, so that the verifier does not combine every way through the first
 * with every way through the second.
 */
__noinline int follow_at(__u64 address)
{
    struct walk *walk = the_walk();
    struct pass *pass = the_pass();
    struct visited visited;

    if (!walk || !pass || !meet_at(walk, address))
        return false;
    visited = visited_socket();
    if (!is_trial)
        follow_visited(&visited, pass);
    return true;
}

__noinline int count_met(bool follows)
{
    struct pass *pass = the_pass();
    struct visited visited = visited_socket();

    if (pass)
        count_visited(&visited, pass, follows);
    return 0;
}

static __always_inline void visit_at(__u64 address)
{
    if (follow_at(address))
        count_met(!is_trial);
}

static __always_inline __u64 touch(__u64 address)
{
    const struct tcp_sock *tcp = STRUCTURE_AT(tcp_sock, address);
    __u64 cookie = FIELD_IN(sock_common, address, skc_cookie.counter);
    const struct connection *connection = is_trial ? NULL : slot_at(near_slot(cookie ? cookie : address));

    return tcp->copied_seq + tcp->write_seq + tcp->snd_nxt + tcp->rcv_wup + tcp->bytes_acked +
           (connection ? connection->key : 0);
}

static long visit_more_slots(__u32 index, void *context)
{
    int ended = visit_next_word();

    /* The verifier has to see that it is 0 or 1. The compiler knows that, and would leave the `&` out. */
    barrier_var(ended);
    return ended & 1;
}

/* Runs until the time is over; to be run again until it returns WALK_ENDED. */
SEC("raw_tp")
int walk_and_sample(void *context)
{
    struct walk *walk = the_walk();
    struct pass *pass = the_pass();

    if (!walk || !pass)
        return WALK_ENDED;
    begin_call(walk);
    if (walk->begins) {
        is_trial = walk->is_trial;
        if (!begin_walk(walk, all_namespaces && !is_trial))
            return WALK_ENDED;
        begin_with_slots();
        if (!is_trial)
            start_pass(pass);
    }
    if (walk_stage != WALK_SLOTS && walk_sockets(walk) && !is_trial) {
        end_pass(pass);
        if (has_trouble(walk)) {
            /* Sockets may be missing that live, so no slot can be freed. */
            pass->is_complete = 0;
            return WALK_ENDED;
        }
    }
    if (walk_stage == WALK_SLOTS && !is_trial && !call.is_late)
        bpf_loop(MOST_SLOTS / SLOTS_PER_WORD + 1, visit_more_slots, NULL, 0);
    end_call(walk);
    if (walk_stage != WALK_SLOTS)
        return WALK_GOES_ON;
    if (has_visited_slots)
        pass->taken = pass->taken_in_walk;
    return is_trial || has_visited_slots ? WALK_ENDED : WALK_GOES_ON;
}

#endif
