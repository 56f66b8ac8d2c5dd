/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Facts of any TCP socket: full, request or TIME_WAIT. */
#ifndef SOCKET_H
#define SOCKET_H

#include "common/kernel.h"
#include "layout_states.h"

static __always_inline bool is_v4_mapped(const struct in6_addr *address)
{
    return address->in6_u.u6_addr32[0] == 0 && address->in6_u.u6_addr32[1] == 0 &&
           address->in6_u.u6_addr32[2] == bpf_htonl(0xffff);
}

/*
 * The network protocol of a connection's packets. An AF_INET6 socket whose peer or own address is v4-mapped (RFC 4291,
 * 2.5.5.2) uses IPv4. A listener on `::` is IPv6 although it may accept both.
 */
static __always_inline enum network_type network_type_of(const struct sock_common *socket)
{
    if (socket->skc_family != AF_INET6)
        return IPV4;
    /* Without CONFIG_IPV6 the fields do not exist, and neither do such sockets. */
    if (!bpf_core_field_exists(socket->skc_v6_daddr))
        return IPV4;
    if (is_v4_mapped(&socket->skc_v6_daddr) || is_v4_mapped(&socket->skc_v6_rcv_saddr))
        return IPV4;
    return IPV6;
}

/* The network namespace that a socket belongs to, by inode number. */
static __always_inline __u32 netns_of(const struct sock_common *socket)
{
    return socket->skc_net.net->ns.inum;
}

/* Whether a socket already has its cookie, which the kernel assigns when it is first asked for. */
static __always_inline bool has_cookie(const struct sock *sk)
{
    return sk->__sk_common.skc_cookie.counter != 0;
}

/*
 * Where programs are interpreted instead of compiled, the kernel refuses each program that calls a kernel function by
 * name, even in code that never runs. So each object has a twin without such calls (`…_interpreted.bpf.c`).
 */
#ifdef WITHOUT_KERNEL_FUNCTIONS
#define CAN_CAST false
static __always_inline void *bpf_rdonly_cast(const void *object, __u32 btf_id)
{
    return NULL;
}
#else
extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;
/* Whether programs can cast a pointer for the verifier (since 6.2). */
#define CAN_CAST (bpf_rdonly_cast != NULL)
#endif

/*
 * Casts a full socket whose `sk_protocol` is IPPROTO_TCP; NULL if the kernel says that it isn't one. Where programs can
 * cast a pointer for the verifier, this takes no instruction; elsewhere it is a call.
 */
static __always_inline const struct tcp_sock *tcp_sock_of(struct sock *sk)
{
    if (CAN_CAST)
        return bpf_rdonly_cast(sk, bpf_core_type_id_kernel(struct tcp_sock));
    return bpf_skc_to_tcp_sock(sk);
}

/* Casts a request socket; NULL if the kernel says that it isn't one. */
static __always_inline const struct tcp_request_sock *tcp_request_sock_of(struct request_sock *request)
{
    if (CAN_CAST)
        return bpf_rdonly_cast(request, bpf_core_type_id_kernel(struct tcp_request_sock));
    return bpf_skc_to_tcp_request_sock(request);
}

/* The number that no other socket ever has (bpf_get_socket_cookie()). Needs no call if the socket already has it. */
static __always_inline __u64 cookie_of(struct sock *sk)
{
    __u64 cookie = sk->__sk_common.skc_cookie.counter;

    return cookie ? cookie : bpf_get_socket_cookie(sk);
}

/* Whether programs may read arbitrary kernel memory, which lockdown=confidentiality forbids. */
const volatile bool reads_kernel_memory = true;

/* The ID of the cgroup that the socket was made in; 0 if the kernel does not show it. */
static __always_inline __u64 cgroup_of(const struct sock *sk)
{
    /* Before 5.15 it shares its memory with the numbers of net_cls and net_prio. */
    return bpf_core_field_exists(sk->sk_cgrp_data.cgroup) ? sk->sk_cgrp_data.cgroup->kn->id : 0;
}

#endif
