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

/*
 * Where programs are interpreted instead of compiled, the kernel refuses each program that calls a kernel function by
 * name, even in code that never runs. So this is a call of a helper function that no kernel has, and only where there
 * is the function, the loader puts its number there (Sources/CLoading/calls.h).
 */
static void *(*const bpf_rdonly_cast)(const void *object, __u32 btf_id) = (void *)0x7f000000;

/* Whether programs can cast a pointer for the verifier (since 6.2). The loader sets it. */
const volatile bool can_cast;
#define CAN_CAST can_cast

/*
 * The kernel's number of a structure, which the loader sets, too. CO-RE does not know it: it sees only those types of
 * the kernel that the object needs.
 */
#define TYPE_ID(type) type_id_##type
#define DECLARE_TYPE_ID(type) const volatile __u32 type_id_##type

DECLARE_TYPE_ID(inet_hashinfo);
DECLARE_TYPE_ID(inet_sock);
DECLARE_TYPE_ID(inet_timewait_sock);
DECLARE_TYPE_ID(kernfs_node);
DECLARE_TYPE_ID(mptcp_sock);
DECLARE_TYPE_ID(net);
DECLARE_TYPE_ID(request_sock);
DECLARE_TYPE_ID(rtnl_link_stats64);
DECLARE_TYPE_ID(sock);
DECLARE_TYPE_ID(sock_common);
DECLARE_TYPE_ID(task_struct);
DECLARE_TYPE_ID(tcp_request_sock);
DECLARE_TYPE_ID(tcp_sock);
DECLARE_TYPE_ID(tcp_timewait_sock);

/* CO-RE would give the number of the type among those. */
#undef bpf_core_type_id_kernel

/*
 * The same socket, as one that the verifier does not trust. Of one that it trusts, kernels before 7.0 look through all
 * their types for each pointer that is read, for half a millisecond, whether it is to be trusted, too.
 */
static __always_inline const struct sock *untrusted(const void *socket)
{
    return CAN_CAST ? bpf_rdonly_cast(socket, TYPE_ID(sock)) : socket;
}

/* The network namespace of any socket. */
static __always_inline const struct net *net_of(const struct sock_common *socket)
{
    return untrusted(socket)->__sk_common.skc_net.net;
}

/* The network namespace that a socket belongs to, by inode number. */
static __always_inline __u32 netns_of(const struct sock_common *socket)
{
    return net_of(socket)->ns.inum;
}

/* Whether a socket already has its cookie, which the kernel assigns when it is first asked for. */
static __always_inline bool has_cookie(const struct sock *sk)
{
    return sk->__sk_common.skc_cookie.counter != 0;
}

/*
 * Casts a full socket whose `sk_protocol` is IPPROTO_TCP; NULL if the kernel says that it isn't one. Where programs can
 * cast a pointer for the verifier, this takes no instruction; elsewhere it is a call.
 */
static __always_inline const struct tcp_sock *tcp_sock_of(struct sock *sk)
{
    if (CAN_CAST)
        return bpf_rdonly_cast(sk, TYPE_ID(tcp_sock));
    return bpf_skc_to_tcp_sock(sk);
}

/* Casts a request socket; NULL if the kernel says that it isn't one. */
static __always_inline const struct tcp_request_sock *tcp_request_sock_of(struct request_sock *request)
{
    if (CAN_CAST)
        return bpf_rdonly_cast(request, TYPE_ID(tcp_request_sock));
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
    return bpf_core_field_exists(sk->sk_cgrp_data.cgroup) ? untrusted(sk)->sk_cgrp_data.cgroup->kn->id : 0;
}

#endif
