/* The pages of code and constants that only starting up needed. */
#ifndef CPLATFORM_STARTUP_PAGES_H
#define CPLATFORM_STARTUP_PAGES_H

/*
 * Gives them back to the kernel; what is used again is mapped again from the page cache, without reading a disk.
 *
 * Starting up touches most of the program once: the loader relocates it, the runtime registers its types, libbpf reads
 * the kernel's. Afterwards a small part of it runs. Only segments that nobody ever writes to are given back, those of
 * the program and of its libraries, so nothing can be lost (madvise(2), MADV_DONTNEED).
 */
void CPlatform_releaseStartupPages(void);

#endif
