/*
 * A wall clock that a test can set for one process. Load this by LD_PRELOAD, and write an offset in seconds,
 * such as -0.25, into the file that $CLOCK_OFFSET names. Other clocks and other processes are not affected.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

/* The file, opened before the process gives up what it can open. Children do not have it. */
static int file = -1;
static pid_t process;

__attribute__((constructor)) static void open_file(void)
{
    const char *path = getenv("CLOCK_OFFSET");

    file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    process = getpid();
}

/* In nanoseconds. */
static long long offset(void)
{
    char text[32] = "";

    if (file < 0 || getpid() != process || pread(file, text, sizeof text - 1, 0) < 0)
        return 0;
    return strtod(text, NULL) * SECOND;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = syscall(SYS_clock_gettime, clock, time);

    if (!result && clock == CLOCK_REALTIME) {
        long long nanoseconds = time->tv_nsec + offset();
        long long seconds = nanoseconds / SECOND - (nanoseconds % SECOND < 0);

        time->tv_sec += seconds;
        time->tv_nsec = nanoseconds - seconds * SECOND;
    }
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    struct timespec now;

    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now))
        return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}
