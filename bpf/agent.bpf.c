// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * The agent's one object: every program that `tcplens run` may load, with the maps that they share. Each concern is a
 * header of its own, which this file includes and nothing else: so all of them have one scope, one table of slots and
 * one count of losses, and the kernel's types are read once for all.
 *
 * One program that the verifier refuses fails the whole object. Whether a program is loaded is decided before that, by
 * what the kernel can do (Sources/Probes/AgentObject.swift).
 */
#include "flows/transitions.h"
#include "flows/retransmits.h"
#include "flows/resets.h"
#include "flows/response_time.h"
#include "stocks/walk_iter.h"
#include "stocks/forget.h"

char LICENSE[] SEC("license") = "GPL";
