/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What the programs ask of any TCP socket: full, request or TIME_WAIT. */
#ifndef SOCKET_H
#define SOCKET_H

#include "handshake.h"
#include "kernel.h"
#include "tcp_state.h"

static __always_inline bool is_v4_mapped(const struct in6_addr *address)
{
    return address->in6_u.u6_addr32[0] == 0 && address->in6_u.u6_addr32[1] == 0 &&
           address->in6_u.u6_addr32[2] == bpf_htonl(0xffff);
}

/*
 * The protocol that a connection's packets travel by. An AF_INET6 socket whose peer or own address is v4-mapped
 * (RFC 4291, 2.5.5.2) speaks IPv4; a listener on `::` is IPv6 although it may accept both.
 */
static __always_inline enum network_type network_type_of(const struct sock_common *socket)
{
    if (socket->skc_family != AF_INET6)
        return IPV4;
    /* Without CONFIG_IPV6 the fields, and with them such sockets, do not exist. */
    if (!bpf_core_field_exists(socket->skc_v6_daddr))
        return IPV4;
    if (is_v4_mapped(&socket->skc_v6_daddr) || is_v4_mapped(&socket->skc_v6_rcv_saddr))
        return IPV4;
    return IPV6;
}

/* The state as ss shows it. */
static __always_inline enum tcp_state state_of(struct sock_common *socket)
{
    struct tcp_timewait_sock *time_wait;

    switch (socket->skc_state) {
    case TCP_TIME_WAIT:
        /* An orphan in FIN_WAIT2 is a TIME_WAIT socket too; only the substate tells (tcp_time_wait() of the kernel). */
        time_wait = bpf_skc_to_tcp_timewait_sock(socket);
        return time_wait ? time_wait->tw_sk.tw_substate : TCP_TIME_WAIT;
    case TCP_NEW_SYN_RECV:
        return TCP_SYN_RECV;
    default:
        return socket->skc_state;
    }
}

/* The network namespace that a socket belongs to, by inode number. */
static __always_inline __u32 netns_of(const struct sock_common *socket)
{
    return socket->skc_net.net->ns.inum;
}

/*
 * Whether a socket belongs to the network namespace with inode number `netns`, which must be one that cannot end before
 * the program does; 0 stands for all of them. `*known` is zero at first, and then the address of its struct net:
 * comparing that spares a look into it, and one at the constant, at each event.
 */
static __always_inline bool is_in_netns(const struct sock_common *socket, __u32 netns, __u64 *known)
{
    const struct net *net = socket->skc_net.net;

    if ((__u64)net == *known)
        return true;
    if (!netns)
        return true;
    if (net->ns.inum != netns)
        return false;
    *known = (__u64)net;
    return true;
}

/* Whether a socket has its cookie already: it is given when somebody asks for it. */
static __always_inline bool has_cookie(const struct sock *sk)
{
    return sk->__sk_common.skc_cookie.counter != 0;
}

/*
 * Where programs are interpreted, not compiled, the kernel refuses any that calls one of its functions by name, even in
 * code that is never run; so there are objects without such calls (`…_interpreted.bpf.c`).
 */
#ifdef WITHOUT_KERNEL_FUNCTIONS
#define CAN_CAST false
static __always_inline void *bpf_rdonly_cast(const void *object, __u32 btf_id)
{
    return NULL;
}
#else
extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;
/* Whether the verifier can be told what something is (since 6.2). */
#define CAN_CAST (bpf_rdonly_cast != NULL)
#endif

/*
 * A full TCP socket (`sk_protocol` is IPPROTO_TCP) as what it is; NULL if the kernel says that it is none. Where the
 * verifier can be told, this takes no instruction; else it is a call.
 */
static __always_inline const struct tcp_sock *tcp_sock_of(struct sock *sk)
{
    if (CAN_CAST)
        return bpf_rdonly_cast(sk, bpf_core_type_id_kernel(struct tcp_sock));
    return bpf_skc_to_tcp_sock(sk);
}

/* A request socket as what it is; NULL if the kernel says that it is none. */
static __always_inline const struct tcp_request_sock *tcp_request_sock_of(struct request_sock *request)
{
    if (CAN_CAST)
        return bpf_rdonly_cast(request, bpf_core_type_id_kernel(struct tcp_request_sock));
    return bpf_skc_to_tcp_request_sock(request);
}

/*
 * Whether connect() came to nothing before it had a SYN to send. What tcp_connect_init() does right before that puts
 * snd_nxt where write_seq is; until then write_seq is 0, or what a former connection left.
 */
static __always_inline bool has_no_port(const struct tcp_sock *tcp)
{
    return !tcp->segs_out && (!tcp->write_seq || tcp->snd_nxt != tcp->write_seq);
}

/*
 * Whether a socket that leaves SYN_SENT was never to send a SYN: with TCP_FASTOPEN_CONNECT, connect() leaves that to
 * the first write (tcp_fastopen_defer_connect()).
 */
static __always_inline bool is_unsent(const struct tcp_sock *tcp)
{
    return !tcp->segs_out && tcp->write_seq && BPF_CORE_READ_BITFIELD(tcp, fastopen_connect);
}

/*
 * Why a handshake fails, by errno; 0 if nothing is known. `stale` is the error that the socket had before, which stays
 * until a program asks for it.
 *
 * An ICMP message that arrives while connect() holds the socket leaves a soft error only (tcp_v4_err()), with which a
 * program that gives up before the next SYN closes it: so where a rule on the same machine rejects, as for a Kubernetes
 * service without endpoints. A connect() for which there is no local port (inet_hash_connect()) leaves no error at all.
 */
static __always_inline int handshake_error(const struct tcp_sock *tcp, int old_state, int stale)
{
    const struct sock *sk = &tcp->inet_conn.icsk_inet.sk;
    int error = sk->sk_err;

    if (old_state != TCP_SYN_SENT)
        return error;
    if (has_no_port(tcp))
        return HANDSHAKE_EADDRNOTAVAIL;
    return error && error != stale ? error : sk->sk_err_soft;
}

/* The number that no other socket ever has (bpf_get_socket_cookie()), without a call once the socket has it. */
static __always_inline __u64 cookie_of(struct sock *sk)
{
    __u64 cookie = sk->__sk_common.skc_cookie.counter;

    return cookie ? cookie : bpf_get_socket_cookie(sk);
}

/* The number of the control group that a socket was made in; 0 when it is not to be known. */
static __always_inline __u64 cgroup_of(const struct sock *sk)
{
    /* Before 5.15 it shares its place with the numbers of net_cls and net_prio. */
    return bpf_core_field_exists(sk->sk_cgrp_data.cgroup) ? sk->sk_cgrp_data.cgroup->kn->id : 0;
}

#endif
