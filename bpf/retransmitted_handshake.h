/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * How long servers' handshakes take, and when those began whose SYN-ACK was sent more than once.
 *
 * That time stands in the request socket, which no event shows but the retransmission; the connection's own socket is
 * made later and does not know it. So it is kept by the addresses of the two ends until then.
 */
#ifndef RETRANSMITTED_HANDSHAKE_H
#define RETRANSMITTED_HANDSHAKE_H

#include "kernel.h"
#include "socket.h"

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
} retransmitted_handshakes SEC(".maps");

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
static __always_inline void note_retransmitted_handshake(const struct request_sock *request, enum network_type type)
{
    struct handshake_key key = handshake_key_of(&request->__req_common, type);
    struct tcp_request_sock *tcp_request = (void *)request;
    /* In microseconds of CLOCK_MONOTONIC (tcp_clock_us()). */
    __u64 begun = BPF_CORE_READ(tcp_request, snt_synack) * 1000;

    bpf_map_update_elem(&retransmitted_handshakes, &key, &begun, BPF_NOEXIST);
}

/* When the handshake of `socket` began; 0 if that was not noted. */
static __always_inline __u64 retransmitted_handshake_begun(const struct sock_common *socket, enum network_type type)
{
    struct handshake_key key = handshake_key_of(socket, type);
    __u64 *begun = bpf_map_lookup_elem(&retransmitted_handshakes, &key);
    __u64 result = begun ? *begun : 0;

    if (begun)
        bpf_map_delete_elem(&retransmitted_handshakes, &key);
    return result;
}

/*
 * How long a server's handshake took that ends now; 0 if that is not known.
 *
 * It begins with the first SYN-ACK, which the kernel sends at once on the SYN; the socket is made only at the end, and
 * then the first round-trip time that it was given is just that time (tcp_synack_rtt_meas()), unless the SYN-ACK had to
 * be sent again.
 */
static __always_inline __u64 server_handshake_duration(const struct tcp_sock *tcp, const struct sock_common *socket,
                                                       enum network_type type, __u64 now)
{
    if (tcp->total_retrans) {
        __u64 begun = retransmitted_handshake_begun(socket, type);

        return begun && begun < now ? now - begun : 0;
    }
    return (__u64)tcp->srtt_us * 125;
}

#endif
