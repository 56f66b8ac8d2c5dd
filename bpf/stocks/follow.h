/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What the pass does with sockets that have slots: it finds missed events, and samples live connections.
 *
 * A walk that holds the socket's lock excludes events of this socket. Without the lock, an event may come at any time.
 * So whatever looks like a missed event is only noted as a doubt, and counts when the next walk finds the same and
 * there was no event in between. A socket that is new to such a walk gets a slot, which any event of it finds empty and
 * uses, and if the next walk meets the socket and there was none, it is followed from then on.
 */
#ifndef FOLLOW_H
#define FOLLOW_H

#include "common/loss.h"
#include "flows/drops.h"
#include "flows/sample.h"
#include "flows/unseen.h"
#include "stocks/counts.h"
#include "stocks/visit.h"

static __always_inline void set_doubt(struct connection *connection, __u8 doubt)
{
    connection->marks = (connection->marks & ~DOUBT_MASK) | doubt;
}

/* Whether an event was missed, because a socket is in another state than it was last seen to enter. */
static __always_inline bool has_missed_change(struct connection *connection, const struct visited *visited,
                                              struct pass *pass)
{
    bool is_same_doubt = (connection->marks & DOUBT_MASK) == visited->state && connection->changed < pass->began_before;

    if (!connection->state || connection->state == visited->state) {
        set_doubt(connection, 0);
        return false;
    }
    if (visited->is_locked || is_same_doubt) {
        set_doubt(connection, 0);
        return true;
    }
    set_doubt(connection, visited->state);
    pass->doubts++;
    return false;
}

/*
 * Takes a free slot for the socket with `key`, or returns NO_SLOT. An event that comes meanwhile finds the slot, so it
 * is not cleared here. The verifier checks this once.
 */
__noinline __u32 claim_slot(__u64 key)
{
    __u32 slot = near_slot(key), other = NO_SLOT;
    struct connection *connection = slot_at(slot);

    if (!connection)
        return NO_SLOT;
    if (!take(connection, slot, key))
        return connection->key == key ? slot : take_far_slot(key);
    /* An event may just have begun to follow it elsewhere. */
    if (may_be_displaced(connection, key))
        other = displaced_slot(key);
    if (other == NO_SLOT)
        return slot;
    forget(connection);
    return other;
}

/* What the event would have noted that led to the state in which a socket was found. */
static __always_inline void note_found_state(const struct connection *connection, int state)
{
    if (by_cgroup && (state == TCP_FIN_WAIT2 || state == TCP_CLOSING) && !is_address(connection->key))
        note_time_wait(connection->key, connection->row);
}

/* Begins to follow a socket in the slot that it was given. */
static __always_inline void adopt_in_pass(struct connection *connection, const struct visited *visited,
                                          struct pass *pass)
{
    const struct tcp_sock *tcp = visited->full;
    enum network_type type = visited->type;
    int state = visited->state;
    bool was_born_unseen = pass->is_complete;

    connection->type = type;
    connection->row = owner_of_cgroup(cgroup_of_full(visited));
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
        make_up_for_birth(IN_PASS, connection->row, type, connection->role, state);
    note_found_state(connection, state);
}

/* The slot of the socket that is being visited; NO_SLOT if it is not followed. */
static __u32 met_slot;

/*
 * Decides about a slot that a walk took for a socket before any event, when a walk meets that socket. Returns whether
 * it is followed.
 */
static __always_inline bool has_been_expected(struct connection *connection, const struct visited *visited,
                                              struct pass *pass)
{
    __u8 expected = connection->marks & (EXPECTED | EXPECTED_BY_ODD);

    /* The walk has come to it twice. */
    if (!connection->state && !visited->is_locked && expected == expected_by(pass))
        return false;
    connection->marks &= ~(EXPECTED | EXPECTED_BY_ODD);
    if (!connection->state)
        adopt_in_pass(connection, visited, pass);
    return true;
}

/*
 * Finds the slot of a socket that the pass has met. A new socket gets one. Sets `met_slot` to NO_SLOT if there is none,
 * or if it is not followed yet.
 */
static __always_inline void find_met(struct sink *sink, const struct visited *visited, struct pass *pass)
{
    struct connection *connection;

    met_slot = slot_of(visited->key);
    /* Another program may have given a cookie to a socket whose key is its address. */
    if (met_slot == NO_SLOT && !visited->is_locked && has_addressed_slots() && !is_address(visited->key))
        met_slot = slot_of(visited->address);
    if (met_slot == NO_SLOT) {
        /* It has just ended, or its first event is only now coming. */
        if (visited->state == TCP_CLOSE && !visited->is_locked) {
            sink->is_pending = true;
            return;
        }
        connection = slot_at(met_slot = claim_slot(visited->key));
        if (!connection)
            return;
        connection->marks = expected_by(pass);
    } else {
        connection = slot_at(met_slot);
        if (!connection)
            return;
    }
    if (connection->marks & EXPECTED && !has_been_expected(connection, visited, pass)) {
        met_slot = NO_SLOT;
        sink->is_pending = true;
        pass->doubts++;
    }
}

/* Records that the pass has met a socket, and returns what is remembered of it, or NULL. */
static __always_inline struct connection *meet(struct sink *sink, const struct visited *visited, struct pass *pass)
{
    struct connection *connection;
    enum network_type type = visited->type;
    int state = visited->state;

    find_met(sink, visited, pass);
    connection = slot_at(met_slot);
    if (!connection)
        return NULL;
    connection->pass = pass->session;
    if (!is_settled(connection->row))
        connection->row = owner_of_cgroup(cgroup_of_full(visited));
    if (has_missed_change(connection, visited, pass)) {
        make_up_for(IN_PASS, connection->row, type, connection->state, state);
        if (has_flag(connection, HANDSHAKING) && (state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT)) {
            set_flag(connection, HANDSHAKING, false);
            count_handshake(IN_PASS, connection->row, connection->role, type, SUCCEEDED);
            connection->established = connection->opened;
        }
        connection->state = state;
        connection->changed = 0;
        connection->opened = pass->began;
        note_found_state(connection, state);
    }
    return connection;
}

/* Reads a full socket again, where it is a copy. Returns false if it can't be read. */
static bool refresh(const struct visited *visited);

/*
 * Whether a reading of how far a connection has sent and received can be trusted. Without its lock, a second one must
 * agree, because an acknowledgement may arrive in between, and it must still be the same socket.
 */
static __always_inline bool is_steady(const struct visited *visited, const struct progress *progress)
{
    struct progress again;

    if (visited->is_locked)
        return true;
    barrier();
    if (!refresh(visited))
        return false;
    again = progress_of(visited->full, visited->state);
    barrier();
    return again.sent == progress->sent && again.received == progress->received &&
           visited->socket->skc_state == visited->state &&
           (is_address(visited->key) ||
            (__u64)FIELD_IN(sock_common, visited->address, skc_cookie.counter) == visited->key);
}

/* Samples the round-trip time and bytes of a connection. */
static __always_inline void sample_connection(struct connection *connection, const struct visited *visited,
                                              struct pass *pass)
{
    const struct tcp_sock *tcp = visited->full;
    int state = visited->state;
    /* If the slot is another socket's already, this one has ended, and its reading is not steady. */
    __u64 key = *(volatile __u64 *)&connection->key;
    struct progress progress;

    if (!connection->known || state == TCP_CLOSE)
        return;
    if (has_flag(connection, GUESSED) && has_listener(visited->net, visited->socket->skc_num)) {
        connection->role = SERVER;
        connection->marks |= CONFIRMED;
    }
    if (state == TCP_SYN_SENT || state == TCP_SYN_RECV)
        return;
    progress = progress_of(tcp, state);
    /* Most connections are idle. */
    if (has_advanced(connection, progress) && is_steady(visited, &progress))
        sample_bytes(connection, key, progress, is_under_repair(tcp));
    /*
     * Once for each interval. If the pass walks twice, the second walk finds that the connection already has this
     * minute.
     */
    if (connection->marks & CARRIED) {
        __u8 minute = pass->began / rtt_period % 255 + 1;

        if (connection->minute != minute) {
            observe_rtt(connection, tcp, visited->type, IN_PASS);
            connection->minute = minute;
            connection->marks &= ~CARRIED;
        }
    }
}

/*
 * Observes the round-trip time of a connection without a slot: once for each interval in which it carried data, like
 * that of a connection that is followed. It can't be known whether its first round-trip time was doubtful.
 */
static __always_inline void sample_unfollowed(const struct visited *visited, const struct pass *pass)
{
    const struct tcp_sock *tcp = visited->full;
    __u32 since = pass->sampled_before;
    int state = visited->state;

    if (!pass->samples_unfollowed || !tcp->srtt_us || state == TCP_LISTEN || state == TCP_CLOSE ||
        state == TCP_SYN_SENT || state == TCP_SYN_RECV)
        return;
    if ((__s32)(tcp->lsndtime - since) < 0 && (__s32)(tcp->inet_conn.icsk_ack.lrcvtime - since) < 0)
        return;
    record_duration(owner_of_cgroup(cgroup_of_full(visited)), rtt_index(IN_PASS, visited->type),
                    (__u64)tcp->srtt_us * 125);
}

/* Follows a full socket, if a slot is left for it: `met_slot`. */
static __always_inline void follow_socket(struct sink *sink, const struct visited *visited, struct pass *pass)
{
    struct connection *connection = meet(sink, visited, pass);

    if (!connection) {
        if (!sink->is_pending)
            sample_unfollowed(visited, pass);
        return;
    }
    if (visited->state == TCP_LISTEN)
        count_drops(connection, drops_of(&visited->full->inet_conn.icsk_inet.sk), visited->type,
                    visited->socket->skc_num);
    else
        sample_connection(connection, visited, pass);
}

#endif
