/*
 * BPF tokens, which allow parts of bpf(2) in a user namespace without a capability of the host (Linux 6.9).
 *
 * The headers of older distributions lack the fields, so their places are numbers here; the kernel's interface does
 * not change. Each function returns a descriptor, or the negative error number.
 */
#ifndef TCPLENS_BPF_TOKEN_H
#define TCPLENS_BPF_TOKEN_H

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A request with room for fields that the headers may lack. */
union token_request {
    uint8_t bytes[192];
    union bpf_attr attr;
    uint32_t words[48];
};

static inline int token_call(int command, union token_request *request, size_t size)
{
    long result = syscall(SYS_bpf, command, request, size);

    return result < 0 ? -errno : (int)result;
}

/* Makes a token from the root directory of a BPF file system. */
static inline int token_create(int directory)
{
    union token_request request = {{0}};

    request.words[1] = (uint32_t)directory;
    return token_call(36, &request, 8);
}

/* Sets the flag that there is a token, and the token at its place, which is a multiple of four. */
static inline void token_use(union token_request *request, __u32 *flags, size_t place, int token)
{
    *flags |= 1u << 16;
    request->words[place / 4] = (uint32_t)token;
}

/* BPF_PROG_LOAD by a token. */
static inline int token_prog_load(enum bpf_prog_type type, const struct bpf_insn *instructions, size_t count,
                                  uint32_t flags, int token)
{
    union token_request request = {{0}};

    request.attr.prog_type = type;
    request.attr.insns = (uintptr_t)instructions;
    request.attr.insn_cnt = (uint32_t)count;
    request.attr.license = (uintptr_t) "GPL";
    request.attr.prog_flags = flags;
    strcpy(request.attr.prog_name, "feature");
    token_use(&request, &request.attr.prog_flags, 144, token);
    return token_call(BPF_PROG_LOAD, &request, 148);
}

/* BPF_MAP_CREATE by a token. `name` has at most 15 characters. */
static inline int token_map_create(enum bpf_map_type type, const char *name, uint32_t key_size, uint32_t value_size,
                                   uint32_t max_entries, int token)
{
    union token_request request = {{0}};

    request.attr.map_type = type;
    request.attr.key_size = key_size;
    request.attr.value_size = value_size;
    request.attr.max_entries = max_entries;
    strncpy(request.attr.map_name, name, sizeof(request.attr.map_name) - 1);
    token_use(&request, &request.attr.map_flags, 76, token);
    return token_call(BPF_MAP_CREATE, &request, 80);
}

#endif
