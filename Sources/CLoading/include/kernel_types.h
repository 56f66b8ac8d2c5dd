/*
 * The few of the kernel's types that an object needs.
 *
 * The kernel describes more than 100 000 types, of which libbpf keeps all, and looks through all of them for each type
 * of an object. This reads the description once, keeps what the object names and what that consists of, and writes it
 * as a description of its own, in milliseconds.
 */
#ifndef CLOADING_KERNEL_TYPES_H
#define CLOADING_KERNEL_TYPES_H

#include <linux/types.h>

struct btf;
struct kernel_types;

/*
 * Reads the description at `path`. Kept are the types that have the name of one in `object` (may be NULL) or one of
 * `names`, and the functions of `names`. Returns NULL and sets errno when there is no description or no memory.
 */
struct kernel_types *CLoading_readTypes(const char *path, const struct btf *object, const char *const *names,
                                        int name_count);

void CLoading_freeTypes(struct kernel_types *types);

/* The number that the kernel has for a type or function of that name and kind (BTF_KIND_…); 0 if it has none. */
__u32 CLoading_typeNumber(const struct kernel_types *types, const char *name, unsigned kind);

/* The description of what was kept. */
const void *CLoading_keptTypes(const struct kernel_types *types, unsigned *size);

#endif
