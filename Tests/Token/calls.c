// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What linux/bpf.h has only since 6.9: where in `union bpf_attr` each command takes the token, and the flag for it. */
enum {
    TOKEN_CREATE = 36,
    BTF_TOKEN = 36,
    ID_TOKEN = 12,
    MAP_TOKEN = 76,
    PROGRAM_TOKEN = 144,
    TOKEN_FLAG = 1 << 16,
};

/*
 * A request, with room for the fields of later headers. Start with NOTHING: to initialize one member of a union leaves
 * the bytes behind it undefined, and the kernel reads them.
 */
union request {
    union bpf_attr attr;
    struct {
        __u32 flags;
        __u32 directory;
    } token_create;
    struct {
        __u8 known[32];
        __u32 flags;
    } btf_load;
    __u8 bytes[192];
};

#define NOTHING ((union request){.bytes = {0}})

static int call(int command, union request *request, size_t size)
{
    long result = syscall(SYS_bpf, command, request, size);

    return result < 0 ? -errno : (int)result;
}

/* A call that takes a token: `flags` and `place` are where it says that there is one, and which. */
static int call_by(int token, int command, union request *request, __u32 *flags, size_t place)
{
    if (token != NO_TOKEN) {
        *flags |= TOKEN_FLAG;
        memcpy(request->bytes + place, &token, sizeof(token));
    }
    return call(command, request, (place + sizeof(token) + 7) / 8 * 8);
}

int make_token(const char *mount)
{
    union request request = NOTHING;
    int directory = open(mount, O_DIRECTORY | O_RDONLY | O_CLOEXEC);

    if (directory < 0)
        return -errno;
    request.token_create.directory = (__u32)directory;
    int token = call(TOKEN_CREATE, &request, sizeof(request.token_create));
    close(directory);
    return token;
}

int make_map(__u32 type, __u32 flags, int token)
{
    union request request = NOTHING;
    union bpf_attr *attr = &request.attr;
    int inner = -1, btf = -1;

    attr->map_type = type;
    attr->map_flags = flags;
    attr->max_entries = 4;
    attr->key_size = type == BPF_MAP_TYPE_QUEUE || type == BPF_MAP_TYPE_RINGBUF ? 0 : 4;
    attr->value_size = type == BPF_MAP_TYPE_RINGBUF ? 0 : 8;
    if (flags & BPF_F_MMAPABLE) {
        // Programs address the variables of a section directly, which is only possible in an array of one value.
        attr->value_size = COUNT_COUNT * 8;
        attr->max_entries = 1;
    }
    if (type == BPF_MAP_TYPE_RINGBUF)
        attr->max_entries = (__u32)sysconf(_SC_PAGESIZE);
    if (type == BPF_MAP_TYPE_ARRAY_OF_MAPS) {
        attr->value_size = 4;
        inner = make_map(BPF_MAP_TYPE_ARRAY, 0, token);
        if (inner < 0)
            return inner;
        attr->inner_map_fd = (__u32)inner;
    }
    if (type == BPF_MAP_TYPE_SK_STORAGE) {
        // It belongs to sockets, has no limit of its own, and must have types.
        btf = load_btf(token);
        if (btf < 0)
            return btf;
        attr->btf_fd = (__u32)btf;
        attr->btf_key_type_id = 1;
        attr->btf_value_type_id = 2;
        attr->max_entries = 0;
        attr->map_flags |= BPF_F_NO_PREALLOC;
    }
    int map = call_by(token, BPF_MAP_CREATE, &request, &attr->map_flags, MAP_TOKEN);
    if (inner >= 0)
        close(inner);
    if (btf >= 0)
        close(btf);
    return map;
}

/* Two types: 1 is a signed integer of 32 bits, 2 one of 64 bits. */
int load_btf(int token)
{
    static const struct {
        struct btf_header header;
        struct {
            struct btf_type type;
            __u32 encoding;
        } types[2];
        char names[6];
    } BTF = {
        {BTF_MAGIC, BTF_VERSION, 0, sizeof(struct btf_header), 0, sizeof(BTF.types), sizeof(BTF.types), 6},
        {{{1, BTF_KIND_INT << 24, {4}}, BTF_INT_SIGNED << 24 | 32},
         {{1, BTF_KIND_INT << 24, {8}}, BTF_INT_SIGNED << 24 | 64}},
        "\0long",
    };
    union request request = NOTHING;

    request.attr.btf = (uintptr_t)&BTF;
    // Without what the compiler appends to align the structure.
    request.attr.btf_size = (__u32)(offsetof(__typeof__(BTF), names) + sizeof(BTF.names));
    return call_by(token, BPF_BTF_LOAD, &request, &request.btf_load.flags, BTF_TOKEN);
}

int kernel_btf_by_id(int token)
{
    union request request = NOTHING;

    request.attr.btf_id = 1;
    return call_by(token, BPF_BTF_GET_FD_BY_ID, &request, &request.attr.open_flags, ID_TOKEN);
}

int load_program(const struct program *program, int token)
{
    union request request = NOTHING;
    union bpf_attr *attr = &request.attr;

    attr->prog_type = program->type;
    attr->insns = (uintptr_t)program->instructions;
    attr->insn_cnt = program->count;
    attr->license = (uintptr_t) "GPL";
    attr->prog_flags = program->flags;
    attr->expected_attach_type = program->attach_type;
    attr->attach_btf_id = program->attach_btf_id;
    return call_by(token, BPF_PROG_LOAD, &request, &attr->prog_flags, PROGRAM_TOKEN);
}

int open_tracepoint(int program, const char *name)
{
    union request request = NOTHING;

    request.attr.raw_tracepoint.name = (uintptr_t)name;
    request.attr.raw_tracepoint.prog_fd = (__u32)program;
    return call(BPF_RAW_TRACEPOINT_OPEN, &request, sizeof(request.attr.raw_tracepoint));
}

int create_link(int program, __u32 attach_type)
{
    union request request = NOTHING;

    request.attr.link_create.prog_fd = (__u32)program;
    request.attr.link_create.attach_type = attach_type;
    return call(BPF_LINK_CREATE, &request, sizeof(request.attr.link_create));
}

int read_iterator(int link)
{
    union request request = NOTHING;
    char text[256];
    ssize_t count;

    request.attr.iter_create.link_fd = (__u32)link;
    int iterator = call(BPF_ITER_CREATE, &request, sizeof(request.attr.iter_create));
    if (iterator < 0)
        return iterator;
    while ((count = read(iterator, text, sizeof(text))) > 0 || (count < 0 && errno == EAGAIN))
        ;
    int result = count < 0 ? -errno : 0;
    close(iterator);
    return result;
}

int run_program(int program)
{
    union request request = NOTHING;

    request.attr.test.prog_fd = (__u32)program;
    int result = call(BPF_PROG_TEST_RUN, &request, sizeof(request.attr.test));
    return result < 0 ? result : (int)request.attr.test.retval;
}

int verified_instructions(int program)
{
    struct bpf_prog_info info = {0};
    union request request = NOTHING;

    request.attr.info.bpf_fd = (__u32)program;
    request.attr.info.info_len = sizeof(info);
    request.attr.info.info = (uintptr_t)&info;
    int result = call(BPF_OBJ_GET_INFO_BY_FD, &request, sizeof(request.attr.info));
    return result < 0 ? result : (int)info.verified_insns;
}

/* What reads and changes an element has in common. */
static int on_element(int command, int map, const __u32 *key, const void *value)
{
    union request request = NOTHING;

    request.attr.map_fd = (__u32)map;
    request.attr.key = (uintptr_t)key;
    request.attr.value = (uintptr_t)value;
    return call(command, &request, offsetof(union bpf_attr, flags) + sizeof(request.attr.flags));
}

int update(int map, __u32 key, __u64 value)
{
    return on_element(BPF_MAP_UPDATE_ELEM, map, &key, &value);
}

long long look_up(int map, __u32 key, int place)
{
    long long values[COUNT_COUNT] = {0};
    int result = on_element(BPF_MAP_LOOKUP_ELEM, map, &key, values);

    return result < 0 ? result : values[place];
}

int look_up_batch(int map)
{
    __u32 next, keys[4];
    __u64 values[4];
    union request request = NOTHING;

    request.attr.batch.map_fd = (__u32)map;
    request.attr.batch.out_batch = (uintptr_t)&next;
    request.attr.batch.keys = (uintptr_t)keys;
    request.attr.batch.values = (uintptr_t)values;
    request.attr.batch.count = 4;
    int result = call(BPF_MAP_LOOKUP_BATCH, &request, sizeof(request.attr.batch));
    // The end of the map.
    return result == -ENOENT ? 0 : result;
}

int freeze(int map)
{
    union request request = NOTHING;

    request.attr.map_fd = (__u32)map;
    return call(BPF_MAP_FREEZE, &request, sizeof(request.attr.map_fd));
}

int next_program_id(void)
{
    union request request = NOTHING;

    return call(BPF_PROG_GET_NEXT_ID, &request, 12);
}

int enable_statistics(void)
{
    union request request = NOTHING;

    request.attr.enable_stats.type = BPF_STATS_RUN_TIME;
    return call(BPF_ENABLE_STATS, &request, sizeof(request.attr.enable_stats));
}
