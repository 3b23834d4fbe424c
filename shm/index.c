/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index: buckets in a ring; an entry stands in its home bucket or, if that was full, in one of
 * the next, and every bucket that it passed counts it. A process that dies in between leaves a
 * count too high, never too low: a look-up then reads one bucket too many.
 */
#include "shm/index.h"

#include <stdatomic.h>

#define SLOTS      REGION_BUCKET_ENTRIES
#define PROBES_MAX 1024 /* buckets; at the designed load three are hardly ever reached */

struct bucket {
	_Alignas(64) _Atomic uint64_t passed;
	_Atomic uint64_t slot[SLOTS]; /* upper half: hash, lower half: record + 1; 0: empty */
};

static struct bucket *bucket_at(const struct region *r, uint64_t hash, uint32_t probe)
{
	struct bucket *b = (struct bucket *)region_at(r, r->areas.index);

	return b + (((uint32_t)hash + probe) & r->areas.index_mask);
}

static uint64_t entry_of(uint64_t hash, uint32_t rec)
{
	return (hash & 0xffffffff00000000ULL) | (rec + 1);
}

/* Finds the exact entry; *ret_probe says how many buckets it passed. */
static _Atomic uint64_t *find_entry(const struct region *r, uint64_t hash, uint64_t entry,
	uint32_t *ret_probe)
{
	for (uint32_t probe = 0; probe < PROBES_MAX; probe++) {
		struct bucket *b = bucket_at(r, hash, probe);

		for (int i = 0; i < SLOTS; i++) {
			if (atomic_load_explicit(&b->slot[i], memory_order_relaxed) == entry) {
				*ret_probe = probe;
				return &b->slot[i];
			}
		}
		if (atomic_load_explicit(&b->passed, memory_order_acquire) == 0)
			break;
	}
	return NULL;
}

bool index_insert(struct region *r, uint64_t hash, uint32_t rec)
{
	uint64_t entry = entry_of(hash, rec);
	uint32_t probe;

	if (find_entry(r, hash, entry, &probe) != NULL)
		return true;
	for (probe = 0; probe < PROBES_MAX; probe++) {
		struct bucket *b = bucket_at(r, hash, probe);

		for (int i = 0; i < SLOTS; i++) {
			uint64_t empty = 0;

			if (atomic_load_explicit(&b->slot[i], memory_order_relaxed) == 0 &&
				atomic_compare_exchange_strong(&b->slot[i], &empty, entry))
				return true;
		}
		atomic_fetch_add(&b->passed, 1);
	}
	while (probe-- > 0)
		atomic_fetch_sub(&bucket_at(r, hash, probe)->passed, 1);
	return false;
}

void index_remove(struct region *r, uint64_t hash, uint32_t rec)
{
	uint32_t probe;
	_Atomic uint64_t *slot = find_entry(r, hash, entry_of(hash, rec), &probe);

	if (slot == NULL)
		return;
	atomic_store(slot, 0);
	while (probe-- > 0)
		atomic_fetch_sub(&bucket_at(r, hash, probe)->passed, 1);
}

uint32_t index_find(const struct region *r, uint64_t hash, index_match *match, const void *arg)
{
	uint64_t tag = entry_of(hash, UINT32_MAX);

	for (uint32_t probe = 0; probe < PROBES_MAX; probe++) {
		struct bucket *b = bucket_at(r, hash, probe);

		for (int i = 0; i < SLOTS; i++) {
			uint64_t e = atomic_load_explicit(&b->slot[i], memory_order_acquire);
			uint32_t rec = (uint32_t)e - 1;

			if (e != 0 && (e & 0xffffffff00000000ULL) == tag && match(r, rec, arg))
				return rec;
		}
		if (atomic_load_explicit(&b->passed, memory_order_acquire) == 0)
			break;
	}
	return INDEX_NONE;
}
