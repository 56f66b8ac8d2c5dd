#define _GNU_SOURCE
#include "include/kernel_types.h"

#include "names.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is to be kept: the kernel's numbers in the order of their new ones, which begin with 1. */
struct choice {
    struct bytes order;
    __u32 *numbers;
    /* The new number of a pointer to nothing, which stands for all pointers; 0 before the first pointer. */
    __u32 pointer;
};

/* The number that a type gets among those that are kept; 0 for nothing, and for what no program reads. */
static bool keep(const struct description *description, struct choice *choice, __u32 number, __u32 *kept)
{
    size_t length;
    const struct btf_type *type = type_of(description, number, &length);
    unsigned kind = type ? BTF_INFO_KIND(type->info) : 0;

    *kept = 0;
    if (!type || kind == BTF_KIND_FUNC || kind == BTF_KIND_FUNC_PROTO || kind == BTF_KIND_VAR ||
        kind == BTF_KIND_DATASEC || kind == KIND_DECL_TAG)
        return true;
    if (kind == BTF_KIND_PTR && choice->pointer) {
        *kept = choice->pointer;
        return true;
    }
    if (!choice->numbers[number]) {
        if (!append(&choice->order, &number, sizeof(number)))
            return false;
        choice->numbers[number] = (__u32)(choice->order.length / sizeof(number));
        if (kind == BTF_KIND_PTR)
            choice->pointer = choice->numbers[number];
    }
    *kept = choice->numbers[number];
    return true;
}

static bool is_named(unsigned kind)
{
    return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_ENUM ||
           kind == BTF_KIND_FUNC || kind == KIND_ENUM64;
}

/* Goes through all types once, and chooses those that are wanted by name. */
static bool choose(struct kernel_types *types, struct description *description, struct choice *choice)
{
    const char *place = description->types;
    const struct btf_type *type;
    size_t length;

    for (__u32 number = 0;; number++) {
        __u32 offset = (__u32)(place - description->types);

        if (number % STEP == 0 && !append(&description->places, &offset, sizeof(offset)))
            return false;
        /* Number 0 is no type. */
        if (number == 0)
            continue;
        type = type_at(description, place, &length);
        if (!type)
            break;
        description->count = number;
        place += length;
        if (is_named(BTF_INFO_KIND(type->info))) {
            const char *text = text_of(description, type->name_off);
            struct name *name = *text && *beginning(types, text) ? place_of(types, text, essential_length(text)) : NULL;
            __u32 *found = name && name->text ? &name->numbers[BTF_INFO_KIND(type->info)] : NULL;

            if (!found)
                continue;
            *found = *found ? *found : number;
            if (!append(&choice->order, &number, sizeof(number)))
                return false;
        }
    }
    return place == description->types_end;
}

/* Gives the chosen types their numbers: functions are only looked up. */
static bool number_chosen(const struct description *description, struct choice *choice)
{
    struct bytes chosen = choice->order;
    bool is_done = true;
    __u32 kept;

    memset(&choice->order, 0, sizeof(choice->order));
    choice->numbers = calloc((size_t)description->count + 1, sizeof(__u32));
    for (size_t i = 0; choice->numbers && is_done && i < chosen.length / sizeof(__u32); i++)
        is_done = keep(description, choice, ((const __u32 *)chosen.start)[i], &kept);
    free(chosen.start);
    return choice->numbers && is_done;
}

/* Writes a name into the new strings. */
static bool write_name(const struct description *description, struct bytes *strings, __u32 *offset)
{
    const char *text = text_of(description, *offset);

    *offset = *text ? (__u32)strings->length : 0;
    return !*text || append(strings, text, strlen(text) + 1);
}

/* Writes one type with its new numbers, and keeps what it consists of. */
static bool write_type(const struct description *description, struct choice *choice, __u32 number,
                       struct bytes *written, struct bytes *strings)
{
    size_t length;
    const struct btf_type *old = type_of(description, number, &length);
    size_t begin = written->length;
    struct btf_type *type;
    unsigned kind;
    __u32 parts;

    if (!old || !append(written, old, length))
        return false;
    type = (struct btf_type *)(written->start + begin);
    kind = BTF_INFO_KIND(type->info);
    parts = BTF_INFO_VLEN(type->info);
    if (!write_name(description, strings, &type->name_off))
        return false;
    switch (kind) {
    case BTF_KIND_PTR:
        type->type = 0;
        return true;
    case BTF_KIND_TYPEDEF:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_CONST:
    case BTF_KIND_RESTRICT:
    case KIND_TYPE_TAG:
        return keep(description, choice, type->type, &type->type);
    case BTF_KIND_ARRAY: {
        struct btf_array *array = (struct btf_array *)(type + 1);

        return keep(description, choice, array->type, &array->type) &&
               keep(description, choice, array->index_type, &array->index_type);
    }
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
        for (__u32 i = 0; i < parts; i++) {
            struct btf_member *member = (struct btf_member *)(type + 1) + i;

            if (!write_name(description, strings, &member->name_off) ||
                !keep(description, choice, member->type, &member->type))
                return false;
        }
        return true;
    case BTF_KIND_ENUM:
    case KIND_ENUM64:
        for (__u32 i = 0; i < parts; i++) {
            size_t stride = kind == BTF_KIND_ENUM ? 2 : 3;

            if (!write_name(description, strings, (__u32 *)(type + 1) + i * stride))
                return false;
        }
        return true;
    default:
        return true;
    }
}

/* Writes the description of what is kept. More is chosen while it is written. */
static bool write_kept(struct kernel_types *types, const struct description *description, struct choice *choice)
{
    struct btf_header header = {.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(header)};
    struct bytes written = {0}, strings = {0};
    bool is_done = append(&strings, "", 1);

    for (size_t i = 0; is_done && i < choice->order.length / sizeof(__u32); i++)
        is_done = write_type(description, choice, ((const __u32 *)choice->order.start)[i], &written, &strings);
    header.type_len = (__u32)written.length;
    header.str_off = (__u32)written.length;
    header.str_len = (__u32)strings.length;
    is_done = is_done && append(&types->kept, &header, sizeof(header)) &&
              append(&types->kept, written.start, written.length) &&
              append(&types->kept, strings.start, strings.length);
    free(written.start);
    free(strings.start);
    return is_done;
}

struct kernel_types *CLoading_readTypes(const char *path, const struct btf *object, const char *const *names,
                                        int name_count)
{
    struct kernel_types *types = calloc(1, sizeof(*types));
    struct description description = {0};
    struct choice choice = {0};
    bool is_done = false;
    int code = ENOMEM;

    if (!types || !want_all(types, object, names, name_count))
        goto out;
    if (!open_description(&description, path)) {
        code = errno ? errno : EINVAL;
        goto out;
    }
    code = EINVAL;
    is_done = choose(types, &description, &choice) && number_chosen(&description, &choice) &&
              write_kept(types, &description, &choice);
    close_description(&description);
out:
    free(choice.order.start);
    free(choice.numbers);
    if (is_done)
        return types;
    CLoading_freeTypes(types);
    errno = code;
    return NULL;
}

void CLoading_freeTypes(struct kernel_types *types)
{
    for (int i = 0; types && i < PLACES; i++)
        free((void *)types->names[i].text);
    if (types)
        free(types->kept.start);
    free(types);
}

__u32 CLoading_typeNumber(const struct kernel_types *types, const char *name, unsigned kind)
{
    const struct name *found = place_of((struct kernel_types *)types, name, (__u32)strlen(name));

    return found && found->text && kind <= KIND_ENUM64 ? found->numbers[kind] : 0;
}

const void *CLoading_keptTypes(const struct kernel_types *types, unsigned *size)
{
    *size = (unsigned)types->kept.length;
    return types->kept.start;
}
