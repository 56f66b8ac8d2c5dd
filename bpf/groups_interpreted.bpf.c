// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* groups.bpf.c for kernels that interpret programs instead of compiling them. */
#define WITHOUT_KERNEL_FUNCTIONS
#include "groups.bpf.c"
