#define _GNU_SOURCE
#include "description.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool append(struct bytes *bytes, const void *added, size_t length)
{
    /* Then `added` may be NULL, which memcpy() does not allow. */
    if (!length)
        return true;
    if (bytes->length + length > bytes->capacity) {
        size_t capacity = (bytes->capacity + length) * 2;
        char *grown = realloc(bytes->start, capacity);

        if (!grown)
            return false;
        bytes->start = grown;
        bytes->capacity = capacity;
    }
    memcpy(bytes->start + bytes->length, added, length);
    bytes->length += length;
    return true;
}

/* How many bytes a type takes; 0 if its kind is not known. */
static size_t length_of(const struct btf_type *type)
{
    unsigned kind = BTF_INFO_KIND(type->info);
    size_t parts = BTF_INFO_VLEN(type->info);

    switch (kind) {
    case BTF_KIND_INT:
    case BTF_KIND_VAR:
    case KIND_DECL_TAG:
        return sizeof(*type) + sizeof(__u32);
    case BTF_KIND_ARRAY:
        return sizeof(*type) + sizeof(struct btf_array);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
        return sizeof(*type) + parts * sizeof(struct btf_member);
    case BTF_KIND_ENUM:
    case BTF_KIND_FUNC_PROTO:
        return sizeof(*type) + parts * 2 * sizeof(__u32);
    case BTF_KIND_DATASEC:
    case KIND_ENUM64:
        return sizeof(*type) + parts * 3 * sizeof(__u32);
    default:
        return kind != 0 && kind <= KIND_ENUM64 ? sizeof(*type) : 0;
    }
}

const char *text_of(const struct description *description, __u32 offset)
{
    return offset < description->strings_length ? description->strings + offset : "";
}

const struct btf_type *type_at(const struct description *description, const char *place, size_t *length)
{
    size_t rest = (size_t)(description->types_end - place);

    if (rest < sizeof(struct btf_type))
        return NULL;
    *length = length_of((const struct btf_type *)place);
    return *length && *length <= rest ? (const struct btf_type *)place : NULL;
}

const struct btf_type *type_of(const struct description *description, __u32 number, size_t *length)
{
    const __u32 *places = (const __u32 *)description->places.start;
    const struct btf_type *type = NULL;
    const char *place;

    if (number == 0 || number > description->count)
        return NULL;
    place = description->types + places[number / STEP];
    for (__u32 at = number / STEP * STEP; at <= number; at++) {
        /* Number 0 is no type, and takes no place. */
        if (at == 0)
            continue;
        type = type_at(description, place, length);
        if (!type)
            return NULL;
        place += *length;
    }
    return type;
}

/* Finds the sections by the header. Returns false if the file does not begin with a valid header. */
static bool find_sections(struct description *description)
{
    const struct btf_header *header = (const struct btf_header *)description->start;
    size_t rest;

    if (description->size < sizeof(*header) || header->magic != BTF_MAGIC || header->hdr_len > description->size)
        return false;
    rest = description->size - header->hdr_len;
    if (header->type_off > rest || header->type_len > rest - header->type_off || header->str_off > rest ||
        header->str_len == 0 || header->str_len > rest - header->str_off)
        return false;
    description->types = description->start + header->hdr_len + header->type_off;
    description->types_end = description->types + header->type_len;
    description->strings = description->start + header->hdr_len + header->str_off;
    description->strings_length = header->str_len;
    return description->strings[header->str_len - 1] == 0;
}

/* Maps the file, which the kernel allows since 6.16, or reads it. */
bool open_description(struct description *description, const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    size_t length = 0;
    char *start;

    if (file < 0)
        return false;
    if (fstat(file, &status) != 0 || status.st_size <= 0)
        goto failed;
    description->size = (size_t)status.st_size;
    start = mmap(NULL, description->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (start == MAP_FAILED) {
        start = mmap(NULL, description->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (start == MAP_FAILED)
            goto failed;
        while (length < description->size) {
            ssize_t count = read(file, start + length, description->size - length);

            if (count <= 0)
                break;
            length += (size_t)count;
        }
        description->size = length;
    }
    close(file);
    description->start = start;
    if (find_sections(description))
        return true;
    close_description(description);
    errno = EINVAL;
    return false;
failed:
    close(file);
    return false;
}

void close_description(struct description *description)
{
    munmap((void *)description->start, description->size);
    free(description->places.start);
}
