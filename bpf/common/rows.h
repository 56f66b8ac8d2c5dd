/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Which row a socket is counted in: the row of the cgroup that it was made in. An accepted socket has the cgroup of its
 * listener. Neither the process that happens to run nor an address plays a role.
 */
#ifndef ROWS_H
#define ROWS_H

#include "common/addresses.h"
#include "common/loss.h"
#include "common/socket.h"
#include "layout_workloads.h"

/* Whether each cgroup is counted in a row of its own. If not, the kernel drops the code for it. */
const volatile bool by_cgroup = false;

/* The ID of the root cgroup. */
#define ROOT_CGROUP 1

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, __u64);
    __type(value, struct cgroup_row);
} tcp_rows SEC(".maps");

/* The rows that no cgroup has. User space adds those of ended cgroups again. */
struct {
    __uint(type, BPF_MAP_TYPE_QUEUE);
    __uint(max_entries, 1);
    __uint(key_size, 0);
    __uint(value_size, sizeof(__u32));
} tcp_free_rows SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} tcp_time_waits SEC(".maps");

/* How many places `tcp_time_waits` has, less one; a power of two less one. */
const volatile __u32 time_wait_mask = 0;

/* Gives a cgroup a row. Another CPU may do the same at the same time. */
static __noinline __u32 add_row(__u64 cgroup)
{
    struct cgroup_row added = {}, *row;

    if (bpf_map_pop_elem(&tcp_free_rows, &added.row))
        return OVERFLOW_ROW;
    if (!bpf_map_update_elem(&tcp_rows, &cgroup, &added, BPF_NOEXIST))
        return added.row;
    bpf_map_push_elem(&tcp_free_rows, &added.row, 0);
    row = bpf_map_lookup_elem(&tcp_rows, &cgroup);
    return row ? row->row : OVERFLOW_ROW;
}

/* Out of line to keep the stack of the hot path small (flows/handshakes.h). */
static __noinline __u32 find_row(__u64 cgroup)
{
    struct cgroup_row *row = bpf_map_lookup_elem(&tcp_rows, &cgroup);

    return row ? row->row : add_row(cgroup);
}

/* The row of the cgroup with this ID; that of the host for 0. */
static __always_inline __u32 row_of_cgroup(__u64 cgroup)
{
    return by_cgroup && cgroup > ROOT_CGROUP ? find_row(cgroup) : HOST_ROW;
}

/*
 * Whether the row that is remembered of a connection is the right one. A cgroup without a row may get one later, and
 * its long connections and its listeners with it.
 */
static __always_inline bool is_settled(__u32 row)
{
    return row != NO_ROW && row != OVERFLOW_ROW;
}

/* The row of a full socket. */
static __always_inline __u32 row_of_full(const struct sock *sk)
{
    return by_cgroup ? row_of_cgroup(cgroup_of(sk)) : HOST_ROW;
}

static __always_inline __u64 *time_wait_at(__u64 cookie)
{
    __u32 place = cookie & time_wait_mask;

    return bpf_map_lookup_elem(&tcp_time_waits, &place);
}

/* Records the row of a socket that may come to TIME_WAIT. The kernel keeps its cookie then, but not its cgroup. */
static __noinline void note_time_wait(__u64 cookie, __u32 row)
{
    __u64 *place = time_wait_at(cookie);

    if (place)
        *place = cookie << TIME_WAIT_ROW_BITS | row;
}

/* The row of a socket in TIME_WAIT; NO_ROW if it is not known. */
static __always_inline __u32 row_of_time_wait(__u64 cookie)
{
    __u64 *place = cookie ? time_wait_at(cookie) : NULL, noted = place ? *place : 0;

    return noted >> TIME_WAIT_ROW_BITS == (cookie << TIME_WAIT_ROW_BITS) >> TIME_WAIT_ROW_BITS
               ? noted & ((1 << TIME_WAIT_ROW_BITS) - 1)
               : NO_ROW;
}

/* The row of a socket of any kind, at an event. */
static __always_inline __u32 row_of(const struct sock_common *socket)
{
    __u32 row;

    if (!by_cgroup)
        return HOST_ROW;
    switch (socket->skc_state) {
    case TCP_NEW_SYN_RECV:
        return row_of_cgroup(cgroup_at((__u64)untrusted(socket)->__sk_common.skc_listener));
    case TCP_TIME_WAIT:
        row = row_of_time_wait(socket->skc_cookie.counter);
        return row ? row : HOST_ROW;
    default:
        return row_of_full((const struct sock *)socket);
    }
}

#endif
