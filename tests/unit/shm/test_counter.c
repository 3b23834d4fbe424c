/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters that are reset while their owners go on, histograms, and the switch of the service.
 */
#include <criterion/criterion.h>
#include <errno.h>

#include "shm/base/clock.h"
#include "shm/service.h"
#include "tests/unit/shm/lab.h"

static struct lab lab;

static void enter(void)
{
	lab_init(&lab, 16);
}

static void leave(void)
{
	lab_fini(&lab);
}

TestSuite(counter, .init = enter, .fini = leave);
TestSuite(service, .init = enter, .fini = leave);

Test(counter, reset)
{
	struct region *r = lab.region;

	counter_add(&r->counters[1], COUNTER_SENT, 5);
	counter_add(&r->counters[7], COUNTER_SENT, 2);
	cr_expect_eq(counter_value(r, COUNTER_SENT), 7);
	counter_reset(r, COUNTER_SENT);
	cr_expect_eq(counter_value(r, COUNTER_SENT), 0);
	counter_inc(&r->counters[7], COUNTER_SENT);
	cr_expect_eq(counter_value(r, COUNTER_SENT), 1);
	cr_expect_eq(counter_sum(r, COUNTER_SENT), 8, "the sum never falls");
}

Test(counter, pool_and_subnet_are_reset_apart)
{
	const struct pool_range *pool = &lab.pools.v[0];

	pool_count(pool, POOL_ASSIGNED);
	pool_count(pool, POOL_ASSIGNED);
	pool_reset(pool, POOL_ASSIGNED, POOL_OF_SUBNET);
	pool_count(pool, POOL_ASSIGNED);
	cr_expect_eq(pool_value(pool, POOL_ASSIGNED, POOL_OF_SUBNET), 1);
	cr_expect_eq(pool_value(pool, POOL_ASSIGNED, POOL_AS_POOL), 3);
	cr_expect_eq(pool_counted(pool, POOL_ASSIGNED), 3);
}

/* A value counts in the first bucket whose limit, 2^k, it does not exceed. */
Test(counter, buckets)
{
	static const struct {
		uint64_t value;
		unsigned bucket;
	} cases[] = {{0, 0}, {1, 0}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {1024, 10}, {1025, 11},
		{1 << 20, 20}, {(1 << 20) + 1, 21}, {UINT64_MAX, 21}};
	struct counter_sums sums;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t before;

		counter_sums(lab.region, HISTOGRAM_BATCH, &sums);
		before = sums.bucket[cases[i].bucket];
		counter_observe(&lab.region->counters[i], HISTOGRAM_BATCH, cases[i].value);
		counter_sums(lab.region, HISTOGRAM_BATCH, &sums);
		cr_expect_eq(sums.bucket[cases[i].bucket], before + 1, "%llu",
			(unsigned long long)cases[i].value);
	}
	counter_observe(&lab.region->counters[1], HISTOGRAM_COMMIT, 1ULL << 14);
	counter_observe(&lab.region->counters[1], HISTOGRAM_COMMIT, (1ULL << 14) + 1);
	counter_sums(lab.region, HISTOGRAM_COMMIT, &sums);
	cr_expect(sums.bucket[0] == 1 && sums.bucket[1] == 1 && sums.sum == (1 << 15) + 1);
}

Test(service, each_origin_for_itself)
{
	struct region *r = lab.region;

	cr_expect(!service_is_disabled(r));
	cr_expect_eq(service_disable(r, SERVICE_USER, 0), 0);
	cr_expect_eq(service_disable(r, SERVICE_REMOTE + 5, 0), 0);
	cr_expect_eq(service_disable(r, SERVICE_REMOTE + 5, 0), 0);
	service_enable(r, SERVICE_USER);
	cr_expect(service_is_disabled(r));
	cr_expect(!service_disabled_by(r, SERVICE_USER, SERVICE_LOCAL));
	cr_expect(service_disabled_by(r, SERVICE_REMOTE, SERVICE_DB));
	service_enable(r, SERVICE_REMOTE + 5);
	cr_expect(!service_is_disabled(r));
}

Test(service, comes_back_by_itself)
{
	struct region *r = lab.region;

	cr_expect_eq(service_disable(r, SERVICE_USER, 1), 0);
	cr_expect(service_is_disabled(r));
	/* as if the second were over */
	for (size_t i = 0; i < REGION_ORIGINS; i++)
		if (atomic_load(&r->origins[i].id) == SERVICE_USER)
			atomic_store(&r->origins[i].until_ns, clock_mono_ns());
	atomic_store(&r->disabled_until_ns, clock_mono_ns());
	cr_expect(!service_is_disabled(r));
	cr_expect(!service_disabled_by(r, SERVICE_USER, SERVICE_END));
	cr_expect_eq(service_disable(r, SERVICE_USER, UINT64_MAX), 0);
	cr_expect(service_is_disabled(r), "a period without end");
}

Test(service, many_origins)
{
	struct region *r = lab.region;

	for (uint32_t i = 0; i < REGION_ORIGINS; i++)
		cr_expect_eq(service_disable(r, SERVICE_LOCAL + i, 0), 0);
	cr_expect_eq(service_disable(r, SERVICE_USER, 0), -ENOSPC);
	service_enable(r, SERVICE_LOCAL);
	cr_expect_eq(service_disable(r, SERVICE_USER, 0), 0);
}
