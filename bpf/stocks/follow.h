/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What the pass does with sockets that have slots: it finds missed events, and samples live connections. */
#ifndef FOLLOW_H
#define FOLLOW_H

#include "common/loss.h"
#include "flows/drops.h"
#include "flows/sample.h"
#include "flows/unseen.h"
#include "stocks/visit.h"
#include "stocks/waiting.h"

/* Gives a slot to a socket that has none; NULL if no slot is left. */
static __always_inline struct connection *adopt_in_pass(const struct visited *visited, struct pass *pass)
{
    struct connection *connection = claim_connection(visited->cookie);
    const struct tcp_sock *tcp = visited->full;
    enum network_type type = visited->type;
    int state = visited->state;
    bool was_born_unseen = pass->is_complete;

    if (!connection)
        return NULL;
    connection->type = type;
    if (state == TCP_LISTEN) {
        connection->state = state;
        connection->sent = was_born_unseen ? 0 : drops_of(&tcp->inet_conn.icsk_inet.sk);
    } else if (state == TCP_SYN_SENT || state == TCP_SYN_RECV) {
        /* The next change decides the role: a client, or a child of TCP Fast Open. */
        connection->state = state;
        connection->opened = pass->began;
    } else {
        adopt(connection, tcp, state, pass->began);
    }
    if (was_born_unseen && state != TCP_SYN_RECV && state != TCP_CLOSE)
        make_up_for_birth(IN_PASS, type, connection->role, state);
    return connection;
}

/*
 * Records that the pass has met a socket, and returns what is remembered of it. A new socket is followed from now on.
 */
static __always_inline struct connection *meet(const struct visited *visited, struct pass *pass)
{
    struct connection *connection = find_connection(visited->cookie);
    enum network_type type = visited->type;
    int state = visited->state;

    if (!connection)
        connection = adopt_in_pass(visited, pass);
    if (!connection)
        return NULL;
    connection->pass = pass->session;
    connection->missed = 0;
    if (connection->state && connection->state != state) {
        make_up_for(IN_PASS, type, connection->state, state);
        if (has_flag(connection, HANDSHAKING) && (state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT)) {
            set_flag(connection, HANDSHAKING, false);
            count_handshake(IN_PASS, connection->role, type, SUCCEEDED);
            connection->established = connection->opened;
        }
        connection->state = state;
        connection->changed = 0;
        connection->opened = pass->began;
    }
    return connection;
}

/* Samples the round-trip time and bytes of a connection. Returns what is remembered of it, or NULL. */
static __always_inline struct connection *sample_connection(const struct visited *visited, struct pass *pass,
                                                            struct pass_totals *totals)
{
    struct connection *connection = meet(visited, pass);
    const struct tcp_sock *tcp = visited->full;
    int state = visited->state;
    __u8 minute;

    if (!connection) {
        totals->unfollowed++;
        return NULL;
    }
    note_age(totals, state, connection->changed ? connection->changed : connection->opened, pass->began);
    if (!connection->known || state == TCP_CLOSE)
        return connection;
    if (has_flag(connection, GUESSED) && has_listener(visited->socket)) {
        connection->role = SERVER;
        set_flag(connection, GUESSED, false);
    }
    if (state == TCP_SYN_SENT || state == TCP_SYN_RECV)
        return connection;
    sample_bytes(connection, tcp, state, IN_PASS);
    /*
     * Once for each interval. If the pass walks twice, the second walk finds that the connection already has this
     * minute.
     */
    minute = pass->began / rtt_period % 255 + 1;
    if (has_flag(connection, CARRIED) && connection->minute != minute) {
        observe_rtt(connection, tcp, visited->type, IN_PASS);
        connection->minute = minute;
        set_flag(connection, CARRIED, false);
    }
    return connection;
}

/* Follows a full socket, if a slot is left for it. Returns what is remembered of it, or NULL. */
static __always_inline struct connection *follow_socket(const struct visited *visited, struct pass *pass,
                                                        struct pass_totals *totals)
{
    struct connection *listener;

    if (visited->state != TCP_LISTEN)
        return sample_connection(visited, pass, totals);
    listener = meet(visited, pass);
    if (listener)
        count_drops(listener, &visited->full->inet_conn.icsk_inet.sk, visited->type, visited->socket->skc_num);
    return listener;
}

#endif
