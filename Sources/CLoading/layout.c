#include "include/layout.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <string.h>

/* Types don't contain themselves, so this is only met in damaged BTF. */
enum { DEEPEST = 16 };

/* FNV-1a of 64 bits. */
static unsigned long long add_bytes(unsigned long long hash, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3ULL;
    return hash;
}

static unsigned long long add_number(unsigned long long hash, unsigned long long number)
{
    return add_bytes(hash, &number, sizeof(number));
}

static unsigned long long add_name(unsigned long long hash, const struct btf *types, __u32 offset)
{
    const char *name = btf__name_by_offset(types, offset);

    return name ? add_bytes(hash, name, strlen(name) + 1) : hash;
}

static unsigned long long add_type(unsigned long long hash, const struct btf *types, __u32 number, int depth)
{
    const struct btf_type *type = btf__type_by_id(types, number);

    while (type && (btf_is_mod(type) || btf_is_typedef(type)))
        type = btf__type_by_id(types, type->type);
    if (!number || !type || depth == DEEPEST)
        return add_number(hash, 0);
    hash = add_number(hash, btf_kind(type));
    if (btf_is_array(type)) {
        hash = add_number(hash, btf_array(type)->nelems);
        return add_type(hash, types, btf_array(type)->type, depth + 1);
    }
    if (btf_is_ptr(type))
        return hash;
    hash = add_number(hash, type->size);
    if (!btf_is_composite(type))
        return hash;
    for (int i = 0; i < btf_vlen(type); i++) {
        const struct btf_member *member = &btf_members(type)[i];

        hash = add_name(hash, types, member->name_off);
        hash = add_number(hash, member->offset);
        hash = add_type(hash, types, member->type, depth + 1);
    }
    return hash;
}

unsigned long long CLoading_layout(const struct bpf_object *object, const struct bpf_map *map)
{
    const struct btf *types = bpf_object__btf(object);
    unsigned long long hash = 0xcbf29ce484222325ULL;

    hash = add_number(hash, bpf_map__type(map));
    hash = add_number(hash, bpf_map__key_size(map));
    hash = add_number(hash, bpf_map__value_size(map));
    hash = add_number(hash, bpf_map__max_entries(map));
    hash = add_number(hash, bpf_map__map_flags(map));
    hash = add_type(hash, types, bpf_map__btf_key_type_id(map), 0);
    return add_type(hash, types, bpf_map__btf_value_type_id(map), 0);
}
