#define _GNU_SOURCE
#include "include/loader.h"

#include "calls.h"
#include "jobs.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_NAMES = 128 };

/* The load that is going on. Only one at a time may be: libbpf's messages go to whoever loads, too. */
static struct {
    struct loaded_programs *programs;
    const struct kernel_types *types;
    bool has_functions;
} current;

int CLoading_makeTypesFile(char path[64])
{
    int file = memfd_create("kernel-types", MFD_CLOEXEC);

    if (file < 0)
        return -errno;
    snprintf(path, 64, "/proc/self/fd/%d", file);
    return file;
}

/* What a program attaches to, by its section: the type that the kernel loads it as, and the number of its target. */
static int find_target(const char *section, struct job *job)
{
    char name[128];
    bool is_iterator = strncmp(section, "iter/", 5) == 0;
    __u32 number;

    job->type = BPF_PROG_TYPE_RAW_TRACEPOINT;
    if (strcmp(section, "syscall") == 0) {
        job->type = BPF_PROG_TYPE_SYSCALL;
        job->options->prog_flags |= BPF_F_SLEEPABLE;
    }
    if (strncmp(section, "tp_btf/", 7) != 0 && !is_iterator)
        return 0;
    job->type = BPF_PROG_TYPE_TRACING;
    snprintf(name, sizeof(name), "%s%s", is_iterator ? "bpf_iter_" : "btf_trace_", strchr(section, '/') + 1);
    number = CLoading_typeNumber(current.types, name, is_iterator ? BTF_KIND_FUNC : BTF_KIND_TYPEDEF);
    job->options->attach_btf_id = number;
    job->options->expected_attach_type = is_iterator ? BPF_TRACE_ITER : BPF_TRACE_RAW_TP;
    return number ? 0 : -ESRCH;
}

/* Makes calls of the kernel's functions of those that stand for them; see calls.h. */
static void name_functions(struct job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        struct bpf_insn *call = &job->instructions[i];
        __u32 number;

        if (call->code != (BPF_JMP | BPF_CALL) || call->src_reg != 0 || call->imm < FIRST_CALL ||
            call->imm >= FIRST_CALL + CALLS)
            continue;
        number = CLoading_typeNumber(current.types, call_names[call->imm - FIRST_CALL], BTF_KIND_FUNC);
        /* Without such a function the call is in code that never runs. */
        if (!number)
            continue;
        call->src_reg = BPF_PSEUDO_KFUNC_CALL;
        call->imm = (__s32)number;
    }
}

/* libbpf has made a program ready and is about to load it. Keeps it for later, and has libbpf load one that is empty.
 */
static int keep_program(struct bpf_program *program, struct bpf_prog_load_opts *options, long cookie)
{
    static const struct bpf_insn nothing[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K},
        {.code = BPF_JMP | BPF_EXIT},
    };
    struct job *job = current.programs && current.types ? add_job(current.programs, program, options) : NULL;
    int code;

    (void)cookie;
    if (!job)
        return -ENOMEM;
    code = find_target(bpf_program__section_name(program), job);
    if (code)
        return code;
    if (current.has_functions)
        name_functions(job);
    options->func_info_cnt = 0;
    options->line_info_cnt = 0;
    options->prog_btf_fd = 0;
    return bpf_program__set_insns(program, (struct bpf_insn *)nothing, sizeof(nothing) / sizeof(*nothing));
}

int CLoading_prepare(void)
{
    /* A type that needs no target, so that libbpf does not look for one. */
    static const char *const sections[] = {"tp_btf+", "iter+", "raw_tp+", "syscall"};
    LIBBPF_OPTS(libbpf_prog_handler_opts, options, .prog_prepare_load_fn = keep_program);

    for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
        int code = libbpf_register_prog_handler(sections[i], BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &options);

        if (code < 0)
            return code;
    }
    return 0;
}

/* The constants of an object; NULL if it has none. */
static const struct btf_type *constants_of(const struct bpf_object *object)
{
    const struct btf *own = bpf_object__btf(object);
    __s32 number = btf__find_by_name_kind(own, ".rodata", BTF_KIND_DATASEC);

    return number > 0 ? btf__type_by_id(own, (__u32)number) : NULL;
}

static const char *name_of(const struct btf *own, const struct btf_var_secinfo *constant)
{
    return btf__name_by_offset(own, btf__type_by_id(own, constant->type)->name_off);
}

/* The structure of which a constant is the number: that of `type_id_sock` is `sock`. NULL for other constants. */
static const char *structure_of(const char *constant)
{
    static const char prefix[] = "type_id_";

    return strncmp(constant, prefix, sizeof(prefix) - 1) == 0 ? constant + sizeof(prefix) - 1 : NULL;
}

/* Sets the constants that are numbers of types. */
static void set_numbers(struct bpf_object *object, const struct kernel_types *types, bool has_functions)
{
    const struct btf *own = bpf_object__btf(object);
    struct bpf_map *constants = bpf_object__find_map_by_name(object, ".rodata");
    const struct btf_type *section = constants_of(object);
    size_t size = 0;
    char *values = constants ? (char *)bpf_map__initial_value(constants, &size) : NULL;

    for (int i = 0; section && values && i < btf_vlen(section); i++) {
        const struct btf_var_secinfo *place = &btf_var_secinfos(section)[i];
        const char *name = name_of(own, place), *structure = structure_of(name);
        __u32 value;

        if (place->offset + place->size > size)
            continue;
        if (place->size == sizeof(value) && structure) {
            value = CLoading_typeNumber(types, structure, BTF_KIND_STRUCT);
            memcpy(values + place->offset, &value, sizeof(value));
        } else if (place->size == 1 && strcmp(name, "can_cast") == 0) {
            values[place->offset] = has_functions && CLoading_typeNumber(types, "bpf_rdonly_cast", BTF_KIND_FUNC) != 0;
        }
    }
}

/*
 * The names of what the programs attach to, of the functions that they call, and of the structures whose numbers they
 * need: the object need not describe those. The names are to be freed.
 */
static int add_names(const struct bpf_object *object, char **names)
{
    const struct btf *own = bpf_object__btf(object);
    const struct btf_type *section = constants_of(object);
    struct bpf_program *program;
    int count = 0;

    for (int i = 0; i < CALLS; i++)
        if ((names[count] = strdup(call_names[i])))
            count++;
    bpf_object__for_each_program(program, object)
    {
        const char *section = bpf_program__section_name(program);
        const char *target = strchr(section, '/');
        bool is_iterator = strncmp(section, "iter/", 5) == 0;

        if (target && count < MOST_NAMES &&
            asprintf(&names[count], "%s%s", is_iterator ? "bpf_iter_" : "btf_trace_", target + 1) >= 0)
            count++;
    }
    for (int i = 0; section && i < btf_vlen(section) && count < MOST_NAMES; i++) {
        const char *structure = structure_of(name_of(own, &btf_var_secinfos(section)[i]));

        if (structure && (names[count] = strdup(structure)))
            count++;
    }
    return count;
}

/* Reads the kernel's types, and writes those that the object needs to where libbpf finds them. */
static struct kernel_types *provide_types(struct bpf_object *object, const char *path, int file)
{
    char *names[MOST_NAMES];
    int count = add_names(object, names);
    struct kernel_types *types = CLoading_readTypes(path, bpf_object__btf(object), (const char *const *)names, count);
    unsigned size = 0;
    const char *bytes = types ? CLoading_keptTypes(types, &size) : NULL;

    for (int i = 0; i < count; i++)
        free(names[i]);
    if (types && (ftruncate(file, 0) != 0 || pwrite(file, bytes, size, 0) != (ssize_t)size)) {
        CLoading_freeTypes(types);
        return NULL;
    }
    return types;
}

int CLoading_load(struct bpf_object *object, const char *types_path, int types_file, int has_functions,
                  struct loaded_programs **programs, char **log)
{
    struct kernel_types *types = provide_types(object, types_path, types_file);
    int code = types ? 0 : -errno;

    *log = NULL;
    *programs = calloc(1, sizeof(**programs));
    if (!*programs || !types) {
        CLoading_freeTypes(types);
        return code ? code : -ENOMEM;
    }
    set_numbers(object, types, has_functions);
    current.programs = *programs;
    current.types = types;
    current.has_functions = has_functions;
    code = bpf_object__load(object);
    current.programs = NULL;
    current.types = NULL;
    CLoading_freeTypes(types);
    if (code)
        return code;
    load_jobs(*programs);
    for (int i = 0; i < (*programs)->count; i++) {
        struct job *job = &(*programs)->jobs[i];

        if (job->code) {
            *log = explain(job);
            return job->code;
        }
    }
    return 0;
}
