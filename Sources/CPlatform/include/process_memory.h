/* Memory of other processes. Swift's module of the C library lacks process_vm_readv(2). */
#ifndef CPLATFORM_PROCESS_MEMORY_H
#define CPLATFORM_PROCESS_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Reads memory of a process into buffer: up to length bytes from address on.
 *
 * Returns the number of bytes, which is smaller where the memory ends, or -1 with errno. A page that the other process
 * controls (userfaultfd(2), FUSE) can block the call for as long as that process wants.
 */
ssize_t CPlatform_readMemory(pid_t process, uint64_t address, void *buffer, size_t length);

#endif
