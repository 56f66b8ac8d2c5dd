/* How the C library keeps memory that the program has freed. */
#ifndef CPLATFORM_MEMORY_SETTINGS_H
#define CPLATFORM_MEMORY_SETTINGS_H

/*
 * Returns freed memory to the kernel soon. To be called before the process has a second thread.
 *
 * Each collection allocates and frees some MB. By default each thread gets an arena of its own (mallopt(3),
 * M_ARENA_MAX), which keeps most of what was freed in it: a node with 100 workloads took twice the memory.
 */
void CPlatform_returnFreedMemory(void);

#endif
