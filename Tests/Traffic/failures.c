// SPDX-License-Identifier: Apache-2.0
/* Why the last command failed. */
#include "traffic.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

char failure[256];

int fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(failure, sizeof failure, format, arguments);
    va_end(arguments);
    return -1;
}

int fail_errno(const char *what)
{
    return fail("%s: %s", what, strerror(errno));
}
