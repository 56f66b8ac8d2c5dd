#define _GNU_SOURCE
#include "process_memory.h"

#include <sys/uio.h>

ssize_t CPlatform_readMemory(pid_t process, uint64_t address, void *buffer, size_t length)
{
    const struct iovec local = {.iov_base = buffer, .iov_len = length};
    const struct iovec remote = {.iov_base = (void *)(uintptr_t)address, .iov_len = length};

    return process_vm_readv(process, &local, 1, &remote, 1, 0);
}
