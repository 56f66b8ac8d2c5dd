/*
 * Makes another process call the kernel, and prints what the kernel answered: what a process can do is seen from
 * inside.
 *
 *     calling PID
 *
 * prints a line for each call that a confined agent must not be able to make: its name and the error number, 0 if it
 * worked. A thread of the process is stopped (ptrace(2)), runs the call in place of its own code, and goes on.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "The registers of a system call are those of x86-64."
#endif

static pid_t process, thread;
/* Memory of the process, far enough below its stack. */
static unsigned long long scratch;
static struct user_regs_struct own;

static void fail(const char *what)
{
    fprintf(stderr, "calling: cannot %s: %s\n", what, strerror(errno));
    exit(1);
}

/* A thread that has not ended; the first one of a Swift program may have. */
static pid_t living_thread(void)
{
    char path[64], line[256];
    struct dirent *entry;
    pid_t found = 0;
    DIR *threads;

    snprintf(path, sizeof path, "/proc/%d/task", process);
    threads = opendir(path);
    if (!threads)
        fail("list the threads");
    while (!found && (entry = readdir(threads))) {
        pid_t candidate = atoi(entry->d_name);
        FILE *file;
        char *end;

        if (candidate <= 0)
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%d/stat", process, candidate);
        file = fopen(path, "r");
        if (!file)
            continue;
        end = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
        if (end && end[2] != 'Z')
            found = candidate;
        fclose(file);
    }
    closedir(threads);
    return found;
}

static void put(const void *bytes, size_t length)
{
    struct iovec here = {(void *)bytes, length}, there = {(void *)scratch, length};

    if (process_vm_writev(process, &here, 1, &there, 1, 0) != (ssize_t)length)
        fail("write to the process");
}

/* The result of a call in the process: negative for an error. */
static long long call(long number, unsigned long long a, unsigned long long b, unsigned long long c,
                      unsigned long long d)
{
    struct user_regs_struct registers = own;
    int status;

    /* A stopped thread is behind the instruction of the call that it waits in. */
    registers.rip -= 2;
    registers.rax = (unsigned long long)number;
    /* No call that the kernel would begin anew. */
    registers.orig_rax = (unsigned long long)-1;
    registers.rdi = a;
    registers.rsi = b;
    registers.rdx = c;
    registers.r10 = d;
    registers.r8 = registers.r9 = 0;
    if (ptrace(PTRACE_SETREGS, thread, NULL, &registers) || ptrace(PTRACE_SINGLESTEP, thread, NULL, NULL) ||
        waitpid(thread, &status, __WALL) != thread || ptrace(PTRACE_GETREGS, thread, NULL, &registers))
        fail("make the process call");
    return (long long)registers.rax;
}

static void report(const char *name, long long result)
{
    printf("%s %lld\n", name, result < 0 ? -result : 0);
}

static void try_path(const char *name, const char *path, int flags)
{
    long long descriptor;

    put(path, strlen(path) + 1);
    descriptor = call(SYS_openat, (unsigned long long)AT_FDCWD, scratch, (unsigned long long)flags, 0600);
    report(name, descriptor);
    if (descriptor >= 0)
        (void)call(SYS_close, (unsigned long long)descriptor, 0, 0, 0);
}

static void try_socket(const char *name, int family, int type)
{
    long long descriptor = call(SYS_socket, (unsigned long long)family, (unsigned long long)type, 0, 0);

    report(name, descriptor);
    if (descriptor >= 0)
        (void)call(SYS_close, (unsigned long long)descriptor, 0, 0, 0);
}

static void try_bpf(const char *name, int command, size_t size)
{
    union bpf_attr attributes;

    memset(&attributes, 0, sizeof attributes);
    if (command == BPF_MAP_CREATE) {
        attributes.map_type = BPF_MAP_TYPE_ARRAY;
        attributes.key_size = attributes.value_size = 4;
        attributes.max_entries = 1;
    }
    put(&attributes, sizeof attributes);
    report(name, call(SYS_bpf, (unsigned long long)command, scratch, size, 0));
}

static void try_all(void)
{
    char none[64] = "/nowhere/none";

    try_path("open-passwd", "/etc/passwd", O_RDONLY);
    try_path("open-root", "/root", O_RDONLY | O_DIRECTORY);
    try_path("create-file", "/tmp/tcplens-calling", O_WRONLY | O_CREAT);
    put(none, sizeof none);
    /* What is refused, is refused before the kernel looks for the file. */
    report("execve", call(SYS_execve, scratch, 0, 0, 0));
    report("mount", call(SYS_mount, scratch, scratch, scratch, 0));
    report("chroot", call(SYS_chroot, scratch, 0, 0, 0));
    report("ptrace", call(SYS_ptrace, PTRACE_ATTACH, 0x7ffffffe, 0, 0));
    report("process_vm_readv", call(SYS_process_vm_readv, 0x7ffffffe, 0, 0, 0));
    report("kill", call(SYS_kill, 0x7ffffffe, 0, 0, 0));
    report("chmod", call(SYS_chmod, scratch, 0600, 0, 0));
    report("truncate", call(SYS_truncate, scratch, 0, 0, 0));
    report("tgkill", call(SYS_tgkill, 0x7ffffffe, 0x7ffffffe, 0, 0));
    report("prlimit", call(SYS_prlimit64, 0x7ffffffe, 0, 0, 0));
    report("fcntl-owner", call(SYS_fcntl, (unsigned long long)-1, F_SETOWN, 1, 0));
    /* Together these flags make no sense, so that nothing comes of it where it is allowed. */
    report("clone-namespace", call(SYS_clone, CLONE_NEWUSER | CLONE_THREAD, 0, 0, 0));
    report("setns", call(SYS_setns, (unsigned long long)-1, 0, 0, 0));
    report("unshare", call(SYS_unshare, 0, 0, 0, 0));
    report("setuid", call(SYS_setuid, 0, 0, 0, 0));
    report("perf_event_open", call(SYS_perf_event_open, 0, 0, 0, 0));
    report("io_uring_setup", call(SYS_io_uring_setup, 0, 0, 0, 0));
    report("keyctl", call(SYS_keyctl, 0, (unsigned long long)-1, 0, 0));
    try_socket("socket-packet", AF_PACKET, SOCK_RAW);
    try_socket("socket-vsock", AF_VSOCK, SOCK_STREAM);
    try_socket("socket-bluetooth", AF_BLUETOOTH, SOCK_RAW);
    try_socket("socket-inet", AF_INET, SOCK_STREAM);
    try_bpf("bpf-map-create", BPF_MAP_CREATE, sizeof(union bpf_attr));
    try_bpf("bpf-prog-load", BPF_PROG_LOAD, 0);
    try_bpf("bpf-get-next-id", BPF_MAP_GET_NEXT_ID, sizeof(union bpf_attr));
}

int main(int count, char **arguments)
{
    int status;

    process = count == 2 ? atoi(arguments[1]) : 0;
    if (process <= 0) {
        fprintf(stderr, "usage: calling PID\n");
        return 2;
    }
    thread = living_thread();
    if (ptrace(PTRACE_ATTACH, thread, NULL, NULL) || waitpid(thread, &status, __WALL) != thread)
        fail("stop the process");
    if (ptrace(PTRACE_GETREGS, thread, NULL, &own))
        fail("read the registers");
    scratch = (own.rsp - 8192) & ~15ULL;
    if ((ptrace(PTRACE_PEEKTEXT, thread, own.rip - 2, NULL) & 0xffff) != 0x050f) {
        fprintf(stderr, "calling: the thread does not wait in a system call\n");
        status = 1;
    } else {
        try_all();
        status = 0;
    }
    if (ptrace(PTRACE_SETREGS, thread, NULL, &own) || ptrace(PTRACE_DETACH, thread, NULL, NULL))
        fail("let the process go on");
    return status;
}
