/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Durations in buckets: the layout of a histogram and the bucket of a duration, shared by the programs and Swift.
 *
 * The bounds are those of an OTLP exponential histogram of scale 3 in seconds (metrics/data-model.md of the
 * OpenTelemetry specification, "ExponentialHistogram"): index i holds 2^(i/8) s < duration <= 2^((i+1)/8) s, so each
 * bound is 9 % above the one before it.
 */
#ifndef LAYOUT_HISTOGRAM_H
#define LAYOUT_HISTOGRAM_H

#define HISTOGRAM_SCALE 3

/* From 2^-20 s (953.67 ns) to 2^28 s (8.5 years). */
#define HISTOGRAM_FIRST_INDEX (-160)
#define HISTOGRAM_LAST_INDEX 223

/* One bucket for each index. Before them comes one for everything up to 2^-20 s, zero included. */
#define HISTOGRAM_BUCKETS 385
_Static_assert(HISTOGRAM_BUCKETS == 1 + HISTOGRAM_LAST_INDEX - HISTOGRAM_FIRST_INDEX + 1, "a bucket for each index");

/* Buckets are next to the sum of their durations: adding a duration should touch one cache line. */
#define HISTOGRAM_GROUP_BUCKETS 8

struct histogram_group {
    unsigned long long buckets[HISTOGRAM_GROUP_BUCKETS];
    /* In nanoseconds modulo 2^64. Ten thousand connections fill it in three weeks. */
    unsigned long long sum;
};

#define HISTOGRAM_GROUPS 49
_Static_assert(HISTOGRAM_GROUPS == (HISTOGRAM_BUCKETS - 1) / HISTOGRAM_GROUP_BUCKETS + 1, "a place for each bucket");

struct histogram {
    struct histogram_group groups[HISTOGRAM_GROUPS];
};

/* 1 if `bound` < `mantissa`, else 0, without a jump. Both have their highest bit set, so the borrow is the answer. */
static inline unsigned long long histogram_above(unsigned long long mantissa, unsigned long long bound)
{
    return (bound - mantissa) >> 63;
}

/*
 * The index of a duration in nanoseconds, which must not be zero.
 *
 * The bound between the indexes k-1 and k is B(k) = 10^9 * 2^(k/8) ns. Let n be the position of the duration's highest
 * bit. As 2^29 < 10^9 < 2^30 < 10^9 * 2^(1/8), the bounds with the same highest bit are B(8(n-30)+j) for j = 1 to 8.
 * Shifted left until that bit is bit 63, they are 10^9 * 2^(33+j/8) for every n: eight constants. A whole number is
 * above such a bound exactly if it is above the bound's floor, so rounding down loses nothing. If the duration, shifted
 * in the same way, is above c of them, it is above B(8(n-30)+c) and not above the next bound: its index is 8(n-30)+c.
 */
static inline int histogram_index(unsigned long long ns)
{
    /* For BPF, clang counts leading zeros with shifts and a multiplication: one path for the verifier, as below. */
    int zeros = __builtin_clzll(ns | 1), c = 0;

    ns <<= zeros;
    c += histogram_above(ns, 0x81ffa7a9549ca6e3); /* 10^9 * 2^(33+1/8) */
    c += histogram_above(ns, 0x8dc3b8960164a7d9); /* 10^9 * 2^(33+2/8) */
    c += histogram_above(ns, 0x9a9867054d512391); /* 10^9 * 2^(33+3/8) */
    c += histogram_above(ns, 0xa8965f74bf065071); /* 10^9 * 2^(33+4/8) */
    c += histogram_above(ns, 0xb7d88a12d0dd9ea0); /* 10^9 * 2^(33+5/8) */
    c += histogram_above(ns, 0xc87c3e7d03cdbec3); /* 10^9 * 2^(33+6/8) */
    c += histogram_above(ns, 0xdaa17c2cd19555db); /* 10^9 * 2^(33+7/8) */
    c += histogram_above(ns, 0xee6b280000000000); /* 10^9 * 2^34 */
    return 8 * (63 - zeros - 30) + c;
}

/* The index in `buckets` of a duration in nanoseconds. Durations above 2^28 s go into the last bucket. */
static inline int histogram_slot(unsigned long long ns)
{
    /* Zero has no highest bit, but its result is far below the first index. */
    int index = histogram_index(ns);

    if (index < HISTOGRAM_FIRST_INDEX)
        return 0;
    if (index > HISTOGRAM_LAST_INDEX)
        return HISTOGRAM_BUCKETS - 1;
    return index - HISTOGRAM_FIRST_INDEX + 1;
}

#endif
