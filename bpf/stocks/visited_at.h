/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What a walk over the kernel's tables meets at an address. */
#ifndef VISITED_AT_H
#define VISITED_AT_H

#include "stocks/visit.h"
#include "stocks/walk_table.h"

/* What kind of socket it is. */
enum met_kind {
    MET_FULL,
    MET_REQUEST,
    MET_TIME_WAIT,
};

/* The socket that is visited: what `struct visited` has besides pointers, which a global function can't take. */
static struct {
    __u64 address;
    __u64 net;
    __u64 key;
    enum met_kind kind;
    enum tcp_state state;
    enum network_type type;
} met IN_ONE_PIECE;

/* Where programs can't cast an address, the parts of the socket that are needed are copied here. */
#define LARGEST_SOCKET 4096
static __u8 copied_socket[LARGEST_SOCKET] __attribute__((aligned(8)));

static __always_inline bool copy_part(__u64 address, __u32 from, __u32 end)
{
    return reads_kernel_memory && from <= end && end <= LARGEST_SOCKET &&
           !bpf_probe_read_kernel(copied_socket + from, end - from, (const void *)(address + from));
}

#define LESSER(one, other) ((one) < (other) ? (one) : (other))
#define GREATER(one, other) ((one) > (other) ? (one) : (other))

/* The offset of a field of a full socket, and where it ends. */
#define TCP_BEGIN(field) bpf_core_field_offset(((struct tcp_sock *)0)->field)
#define TCP_END(field) (TCP_BEGIN(field) + bpf_core_field_size(((struct tcp_sock *)0)->field))

/*
 * Copies a full socket. Of a connection only the part is needed that has its sequence numbers and counters, a fifth of
 * it; where it begins and ends depends on the kernel.
 */
static __always_inline bool copy_full(__u64 address, __u8 state)
{
    __u32 size = bpf_core_type_size(struct tcp_sock), from = size, end = 0;

    if (state == TCP_LISTEN)
        return copy_part(address, 0, size);
#define INCLUDE(field) \
    from = LESSER(from, TCP_BEGIN(field)); \
    end = GREATER(end, TCP_END(field))
    INCLUDE(copied_seq);
    INCLUDE(write_seq);
    INCLUDE(snd_nxt);
    INCLUDE(snd_una);
    INCLUDE(srtt_us);
    INCLUDE(rcv_nxt);
    INCLUDE(rcv_wup);
    INCLUDE(rcv_wnd);
    INCLUDE(snd_wnd);
    INCLUDE(packets_out);
    INCLUDE(delivered);
    INCLUDE(bytes_sent);
    INCLUDE(bytes_retrans);
    INCLUDE(bytes_received);
    INCLUDE(bytes_acked);
    INCLUDE(lsndtime);
    INCLUDE(inet_conn.icsk_pending);
    INCLUDE(inet_conn.icsk_ack.lrcvtime);
#undef INCLUDE
    /* A field of bits has no offset. Those of TCP_REPAIR are near the others, but not always between them. */
    from = LESSER(from, __builtin_preserve_field_info(((struct tcp_sock *)0)->repair, BPF_FIELD_BYTE_OFFSET));
    end = GREATER(end, __builtin_preserve_field_info(((struct tcp_sock *)0)->repair, BPF_FIELD_BYTE_OFFSET) + 8);
    return copy_part(address, 0, bpf_core_type_size(struct sock_common)) && copy_part(address, from, end);
}

static __always_inline bool copy_socket(__u64 address, __u8 state)
{
    switch (met.kind) {
    case MET_REQUEST:
        return copy_part(address, 0, bpf_core_type_size(struct tcp_request_sock));
    case MET_TIME_WAIT:
        return copy_part(address, 0, bpf_core_type_size(struct tcp_timewait_sock));
    default:
        return copy_full(address, state);
    }
}

#define MET_SOCKET(type) (CAN_CAST ? STRUCTURE_AT(type, met.address) : (const void *)copied_socket)

/* The socket that was met last. */
static __always_inline struct visited visited_socket(void)
{
    struct visited visited = {
        .address = met.address, .net = met.net, .key = met.key, .state = met.state, .type = met.type};

    switch (met.kind) {
    case MET_REQUEST:
        visited.request = MET_SOCKET(tcp_request_sock);
        visited.socket = (const void *)visited.request;
        break;
    case MET_TIME_WAIT:
        visited.time_wait = MET_SOCKET(tcp_timewait_sock);
        visited.socket = (const void *)visited.time_wait;
        break;
    default:
        visited.full = MET_SOCKET(tcp_sock);
        visited.socket = (const void *)visited.full;
    }
    return visited;
}

/* Whether a socket is in another chain than the one in which it was found. A listener has no hash. */
static __always_inline bool has_moved(__u64 address)
{
    return !walking.of_listeners && (FIELD_IN(sock_common, address, skc_hash) & walking.table.mask) != walking.visited;
}

/*
 * Looks at the socket at an address. Returns false if it is not to be visited: it has just left the table or become
 * another one, or it belongs to another namespace.
 */
static __always_inline bool meet_at(struct walk *walk, __u64 address)
{
    struct visited visited;
    __u64 cookie;
    __u8 state;

    if (!POINTER_IN(sock_common, address, skc_nulls_node.pprev)) {
        walk->unhashed++;
        return false;
    }
    if (has_moved(address)) {
        walk->moved++;
        return false;
    }
    met.address = address;
    met.net = POINTER_IN(sock_common, address, skc_net.net);
    if (!met.net) {
        /* It may have left the table meanwhile, and be about to become another socket. */
        if (POINTER_IN(sock_common, address, skc_nulls_node.pprev))
            walk->strange_sockets++;
        else
            walk->unhashed++;
        return false;
    }
    if (walking.net && met.net != walking.net)
        return false;
    /* The memory of a socket is only ever used again for sockets of its kind. */
    state = FIELD_IN(sock_common, address, skc_state);
    met.kind = state == TCP_NEW_SYN_RECV ? MET_REQUEST : state == TCP_TIME_WAIT ? MET_TIME_WAIT : MET_FULL;
    if (!CAN_CAST && !copy_socket(address, state))
        return false;
    visited = visited_socket();
    identify(&visited);
    met.state = visited.state;
    met.type = visited.type;
    cookie = visited.socket->skc_cookie.counter;
    met.key = cookie ? cookie : address;
    return true;
}

#endif
