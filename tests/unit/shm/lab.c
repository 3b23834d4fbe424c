/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lab: see lab.h.
 */
#include "tests/unit/shm/lab.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

void lab_init(struct lab *l, uint32_t n)
{
	struct err err = {0};

	*l = (struct lab){.dir = "/tmp/lessor-unit-XXXXXX"};
	cr_assert_not_null(mkdtemp(l->dir));
	cr_assert_eq(region_create(n, 0, &l->region, &err), 0, "%s", err.text);
	l->range = (struct pool_range){LAB_START, LAB_START + n - 1, NULL};
	l->pools = (struct pools){1, &l->range};
	cr_assert_eq(pool_build(l->region, &l->pools, &err), 0, "%s", err.text);
	l->child = (struct child){
		.slot = 1, .region = l->region, .pools = &l->pools, .state_dir = l->dir};
}

void lab_fini(struct lab *l)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", l->dir);
	cr_assert_eq(system(command), 0);
	region_free(l->region);
}

uint32_t lab_take(struct lab *l, uint32_t slot, uint32_t now)
{
	uint32_t rec = TABLE_NONE;

	for (int source = 0; rec == TABLE_NONE && source < POOL_SOURCES; source++)
		rec = pool_take(l->region, &l->range, (enum pool_source)source, slot, now);
	return rec;
}

struct lease lab_lease(uint32_t address, uint32_t k, uint8_t *id, size_t id_len)
{
	struct lease l = {
		.address = address,
		.subnet_id = 1,
		.cltt = 1000,
		.valid_lft = 3600,
		.htype = 1,
		.hlen = 6,
		.hwaddr = {2, 0, (uint8_t)(k >> 24), (uint8_t)(k >> 16), (uint8_t)(k >> 8),
			(uint8_t)k},
	};

	for (size_t i = 0; i < id_len; i++)
		id[i] = (uint8_t)(k * 31 + i);
	l.client_id = span_of(id, id_len);
	return l;
}
