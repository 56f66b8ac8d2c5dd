/* The names of types that are wanted. */
#ifndef CLOADING_NAMES_H
#define CLOADING_NAMES_H

#include "description.h"

struct btf;

enum {
    /* A power of two, many more than an object names. */
    PLACES = 4096,
    /* So many beginnings of names are distinguished: a power of two. */
    BEGINNINGS = 1 << 16,
};

struct name {
    const char *text;
    __u32 length;
    /* The kernel's first types of this name, by kind. */
    __u32 numbers[KIND_ENUM64 + 1];
};

struct kernel_types {
    struct name names[PLACES];
    /* How names begin that are wanted; most others need not be looked for. */
    bool beginnings[BEGINNINGS];
    struct bytes kept;
};

/* The length without a flavor: CO-RE takes `request_sock___old` for `request_sock`. */
__u32 essential_length(const char *text);

/* The place of a name: where it is, or where it would be; NULL if there is no room. */
struct name *place_of(struct kernel_types *types, const char *text, __u32 length);

/* The place of how a name begins, by its first four characters. */
bool *beginning(struct kernel_types *types, const char *text);

/* Wants all types of an object (may be NULL), and `names`; false without memory. */
bool want_all(struct kernel_types *types, const struct btf *object, const char *const *names, int count);

#endif
