/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The kernel types that the programs read, with only the fields they need. CO-RE relocates each field on load, so the
 * order and the other fields do not matter.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define IPPROTO_MPTCP 262
#define ETH_P_IPV6 0x86DD
/* enum sock_flags. */
#define SOCK_DEAD 0
#define SOCK_DONE 1
/* TCP_SKB_CB()->sacked. */
#define TCPCB_LOST 0x04
#define MSG_PEEK 2
#define MSG_ERRQUEUE 0x2000

/* enum tcp_ca_state, and icsk_pending of inet_connection_sock. */
#define TCP_CA_LOSS 4
#define ICSK_TIME_PROBE0 3
#define ICSK_TIME_LOSS_PROBE 5

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct in6_addr {
    union {
        __be32 u6_addr32[4];
    } in6_u;
};

struct list_head {
    struct list_head *next;
    struct list_head *prev;
};

struct hlist_nulls_node {
    struct hlist_nulls_node *next;
    struct hlist_nulls_node **pprev;
};

struct hlist_nulls_head {
    struct hlist_nulls_node *first;
};

struct inet_ehash_bucket {
    struct hlist_nulls_head chain;
};

struct inet_listen_hashbucket {
    struct hlist_nulls_head nulls_head;
};

struct inet_hashinfo {
    struct inet_ehash_bucket *ehash;
    unsigned int ehash_mask;
    unsigned int lhash2_mask;
    struct inet_listen_hashbucket *lhash2;
};

struct inet_timewait_death_row {
    struct inet_hashinfo *hashinfo;
};

struct netns_ipv4 {
    struct inet_timewait_death_row tcp_death_row;
};

struct ns_common {
    unsigned int inum;
};

struct net {
    struct list_head list;
    /* Since 5.12. */
    __u64 net_cookie;
    struct ns_common ns;
    struct netns_ipv4 ipv4;
};

struct nsproxy {
    struct net *net_ns;
};

struct task_struct {
    struct task_struct *real_parent;
    struct nsproxy *nsproxy;
    int pid;
};

typedef struct {
    struct net *net;
} possible_net_t;

typedef struct {
    __s64 counter;
} atomic64_t;

struct sock_common {
    __be32 skc_daddr;
    __be32 skc_rcv_saddr;
    unsigned int skc_hash;
    __be16 skc_dport;
    __u16 skc_num;
    unsigned short skc_family;
    volatile unsigned char skc_state;
    int skc_bound_dev_if;
    possible_net_t skc_net;
    struct in6_addr skc_v6_daddr;
    struct in6_addr skc_v6_rcv_saddr;
    atomic64_t skc_cookie;
    struct hlist_nulls_node skc_nulls_node;
    unsigned long skc_flags;
    /* Of a request socket; at the offset of skc_flags. */
    struct sock *skc_listener;
};

typedef struct {
    int counter;
} atomic_t;

struct kernfs_node {
    __u64 id;
};

struct cgroup {
    struct kernfs_node *kn;
};

struct sock_cgroup_data {
    struct cgroup *cgroup;
};

struct sock {
    struct sock_common __sk_common;
    int sk_err;
    int sk_err_soft;
    __u32 sk_ack_backlog;
    __u32 sk_max_ack_backlog;
    /* The number of segments that a listener dropped (tcp_listendrop()). */
    atomic_t sk_drops;
    __u16 sk_protocol;
    struct sock_cgroup_data sk_cgrp_data;
};

struct request_sock_queue {
    atomic_t qlen;
};

struct inet_sock {
    struct sock sk;
    __be16 inet_sport;
};

struct inet_connection_sock {
    struct inet_sock icsk_inet;
    struct request_sock_queue icsk_accept_queue;
    __u8 icsk_ca_state : 5;
    __u8 icsk_pending;
    struct {
        __u32 lrcvtime;
    } icsk_ack;
};

struct tcp_sock {
    struct inet_connection_sock inet_conn;
    __u32 write_seq;
    __u32 snd_nxt;
    __u32 snd_una;
    __u32 srtt_us;
    __u32 rcv_nxt;
    __u32 copied_seq;
    __u32 rcv_wup;
    __u32 rcv_wnd;
    __u32 snd_wnd;
    __u32 packets_out;
    __u32 segs_out;
    __u32 data_segs_in;
    __u32 delivered;
    __u32 lsndtime;
    __u32 total_retrans;
    __u8 repair : 1;
    __u8 fastopen_connect : 1;
    __u8 syn_data_acked : 1;
    struct request_sock *fastopen_rsk;
    __u64 tcp_clock_cache;
    __u64 bytes_sent;
    __u64 bytes_retrans;
    __u64 bytes_received;
    __u64 bytes_acked;
};

struct mptcp_sock {
    struct sock *first;
};

struct request_sock {
    struct sock_common __req_common;
    __u8 num_retrans;
};

struct tcp_request_sock {
    __u64 snt_synack;
};

struct net_device {
    possible_net_t nd_net;
};

struct sk_buff {
    struct net_device *dev;
    __be16 protocol;
    char cb[48];
};

struct tcp_skb_cb {
    __u16 tcp_gso_segs;
    __u8 sacked;
};

struct inet_timewait_sock {
    volatile unsigned char tw_substate;
};

struct tcp_timewait_sock {
    struct inet_timewait_sock tw_sk;
};

struct seq_file;

struct bpf_iter_meta {
    struct seq_file *seq;
    __u64 session_id;
    __u64 seq_num;
};

struct bpf_iter__tcp {
    struct bpf_iter_meta *meta;
    struct sock_common *sk_common;
};

#pragma clang attribute pop

#endif
