// SPDX-License-Identifier: Apache-2.0
/*
 * Asks the kernel for everything that tcplens needs of BPF, with a BPF token and without, and prints the answers as
 * rows of a Markdown table.
 *
 * Usage: delegate ask [MOUNT]      (the BPF file system; /sys/fs/bpf by default)
 *
 * An answer is `yes` or the name of the error. A call that takes no token is made once, and its third column is empty.
 * The order matters: what the last rows need is given up before them.
 */
#define _GNU_SOURCE
#include "calls.h"

#include <errno.h>
#include <linux/btf.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int token, counts;

static const char *name_of(int answer)
{
    const char *name = answer < 0 ? strerrorname_np(-answer) : "yes";

    return name ? name : "an unknown error";
}

/* A row for a call that takes no token. */
static int row(const char *what, const char *call, int answer)
{
    printf("| %s | `%s` | %s | |\n", what, call, name_of(answer));
    return answer;
}

/* A row for a call that takes one. What it made without a token is closed. */
static int row_by(const char *what, const char *call, int with, int without)
{
    printf("| %s | `%s` | %s | %s |\n", what, call, name_of(with), name_of(without));
    if (without >= 0)
        close(without);
    return with;
}

static int ask_for_map(const char *type_name, __u32 type, __u32 flags)
{
    char what[64];

    snprintf(what, sizeof(what), "map: %s", type_name);
    return row_by(what, "BPF_MAP_CREATE", make_map(type, flags, token), make_map(type, flags, NO_TOKEN));
}

static int ask_for_program(const char *what, const struct program *program)
{
    return row_by(what, "BPF_PROG_LOAD", load_program(program, token), load_program(program, NO_TOKEN));
}

/* Whether a program has counted anything at `place`. */
static int counted(int place)
{
    long long count = look_up(counts, 0, place);

    return count > 0 ? 0 : count < 0 ? (int)count : -ENODATA;
}

/* A program without arguments that returns 42. */
static struct program returns_42(__u32 type, __u32 flags)
{
    return (struct program){
        .type = type,
        .flags = flags,
        .instructions = {SET(BPF_REG_0, 42), EXIT},
        .count = 2,
    };
}

/* A tracing program that takes an argument as a pointer and counts at `place`, if it is not NULL. */
static struct program counts_argument(__u32 attach_type, __u32 type, int argument, int place)
{
    return (struct program){
        .type = BPF_PROG_TYPE_TRACING,
        .attach_type = attach_type,
        .attach_btf_id = type,
        .instructions = {LOAD64(BPF_REG_1, BPF_REG_1, argument * 8), IF_ZERO(BPF_REG_1, 5),
                         // Reads its first field directly; the verifier knows the type.
                         LOAD32(BPF_REG_3, BPF_REG_1, 0), VALUE_OF(BPF_REG_2, counts, place * 8), SET(BPF_REG_1, 1),
                         ATOMIC_ADD64(BPF_REG_2, BPF_REG_1), SET(BPF_REG_0, 0), EXIT},
        .count = 9,
    };
}

/* Opens and closes a TCP connection over the loopback interface; returns a socket that listens, for iterators. */
static int make_traffic(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(listener, (void *)&address, size) || listen(listener, 1) ||
        getsockname(listener, (void *)&address, &size) || connect(client, (void *)&address, size))
        perror("ask: no traffic");
    close(client);
    return listener;
}

static void ask_for_maps(void)
{
    counts = ask_for_map("array that is mapped into memory", BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE);
    ask_for_map("array for each CPU", BPF_MAP_TYPE_PERCPU_ARRAY, 0);
    ask_for_map("array of maps", BPF_MAP_TYPE_ARRAY_OF_MAPS, 0);
    int hash = ask_for_map("hash", BPF_MAP_TYPE_HASH, 0);
    ask_for_map("hash for each CPU", BPF_MAP_TYPE_PERCPU_HASH, 0);
    ask_for_map("LRU hash", BPF_MAP_TYPE_LRU_HASH, 0);
    ask_for_map("queue", BPF_MAP_TYPE_QUEUE, 0);
    ask_for_map("ring buffer", BPF_MAP_TYPE_RINGBUF, 0);
    ask_for_map("socket storage", BPF_MAP_TYPE_SK_STORAGE, 0);
    row_by("types of a program or map", "BPF_BTF_LOAD", load_btf(token), load_btf(NO_TOKEN));
    row("change a map", "BPF_MAP_UPDATE_ELEM", update(hash, 0, 1));
    row("read a map", "BPF_MAP_LOOKUP_ELEM", look_up(hash, 0, 0) == 1 ? 0 : -ENODATA);
    row("read a map in batches", "BPF_MAP_LOOKUP_BATCH", look_up_batch(hash));
    row("freeze a map of constants", "BPF_MAP_FREEZE", freeze(make_map(BPF_MAP_TYPE_ARRAY, BPF_F_RDONLY_PROG, token)));
}

static int ask_for_tracing(void)
{
    struct program plain = returns_42(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
    struct program reads = {
        .type = BPF_PROG_TYPE_RAW_TRACEPOINT,
        .instructions = {MOV(BPF_REG_1, BPF_REG_10), ADD(BPF_REG_1, -8), SET(BPF_REG_2, 8), SET(BPF_REG_3, 0),
                         CALL_HELPER(BPF_FUNC_probe_read_kernel), SET(BPF_REG_0, 0), EXIT},
        .count = 7,
    };
    struct program callable = returns_42(BPF_PROG_TYPE_SYSCALL, BPF_F_SLEEPABLE);
    struct program event =
        counts_argument(BPF_TRACE_RAW_TP, kernel_type("btf_trace_inet_sock_set_state", BTF_KIND_TYPEDEF), 0, 0);
    struct program casts = {
        .type = BPF_PROG_TYPE_TRACING,
        .attach_type = BPF_TRACE_RAW_TP,
        .attach_btf_id = event.attach_btf_id,
        .instructions = {LOAD64(BPF_REG_1, BPF_REG_1, 0), SET(BPF_REG_2, (int)kernel_type("tcp_sock", BTF_KIND_STRUCT)),
                         CALL_KERNEL((int)kernel_type("bpf_rdonly_cast", BTF_KIND_FUNC)),
                         LOAD32(BPF_REG_0, BPF_REG_0, 0), SET(BPF_REG_0, 0), EXIT},
        .count = 6,
    };

    int raw = ask_for_program("program at a raw tracepoint (`raw_tp`)", &plain);
    ask_for_program("… that calls `bpf_probe_read_kernel`", &reads);
    int call = ask_for_program("program run by a system call (`syscall`)", &callable);
    int traced = ask_for_program("program at a typed tracepoint (`tp_btf`)", &event);
    ask_for_program("… that calls `bpf_rdonly_cast`", &casts);
    row("run a `raw_tp` program", "BPF_PROG_TEST_RUN", run_program(raw) == 42 ? 0 : run_program(raw));
    row("run a `syscall` program", "BPF_PROG_TEST_RUN", run_program(call) == 42 ? 0 : run_program(call));
    row("attach to a tracepoint by name", "BPF_RAW_TRACEPOINT_OPEN", open_tracepoint(raw, "inet_sock_set_state"));
    int opened = row("attach `tp_btf` as older libraries do", "BPF_RAW_TRACEPOINT_OPEN", open_tracepoint(traced, NULL));
    close(opened);
    row("attach `tp_btf`", "BPF_LINK_CREATE", create_link(traced, BPF_TRACE_RAW_TP));
    close(make_traffic());
    row("events arrive", "tp_btf", counted(0));
    row("facts of a program", "BPF_OBJ_GET_INFO_BY_FD", verified_instructions(traced) > 0 ? 0 : -ENODATA);
    return raw;
}

static int ask_for_iterators(void)
{
    struct program sockets = counts_argument(BPF_TRACE_ITER, kernel_type("bpf_iter_tcp", BTF_KIND_FUNC), 1, 1);
    int listener = make_traffic();

    int loaded = ask_for_program("iterator over sockets (`iter/tcp`)", &sockets);
    int link = row("attach it", "BPF_LINK_CREATE", create_link(loaded, BPF_TRACE_ITER));
    row("run it", "BPF_ITER_CREATE", read_iterator(link));
    row("it meets sockets", "iter/tcp", counted(1));
    close(listener);
    return link;
}

/* Leaves only these capabilities, of the first 64, in effect. */
static void keep(__u64 capabilities)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[2] = {0};

    sets[1].effective = sets[1].permitted = (__u32)(capabilities >> 32);
    if (syscall(SYS_capset, &header, sets))
        perror("ask: capabilities stay");
}

int main(int argc, char **argv)
{
    const char *mount = argc > 1 ? argv[1] : "/sys/fs/bpf";

    // Each row appears as soon as it is known, also if the next one hangs.
    setvbuf(stdout, NULL, _IOLBF, 0);
    token = row("make a token", "BPF_TOKEN_CREATE", make_token(mount));
    if (token < 0)
        return 1;
    ask_for_maps();
    int raw = ask_for_tracing(), sockets = ask_for_iterators();
    int types = kernel_btf_by_id(token);
    // Older kernels take no token for this.
    if (types == -EINVAL)
        types = kernel_btf_by_id(NO_TOKEN);
    row_by("types of the kernel by their number", "BPF_BTF_GET_FD_BY_ID", types, kernel_btf_by_id(NO_TOKEN));
    row("list programs", "BPF_PROG_GET_NEXT_ID", next_program_id());
    row("measure the run time of programs", "BPF_ENABLE_STATS", enable_statistics());

    struct program plain = returns_42(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
    keep(1ull << CAP_BPF);
    row("without CAP_PERFMON: load `raw_tp`", "BPF_PROG_LOAD", load_program(&plain, token));
    keep(0);
    row("without capabilities: make a token", "BPF_TOKEN_CREATE", make_token(mount));
    row("without capabilities: make a map", "BPF_MAP_CREATE", make_map(BPF_MAP_TYPE_ARRAY, 0, token));
    row("without capabilities: read a map", "BPF_MAP_LOOKUP_ELEM", counted(0));
    row("without capabilities: run a program", "BPF_PROG_TEST_RUN", run_program(raw) == 42 ? 0 : run_program(raw));
    row("without capabilities: run an iterator", "BPF_ITER_CREATE", read_iterator(sockets));
    return 0;
}
