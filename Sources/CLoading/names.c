#define _GNU_SOURCE
#include "names.h"

#include <bpf/btf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FLAVOR_LENGTH = 3 };

__u32 essential_length(const char *text)
{
    const char *flavor = strstr(text, "___");

    return (__u32)(flavor && flavor != text && flavor[FLAVOR_LENGTH] ? (size_t)(flavor - text) : strlen(text));
}

struct name *place_of(struct kernel_types *types, const char *text, __u32 length)
{
    __u32 hash = 2166136261U;

    for (__u32 i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619U;
    for (__u32 i = 0; i < PLACES; i++) {
        struct name *name = &types->names[(hash + i) % PLACES];

        if (!name->text || (name->length == length && memcmp(name->text, text, length) == 0))
            return name;
    }
    return NULL;
}

bool *beginning(struct kernel_types *types, const char *text)
{
    __u32 hash = 0;

    for (int i = 0; i < 4 && text[i]; i++)
        hash = hash << 8 | (unsigned char)text[i];
    return &types->beginnings[hash * 2654435761U / (UINT32_MAX / BEGINNINGS + 1)];
}

static bool want(struct kernel_types *types, const char *text, __u32 length)
{
    struct name *name = length ? place_of(types, text, length) : NULL;

    if (!name || name->text)
        return true;
    name->text = strndup(text, length);
    name->length = length;
    if (name->text)
        *beginning(types, name->text) = true;
    return name->text != NULL;
}

bool want_all(struct kernel_types *types, const struct btf *object, const char *const *names, int count)
{
    for (__u32 i = 1; object && i < btf__type_cnt(object); i++) {
        const struct btf_type *type = btf__type_by_id(object, i);
        const char *text = btf__name_by_offset(object, type->name_off);
        unsigned kind = BTF_INFO_KIND(type->info);

        if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_ENUM ||
            kind == KIND_ENUM64)
            if (text && !want(types, text, essential_length(text)))
                return false;
    }
    for (int i = 0; i < count; i++)
        if (!want(types, names[i], (__u32)strlen(names[i])))
            return false;
    return true;
}
