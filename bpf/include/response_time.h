/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The layout of `response_times`, shared by response_time.bpf.c and Swift. */
#ifndef RESPONSE_TIME_H
#define RESPONSE_TIME_H

#include "histogram.h"

/* The service that answered. */
struct response_key {
    unsigned short port;
    /* 1 on the row that takes the services for which there is no room. */
    unsigned short overflow;
};

/* The most services that have a histogram of their own, and the one row for the rest. */
#define RESPONSE_ROWS 513

#endif
