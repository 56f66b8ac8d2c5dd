/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Reads kernel memory at an address that the verifier knows nothing about. A bad address reads as 0.
 *
 * Where programs can cast an address (CAN_CAST, since 6.2), a read is a single instruction, and lockdown does not
 * forbid it. Elsewhere it is a call of bpf_probe_read_kernel().
 */
#ifndef ADDRESSES_H
#define ADDRESSES_H

#include "common/kernel.h"
#include "common/socket.h"

#define OFFSET(type, field) bpf_core_field_offset(struct type, field)

/* A structure of the kernel at an address; only where CAN_CAST. */
#define STRUCTURE_AT(type, address) ((const struct type *)bpf_rdonly_cast((void *)(address), TYPE_ID(type)))

/*
 * A structure that begins with a number of 64 bits. The verifier does not let a program calculate with a pointer that
 * it reads, but with a number.
 */
struct rtnl_link_stats64 {
    __u64 rx_packets;
};

/* The 64 bits at an address: a number, or a pointer as a number. */
static __always_inline __u64 load64(__u64 address)
{
    __u64 value = 0;

    if (CAN_CAST)
        return STRUCTURE_AT(rtnl_link_stats64, address)->rx_packets;
    if (reads_kernel_memory)
        bpf_probe_read_kernel(&value, sizeof(value), (const void *)address);
    return value;
}

/* A pointer in a structure of the kernel at an address, as a number. */
#define POINTER_IN(type, address, field) load64((address) + OFFSET(type, field))

/* A field in a structure of the kernel at an address. */
#define FIELD_IN(type, address, field) \
    ({ \
        typeof(((struct type *)0)->field) value_ = 0; \
        if (CAN_CAST) \
            value_ = STRUCTURE_AT(type, address)->field; \
        else if (reads_kernel_memory) \
            bpf_probe_read_kernel((void *)&value_, sizeof(value_), (const void *)((address) + OFFSET(type, field))); \
        value_; \
    })

/* The ID of the cgroup of the full socket at an address; 0 if the kernel does not show it. */
static __always_inline __u64 cgroup_at(__u64 socket)
{
    __u64 cgroup;

    /* Before 5.15 it shares its memory with the numbers of net_cls and net_prio. */
    if (!bpf_core_field_exists(((struct sock *)0)->sk_cgrp_data.cgroup))
        return 0;
    cgroup = POINTER_IN(sock, socket, sk_cgrp_data.cgroup);
    return cgroup ? FIELD_IN(kernfs_node, POINTER_IN(cgroup, cgroup, kn), id) : 0;
}

#endif
