/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hist: a histogram of times whose buckets grow with the value, so that every percentile is right
 * within 1.6 %. Called by exchange.c for each answer and by report.c; must not allocate.
 */
#ifndef LESSOR_TESTS_LOAD_HIST_H
#define LESSOR_TESTS_LOAD_HIST_H

#include <stdint.h>

#define HIST_SUB     64                    /* buckets per power of two */
#define HIST_BUCKETS (HIST_SUB * (64 - 5)) /* every 64-bit value has one */

struct hist {
	uint64_t count, max; /* all zero: empty */
	uint64_t bucket[HIST_BUCKETS];
};

void hist_add(struct hist *h, uint64_t value);

/* The value that fraction (0..1) of all values do not exceed; 0 if there are none. */
uint64_t hist_percentile(const struct hist *h, double fraction);

#endif
