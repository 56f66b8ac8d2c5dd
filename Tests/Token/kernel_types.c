// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "calls.h"

#include <fcntl.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many bytes follow a `struct btf_type`. */
static size_t trailing_bytes(const struct btf_type *type)
{
    __u32 count = BTF_INFO_VLEN(type->info);

    switch (BTF_INFO_KIND(type->info)) {
    case BTF_KIND_INT:
    case BTF_KIND_VAR:
    case BTF_KIND_DECL_TAG:
        return 4;
    case BTF_KIND_ARRAY:
        return sizeof(struct btf_array);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
    case BTF_KIND_DATASEC:
    case BTF_KIND_ENUM64:
        return count * 12;
    case BTF_KIND_ENUM:
    case BTF_KIND_FUNC_PROTO:
        return count * 8;
    default:
        return 0;
    }
}

__u32 kernel_type(const char *name, __u32 kind)
{
    static char *data;
    static size_t size;

    if (!data) {
        int file = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
        struct stat status;
        if (file < 0 || fstat(file, &status) || !(data = malloc((size_t)status.st_size)))
            return 0;
        for (ssize_t count; size < (size_t)status.st_size; size += (size_t)count)
            if ((count = read(file, data + size, (size_t)status.st_size - size)) <= 0)
                break;
        close(file);
    }
    const struct btf_header *header = (const void *)data;
    const char *types = data + header->hdr_len + header->type_off, *names = data + header->hdr_len + header->str_off;
    __u32 number = 1;
    for (size_t place = 0; place < header->type_len; number++) {
        const struct btf_type *type = (const void *)(types + place);
        if (BTF_INFO_KIND(type->info) == kind && !strcmp(names + type->name_off, name))
            return number;
        place += sizeof(*type) + trailing_bytes(type);
    }
    return 0;
}
