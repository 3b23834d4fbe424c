/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_journal: numbers without gaps, across chunks, reopening, trimming and processes; the lease
 * database beside it.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shm/env.h"
#include "shm/leasedb.h"
#include "tests/unit/shm/lab.h"

static void append(struct journal *j, uint32_t first, size_t n)
{
	static uint8_t buf[COMMIT_MAX][128];
	struct span v[COMMIT_MAX];
	struct err err = {0};
	uint8_t id[20];
	uint64_t seq;

	for (size_t i = 0; i < n; i++) {
		struct change c = {.kind = CHANGE_PUT};

		c.lease = lab_lease(LAB_START + first + (uint32_t)i, (uint32_t)i, id, i % 20);
		v[i] = span_of(buf[i], change_encode(&c, buf[i], sizeof(buf[i])));
	}
	cr_assert_eq(journal_append(j, v, n, NULL, &seq, &err), 0, "%s", err.text);
}

static int expect_next(void *arg, const struct change *c)
{
	uint64_t *next = (uint64_t *)arg;

	cr_assert_eq(c->lease.seq, *next);
	(*next)++;
	return 0;
}

static struct journal *open_journal(const struct lab *l)
{
	struct err err = {0};
	struct journal *j;

	cr_assert_eq(journal_open(l->dir, &j, &err), 0, "%s", err.text);
	return j;
}

Test(journal, numbers_and_positions)
{
	static const size_t sizes[] = {1, 3, 100, 1, 1024, 17};
	uint64_t first, last, next;
	struct err err = {0};
	struct journal *j;
	struct lab l;

	lab_init(&l, 16);
	j = open_journal(&l);
	cr_assert_eq(journal_bounds(j, &first, &last, &err), 0);
	cr_assert_eq(last, 0);
	for (size_t i = 0; i < 6; i++) {
		append(j, 0, sizes[i]);
		journal_close(j);
		j = open_journal(&l);
	}
	cr_assert_eq(journal_bounds(j, &first, &last, &err), 0);
	cr_assert_eq(first, 1);
	cr_assert_eq(last, 1146);
	for (uint64_t from = 1; from <= 1147; from += 13) {
		next = from;
		cr_assert_eq(journal_read(j, from, SIZE_MAX, expect_next, &next, &err),
			(int64_t)(1147 - from));
	}
	next = 5;
	cr_assert_eq(journal_read(j, 5, 10, expect_next, &next, &err), 10);
	journal_close(j);
	lab_fini(&l);
}

Test(journal, trimming_keeps_the_numbering)
{
	uint64_t first, last;
	struct err err = {0};
	struct journal *j;
	struct lab l;
	int rc;

	lab_init(&l, 16);
	j = open_journal(&l);
	for (int i = 0; i < 10; i++)
		append(j, 0, 1000);
	while ((rc = journal_trim(j, 5000, 300, &err)) == 1)
		;
	cr_assert_eq(rc, 0);
	cr_assert_eq(journal_bounds(j, &first, &last, &err), 0);
	cr_assert(first <= 5001 && first > 4900, "first %llu", (unsigned long long)first);
	while (journal_trim(j, UINT64_MAX, 5000, &err) == 1)
		;
	append(j, 0, 1);
	cr_assert_eq(journal_bounds(j, &first, &last, &err), 0);
	cr_assert_eq(last, 10001);
	journal_close(j);
	lab_fini(&l);
}

Test(journal, several_processes_and_a_growing_map)
{
	uint64_t next = 1;
	struct err err = {0};
	struct journal *j;
	struct lab l;
	int status;

	lab_init(&l, 16);
	journal_close(open_journal(&l));
	for (int p = 0; p < 3; p++) {
		if (fork() == 0) {
			j = open_journal(&l);
			for (int i = 0; i < 400; i++) /* together more than the first map */
				append(j, 0, 1024);
			_exit(0);
		}
	}
	for (int p = 0; p < 3; p++) {
		cr_assert_gt(wait(&status), 0);
		cr_assert_eq(status, 0);
	}
	j = open_journal(&l);
	cr_assert_eq(journal_read(j, 1, SIZE_MAX, expect_next, &next, &err), 3 * 400 * 1024);
	journal_close(j);
	lab_fini(&l);
}

static int count_ascending(void *arg, const struct lease *l)
{
	uint32_t *last = (uint32_t *)arg;

	cr_assert_gt(l->address, *last);
	*last = l->address;
	return 0;
}

Test(leasedb, apply_get_walk)
{
	uint8_t row[3][RECORD_MAX], buf[RECORD_MAX + 8], id[4];
	struct leasedb_row rows[3];
	uint64_t applied, leases;
	struct err err = {0};
	struct leasedb *db;
	struct lease lease;
	uint32_t last = 0;
	struct lab l;

	lab_init(&l, 16);
	cr_assert_eq(leasedb_open(l.dir, &db, &err), 0, "%s", err.text);
	for (uint32_t i = 0; i < 3; i++) {
		lease = lab_lease(LAB_START + i * 300, i, id, 4);
		rows[i] = (struct leasedb_row){lease.address, i + 1,
			span_of(row[i], record_encode(&lease, row[i], RECORD_MAX))};
	}
	cr_assert_eq(leasedb_apply(db, rows, 3, 3, &err), 0);
	cr_assert_eq(leasedb_position(db, &applied, &leases, &err), 0);
	cr_assert(applied == 3 && leases == 3);
	cr_assert_eq(leasedb_get(db, LAB_START + 300, buf, &lease, &err), 0);
	cr_assert(lease.seq == 2 && lease.hwaddr[5] == 1);
	rows[1].row.len = 0;
	cr_assert_eq(leasedb_apply(db, &rows[1], 1, 0, &err), 0);
	cr_assert_eq(leasedb_get(db, LAB_START + 300, buf, &lease, &err), -ENOENT);
	cr_assert_eq(leasedb_each(db, 0, count_ascending, &last, &err), 0);
	cr_assert_eq(last, LAB_START + 600);
	leasedb_close(db);
	lab_fini(&l);
}

static int make_it_newer(struct env_txn *t, void *arg)
{
	static const uint8_t version[8] = {2};

	(void)arg;
	return env_put(t, 1, span_of("version", 7), span_of(version, sizeof(version)));
}

Test(leasedb, a_newer_version_is_refused)
{
	static const struct env_table tables[] = {
		{"leases", ENV_KEY_BYTES}, {"meta", ENV_KEY_BYTES}};
	struct err err = {0};
	struct leasedb *db;
	struct env *env;
	char path[80];
	struct lab l;

	lab_init(&l, 16);
	cr_assert_eq(leasedb_open(l.dir, &db, &err), 0, "%s", err.text);
	leasedb_close(db);
	snprintf(path, sizeof(path), "%s/leases", l.dir);
	cr_assert_eq(env_open(path, tables, 2, &env, &err), 0, "%s", err.text);
	cr_assert_eq(env_write(env, make_it_newer, NULL, &err), 0);
	env_close(env);
	cr_assert_eq(leasedb_open(l.dir, &db, &err), -ENOTSUP);
	lab_fini(&l);
}

Test(journal, appends_where_the_partner_says)
{
	uint8_t buf[64];
	struct change c = {.kind = CHANGE_MARK, .term = 1};
	struct span entry = span_of(buf, change_encode(&c, buf, sizeof(buf)));
	struct err err = {0};
	struct journal *j;
	struct lab l;

	lab_init(&l, 16);
	j = open_journal(&l);
	cr_expect_eq(journal_append_at(j, &entry, 1, 2, &err), -ESTALE);
	cr_expect_eq(journal_append_at(j, &entry, 1, 1, &err), 0);
	cr_expect_eq(journal_append_at(j, &entry, 1, 1, &err), -ESTALE);
	cr_expect_eq(journal_append_at(j, &entry, 1, 2, &err), 0);
	journal_close(j);
	lab_fini(&l);
}

static void expect_bounds(struct journal *j, uint64_t first, uint64_t last)
{
	struct err err = {0};
	uint64_t f, t;

	cr_assert_eq(journal_bounds(j, &f, &t, &err), 0);
	cr_expect_eq(f, first, "first %llu", (unsigned long long)f);
	cr_expect_eq(t, last, "last %llu", (unsigned long long)t);
}

Test(journal, begins_anew_behind_a_position)
{
	struct err err = {0};
	struct journal *j;
	struct lab l;
	uint64_t next = 501;

	lab_init(&l, 16);
	j = open_journal(&l);
	append(j, 0, 100);
	cr_assert_eq(journal_reset(j, 500, &err), 0);
	expect_bounds(j, 501, 500);
	cr_expect_eq(journal_read(j, 1, SIZE_MAX, expect_next, &next, &err), 0);
	append(j, 0, 30);
	expect_bounds(j, 501, 530);
	cr_expect_eq(journal_read(j, 1, SIZE_MAX, expect_next, &next, &err), 30);
	cr_assert_eq(journal_trim(j, 520, SIZE_MAX, &err), 0);
	cr_assert_eq(journal_reset(j, 0, &err), 0);
	expect_bounds(j, 0, 0);
	journal_close(j);
	lab_fini(&l);
}
