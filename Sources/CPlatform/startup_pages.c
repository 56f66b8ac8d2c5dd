#define _GNU_SOURCE
#include "startup_pages.h"

#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static int release_object(struct dl_phdr_info *object, size_t size, void *context)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + segment->p_vaddr;
        /* Only whole pages: a page that is shared with another segment stays. */
        uintptr_t first = (start + page - 1) / page * page;
        uintptr_t last = (start + segment->p_memsz) / page * page;

        if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W) && first < last)
            /* A failure changes nothing. */
            (void)madvise((void *)first, last - first, MADV_DONTNEED);
    }
    (void)size;
    (void)context;
    return 0;
}

void CPlatform_releaseStartupPages(void)
{
    dl_iterate_phdr(release_object, NULL);
}
