/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * How long servers' handshakes take.
 *
 * A handshake begins with the first SYN-ACK, which the kernel sends at once on the SYN. Its time is in the
 * request socket; the connection's own socket is made only at the end. The first round-trip time that it is given is
 * just the duration (tcp_synack_rtt_meas()), except in three cases. A SYN-ACK was sent more than once: then the
 * beginning is kept here, by the addresses of the two ends. The SYN-ACK was a cookie, of which the kernel keeps no
 * time: then it takes the timestamp that the client echoes, whose lowest bits are the cookie's. And where it is data
 * that end the handshake, part of the time is the client's.
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

/* Notes when the handshake of `request` began, whose SYN-ACK is sent again. */
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

/* When the handshake of `socket` began; 0 if that was not noted. */
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
 * Whether the segment that ended the handshake carried data: then it did not come at once, as the client had its ACK
 * wait for that, or the listener did (TCP_DEFER_ACCEPT). Data in the SYN of a connection of TCP Fast Open came before.
 */
static __always_inline bool is_ended_by_data(const struct tcp_sock *tcp)
{
    return tcp->data_segs_in && tcp->data_segs_in > BPF_CORE_READ_BITFIELD(tcp, syn_data_acked);
}

/* Whether a time in eighths of a microsecond is whole milliseconds; most are not, without a division. */
static __always_inline bool is_whole_milliseconds(__u32 eighths)
{
    return eighths % 64 == 0 && eighths % (8 * 1000) == 0;
}

/* How a server's handshake went that ends now. */
struct server_handshake {
    /* How long it took, in nanoseconds; 0 if that is not known. */
    __u64 duration;
    /* Whether the round-trip time that the kernel begins with is another one than the network's. */
    bool is_rtt_doubtful;
};

static __always_inline struct server_handshake
server_handshake_of(const struct tcp_sock *tcp, const struct sock_common *socket, enum network_type type, __u64 now)
{
    struct server_handshake handshake = {};

    if (is_ended_by_data(tcp)) {
        handshake.is_rtt_doubtful = true;
    } else if (tcp->total_retrans || is_whole_milliseconds(tcp->srtt_us)) {
        /* That is what an echoed timestamp gives (tcp_rtt_tsopt_us()), and a clock nearly never does. */
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
