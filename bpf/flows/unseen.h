/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Events for which no program was run. The kernel skips a program that is already running on the same CPU, and reports
 * only how often that happened, for all namespaces together. A missed event shows in the state that is remembered of
 * its connection. So it is counted late, and only its time is lost.
 */
#ifndef UNSEEN_H
#define UNSEEN_H

#include "common/loss.h"
#include "common/slots.h"
#include "flows/counters.h"

/*
 * Counts the changes that lead from the remembered state of a connection to the one that it is found in. A client
 * beyond ESTABLISHED has been in ESTABLISHED. A closed one most likely has not, and the reason is unknown.
 */
__noinline int make_up_for(enum sampler sampler, __u32 row, enum network_type type, int remembered_state, int state)
{
    bool was_connecting = remembered_state == TCP_SYN_SENT;

    count_loss(UNSEEN);
    type &= 1;
    if (was_connecting && state == TCP_CLOSE) {
        count_handshake(sampler, row, CLIENT, type, OTHER_FAILURE);
    } else if (was_connecting && state != TCP_ESTABLISHED && state != TCP_SYN_RECV) {
        count_transition_of(sampler, row, type, TCP_SYN_SENT, TCP_ESTABLISHED);
        remembered_state = TCP_ESTABLISHED;
    }
    count_transition_of(sampler, row, type, remembered_state & 15, state & 15);
    return 0;
}

/*
 * Counts the usual changes that lead to `state`, for a connection that no program saw and that is younger than a pass
 * which met all sockets.
 */
__noinline int make_up_for_birth(enum sampler sampler, __u32 row, enum network_type type, __u8 role, int state)
{
    count_loss(UNSEEN);
    type &= 1;
    state &= 15;
    if (state == TCP_LISTEN || state == TCP_SYN_SENT) {
        count_transition_of(sampler, row, type, TCP_CLOSE, state);
        return 0;
    }
    if (role == CLIENT) {
        count_transition_of(sampler, row, type, TCP_CLOSE, TCP_SYN_SENT);
        count_transition_of(sampler, row, type, TCP_SYN_SENT, TCP_ESTABLISHED);
    } else {
        count_transition_of(sampler, row, type, TCP_LISTEN, TCP_SYN_RECV);
        count_transition_of(sampler, row, type, TCP_SYN_RECV, TCP_ESTABLISHED);
    }
    count_handshake(sampler, row, role, type, SUCCEEDED);
    if (state != TCP_ESTABLISHED)
        count_transition_of(sampler, row, type, TCP_ESTABLISHED, state);
    return 0;
}

/*
 * Records that a socket found no slot. From now on, a socket without a slot need not have been missed by the programs.
 */
static __always_inline void note_unplaced(void)
{
    __u32 row = 0;
    struct pass *pass = bpf_map_lookup_elem(&tcp_pass, &row);

    if (!pass)
        return;
    __sync_fetch_and_add(&pass->unplaced, 1);
    pass->is_complete = 0;
}

/* Whether each socket that is older than the last pass has a slot. */
static __always_inline bool is_complete(void)
{
    __u32 row = 0;
    struct pass *pass = bpf_map_lookup_elem(&tcp_pass, &row);

    return pass && pass->is_complete;
}

#endif
