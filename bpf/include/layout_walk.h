/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * `tcp_walk`, shared with Swift: how a walk over the kernel's tables, or the table of slots, is run and what it
 * reports.
 */
#ifndef LAYOUT_WALK_H
#define LAYOUT_WALK_H

struct walk {
    /* How long one call may take, in nanoseconds. */
    unsigned long long budget;
    /* Set by user space to begin a walk; the program sets it back to 0. */
    unsigned int begins;
    /* Set by user space to count only the sockets of its own network namespace, and to follow none. */
    unsigned int is_trial;

    /* What the walk has met so far. */
    unsigned long long sockets;
    /* The longest chain of a bucket, in sockets. */
    unsigned long long longest_chain;
    /* The longest call, in nanoseconds. */
    unsigned long long longest_call;
    unsigned long long calls;

    /* Harmless: chains that were begun again because a socket moved, and sockets that had just left the table. */
    unsigned long long restarts;
    unsigned long long unhashed;
    /* Harmless, if they are few: sockets that had just become another one, in another chain. */
    unsigned long long moved;
    /* Harmless: tables of namespaces that ended during the walk. */
    unsigned long long ended_tables;

    /* Troubles: the walk does not understand this kernel, or has not met every socket. */
    /* The tables were not found. */
    unsigned long long no_table;
    /* Links that could not be read. */
    unsigned long long bad_links;
    /* Chains whose end was not found. */
    unsigned long long unread_chains;
    /* Namespaces with their own table beyond OWN_TABLES. */
    unsigned long long unread_tables;
    /* Sockets without a namespace. */
    unsigned long long strange_sockets;
};

/* The most namespaces with tables of their own (net.ipv4.tcp_child_ehash_entries). */
#define OWN_TABLES 256

/* What the program returns. */
enum walk_result {
    WALK_ENDED = 0,
    WALK_GOES_ON = 1,
};

#endif
