/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What agents that follow each other share, and what one leaves to the next one. */
#ifndef LAYOUT_GENERATION_H
#define LAYOUT_GENERATION_H

/* `tcp_generation`: one row. Builds that lay it out differently must not use the same version of the directory. */
struct generations {
    /* The generation whose programs count. */
    unsigned long long counting;
    /* The generation whose programs were attached first. They decide which ones count an event. */
    unsigned long long deciding;
};

/* `tcp_saved`: what user space saves, in pieces of this size. A row is only there when it is used. */
#define SAVED_PIECE 2048
#define SAVED_PIECES (1 << 14)

struct saved_piece {
    unsigned char bytes[SAVED_PIECE];
};

#endif
