/*
 * Calls of the kernel's functions by name. In our objects they are calls of helper functions that no kernel has
 * (bpf/common/socket.h), because libbpf would look for the functions among all types of the kernel.
 */
#ifndef CLOADING_CALLS_H
#define CLOADING_CALLS_H

enum {
    /* The number of the first one; the others follow. bpf/common/socket.h has the same. */
    FIRST_CALL = 0x7f000000,
    CALLS = 1,
};

static const char *const call_names[CALLS] = {"bpf_rdonly_cast"};

#endif
