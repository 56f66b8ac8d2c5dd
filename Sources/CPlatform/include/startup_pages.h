/* Memory of code and constants that only the start of the process needed. */
#ifndef CPLATFORM_STARTUP_PAGES_H
#define CPLATFORM_STARTUP_PAGES_H

/*
 * Returns these pages to the kernel. A page that is used again is mapped again from the page cache, without reading the
 * disk.
 *
 * The start touches most of the program once: the loader relocates it, the runtime registers its types, and libbpf
 * reads the kernel's types. Afterwards only a small part of it runs. Only read-only segments of the program and its
 * libraries are released, so no data can be lost (madvise(2), MADV_DONTNEED).
 */
void CPlatform_releaseStartupPages(void);

#endif
