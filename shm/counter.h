/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counter: one block of counters per process slot, so that no two processes write one cache
 * line; readers sum over the slots. A slot's next process goes on with its predecessor's block.
 */
#ifndef LESSOR_SHM_COUNTER_H
#define LESSOR_SHM_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

enum counter {
#define COUNTER(symbol, kea_name, meaning) COUNTER_##symbol,
#include "shm/counters.def"
#undef COUNTER
	COUNTER_COUNT
};

enum histogram {
#define HISTOGRAM(symbol, exponent, name, unit, meaning) HISTOGRAM_##symbol,
#include "shm/histograms.def"
#undef HISTOGRAM
	HISTOGRAM_COUNT
};

#define HISTOGRAM_BUCKETS 22 /* the last one has no upper limit */

struct counter_histogram {
	_Atomic uint64_t sum;
	_Atomic uint64_t bucket[HISTOGRAM_BUCKETS]; /* each value counts in one of them */
};

struct counter_block {
	_Alignas(64) _Atomic uint64_t v[(COUNTER_COUNT + 7) / 8 * 8];
	struct counter_histogram histogram[HISTOGRAM_COUNT];
};

/* Only the owner of a block writes it: a relaxed load and store need no bus lock. */
static inline void counter_raise(_Atomic uint64_t *v, uint64_t n)
{
	uint64_t old = atomic_load_explicit(v, memory_order_relaxed);

	atomic_store_explicit(v, old + n, memory_order_relaxed);
}

static inline void counter_add(struct counter_block *b, enum counter c, uint64_t n)
{
	counter_raise(&b->v[c], n);
}

static inline void counter_inc(struct counter_block *b, enum counter c)
{
	counter_add(b, c, 1);
}

/* Counts a value, in the histogram's unit. */
static inline void counter_observe(struct counter_block *b, enum histogram h, uint64_t value)
{
	static const unsigned exponents[] = {
#define HISTOGRAM(symbol, exponent, name, unit, meaning) exponent,
#include "shm/histograms.def"
#undef HISTOGRAM
	};
	uint64_t above = value > 0 ? (value - 1) >> exponents[h] : 0;
	unsigned k = above == 0 ? 0 : 64 - (unsigned)__builtin_clzll(above);

	counter_raise(&b->histogram[h].bucket[k < HISTOGRAM_BUCKETS ? k : HISTOGRAM_BUCKETS - 1], 1);
	counter_raise(&b->histogram[h].sum, value);
}

struct region;

/* The sum of one counter over all slots since the server's start. */
uint64_t counter_sum(const struct region *r, enum counter c);

/* The same since the last counter_reset(). Resets leave the counters alone, which are their
 * processes', and remember where they stood. */
uint64_t counter_value(const struct region *r, enum counter c);
void counter_reset(struct region *r, enum counter c);

/* A histogram summed over all slots. */
struct counter_sums {
	uint64_t sum, bucket[HISTOGRAM_BUCKETS];
};
void counter_sums(const struct region *r, enum histogram h, struct counter_sums *ret);

/* Kea's statistic name or NULL; the symbol in lower case with dashes, for people. */
const char *counter_kea_name(enum counter c);
const char *counter_symbol(enum counter c);

/* What it counts, for people. */
const char *counter_meaning(enum counter c);

#endif
