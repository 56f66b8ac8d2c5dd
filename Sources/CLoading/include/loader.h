/*
 * Loads an object with libbpf, its programs by several threads at once: the kernel takes longest to verify them, and
 * verifies several at a time.
 */
#ifndef CLOADING_LOADER_H
#define CLOADING_LOADER_H

#include "kernel_types.h"

struct bpf_object;
struct bpf_program;
struct loaded_programs;

/* Where an object finds the kernel's types that it needs: the path for libbpf, and a descriptor, or -errno. */
int CLoading_makeTypesFile(char path[64]);

/*
 * To be called once before an object is opened: the programs of all objects are then loaded as CLoading_load() does.
 * Returns 0 or -errno.
 */
int CLoading_prepare(void);

/*
 * Loads an object that was opened with the path of `types_file`. Programs may call functions of the kernel if
 * `has_functions`. Returns 0 or -errno; then `log` is what the verifier says of a refused program, to be freed, or
 * NULL.
 */
int CLoading_load(struct bpf_object *object, const char *types_path, int types_file, int has_functions,
                  struct loaded_programs **programs, char **log);

/* The descriptor of a loaded program, which stays open until CLoading_freePrograms(); -1 if it was not loaded so. */
int CLoading_descriptor(const struct loaded_programs *programs, const char *name);

void CLoading_freePrograms(struct loaded_programs *programs);

#endif
