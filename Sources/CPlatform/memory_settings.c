#define _GNU_SOURCE
#include "memory_settings.h"

#include <malloc.h>

void CPlatform_returnFreedMemory(void)
{
#ifdef M_ARENA_MAX
    /* A setting that is refused changes nothing. */
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_MMAP_THRESHOLD, 64 * 1024);
    (void)mallopt(M_TRIM_THRESHOLD, 64 * 1024);
#endif
}
