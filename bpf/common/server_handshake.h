/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * How long servers' handshakes take.
 *
 * A handshake begins with the first SYN-ACK, which the kernel sends as soon as the SYN arrives. That time is in the
 * request socket; the connection's own socket is made only at the end. The first round-trip time of the new socket is
 * exactly the duration (tcp_synack_rtt_meas()), except in three cases:
 * - A SYN-ACK was sent more than once. Then the beginning is kept here, by the addresses of the two ends.
 * - The SYN-ACK was a cookie, whose time the kernel does not keep. It uses the timestamp that the client echoes, but
 * the lowest bits of that are the cookie's.
 * - Data end the handshake. Then part of the time is the client's.
 */
#ifndef SERVER_HANDSHAKE_H
#define SERVER_HANDSHAKE_H

#include "common/kernel.h"
#include "common/socket.h"

struct handshake_key {
    struct in6_addr local;
    struct in6_addr peer;
    __u32 netns;
    __u16 local_port;
    __be16 peer_port;
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 4096);
    __type(key, struct handshake_key);
    __type(value, __u64);
} tcp_syn_acks SEC(".maps");

static __always_inline struct handshake_key handshake_key_of(const struct sock_common *socket, enum network_type type)
{
    struct handshake_key key = {};

    key.netns = netns_of(socket);
    key.local_port = socket->skc_num;
    key.peer_port = socket->skc_dport;
    if (type == IPV4) {
        key.local.in6_u.u6_addr32[0] = socket->skc_rcv_saddr;
        key.peer.in6_u.u6_addr32[0] = socket->skc_daddr;
    } else {
        key.local = socket->skc_v6_rcv_saddr;
        key.peer = socket->skc_v6_daddr;
    }
    return key;
}

/* Records when the handshake of `request` began, because its SYN-ACK is sent again. */
static __always_inline void note_retransmitted_handshake(struct request_sock *request, enum network_type type)
{
    struct handshake_key key = handshake_key_of(&request->__req_common, type);
    const struct tcp_request_sock *tcp_request = tcp_request_sock_of(request);
    __u64 begun;

    if (!tcp_request)
        return;
    /* In microseconds of CLOCK_MONOTONIC (tcp_clock_us()). */
    begun = tcp_request->snt_synack * 1000;
    if (begun)
        bpf_map_update_elem(&tcp_syn_acks, &key, &begun, BPF_NOEXIST);
}

/* When the handshake of `socket` began; 0 if that was not recorded. */
static __always_inline __u64 retransmitted_handshake_begun(const struct sock_common *socket, enum network_type type)
{
    struct handshake_key key = handshake_key_of(socket, type);
    __u64 *begun = bpf_map_lookup_elem(&tcp_syn_acks, &key);
    __u64 result = begun ? *begun : 0;

    if (begun)
        bpf_map_delete_elem(&tcp_syn_acks, &key);
    return result;
}

/*
 * Whether the segment that ended the handshake carried data. Then it was delayed: the client held its ACK back for the
 * data, or the listener waited for data (TCP_DEFER_ACCEPT). Data in the SYN of a TCP Fast Open connection came earlier.
 */
static __always_inline bool is_ended_by_data(const struct tcp_sock *tcp)
{
    return tcp->data_segs_in && tcp->data_segs_in > BPF_CORE_READ_BITFIELD(tcp, syn_data_acked);
}

/* Whether a time in eighths of a microsecond is whole milliseconds. Most times are rejected without a division. */
static __always_inline bool is_whole_milliseconds(__u32 eighths)
{
    return eighths % 64 == 0 && eighths % (8 * 1000) == 0;
}

/* The result of a server's handshake that ends now. */
struct server_handshake {
    /* How long it took, in nanoseconds; 0 if that is not known. */
    __u64 duration;
    /* Whether the kernel's first round-trip time differs from the network's. */
    bool is_rtt_doubtful;
};

static __always_inline struct server_handshake
server_handshake_of(const struct tcp_sock *tcp, const struct sock_common *socket, enum network_type type, __u64 now)
{
    struct server_handshake handshake = {};

    if (is_ended_by_data(tcp)) {
        handshake.is_rtt_doubtful = true;
    } else if (tcp->total_retrans || is_whole_milliseconds(tcp->srtt_us)) {
        /* An echoed timestamp gives such a value (tcp_rtt_tsopt_us()); a clock almost never does. */
        __u64 begun = retransmitted_handshake_begun(socket, type);

        if (begun && begun < now)
            handshake.duration = now - begun;
        else
            handshake.is_rtt_doubtful = true;
    } else {
        handshake.duration = (__u64)tcp->srtt_us * 125;
    }
    return handshake;
}

#endif
