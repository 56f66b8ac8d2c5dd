// SPDX-License-Identifier: Apache-2.0
/*
 * bpf(2) as `ask` uses it: each call returns a descriptor or 0, or the negative error number.
 *
 * `token` is the descriptor of a BPF token, or NO_TOKEN.
 */
#ifndef TOKEN_CALLS_H
#define TOKEN_CALLS_H

#include <linux/bpf.h>
#include <stddef.h>

enum { NO_TOKEN = -1 };

/* How many counts of 64 bits the value of an array that is mapped into memory has; others have one. */
enum { COUNT_COUNT = 3 };

/* Instructions, in the notation of the kernel's verifier. */
#define INSN(c, d, s, o, i) ((struct bpf_insn){.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)})
#define MOV(d, s) INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define SET(d, i) INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define ADD(d, i) INSN(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, i)
#define LOAD32(d, s, o) INSN(BPF_LDX | BPF_MEM | BPF_W, d, s, o, 0)
#define LOAD64(d, s, o) INSN(BPF_LDX | BPF_MEM | BPF_DW, d, s, o, 0)
#define IF_ZERO(d, o) INSN(BPF_JMP | BPF_JEQ | BPF_K, d, 0, o, 0)
#define ATOMIC_ADD64(d, s) INSN(BPF_STX | BPF_ATOMIC | BPF_DW, d, s, 0, BPF_ADD)
#define CALL_HELPER(i) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, i)
#define CALL_KERNEL(i) INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, i)
#define EXIT INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
/* Two instructions: d = the address of a byte of the value of the array `map`. */
#define VALUE_OF(d, map, byte) INSN(BPF_LD | BPF_DW | BPF_IMM, d, BPF_PSEUDO_MAP_VALUE, 0, map), INSN(0, 0, 0, 0, byte)

/* What a program is: its type, what it attaches to (a type of the kernel's BTF), and its instructions. */
struct program {
    __u32 type;
    __u32 attach_type;
    __u32 attach_btf_id;
    __u32 flags;
    struct bpf_insn instructions[16];
    __u32 count;
};

int make_token(const char *mount);
int make_map(__u32 type, __u32 flags, int token);
int load_btf(int token);
int kernel_btf_by_id(int token);
int load_program(const struct program *program, int token);
/* Attaches to the tracepoint `name`, or to that of the program's BTF type if it is NULL. */
int open_tracepoint(int program, const char *name);
int create_link(int program, __u32 attach_type);
/* Reads the iterator of a link to its end. */
int read_iterator(int link);
/* Runs a program once; its result, which is never negative, comes back. */
int run_program(int program);
/* How many instructions the verifier processed. */
int verified_instructions(int program);
int update(int map, __u32 key, __u64 value);
/* Count `place` of the value of `key`. */
long long look_up(int map, __u32 key, int place);
int look_up_batch(int map);
int freeze(int map);
int next_program_id(void);
int enable_statistics(void);

/* The number of a type in the kernel's BTF, by its name and kind; 0 if there is none. */
__u32 kernel_type(const char *name, __u32 kind);

#endif
