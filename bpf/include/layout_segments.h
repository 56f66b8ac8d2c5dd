/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The layouts of the counters of retransmits and resets, shared with Swift. */
#ifndef LAYOUT_SEGMENTS_H
#define LAYOUT_SEGMENTS_H

#include "layout_states.h"

/* Why a segment was retransmitted. */
enum retransmit_type {
    RETRANSMIT_SYN = 0,
    RETRANSMIT_SYN_ACK = 1,
    RETRANSMIT_FAST = 2,
    RETRANSMIT_TIMEOUT = 3,
    RETRANSMIT_TAIL_LOSS_PROBE = 4,
    RETRANSMIT_OTHER = 5,
};

#define RETRANSMIT_TYPE_COUNT 6

/* `tcp_retransmits`: counters by reason, then by type. */
#define RETRANSMIT_COUNT (RETRANSMIT_TYPE_COUNT * NETWORK_TYPE_COUNT)

static inline unsigned int retransmit_index(unsigned int kind, unsigned int type)
{
    return kind * NETWORK_TYPE_COUNT + type;
}

/* `tcp_resets`: counters by direction (enum io_direction), then by type. */
#define RESET_COUNT (IO_DIRECTION_COUNT * NETWORK_TYPE_COUNT)

static inline unsigned int reset_index(unsigned int direction, unsigned int type)
{
    return direction * NETWORK_TYPE_COUNT + type;
}

#endif
