/* The kernel's description of its types (BTF), while it is read. */
#ifndef CLOADING_DESCRIPTION_H
#define CLOADING_DESCRIPTION_H

#include <linux/btf.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    /* The place of every so-manieth type is remembered, to find those by number. */
    STEP = 8,
    /* Newer than the headers of some distributions. */
    KIND_DECL_TAG = 17,
    KIND_TYPE_TAG = 18,
    KIND_ENUM64 = 19,
};

/* Bytes that grow. */
struct bytes {
    char *start;
    size_t length, capacity;
};

/* What is mapped, and where its parts are. */
struct description {
    const char *start;
    size_t size;
    const char *types, *types_end, *strings;
    __u32 strings_length;
    /* Where every STEP-th type is, beginning with number 0, which takes no place. */
    struct bytes places;
    __u32 count;
};

/* Adds bytes; false without memory. */
bool append(struct bytes *bytes, const void *added, size_t length);

/* Maps or reads a file, and finds its parts. Returns false and sets errno if it is not a description. */
bool open_description(struct description *description, const char *path);

void close_description(struct description *description);

/* The name at an offset; an empty text if the offset is outside of the names. */
const char *text_of(const struct description *description, __u32 offset);

/* The type at a place, and its length; NULL at the end, or where the description is damaged. */
const struct btf_type *type_at(const struct description *description, const char *place, size_t *length);

/* The type with a number, once the places are known; NULL if no type has this number. */
const struct btf_type *type_of(const struct description *description, __u32 number, size_t *length);

#endif
