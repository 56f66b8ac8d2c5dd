/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Frees the slots of sockets that no longer exist. */
#ifndef FORGET_H
#define FORGET_H

#include "common/loss.h"
#include "common/slots.h"
#include "flows/unseen.h"

/*
 * Frees the slot of a socket that two passes in a row have not met and that had no event since. It no longer exists,
 * and no program saw its change to CLOSE. One pass alone may miss a socket that is in none of the kernel's tables at
 * that moment: tcp_v4_connect() changes its state before it is hashed, and tcp_set_state() after it is unhashed. So for
 * each socket that was missed for the first time a byte is written, which requests another pass at once.
 */
SEC("iter/bpf_map_elem")
int forget_ended(struct bpf_iter__bpf_map_elem *context)
{
    struct connection *connection = context->value;
    struct pass *pass;
    __u32 row = 0;

    pass = bpf_map_lookup_elem(&tcp_pass, &row);
    if (!connection || !pass)
        return 0;
    if (!context->meta->seq_num)
        pass->taken = 0;
    if (!connection->cookie)
        return 0;
    pass->taken++;
    if (connection->pass == (__u32)pass->session || connection->changed >= pass->began)
        return 0;
    if (connection->missed) {
        if (connection->state)
            make_up_for(IN_PASS, connection->type, connection->state, TCP_CLOSE);
        else
            count_loss(UNSEEN);
        forget(connection);
    } else {
        connection->missed = 1;
        bpf_seq_write(context->meta->seq, &connection->missed, 1);
    }
    return 0;
}

#endif
