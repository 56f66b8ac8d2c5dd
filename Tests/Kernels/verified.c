// SPDX-License-Identifier: Apache-2.0
/*
 * Notes how many instructions the kernel's verifier processes for each program that a process loads.
 *
 * Usage: LD_PRELOAD=./verified.so VERIFIED=FILE PROGRAM …       then: tail -c +33 FILE | tr -d '\0'
 *
 * FILE then has a line for each load, `NAME INSTRUCTIONS`, after a header of 32 bytes. The kernel keeps 15 characters
 * of a name.
 *
 * A loaded program has that number only since 5.16 (`verified_insns`), and not for longer than it is loaded. The log of
 * the verifier has it on all kernels, so each load that asks for no log is made to ask for the statistics in it. FILE
 * is mapped, because the processes of tcplens close what they did not open, and may not open files later.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Lines of equal width, so that processes that write at the same time need only one counter. */
#define WIDTH 32
#define LINES 1024

/* The verifier also writes what it removes again, and some kernels refuse a program if that does not fit. */
#define LOG_SIZE (1 << 20)

static char (*lines)[WIDTH];
static long (*next)(long, ...);

__attribute__((constructor)) static void map_file(void)
{
    const char *path = getenv("VERIFIED");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *mapped = MAP_FAILED;

    next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    if (file < 0)
        return;
    if (!ftruncate(file, LINES * WIDTH))
        mapped = mmap(NULL, LINES * WIDTH, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED)
        lines = mapped;
}

static void note(const char *name, const char *log)
{
    const char *found = NULL, *from = log;
    char line[WIDTH + 1];
    unsigned number;

    /* With a log for people there may be several, of which the last is the whole. */
    while ((from = strstr(from, "processed ")))
        found = from, from++;
    if (!found || sscanf(found, "processed %u insns", &number) != 1)
        return;
    snprintf(line, sizeof line, "%-*.15s %*u\n", 15, name, WIDTH - 17, number);
    number = __atomic_fetch_add((unsigned *)lines[0], 1, __ATOMIC_RELAXED) + 1;
    if (number < LINES)
        memcpy(lines[number], line, WIDTH);
}

static long load(union bpf_attr *given, size_t size)
{
    union bpf_attr attributes = {0};
    char *log = NULL;
    long result;
    int error;

    if (!given->log_level && size <= sizeof attributes)
        log = calloc(1, LOG_SIZE);
    if (!log) {
        result = next(SYS_bpf, BPF_PROG_LOAD, given, size);
        error = errno;
        if (result >= 0 && given->log_buf)
            note(given->prog_name, (const char *)(unsigned long)given->log_buf);
    } else {
        memcpy(&attributes, given, size);
        attributes.log_level = 4;
        attributes.log_buf = (unsigned long)log;
        attributes.log_size = LOG_SIZE;
        result = next(SYS_bpf, BPF_PROG_LOAD, &attributes, size);
        error = errno;
        if (result >= 0)
            note(attributes.prog_name, log);
        free(log);
    }
    errno = error;
    return result;
}

/* libbpf calls the kernel by this function of the C library. */
long syscall(long number, ...)
{
    long a[6];
    va_list list;

    va_start(list, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    if (lines && number == SYS_bpf && a[0] == BPF_PROG_LOAD)
        return load((union bpf_attr *)a[1], a[2]);
    return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
