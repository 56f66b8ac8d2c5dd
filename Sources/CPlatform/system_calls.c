#define _GNU_SOURCE
#include "include/system_calls.h"

#include "allowed_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "Add the name that seccomp has for this architecture."
#endif

/* Numbers above this one are newer than this list. On x86-64 this includes those of the x32 ABI. */
#define LAST_KNOWN 467

enum { CAPACITY = 1024 };

struct filter {
    struct sock_filter instructions[CAPACITY];
    unsigned short length;
};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void add(struct filter *filter, struct sock_filter instruction)
{
    if (filter->length < CAPACITY)
        filter->instructions[filter->length++] = instruction;
}

static void load(struct filter *filter, unsigned offset)
{
    add(filter, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void answer(struct filter *filter, unsigned answer)
{
    add(filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer));
}

static void answer_if(struct filter *filter, unsigned value, unsigned action)
{
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
    answer(filter, action);
}

static void allow_if(struct filter *filter, unsigned value)
{
    answer_if(filter, value, SECCOMP_RET_ALLOW);
}

/* The rest of the filter up to finish() is only for this system call. Returns where it begins. */
static unsigned short begin(struct filter *filter, unsigned number)
{
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 0));
    return filter->length;
}

static void finish(struct filter *filter, unsigned short begin)
{
    answer(filter, SECCOMP_RET_ERRNO | EPERM);
    if (begin && begin <= CAPACITY)
        filter->instructions[begin - 1].jf = (uint8_t)(filter->length - begin);
}

static void allow_all(struct filter *filter, const int *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        allow_if(filter, (unsigned)numbers[i]);
}

/* The lower half of an argument; the kernel only looks at that of those that are checked here. */
static unsigned argument(unsigned number)
{
    return (unsigned)offsetof(struct seccomp_data, args) + number * (unsigned)sizeof(uint64_t);
}

/* Sockets of some families; of netlink only what getaddrinfo(3) asks for the addresses of this machine. */
static void allow_sockets(struct filter *filter)
{
    unsigned short place = begin(filter, SYS_socket);

    load(filter, argument(0));
    allow_all(filter, families, LENGTH(families));
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 1, 0));
    answer(filter, SECCOMP_RET_ERRNO | EPERM);
    load(filter, argument(2));
    allow_if(filter, NETLINK_ROUTE);
    finish(filter, place);
}

static void allow_requests(struct filter *filter)
{
    unsigned short place = begin(filter, SYS_ioctl);

    load(filter, argument(1));
    for (size_t i = 0; i < LENGTH(requests); i++)
        allow_if(filter, requests[i]);
    finish(filter, place);
}

/* A call whose argument has none of these bits. */
static void allow_without(struct filter *filter, unsigned call, unsigned number, unsigned bits)
{
    unsigned short place = begin(filter, call);

    load(filter, argument(number));
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0));
    answer(filter, SECCOMP_RET_ALLOW);
    finish(filter, place);
}

/* New threads and processes, but no namespaces. What clone3() is asked for can't be seen, and the C library then takes
 * clone(). */
static void allow_threads(struct filter *filter)
{
    enum {
        NAMESPACES =
            CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET
    };

    allow_without(filter, SYS_clone, 0, NAMESPACES);
    answer_if(filter, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
}

/* Signals and limits of this process only. */
static void allow_own(struct filter *filter)
{
    unsigned short place = begin(filter, SYS_tgkill);

    load(filter, argument(0));
    allow_if(filter, (unsigned)getpid());
    finish(filter, place);
    place = begin(filter, SYS_prlimit64);
    load(filter, argument(0));
    allow_if(filter, 0);
    allow_if(filter, (unsigned)getpid());
    finish(filter, place);
}

/* Everything but the signals that a descriptor can send to other processes. */
static void allow_descriptors(struct filter *filter)
{
    static const unsigned refused[] = {F_SETOWN, F_SETOWN_EX, F_SETSIG};
    unsigned short place = begin(filter, SYS_fcntl);

    load(filter, argument(1));
    for (size_t i = 0; i < LENGTH(refused); i++)
        answer_if(filter, refused[i], SECCOMP_RET_ERRNO | EPERM);
    answer(filter, SECCOMP_RET_ALLOW);
    finish(filter, place);
}

/* Opening files; only to read them, unless the process serves and Landlock says which it can change. */
static void allow_files(struct filter *filter, enum CPlatform_system_calls kind)
{
    unsigned changing = kind == CPLATFORM_SERVING ? 0 : O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;

    allow_without(filter, SYS_openat, 2, changing);
#ifdef SYS_open
    allow_without(filter, SYS_open, 1, changing);
#endif
}

static void allow_reading_maps(struct filter *filter)
{
    unsigned short place = begin(filter, SYS_bpf);

    load(filter, argument(0));
    allow_all(filter, reading_commands, LENGTH(reading_commands));
    finish(filter, place);
}

static void make_filter(struct filter *filter, enum CPlatform_system_calls kind)
{
    load(filter, (unsigned)offsetof(struct seccomp_data, arch));
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
    answer(filter, SECCOMP_RET_ERRNO | EPERM);
    load(filter, (unsigned)offsetof(struct seccomp_data, nr));
    allow_all(filter, common, LENGTH(common));
    allow_threads(filter);
    allow_own(filter);
    allow_descriptors(filter);
    allow_files(filter, kind);
    if (kind == CPLATFORM_SERVING) {
        allow_all(filter, serving, LENGTH(serving));
        allow_sockets(filter);
        allow_reading_maps(filter);
    } else {
        allow_all(filter, loading, LENGTH(loading));
        allow_if(filter, SYS_bpf);
    }
    allow_requests(filter);
    /* libdispatch raises the priority of a thread, and complains if it can't. Here it can, without any effect: an
     * observer should not run before what it observes. */
    answer_if(filter, SYS_setpriority, SECCOMP_RET_ERRNO);
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LAST_KNOWN, 0, 1));
    answer(filter, SECCOMP_RET_ERRNO | ENOSYS);
    answer(filter, SECCOMP_RET_ERRNO | EPERM);
}

int CPlatform_limitSystemCalls(enum CPlatform_system_calls kind)
{
    static struct filter filter;
    struct sock_fprog program = {.filter = filter.instructions};

    filter.length = 0;
    make_filter(&filter, kind);
    /* It did not fit. */
    if (filter.length == CAPACITY)
        return E2BIG;
    program.len = filter.length;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) ? errno : 0;
}

int CPlatform_systemCallMode(void)
{
    return prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
}
