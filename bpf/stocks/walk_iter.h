/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The agent's pass by iter/tcp: counts each socket, and samples those that are followed. */
#ifndef WALK_ITER_H
#define WALK_ITER_H

#include "stocks/counts.h"
#include "stocks/follow.h"
#include "stocks/iter.h"

static __always_inline void begin_pass(struct bpf_iter__tcp *context, struct pass *pass)
{
    pass->session = context->meta->session_id;
    pass->began = bpf_ktime_get_ns();
    pass->unplaced_before = pass->unplaced;
}

/* `follows` is set on kernels that can follow connections. Then round-trip times and bytes are sampled too. */
static __always_inline int count_in_pass(struct bpf_iter__tcp *context, bool follows)
{
    struct sock_common *socket = context->sk_common;
    struct connection *followed = NULL;
    struct visited visited;
    struct sink sink = {};
    struct pass *pass;
    __u32 row = 0;

    pass = bpf_map_lookup_elem(&tcp_pass, &row);
    sink.totals = bpf_map_lookup_elem(&tcp_pass_totals, &row);
    if (!pass || !sink.totals)
        return 0;
    /* Not by seq_num: if there is no socket at all, the only call is the last one, and its number is not 0. */
    if (context->meta->session_id != pass->session)
        begin_pass(context, pass);
    if (!socket) {
        /* The end of the walk. */
        if (follows)
            pass->is_complete = !sink.totals->unfollowed && pass->unplaced == pass->unplaced_before;
        return 0;
    }
    sink.began = pass->began;
    visited = visited_by_iter(socket, true);
    if (follows && visited.full) {
        visited.cookie = bpf_get_socket_cookie((void *)visited.full);
        followed = follow_socket(&visited, pass, sink.totals);
    }
    visit_socket(&sink, &visited, followed);
    return 0;
}

SEC("iter/tcp")
int count_and_sample(struct bpf_iter__tcp *context)
{
    return count_in_pass(context, true);
}

/* For kernels that can't follow connections. */
SEC("iter/tcp")
int count_connections(struct bpf_iter__tcp *context)
{
    return count_in_pass(context, false);
}

#endif
