#define _GNU_SOURCE
#include "include/grace.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Much longer than any of these programs takes. They can't be preempted. */
enum { LONG_ENOUGH = 1000 * 1000 };

int CLoading_waitForPrograms(void)
{
    if (!syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
        return 0;
    /* A kernel with CPUs that have no clock ticks (nohz_full) does not have this command. */
    return errno == EINVAL && !usleep(LONG_ENOUGH) ? 0 : -errno;
}
