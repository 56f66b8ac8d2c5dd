/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * How long a service takes to answer: on a connection that it accepted, from when it read the last bytes of a request
 * to when it wrote the first bytes of the answer. No protocol is parsed, so it works under TLS too.
 *
 * These programs run on every send and receive of the machine, so they are loaded only when they are asked for.
 */
#ifndef RESPONSE_TIME_H
#define RESPONSE_TIME_H

#include "common/generation.h"
#include "common/loss.h"
#include "common/record.h"
#include "common/rows.h"
#include "common/scope.h"
#include "common/sequence.h"
#include "common/slots.h"
#include "common/socket.h"
#include "layout_responses.h"

/* What a socket has read. */
struct reading {
    /* When it last read; 0 if it has written since. */
    __u64 time;
    /* How many bytes of the connection had been read by then. */
    __u64 bytes;
};

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct reading);
} tcp_last_reads SEC(".maps");

/* Whether `tcp_responses` is a hash that all CPUs share. User space decides that, and makes it one. */
const volatile bool shares_responses = false;

/* The overflow row exists from the start. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, RESPONSE_ROWS);
    __type(key, struct response_key);
    __type(value, struct histogram);
} tcp_responses SEC(".maps");

/* A histogram is too large for a program's stack. */
static const struct histogram no_responses;

static __always_inline bool is_timed(const struct sock *sk)
{
    __u16 protocol = sk->sk_protocol;

    return (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP) && is_observed(&sk->__sk_common);
}

/* Whether the first subflow of an MPTCP socket came from a listener. */
static __always_inline bool is_accepted_mptcp(const struct sock *sk)
{
    struct connection *connection;
    const struct sock *first;
    __u64 cookie;

    if (!CAN_CAST || !bpf_core_type_exists(struct mptcp_sock))
        return false;
    first = ((const struct mptcp_sock *)bpf_rdonly_cast(sk, TYPE_ID(mptcp_sock)))->first;
    if (!first)
        return false;
    cookie = first->__sk_common.skc_cookie.counter;
    connection = cookie ? find_connection(cookie) : NULL;
    if (connection && connection->known)
        return connection->role == SERVER;
    return role_from_sequence(bpf_rdonly_cast(first, TYPE_ID(tcp_sock)), first->__sk_common.skc_state) == SERVER;
}

/* Whether the connection came from a listener. */
static __always_inline bool is_accepted(struct sock *sk)
{
    struct connection *connection;
    struct tcp_sock *tcp;

    if (sk->sk_protocol == IPPROTO_MPTCP)
        return is_accepted_mptcp(sk);
    connection = find_connection(cookie_of(sk));
    if (connection && connection->known)
        return connection->role == SERVER;
    tcp = bpf_skc_to_tcp_sock(sk);
    return tcp && role_from_sequence(tcp, sk->__sk_common.skc_state) == SERVER;
}

/* The bytes of data that were read, without the FIN, which the kernel counts as one. */
static __always_inline __u64 data_read(const struct tcp_sock *tcp)
{
    __u32 unread = tcp->rcv_nxt - tcp->copied_seq;
    bool has_read_end = !unread && tcp->inet_conn.icsk_inet.sk.__sk_common.skc_flags >> SOCK_DONE & 1;

    return tcp->bytes_received - unread - has_read_end;
}

static __always_inline struct histogram *histogram_of(__u32 row, __u16 port)
{
    struct response_key key = {.port = port, .row = row};
    struct histogram *histogram = bpf_map_lookup_elem(&tcp_responses, &key);

    if (histogram)
        return histogram;
    bpf_map_update_elem(&tcp_responses, &key, &no_responses, BPF_NOEXIST);
    histogram = bpf_map_lookup_elem(&tcp_responses, &key);
    if (histogram)
        return histogram;
    key.port = 0;
    key.overflow = 1;
    key.row = HOST_ROW;
    return bpf_map_lookup_elem(&tcp_responses, &key);
}

static __always_inline struct reading *reading_of(struct sock *sk)
{
    struct reading *reading = bpf_sk_storage_get(&tcp_last_reads, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

    if (!reading)
        count_loss(ALLOCATION);
    return reading;
}

/* recv() and read(), also over MPTCP and kernel TLS. */
SEC("tp_btf/sock_recv_length")
int BPF_PROG(on_receive, struct sock *sk, int result, int flags)
{
    struct reading *reading;

    if (!is_counting() || result <= 0 || flags & (MSG_PEEK | MSG_ERRQUEUE) || !is_timed(sk) || !is_accepted(sk))
        return 0;
    reading = reading_of(sk);
    if (reading)
        reading->time = bpf_ktime_get_ns();
    return 0;
}

/*
 * Other ways to read from a TCP socket, such as splice() and TCP_ZEROCOPY_RECEIVE. After reading, the kernel adjusts
 * the receive buffer. It also does so after MSG_PEEK and after failed attempts.
 */
SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(on_take, struct sock *sk)
{
    struct reading *reading;
    struct tcp_sock *tcp;
    __u64 bytes;

    if (!is_counting() || sk->sk_protocol != IPPROTO_TCP || !is_timed(sk) || !is_accepted(sk))
        return 0;
    tcp = bpf_skc_to_tcp_sock(sk);
    if (!tcp)
        return 0;
    bytes = data_read(tcp);
    reading = reading_of(sk);
    if (!reading || reading->bytes == bytes)
        return 0;
    reading->bytes = bytes;
    reading->time = bpf_ktime_get_ns();
    return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(on_send, struct sock *sk, int result, int flags)
{
    struct histogram *histogram;
    struct reading *reading;

    if (!is_counting() || result <= 0 || !is_timed(sk))
        return 0;
    /* Only accepted connections have one. */
    reading = bpf_sk_storage_get(&tcp_last_reads, sk, 0, 0);
    if (!reading || !reading->time)
        return 0;
    histogram = histogram_of(row_of_full(sk), sk->__sk_common.skc_num);
    if (histogram)
        record(histogram, bpf_ktime_get_ns() - reading->time, shares_responses);
    else
        count_loss(MAP_FULL);
    reading->time = 0;
    return 0;
}

#endif
