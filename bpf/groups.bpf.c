// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* The object of `tcplens snapshot` and `tcplens top`: stocks by port and container. It is not part of the agent. */
#include "stocks/groups.h"
#include "stocks/iter.h"
#include "stocks/visited_at.h"

char LICENSE[] SEC("license") = "GPL";

static __always_inline void count_visited(const struct visited *visited)
{
    struct sink sink;
    __u32 row = 0;

    sink.totals = bpf_map_lookup_elem(&tcp_totals, &row);
    visit_socket(&sink, visited, NULL);
}

__noinline int count_at(__u64 address)
{
    struct walk *walk = the_walk();
    struct visited visited;

    if (!walk || !meet_at(walk, address))
        return 0;
    visited = visited_socket();
    count_visited(&visited);
    return 0;
}

static __always_inline void visit_at(__u64 address)
{
    count_at(address);
}

static __always_inline __u64 touch(__u64 address)
{
    __u64 sum = 0;

    if (by_local_port || by_peer_port)
        sum += STRUCTURE_AT(tcp_sock, address)->bytes_acked + STRUCTURE_AT(tcp_sock, address)->snd_nxt +
               STRUCTURE_AT(tcp_sock, address)->bytes_sent;
    if (by_container)
        sum += POINTER_IN(sock, address, sk_cgrp_data.cgroup);
    return sum;
}

/* Runs until the time is over; to be run again until it returns WALK_ENDED. */
SEC("raw_tp")
int walk_groups(void *context)
{
    struct walk *walk = the_walk();

    if (!walk)
        return WALK_ENDED;
    begin_call(walk);
    if (walk->begins && !begin_walk(walk, all_namespaces))
        return WALK_ENDED;
    walk_sockets(walk);
    end_call(walk);
    return walk_stage == WALK_SLOTS ? WALK_ENDED : WALK_GOES_ON;
}

/* For kernels whose tables programs can't read. */
SEC("iter/tcp")
int count_groups(struct bpf_iter__tcp *context)
{
    struct sock_common *socket = context->sk_common;
    struct visited visited;

    if (!socket)
        return 0;
    visited = visited_by_iter(socket, false);
    count_visited(&visited);
    return 0;
}
