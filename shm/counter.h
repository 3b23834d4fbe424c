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

struct counter_block {
	_Alignas(64) _Atomic uint64_t v[(COUNTER_COUNT + 7) / 8 * 8];
};

/* Only the owner of a block writes it: a relaxed load and store need no bus lock. */
static inline void counter_add(struct counter_block *b, enum counter c, uint64_t n)
{
	uint64_t v = atomic_load_explicit(&b->v[c], memory_order_relaxed);

	atomic_store_explicit(&b->v[c], v + n, memory_order_relaxed);
}

static inline void counter_inc(struct counter_block *b, enum counter c)
{
	counter_add(b, c, 1);
}

struct region;

/* The sum of one counter over all slots. */
uint64_t counter_sum(const struct region *r, enum counter c);

/* Kea's statistic name or NULL; the symbol in lower case with dashes, for people. */
const char *counter_kea_name(enum counter c);
const char *counter_symbol(enum counter c);

#endif
