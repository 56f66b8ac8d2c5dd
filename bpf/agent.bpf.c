// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * The agent's only object: every program that `tcplens run` may load, with the maps they share. Each concern is a
 * header, and this file only includes them. So all programs have one scope, one table of slots and one count of losses,
 * and the kernel's types are read only once.
 *
 * A program that the verifier refuses fails the whole object. Whether a program is loaded is therefore decided
 * beforehand, by what the kernel can do (Sources/Probes/AgentPrograms.swift).
 */
#include "common/saved.h"
#include "flows/transitions.h"
#include "flows/retransmits.h"
#include "flows/resets.h"
#include "flows/response_time.h"
#include "stocks/walk_iter.h"
#include "stocks/walk_agent.h"

char LICENSE[] SEC("license") = "GPL";
