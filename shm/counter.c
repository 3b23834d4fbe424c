/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counter: sums and names, for those who show counters to people. Never on the packet's way.
 */
#include "shm/counter.h"

#include <ctype.h>
#include <stddef.h>

#include "shm/region.h"

#define NAME_MAX_SIZE 48

static const struct {
	const char *symbol, *kea_name, *meaning;
} names[COUNTER_COUNT] = {
#define COUNTER(symbol, kea_name, meaning) {#symbol, kea_name, meaning},
#include "shm/counters.def"
#undef COUNTER
};

uint64_t counter_sum(const struct region *r, enum counter c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < REGION_SLOTS; i++)
		sum += atomic_load_explicit(&r->counters[i].v[c], memory_order_relaxed);
	return sum;
}

uint64_t counter_value(const struct region *r, enum counter c)
{
	return counter_sum(r, c) - atomic_load_explicit(&r->reset[c], memory_order_relaxed);
}

void counter_reset(struct region *r, enum counter c)
{
	atomic_store_explicit(&r->reset[c], counter_sum(r, c), memory_order_relaxed);
}

void counter_sums(const struct region *r, enum histogram h, struct counter_sums *ret)
{
	*ret = (struct counter_sums){0};
	for (size_t i = 0; i < REGION_SLOTS; i++) {
		const struct counter_histogram *from = &r->counters[i].histogram[h];

		ret->sum += atomic_load_explicit(&from->sum, memory_order_relaxed);
		for (size_t k = 0; k < HISTOGRAM_BUCKETS; k++)
			ret->bucket[k] +=
				atomic_load_explicit(&from->bucket[k], memory_order_relaxed);
	}
}

const char *counter_kea_name(enum counter c)
{
	return names[c].kea_name;
}

const char *counter_meaning(enum counter c)
{
	return names[c].meaning;
}

const char *counter_symbol(enum counter c)
{
	static char text[COUNTER_COUNT][NAME_MAX_SIZE];
	const char *s = names[c].symbol;

	for (size_t i = 0; s[i] != '\0' && i < NAME_MAX_SIZE - 1; i++)
		text[c][i] = s[i] == '_' ? '-' : (char)tolower((unsigned char)s[i]);
	return text[c];
}
