/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tally: leases of subnets and classes are counted as the table changes, and counted anew;
 * packets within a time; figures of addresses outside every pool.
 */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shm/tally.h"
#include "tests/unit/shm/lab.h"

static struct lab l;
static struct err err;

static void enter(void)
{
	const uint64_t keys[] = {tally_subnet_key(1), tally_subnet_key(2),
		tally_class_key(span_of("a", 1)), tally_class_key(span_of("b c", 3))};

	lab_init(&l, 100);
	cr_assert_eq(tally_build(l.region, keys, 4, &err), 0);
	cr_assert_eq(tally_build(l.region, keys, 4, &err), 0);
	cr_assert_eq(l.region->next_tally, 4);
}

static void leave(void)
{
	lab_fini(&l);
}

static uint32_t of_class(const char *name)
{
	return tally_leases(tally_find(l.region, tally_class_key(span_of(name, strlen(name)))));
}

static uint32_t of_subnet(uint32_t id)
{
	return tally_leases(tally_find(l.region, tally_subnet_key(id)));
}

static void expect(uint32_t subnet1, uint32_t subnet2, uint32_t a, uint32_t b, int line)
{
	cr_expect(of_subnet(1) == subnet1 && of_subnet(2) == subnet2 && of_class("a") == a &&
		of_class("b c") == b, "line %d: %u %u %u %u", line, of_subnet(1), of_subnet(2),
		of_class("a"), of_class("b c"));
}
#define EXPECT(...) expect(__VA_ARGS__, __LINE__)

static struct lease lease_in(uint32_t address, uint32_t subnet_id, const char *context)
{
	struct lease lease = lab_lease(address, 1, NULL, 0);

	lease.subnet_id = subnet_id;
	lease.context = span_of(context, strlen(context));
	return lease;
}

#define CLASSES(list) "{\"x\": 1, \"ISC\": {\"client-classes\": [" list "]}}"

Test(tally, contexts, .init = enter, .fini = leave)
{
	static const struct {
		const char *context;
		unsigned n; /* entries, that of the subnet included */
	} cases[] = {
		{"", 1}, {"{}", 1}, {CLASSES(""), 1}, {CLASSES("\"a\""), 2},
		{CLASSES("\"a\", \"b c\""), 3}, {CLASSES(" \"z\" ,\"b c\" "), 2},
		{CLASSES("7, \"a\""), 1}, {"{\"client-classes\":\"a\"}", 1},
		{"{\"client-classes\"", 1}, {"{\"client-classes\":", 1},
		{"\"client-classes\":[", 1},
		{"\"client-classes\":[\"", 1}, {"\"client-classes\":[\"a", 1},
		{"\"client-classes\":[\"a\"", 2}, {"\"client-classes\":[\"a\",", 2},
		{CLASSES("\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\""), TALLY_MAX},
	};
	struct tally_set set;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tally_of(l.region, 1, span_of(cases[i].context, strlen(cases[i].context)), &set);
		cr_expect_eq(set.n, cases[i].n, "%s: %u", cases[i].context, set.n);
	}
	tally_of(l.region, 9, span_of(NULL, 0), &set);
	cr_expect_eq(set.n, 0);
}

/* Offer, lease, renewal in another class, another subnet, end. */
Test(tally, follows_the_table, .init = enter, .fini = leave)
{
	uint32_t rec = table_attach(l.region, LAB_START, 1);
	struct lease lease = lease_in(LAB_START, 1, CLASSES("\"a\""));

	cr_assert_eq(table_reserve(l.region, rec, &lease), 0);
	table_offer(l.region, rec, &lease, 100);
	EXPECT(1, 0, 1, 0);
	table_put(l.region, rec, &lease);
	EXPECT(1, 0, 1, 0);
	lease = lease_in(LAB_START, 1, CLASSES("\"b c\""));
	table_put(l.region, rec, &lease);
	EXPECT(1, 0, 0, 1);
	lease = lease_in(LAB_START, 2, "");
	table_put(l.region, rec, &lease);
	EXPECT(0, 1, 0, 0);
	lease.state = LEASE_DECLINED;
	table_put(l.region, rec, &lease);
	EXPECT(0, 1, 0, 0);
	lease.state = LEASE_EXPIRED;
	table_put(l.region, rec, &lease);
	EXPECT(0, 0, 0, 0);
	table_clear(l.region, rec);
	EXPECT(0, 0, 0, 0);
}

Test(tally, counts_anew, .init = enter, .fini = leave)
{
	const uint64_t late = tally_class_key(span_of("late", 4));
	struct tally *t = tally_find(l.region, tally_subnet_key(1));

	for (uint32_t i = 0; i < 10; i++) {
		uint32_t rec = table_attach(l.region, LAB_START + i, 1);
		struct lease lease = lease_in(LAB_START + i, 1,
			i % 2 == 0 ? CLASSES("\"a\"") : CLASSES("\"late\""));

		cr_assert_eq(table_reserve(l.region, rec, &lease), 0);
		table_put(l.region, rec, &lease);
	}
	cr_assert_eq(tally_build(l.region, &late, 1, &err), 0);
	atomic_fetch_add(&t->leases, 7); /* what a killed process may leave */
	EXPECT(17, 0, 5, 0);
	cr_assert_eq(tally_recount(l.region), 0);
	EXPECT(10, 0, 5, 0);
	cr_expect_eq(of_class("late"), 5);
	atomic_store(&t->leases, 3); /* never below none */
	for (uint32_t rec = 0; rec < 10; rec++)
		table_clear(l.region, rec);
	EXPECT(0, 0, 0, 0);
}

Test(tally, packets, .init = enter, .fini = leave)
{
	struct tally *t = tally_find(l.region, tally_subnet_key(1));

	cr_expect(!tally_admits(t, 0, 1000, 5) && tally_admits(t, 2, 1000, 5));
	cr_expect(tally_packet(t, 2, 1000, 5) && tally_packet(t, 2, 1000, 900));
	cr_expect(!tally_packet(t, 2, 1000, 4), "by a clock that was read before");
	cr_expect(!tally_packet(t, 2, 1000, 1004) && !tally_admits(t, 2, 1000, 1004));
	cr_expect(tally_admits(t, 3, 1000, 1004), "a limit that was raised");
	cr_expect(tally_packet(t, 2, 1000, 1005), "the time is over");
	cr_expect(tally_packet(t, 2, 1000, 1006) && !tally_packet(t, 2, 1000, 2004));
	for (uint32_t i = 0; i < 1000; i++)
		tally_packet(t, TALLY_PACKETS_MAX, 1000, 3000);
	cr_expect(!tally_admits(t, 1000, 1000, 3000) && tally_admits(t, 1001, 1000, 3000));
}

Test(tally, outside, .init = enter, .fini = leave)
{
	tally_count(l.region, &l.pools, LAB_START, 1, POOL_ASSIGNED);
	tally_count(l.region, &l.pools, LAB_START - 1, 1, POOL_ASSIGNED);
	tally_count(l.region, &l.pools, LAB_START - 1, 9, POOL_ASSIGNED); /* no such subnet */
	cr_expect_eq(pool_counted(&l.range, POOL_ASSIGNED), 1);
	cr_expect_eq(tally_value(l.region, 1, POOL_ASSIGNED), 1);
	cr_expect_eq(tally_value(l.region, 9, POOL_ASSIGNED), 0);
	tally_reset(l.region, 1, POOL_ASSIGNED);
	cr_expect_eq(tally_value(l.region, 1, POOL_ASSIGNED), 0);
	cr_expect_eq(tally_counted(l.region, 1, POOL_ASSIGNED), 1);
}

/* Leases come and go while another process counts anew, all the time. */
Test(tally, counts_anew_while_others_write, .init = enter, .fini = leave, .timeout = 60)
{
	struct lease lease = lease_in(LAB_START, 1, CLASSES("\"a\""));
	uint32_t rec[8];
	pid_t pid;
	int status;

	for (uint32_t i = 0; i < 8; i++) {
		rec[i] = table_attach(l.region, LAB_START + i, 1);
		cr_assert_eq(table_reserve(l.region, rec[i], &lease), 0);
	}
	pid = fork();
	cr_assert_geq(pid, 0);
	if (pid == 0) {
		for (int i = 0; i < 20000; i++)
			tally_recount(l.region);
		_exit(0);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		for (uint32_t i = 0; i < 8; i++) {
			table_put(l.region, rec[i], &lease);
			cr_assert_eq(of_class("a"), i + 1);
		}
		for (uint32_t i = 0; i < 8; i++)
			table_clear(l.region, rec[i]);
		EXPECT(0, 0, 0, 0);
	}
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
