/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The agent's pass by iter/tcp. It is the only one on kernels that walk_table.h can't read, and the first one of each
 * agent, because it can give each socket its cookie.
 */
#ifndef WALK_ITER_H
#define WALK_ITER_H

#include "stocks/forget.h"
#include "stocks/iter.h"
#include "stocks/pass.h"

static __always_inline int count_in_pass(struct bpf_iter__tcp *context, bool follows)
{
    struct sock_common *socket = context->sk_common;
    struct pass *pass = the_pass();
    struct visited visited;

    if (!pass)
        return 0;
    /* Not by seq_num: if there is no socket at all, the only call is the last one, and its number is not 0. */
    if (context->meta->session_id != pass->iteration) {
        pass->iteration = context->meta->session_id;
        start_pass(pass);
    }
    if (!socket) {
        /* It has only met the sockets of one namespace. */
        if (follows && !all_namespaces)
            end_pass(pass);
        return 0;
    }
    visited = visited_by_iter(socket, true);
    if (follows) {
        if (visited.full)
            visited.key = bpf_get_socket_cookie((void *)visited.full);
        follow_visited(&visited, pass);
        /* Once more, so that the verifier forgets what it knows of the way through the former. */
        visited = visited_by_iter(socket, true);
    }
    count_visited(&visited, pass, follows);
    return 0;
}

SEC("iter/tcp")
int count_and_sample(struct bpf_iter__tcp *context)
{
    return count_in_pass(context, true);
}

/* The most words of blocks that a call looks at. The verifier follows the loop over them round by round. */
#define WORDS_PER_CALL 256

/* Frees slots after a walk by iter/tcp. To be run again until it returns WALK_ENDED. */
SEC("raw_tp")
int forget_ended(void *context)
{
    struct walk *walk = the_walk();
    struct pass *pass = the_pass();

    if (!walk || !pass)
        return WALK_ENDED;
    begin_call(walk);
    if (walk->begins) {
        walk->begins = 0;
        begin_with_slots();
    }
    for (__u32 i = 0; i < WORDS_PER_CALL; i++)
        if (visit_next_word())
            break;
    end_call(walk);
    if (!has_visited_slots)
        return WALK_GOES_ON;
    pass->taken = pass->taken_in_walk;
    return WALK_ENDED;
}

/* For kernels that can't follow connections. */
SEC("iter/tcp")
int count_connections(struct bpf_iter__tcp *context)
{
    return count_in_pass(context, false);
}

#endif
