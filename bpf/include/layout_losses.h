/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What a program could not count, by reason: the layout of each object's `tcp_losses` map. */
#ifndef LAYOUT_LOSSES_H
#define LAYOUT_LOSSES_H

enum loss_reason {
    /* A map had no room for another key. */
    MAP_FULL = 0,
    /* The kernel had no memory for a socket's storage. */
    ALLOCATION = 1,
    /* A socket changed its state, and no program ran. */
    UNSEEN = 2,
    /* The ring buffer was full. */
    RING_FULL = 3,
};

#define LOSS_REASON_COUNT 4

#endif
