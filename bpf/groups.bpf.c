// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* The object of `tcplens snapshot` and `tcplens top`: stocks by port and container. It is not part of the agent. */
#include "stocks/groups.h"
#include "stocks/iter.h"

char LICENSE[] SEC("license") = "GPL";

SEC("iter/tcp")
int count_groups(struct bpf_iter__tcp *context)
{
    struct sock_common *socket = context->sk_common;
    struct visited visited;
    struct sink sink;
    __u32 row = 0;

    if (!socket)
        return 0;
    sink.totals = bpf_map_lookup_elem(&tcp_totals, &row);
    visited = visited_by_iter(socket, false);
    visit_socket(&sink, &visited, NULL);
    return 0;
}
