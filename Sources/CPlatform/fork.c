#define _GNU_SOURCE
#include "include/fork.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int CPlatform_threadCount(void)
{
    DIR *threads = opendir("/proc/self/task");
    struct dirent *entry;
    int count = 0;

    if (!threads)
        return 0;
    while ((entry = readdir(threads)))
        count += entry->d_name[0] != '.';
    (void)closedir(threads);
    return count;
}

pid_t CPlatform_fork(void)
{
    if (CPlatform_threadCount() > 1) {
        errno = EBUSY;
        return -1;
    }
    return fork();
}

void CPlatform_settle(const char *name, int kept)
{
    /* The terminal and service managers send these to all processes of the group. The parent decides what to do, and
     * this process ends with it. */
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE};
    int null;

    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        (void)signal(ignored[i], SIG_IGN);
    (void)prctl(PR_SET_NAME, name);
    /* Whoever reads the parent's output must not wait for this process. */
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) {
        (void)dup2(null, STDIN_FILENO);
        (void)dup2(null, STDOUT_FILENO);
        (void)dup2(null, STDERR_FILENO);
    }
    if (kept > STDERR_FILENO + 1)
        (void)syscall(SYS_close_range, STDERR_FILENO + 1, kept - 1, 0);
    (void)syscall(SYS_close_range, kept + 1, ~0U, 0);
}

void CPlatform_endWithParent(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}
