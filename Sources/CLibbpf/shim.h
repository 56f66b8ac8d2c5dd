#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

/* What Swift's module of the C library leaves out, for ring buffers and control groups. */
#include <mntent.h>
#include <sys/epoll.h>
