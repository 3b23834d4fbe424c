/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hist: 64 buckets for each power of two; a value's bucket is found by its highest bit.
 */
#include "tests/load/hist.h"

static unsigned bucket_of(uint64_t value)
{
	unsigned shift;

	if (value < 2 * HIST_SUB)
		return (unsigned)value;
	shift = 63U - (unsigned)__builtin_clzll(value) - 6U;
	return shift * HIST_SUB + (unsigned)(value >> shift);
}

static uint64_t bucket_top(unsigned i)
{
	unsigned shift = i < 2 * HIST_SUB ? 0 : i / HIST_SUB - 1;

	return ((uint64_t)(i - shift * HIST_SUB + 1) << shift) - 1;
}

void hist_add(struct hist *h, uint64_t value)
{
	h->count++;
	h->bucket[bucket_of(value)]++;
	if (value > h->max)
		h->max = value;
}

uint64_t hist_percentile(const struct hist *h, double fraction)
{
	double rank = fraction * (double)h->count;
	uint64_t seen = 0;

	for (unsigned i = 0; i < HIST_BUCKETS && seen < h->count; i++) {
		seen += h->bucket[i];
		if (seen > 0 && (double)seen >= rank)
			return bucket_top(i) < h->max ? bucket_top(i) : h->max;
	}
	return h->max;
}
