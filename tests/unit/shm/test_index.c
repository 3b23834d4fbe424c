/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_index: the client index against a plain list, with so few different hashes that buckets
 * overflow all the time.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "shm/index.h"
#include "tests/unit/shm/lab.h"

#define HOMES   6  /* buckets that everything wants */
#define RECORDS 40 /* a hash */

static bool present[HOMES][RECORDS];

static uint64_t hash_of(uint32_t h)
{
	return (uint64_t)(h + 1) << 32 | h / 2; /* two hashes a bucket, neighbours */
}

static bool is_this(const struct region *r, uint32_t rec, const void *arg)
{
	(void)r;
	return rec == *(const uint32_t *)arg;
}

static bool is_any(const struct region *r, uint32_t rec, const void *arg)
{
	(void)r;
	return present[*(const uint32_t *)arg][rec % RECORDS];
}

Test(index, as_a_list_would_have_it)
{
	struct lab l;

	lab_init(&l, 4096);
	srand(3);
	for (int i = 0; i < 50000; i++) {
		uint32_t h = (uint32_t)rand() % HOMES, k = (uint32_t)rand() % RECORDS;
		uint32_t rec = h * RECORDS + k, found;

		if (rand() % 2 == 0) {
			cr_assert(index_insert(l.region, hash_of(h), rec));
			present[h][k] = true;
		} else {
			index_remove(l.region, hash_of(h), rec);
			present[h][k] = false;
		}
		h = (uint32_t)rand() % HOMES;
		rec = h * RECORDS + (uint32_t)rand() % RECORDS;
		found = index_find(l.region, hash_of(h), is_this, &rec);
		cr_assert_eq(found, present[h][rec % RECORDS] ? rec : INDEX_NONE, "step %d", i);
		found = index_find(l.region, hash_of(h), is_any, &h);
		cr_assert(found == INDEX_NONE || found / RECORDS == h, "of another hash");
	}
	lab_fini(&l);
}

Test(index, entered_twice_is_entered_once)
{
	uint32_t rec = 5;
	struct lab l;

	lab_init(&l, 16);
	cr_assert(index_insert(l.region, 99, rec));
	cr_assert(index_insert(l.region, 99, rec));
	index_remove(l.region, 99, rec);
	cr_assert_eq(index_find(l.region, 99, is_this, &rec), INDEX_NONE);
	lab_fini(&l);
}
