/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The layout of `tcp_transitions`, shared by state_transitions.bpf.c and Swift. */
#ifndef STATE_TRANSITIONS_H
#define STATE_TRANSITIONS_H

#include "tcp_state.h"

/* Counters stand in one array: first by type, then by the old state, then by the new one. */
#define TRANSITION_COUNT (NETWORK_TYPE_COUNT * TCP_STATE_COUNT * TCP_STATE_COUNT)
#define TRANSITION_INDEX(type, old_state, new_state) \
    (((type)*TCP_STATE_COUNT + (old_state)) * TCP_STATE_COUNT + (new_state))

#endif
