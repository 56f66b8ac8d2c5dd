/* What a confined process may ask of the kernel. */
#ifndef CPLATFORM_ALLOWED_CALLS_H
#define CPLATFORM_ALLOWED_CALLS_H

#include <linux/bpf.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* What every process needs: its memory, threads, clocks, signals, and files that it has open. */
static const int common[] = {
    /* memory */
    SYS_brk,
    SYS_madvise,
    SYS_membarrier,
    SYS_mmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_munmap,
    /* threads and the process */
    SYS_exit,
    SYS_exit_group,
    SYS_futex,
    SYS_getegid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getpid,
    SYS_getppid,
    SYS_getrusage,
    SYS_gettid,
    SYS_getuid,
    SYS_prctl,
    SYS_rseq,
    SYS_sched_getaffinity,
    SYS_sched_getparam,
    SYS_sched_getscheduler,
    SYS_sched_yield,
    SYS_set_robust_list,
    SYS_sysinfo,
    SYS_times,
    SYS_uname,
    SYS_wait4,
    SYS_capget,
#ifdef SYS_arch_prctl
    SYS_arch_prctl,
#endif
#ifdef SYS_getrlimit
    SYS_getrlimit,
#endif
    /* clocks */
    SYS_clock_getres,
    SYS_clock_gettime,
    SYS_clock_nanosleep,
    SYS_gettimeofday,
    SYS_nanosleep,
#ifdef SYS_time
    SYS_time,
#endif
    /* signals */
    SYS_restart_syscall,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigsuspend,
    SYS_rt_sigpending,
    SYS_rt_sigtimedwait,
    SYS_sigaltstack,
    /* descriptors */
    SYS_close,
    SYS_close_range,
    SYS_dup,
    SYS_dup3,
    SYS_fstat,
    SYS_lseek,
    SYS_pread64,
    SYS_preadv,
    SYS_pwrite64,
    SYS_pwritev,
    SYS_read,
    SYS_readv,
    SYS_write,
    SYS_writev,
#ifdef SYS_dup2
    SYS_dup2,
#endif
    /* files to read */
    SYS_faccessat,
    SYS_faccessat2,
    SYS_fstatfs,
    SYS_getcwd,
    SYS_getdents64,
    SYS_newfstatat,
    SYS_readlinkat,
    SYS_statfs,
    SYS_statx,
#ifdef SYS_open
    SYS_access,
    SYS_getdents,
    SYS_lstat,
    SYS_readlink,
    SYS_stat,
#endif
    /* other */
    SYS_getrandom,
    SYS_recvmsg,
    SYS_sendmsg,
};

/* The network, changes of files, and waiting for many descriptors. */
static const int serving[] = {
    SYS_accept,
    SYS_accept4,
    SYS_bind,
    SYS_connect,
    SYS_getpeername,
    SYS_getsockname,
    SYS_getsockopt,
    SYS_listen,
    SYS_recvfrom,
    SYS_recvmmsg,
    SYS_sendmmsg,
    SYS_sendto,
    SYS_setsockopt,
    SYS_shutdown,
    SYS_socketpair,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_epoll_pwait2,
    SYS_eventfd2,
    SYS_pipe2,
    SYS_ppoll,
    SYS_pselect6,
    SYS_signalfd4,
    SYS_timerfd_create,
    SYS_timerfd_gettime,
    SYS_timerfd_settime,
#ifdef SYS_epoll_wait
    SYS_epoll_create,
    SYS_epoll_wait,
    SYS_eventfd,
    SYS_pipe,
    SYS_poll,
    SYS_select,
#endif
    SYS_fallocate,
    SYS_fdatasync,
    SYS_flock,
    SYS_fsync,
    SYS_ftruncate,
    SYS_mkdirat,
    SYS_renameat2,
    SYS_sync_file_range,
    SYS_umask,
    SYS_unlinkat,
#ifdef SYS_renameat
    SYS_renameat,
#endif
#ifdef SYS_rename
    SYS_mkdir,
    SYS_rename,
    SYS_rmdir,
    SYS_unlink,
#endif
};

/* Forking, what libbpf does before a load, and directories of what is pinned. */
static const int loading[] = {
    SYS_process_vm_readv,
    SYS_waitid,
    SYS_memfd_create,
    SYS_ftruncate,
    SYS_socketpair,
    SYS_setrlimit,
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
#endif
#ifdef SYS_epoll_wait
    SYS_poll,
#endif
    SYS_ppoll,
    SYS_capset,
    /* pinning */
    SYS_mkdirat,
    SYS_unlinkat,
#ifdef SYS_rename
    SYS_mkdir,
    SYS_rmdir,
    SYS_unlink,
#endif
};

/* The commands of bpf(2) that take only what is loaded already. */
static const int reading_commands[] = {
    BPF_MAP_LOOKUP_ELEM,     BPF_MAP_UPDATE_ELEM,
    BPF_MAP_DELETE_ELEM,     BPF_MAP_GET_NEXT_KEY,
    BPF_PROG_TEST_RUN,       BPF_OBJ_GET_INFO_BY_FD,
    BPF_RAW_TRACEPOINT_OPEN, BPF_MAP_LOOKUP_AND_DELETE_ELEM,
    BPF_MAP_LOOKUP_BATCH,    BPF_MAP_LOOKUP_AND_DELETE_BATCH,
    BPF_MAP_UPDATE_BATCH,    BPF_MAP_DELETE_BATCH,
    BPF_LINK_CREATE,         BPF_ITER_CREATE,
};

/* IPv4, IPv6, and sockets on this machine. */
static const int families[] = {AF_UNIX, AF_INET, AF_INET6};

/* Whether a descriptor blocks, how much can be read, whether it is a terminal and how large: nothing that types keys
 * into a terminal. */
static const unsigned requests[] = {FIONBIO, FIONREAD, FIOCLEX, TCGETS, TIOCGWINSZ};

#endif
