#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "token.h"

/* What Swift's module of the C library leaves out, for ring buffers, control groups and interfaces. */
#include <net/if.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/statfs.h>

/* For text of any length; an extension of GNU's that is not declared by default. */
int vasprintf(char **text, const char *format, va_list arguments);
