// SPDX-License-Identifier: Apache-2.0
/*
 * Runs a command without any capability of the host, but with a BPF file system from which it can make a BPF token.
 *
 * Usage: delegate [delegate_cmds=LIST] [delegate_maps=LIST] [delegate_progs=LIST] [delegate_attachs=LIST] COMMAND...
 *
 *   LIST        what the token allows: the kernel's names, separated by `:`, or `any`, which is the default
 *
 * The command gets a user namespace with the users 0 and 65534, a mount namespace with the file system at /sys/fs/bpf,
 * and in them the user 65534 with CAP_BPF and CAP_PERFMON, which are good for nothing outside the user namespace. A
 * service manager does the same for a unit with PrivateUsers=, PrivateBPF= and BPFDelegate…=. Needs root. The exit
 * status is that of the command, or 125 if it could not be started.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { USER = 65534, CANNOT_START = 125 };

static const char *const KINDS[] = {"delegate_cmds", "delegate_maps", "delegate_progs", "delegate_attachs"};
enum { KIND_COUNT = sizeof(KINDS) / sizeof(KINDS[0]) };

/* This process's end of the channel to the other one. */
static int channel;

/* Ends this process with a reason, and the other one with it. */
static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
    int code = errno, none = -1;
    va_list arguments;

    va_start(arguments, format);
    fprintf(stderr, "delegate: cannot ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, ": %s\n", strerror(code));
    va_end(arguments);
    if (write(channel, &none, sizeof(none)) < 0)
        perror("delegate");
    exit(CANNOT_START);
}

/* Waits for the number of a descriptor from the other process. Both share their descriptors, so a number is enough. */
static int receive(void)
{
    int descriptor;

    // If there is none, the other process has said why.
    if (read(channel, &descriptor, sizeof(descriptor)) != sizeof(descriptor) || descriptor < 0)
        exit(CANNOT_START);
    return descriptor;
}

static void answer(int descriptor)
{
    if (write(channel, &descriptor, sizeof(descriptor)) != sizeof(descriptor))
        fail("answer the other process");
}

/* Maps the users 0 and USER of the child's namespace to the same users outside, as PrivateUsers= does. */
static void map_users(pid_t child)
{
    static const char *const FILES[] = {"uid_map", "gid_map"};
    char path[64], map[64];

    snprintf(map, sizeof(map), "0 0 1\n%d %d 1\n", USER, USER);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "/proc/%d/%s", child, FILES[i]);
        int file = open(path, O_WRONLY | O_CLOEXEC);
        if (file < 0 || write(file, map, strlen(map)) < 0)
            fail("write %s", path);
        close(file);
    }
}

/* Completes the file system that the child opened: only a process that is privileged on the host may delegate. */
static int delegate(int file_system, char *const lists[])
{
    for (int i = 0; i < KIND_COUNT; i++)
        // An empty list allows nothing, which is what the kernel assumes without the option.
        if (*lists[i] && fsconfig(file_system, FSCONFIG_SET_STRING, KINDS[i], lists[i], 0) < 0)
            fail("delegate %s=%s", KINDS[i], lists[i]);
    if (fsconfig(file_system, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        fail("make the BPF file system");
    int mount = fsmount(file_system, FSMOUNT_CLOEXEC, 0);
    if (mount < 0)
        fail("prepare the mount of the BPF file system");
    return mount;
}

/* Becomes USER, who has CAP_BPF and CAP_PERFMON in this user namespace, also after execve(). */
static void become_user(void)
{
    const __u32 kept = 1u << (CAP_BPF - 32) | 1u << (CAP_PERFMON - 32);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[2] = {{0}, {.effective = kept, .permitted = kept, .inheritable = kept}};

    for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++)
        if (capability != CAP_BPF && capability != CAP_PERFMON && prctl(PR_CAPBSET_DROP, capability))
            fail("drop capability %d", capability);
    if (prctl(PR_SET_KEEPCAPS, 1) || setgroups(0, NULL) || setresgid(USER, USER, USER) || setresuid(USER, USER, USER))
        fail("become user %d", USER);
    if (syscall(SYS_capset, &header, sets))
        fail("give up capabilities");
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_BPF, 0, 0) ||
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_PERFMON, 0, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        fail("keep CAP_BPF and CAP_PERFMON");
    // Changing the user would cancel an earlier request.
    if (prctl(PR_SET_PDEATHSIG, SIGTERM))
        fail("end with the parent");
}

/* The child: opens the file system in its own user namespace, which a token is bound to, and mounts it. */
static void run_inside(char **command)
{
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
        fail("make a user namespace");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
        fail("keep mounts private");
    int file_system = fsopen("bpf", FSOPEN_CLOEXEC);
    if (file_system < 0)
        fail("open a BPF file system");
    answer(file_system);
    int mount = receive();
    if (move_mount(mount, "", AT_FDCWD, "/sys/fs/bpf", MOVE_MOUNT_F_EMPTY_PATH))
        fail("mount it at /sys/fs/bpf");
    // execve() gives this process a table of its own, so what the parent closes stays open here, and the reverse.
    become_user();
    execvp(*command, command);
    fail("run %s", *command);
}

int main(int argc, char **argv)
{
    char *lists[KIND_COUNT] = {"any", "any", "any", "any"};
    int channels[2], first = 1, status;

    for (; first < argc && strchr(argv[first], '='); first++) {
        size_t length = strcspn(argv[first], "=");
        int kind = 0;
        while (kind < KIND_COUNT && (strlen(KINDS[kind]) != length || strncmp(KINDS[kind], argv[first], length)))
            kind++;
        if (kind == KIND_COUNT) {
            fprintf(stderr, "delegate: %s is not one of delegate_cmds, _maps, _progs and _attachs\n", argv[first]);
            return 2;
        }
        lists[kind] = argv[first] + length + 1;
    }
    if (first == argc) {
        fprintf(stderr, "usage: delegate [delegate_cmds=LIST] [delegate_maps=LIST] ... COMMAND...\n");
        return 2;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channels))
        fail("make a channel");
    pid_t child = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (child < 0)
        fail("start a process");
    channel = channels[child == 0];
    if (child == 0)
        run_inside(argv + first);
    int file_system = receive();
    map_users(child);
    answer(delegate(file_system, lists));
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
