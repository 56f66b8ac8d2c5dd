#define _GNU_SOURCE
#include "core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void CPlatform_disableCoreDumps(void)
{
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};

    /* Neither can fail: a process may always lower its limits. */
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
