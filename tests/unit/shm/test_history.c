/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_history: what becomes an entry, what a crash leaves, what is removed.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "shm/history_file.h"

static char dir[] = "/tmp/lessor-unit-XXXXXX";

static void enter(void)
{
	cr_assert_not_null(mkdtemp(dir));
}

static void leave(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(history, .init = enter, .fini = leave);

Test(history, what_is_worth_an_entry)
{
	static const struct {
		uint8_t kind, state, flags, hlen;
		enum history_event event;
		uint32_t time;
	} cases[] = {
		{CHANGE_PUT, LEASE_ASSIGNED, LEASE_BEGINS, 6, HISTORY_ASSIGNED, 1000},
		{CHANGE_PUT, LEASE_ASSIGNED, 0, 6, HISTORY_NONE, 0},
		{CHANGE_PUT, LEASE_EXPIRED, 0, 6, HISTORY_EXPIRED, 1600},
		{CHANGE_PUT, LEASE_RELEASED, 0, 6, HISTORY_RELEASED, 1000},
		{CHANGE_PUT, LEASE_RELEASED, 0, 0, HISTORY_DELETED, 1000}, /* removed, in a pair */
		{CHANGE_PUT, LEASE_DECLINED, 0, 0, HISTORY_DECLINED, 1000},
		{CHANGE_DELETE, LEASE_ASSIGNED, 0, 0, HISTORY_DELETED, 5000},
		{CHANGE_DELETE, LEASE_EXPIRED, 0, 0, HISTORY_NONE, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct change c = {.kind = cases[i].kind, .lease = {.address = 1,
			.state = cases[i].state, .flags = cases[i].flags,
			.hlen = cases[i].hlen, .cltt = 1000, .valid_lft = 600, .seq = 7}};
		struct history_entry e = {0};

		cr_expect_eq(history_of(&c, 5000, &e), cases[i].event, "%zu", i);
		cr_expect_eq(e.time, cases[i].time, "%zu: %u", i, e.time);
	}
}

static struct history_entry entry(uint64_t seq)
{
	return (struct history_entry){.event = HISTORY_ASSIGNED, .time = (uint32_t)seq + 100,
		.seq = seq, .lease = {.address = 0x0a000000 + (uint32_t)seq, .subnet_id = 3,
			.valid_lft = 60, .htype = 1, .hlen = 6, .hwaddr = {2, 0, 0, 0, 0, 1},
			.client_id = span_of("id", 2), .hostname = span_of("host", 4)}};
}

static void add(uint64_t from, uint64_t to, uint64_t last, uint32_t mib)
{
	struct history *h;
	struct err err = {0};

	cr_assert_eq(history_open(dir, mib, last, &h, &err), 0, "%s", err.text);
	for (uint64_t seq = from; seq <= to; seq++) {
		struct history_entry e = entry(seq);

		history_add(h, &e);
	}
	cr_assert_eq(history_sync(h, &err), 0, "%s", err.text);
	history_close(h);
}

struct seen {
	uint64_t n, first, last;
};

static void look(void *arg, const struct history_entry *e)
{
	struct seen *s = (struct seen *)arg;

	if (s->n++ == 0)
		s->first = e->seq;
	else
		cr_assert_eq(e->seq, s->last + 1);
	s->last = e->seq;
	cr_assert(e->lease.address == 0x0a000000 + e->seq && e->time == e->seq + 100 &&
		e->lease.subnet_id == 3 && e->lease.hlen == 6 && e->lease.hwaddr[5] == 1 &&
		span_equal(e->lease.client_id, span_of("id", 2)) &&
		span_equal(e->lease.hostname, span_of("host", 4)));
}

static struct seen read_all(void)
{
	struct history_place place = {0};
	struct seen s = {0};
	struct err err = {0};
	int rc;

	while ((rc = history_read(dir, &place, look, &s, &err)) > 0)
		;
	cr_assert_eq(rc, 0, "%s", err.text);
	return s;
}

static void expect(uint64_t first, uint64_t last)
{
	struct seen s = read_all();

	cr_assert(s.first == first && s.last == last && s.n == last - first + 1,
		"%llu to %llu, %llu", (unsigned long long)s.first, (unsigned long long)s.last,
		(unsigned long long)s.n);
}

Test(history, comes_back_in_order_and_once)
{
	cr_assert_eq(read_all().n, 0);
	add(1, 1000, 1000, 64);
	expect(1, 1000);
	add(900, 1500, 1500, 64); /* a crash: some of it is there already */
	expect(1, 1500);
}

Test(history, what_a_crash_left_is_cut_off)
{
	char path[128];
	int fd;

	add(1, 10, 10, 64);
	snprintf(path, sizeof(path), "%s/history/00000001", dir);
	fd = open(path, O_WRONLY | O_APPEND);
	cr_assert_eq(write(fd, "\x40\0\0\0torn", 8), 8);
	close(fd);
	expect(1, 10);
	add(11, 12, 12, 64);
	expect(1, 12);
}

Test(history, the_oldest_goes)
{
	struct seen s;

	add(1, 700000, 700000, 16); /* some 40 MiB */
	s = read_all();
	cr_assert_eq(s.last, 700000);
	cr_assert_gt(s.first, 100000);
	cr_assert_geq(s.n, (16 << 20) / 80, "at least as much as was asked for");
}

Test(history, a_journal_that_begins_anew)
{
	add(5000, 5010, 5010, 64);
	add(5011, 5011, 3, 64); /* the journal ends at 3: its positions were not seen */
	cr_assert_eq(read_all().n, 12);
}

Test(history, damage_is_no_crash)
{
	uint8_t buf[HISTORY_ENTRY_MAX];
	struct history_entry e = entry(1);
	size_t len = history_file_encode(&e, buf);

	cr_assert_eq(history_file_decode(span_of(buf, len), &e), (int)len);
	for (size_t cut = 0; cut < len; cut++)
		cr_assert_leq(history_file_decode(span_of(buf, cut), &e), 0);
	for (size_t bit = 32; bit < 8 * len; bit++) {
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_assert_leq(history_file_decode(span_of(buf, len), &e), 0, "bit %zu", bit);
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}
