// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * How long a service takes to answer: on a connection that it accepted, from the last bytes of a request that it read
 * to the first bytes of the answer that it wrote. No protocol is parsed, so it works under TLS.
 *
 * These programs run on every send and receive of the machine, so they are loaded only when asked for.
 */
#include "kernel.h"
#include "connection.h"
#include "losses.h"
#include "response_time.h"
#include "socket.h"

char LICENSE[] SEC("license") = "GPL";

/* The network namespace to observe, by inode number as in /proc/PID/ns/net; 0 for all. */
const volatile __u32 observed_netns = 0;

/* When a socket last read; 0 when it has written since. */
struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, __u64);
} last_reads SEC(".maps");

/* The overflow row is there from the start. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, RESPONSE_ROWS);
    __type(key, struct response_key);
    __type(value, struct histogram);
} response_times SEC(".maps");

/* A histogram is too large for a program's stack. */
static const struct histogram empty;

static __always_inline bool is_observed(const struct sock *sk)
{
    return sk->sk_protocol == IPPROTO_TCP && (!observed_netns || netns_of(&sk->__sk_common) == observed_netns);
}

/* Whether the connection came from a listener. */
static __always_inline bool is_accepted(struct sock *sk)
{
    struct connection *connection = find_connection(bpf_get_socket_cookie(sk));
    struct tcp_sock *tcp;

    if (connection && connection->known)
        return connection->role == SERVER;
    tcp = bpf_skc_to_tcp_sock(sk);
    return tcp && role_from_sequence(tcp, sk->__sk_common.skc_state) == SERVER;
}

static __always_inline struct histogram *histogram_of(__u16 port)
{
    struct response_key key = {.port = port};
    struct histogram *histogram = bpf_map_lookup_elem(&response_times, &key);

    if (histogram)
        return histogram;
    bpf_map_update_elem(&response_times, &key, &empty, BPF_NOEXIST);
    histogram = bpf_map_lookup_elem(&response_times, &key);
    if (histogram)
        return histogram;
    key.port = 0;
    key.overflow = 1;
    return bpf_map_lookup_elem(&response_times, &key);
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(on_receive, struct sock *sk, int result, int flags)
{
    __u64 *last_read;

    if (result <= 0 || flags & MSG_PEEK || !is_observed(sk) || !is_accepted(sk))
        return 0;
    last_read = bpf_sk_storage_get(&last_reads, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
    if (last_read)
        *last_read = bpf_ktime_get_ns();
    else
        count_loss(ALLOCATION);
    return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(on_send, struct sock *sk, int result, int flags)
{
    struct histogram *histogram;
    __u64 *last_read;

    if (result <= 0 || !is_observed(sk))
        return 0;
    /* Only accepted connections have one. */
    last_read = bpf_sk_storage_get(&last_reads, sk, 0, 0);
    if (!last_read || !*last_read)
        return 0;
    histogram = histogram_of(sk->__sk_common.skc_num);
    if (histogram)
        record(histogram, bpf_ktime_get_ns() - *last_read);
    else
        count_loss(MAP_FULL);
    *last_read = 0;
    return 0;
}
