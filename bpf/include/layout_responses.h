/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The layout of `tcp_responses`, shared with Swift. */
#ifndef LAYOUT_RESPONSES_H
#define LAYOUT_RESPONSES_H

#include "layout_histogram.h"

/* The service that answered. */
struct response_key {
    unsigned short port;
    /* 1 on the overflow row, for the services that find no room. */
    unsigned short overflow;
    /* The row of the cgroup (enum workload_row). */
    unsigned int row;
};

/* The most services that have their own histogram, plus the overflow row. */
#define RESPONSE_ROWS 513

#endif
