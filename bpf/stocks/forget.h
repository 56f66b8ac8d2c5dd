/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Frees the slots of sockets that no longer exist. */
#ifndef FORGET_H
#define FORGET_H

#include "common/loss.h"
#include "common/slots.h"
#include "flows/unseen.h"

/*
 * Frees the slot of a socket that two walks in a row have not met and that had no event since. It no longer exists, and
 * no program saw its change to CLOSE. One walk alone may miss a socket that is in none of the kernel's tables at that
 * moment: tcp_v4_connect() changes its state before it is hashed, and tcp_set_state() after it is unhashed. So a socket
 * that was missed for the first time is a doubt, which requests another walk at once.
 */
static __always_inline void forget_if_ended(struct connection *connection, struct pass *pass)
{
    if (!connection->key)
        return;
    pass->taken_in_walk++;
    if (connection->pass == (__u16)pass->session || connection->changed >= pass->began)
        return;
    if ((connection->marks & DOUBT_MASK) == MISSED) {
        if (connection->state)
            make_up_for(IN_PASS, connection->row, connection->type, connection->state, TCP_CLOSE);
        else
            count_loss(UNSEEN);
        forget(connection);
    } else {
        connection->marks |= MISSED;
        pass->doubts++;
    }
}

/* Walks over all slots, where the sockets were walked over by iter/tcp. */
SEC("iter/bpf_map_elem")
int forget_ended(struct bpf_iter__bpf_map_elem *context)
{
    struct connection *connection = context->value;
    struct pass *pass;
    __u32 row = 0;

    pass = bpf_map_lookup_elem(&tcp_pass, &row);
    if (!pass)
        return 0;
    /* The last call has no element. */
    if (connection)
        forget_if_ended(connection, pass);
    else
        pass->taken = pass->taken_in_walk;
    return 0;
}

#endif
