/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Which changes of state `tcplens trace` was asked for. */
#ifndef TRACE_FILTER_H
#define TRACE_FILTER_H

#include "common/kernel.h"
#include "layout_trace.h"

const volatile struct trace_filter filter = {};

/* A change of state, and what is known of it besides the socket. */
struct change {
    __u64 time;
    __u64 held;
    __u64 cookie;
    int old_state;
    int new_state;
    enum network_type type;
    __u8 role;
    __u8 failure;
    __u8 known;
};

static __always_inline bool is_wanted_peer(const struct sock_common *socket, enum network_type type)
{
    /* A listener has none. */
    if (!socket->skc_dport)
        return false;
    if (type == IPV4)
        return (socket->skc_daddr & filter.peer_mask[0]) == filter.peer_address[0];
    for (int i = 0; i < 4; i++)
        if ((socket->skc_v6_daddr.in6_u.u6_addr32[i] & filter.peer_mask[i]) != filter.peer_address[i])
            return false;
    return true;
}

/* Whether a connection between these addresses is wanted. The answer stays the same during its life. */
static __always_inline bool is_wanted_connection(const struct sock_common *socket, enum network_type type,
                                                 __u16 local_port)
{
    __u16 peer_port = bpf_ntohs(socket->skc_dport);
    bool is_late = filter.late_port && !local_port;

    if (filter.type && filter.type != type + 1)
        return false;
    if (filter.peer_port && filter.peer_port != peer_port)
        return false;
    if (filter.local_port && filter.local_port != local_port && !is_late)
        return false;
    if (filter.port && filter.port != local_port && filter.port != peer_port && !is_late)
        return false;
    return !filter.by_peer || is_wanted_peer(socket, type);
}

static __always_inline bool is_wanted_change(const struct change *change)
{
    __u32 states = 1 << (change->old_state & 31) | 1 << (change->new_state & 31);

    if (filter.states && !(filter.states & states))
        return false;
    if (filter.role && !(change->known & TRACE_ROLE && filter.role == change->role + 1))
        return false;
    if (filter.failed && change->failure == NO_OUTCOME)
        return false;
    return !filter.slower_than || (change->known & TRACE_HELD && change->held > filter.slower_than);
}

#endif
