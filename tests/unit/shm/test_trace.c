/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_trace: the ring of decisions: off while nobody asks, what is overwritten is missed, and no
 * record is ever a mixture of two.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

#include "shm/base/clock.h"
#include "shm/trace.h"
#include "tests/unit/shm/lab.h"

#define SLOT 3

static struct lab lab;

static void enter(void)
{
	lab_init(&lab, 16);
}

static void leave(void)
{
	lab_fini(&lab);
}

TestSuite(trace, .init = enter, .fini = leave);

/* A record whose fields all say k. */
static void add(uint64_t k)
{
	struct trace_record t = {.time_ns = k, .xid = (uint32_t)k, .address = (uint32_t)k};

	memset(t.hwaddr, (int)(k & 0xff), sizeof(t.hwaddr));
	trace_add(lab.region, SLOT, &t);
}

static bool is_whole(const struct trace_record *t, uint64_t k)
{
	for (size_t i = 0; i < sizeof(t->hwaddr); i++)
		if (t->hwaddr[i] != (k & 0xff))
			return false;
	return t->time_ns == k && t->xid == (uint32_t)k && t->address == (uint32_t)k;
}

Test(trace, is_off_until_somebody_asks)
{
	uint64_t now = clock_mono_ns();

	cr_expect_not(trace_is_wanted(lab.region, now));
	trace_want(lab.region);
	cr_expect(trace_is_wanted(lab.region, now));
	cr_expect_not(trace_is_wanted(lab.region, now + 60 * CLOCK_NS_PER_S), "nobody asks again");
}

Test(trace, keeps_the_newest)
{
	struct trace_record t;
	const uint64_t n = 3 * TRACE_RECORDS + 5;

	cr_expect_eq(trace_written(lab.region, SLOT), 0);
	cr_expect_not(trace_read(lab.region, SLOT, 0, &t), "nothing was written");
	for (uint64_t k = 0; k < n; k++)
		add(k);
	cr_expect_eq(trace_written(lab.region, SLOT), n);
	cr_expect_eq(trace_written(lab.region, SLOT + 1), 0, "each slot has its own");
	for (uint64_t k = 0; k < n; k++) {
		bool there = trace_read(lab.region, SLOT, k, &t);

		cr_expect_eq(there, k >= n - TRACE_RECORDS, "record %d", (int)k);
		cr_expect(!there || is_whole(&t, k), "record %d", (int)k);
	}
	cr_expect_not(trace_read(lab.region, SLOT, n, &t), "not written yet");
}

static void *write_many(void *arg)
{
	(void)arg;
	for (uint64_t k = 0; k < 300 * TRACE_RECORDS; k++)
		add(k);
	return NULL;
}

Test(trace, what_is_read_is_whole)
{
	uint64_t read = 0, k = 0;
	struct trace_record t;
	pthread_t writer;

	cr_assert_eq(pthread_create(&writer, NULL, write_many, NULL), 0);
	while (k < 300 * TRACE_RECORDS) {
		uint64_t end = trace_written(lab.region, SLOT);

		if (end - k > TRACE_RECORDS)
			k = end - TRACE_RECORDS; /* right where the writer is */
		for (; k < end; k++) {
			if (!trace_read(lab.region, SLOT, k, &t))
				continue;
			read++;
			cr_assert(is_whole(&t, k), "record %d", (int)k);
		}
	}
	pthread_join(writer, NULL);
	cr_expect(read > 0);
}
