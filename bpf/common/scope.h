/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Which sockets are observed. Only this file decides it. */
#ifndef SCOPE_H
#define SCOPE_H

#include "common/kernel.h"
#include "common/socket.h"

/* The network namespace to observe, by inode number as in /proc/PID/ns/net; 0 for all. */
const volatile __u32 observed_netns = 0;

/*
 * The struct net of `observed_netns`, once an event has shown it; until then an address that no struct net has. The
 * namespace is the agent's own. It does not end before these programs do, so its address is not reused.
 */
static __u64 observed_net = 1;

/*
 * Whether events of this namespace are observed. Comparing addresses saves each event a read of the inode number and of
 * the constant.
 */
static __always_inline bool is_observed_net(const struct net *net)
{
    if ((__u64)net == observed_net)
        return true;
    if (!observed_netns)
        return true;
    if (net->ns.inum != observed_netns)
        return false;
    observed_net = (__u64)net;
    return true;
}

/* Whether a socket is observed: full, request or TIME_WAIT. */
static __always_inline bool is_observed(const struct sock_common *socket)
{
    return is_observed_net(net_of(socket));
}

#endif
