/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_offline: leases put into a stopped server's database: positions, gap in the journal, what
 * the journal still held, a database without its journal, and
 * backups, which have none.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "shm/offline.h"
#include "tests/unit/shm/lab.h"

static void add(struct stretch *s, uint32_t k, uint64_t seq)
{
	uint8_t id[20], buf[RECORD_MAX];
	struct lease l = lab_lease(LAB_START + k, k, id, k % 20);

	cr_assert_eq(
		stretch_add(s, l.address, span_of(buf, record_encode(&l, buf, sizeof(buf))), seq),
		0);
}

static void open_offline(const struct lab *l, struct offline *o)
{
	struct err err = {0};

	cr_assert_eq(offline_open(l->dir, o, &err), 0, "%s", err.text);
}

struct found {
	size_t n;
	uint64_t seq;
	uint32_t last;
};

static int find(void *arg, const struct lease *l)
{
	struct found *f = (struct found *)arg;

	cr_assert(f->n == 0 || l->address > f->last);
	f->last = l->address;
	f->seq = l->seq;
	f->n++;
	return 0;
}

Test(stretch, last_of_each_address)
{
	struct stretch s = {0};

	for (uint32_t k = 0; k < 5000; k++)
		add(&s, 5000 - k % 2500, k + 1);
	stretch_sort(&s);
	cr_assert_eq(s.n, 2500);
	for (size_t i = 0; i < s.n; i++) {
		cr_assert(s.items[i].seq > 2500);
		cr_assert(i == 0 || s.items[i].address > s.items[i - 1].address);
	}
	stretch_fini(&s);
	s = (struct stretch){0};
	stretch_sort(&s);
	stretch_fini(&s);
}

Test(offline, put_into_an_empty_database)
{
	struct stretch s = {0};
	struct found f = {0};
	struct err err = {0};
	struct offline o;
	uint64_t first, last, applied, leases;
	struct lab l;

	lab_init(&l, 16);
	open_offline(&l, &o);
	cr_assert_eq(o.leases, 0);
	for (uint32_t k = 0; k < 10000; k++)
		add(&s, k, k + 1);
	stretch_sort(&s);
	cr_assert_eq(offline_put(&o, &s, NULL, NULL, &err), 0, "%s", err.text);
	offline_close(&o);
	open_offline(&l, &o);
	cr_assert_eq(o.leases, 10000);
	cr_assert_eq(leasedb_each(o.db, 0, find, &f, &err), 0);
	cr_assert_eq(f.n, 10000);
	cr_assert_eq(journal_bounds(o.journal, &first, &last, &err), 0);
	cr_assert_eq(leasedb_position(o.db, &applied, &leases, &err), 0);
	/* positions of rows count as committed; who has not read up to first - 1 meets a gap */
	cr_assert(f.seq == last && applied == last && first == last && last == 2);
	offline_close(&o);
	stretch_fini(&s);
	lab_fini(&l);
}

Test(offline, what_the_journal_holds_is_carried_first)
{
	uint8_t id[20], buf[RECORD_MAX];
	struct change c = {.kind = CHANGE_PUT};
	struct stretch s = {0};
	struct err err = {0};
	struct journal *j;
	struct offline o;
	uint64_t first, last;
	struct span entry;
	struct lab l;

	lab_init(&l, 16);
	cr_assert_eq(journal_open(l.dir, &j, &err), 0);
	c.lease = lab_lease(LAB_START + 3, 3, id, 5);
	entry = span_of(buf, change_encode(&c, buf, sizeof(buf)));
	cr_assert_eq(journal_append(j, &entry, 1, NULL, &first, &err), 0);
	journal_close(j);
	open_offline(&l, &o);
	cr_assert_eq(o.leases, 1);
	add(&s, 4, 1);
	stretch_sort(&s);
	cr_assert_eq(offline_put(&o, &s, NULL, NULL, &err), 0);
	cr_assert_eq(journal_bounds(o.journal, &first, &last, &err), 0);
	cr_assert(first == 3 && last == 3);
	offline_close(&o);
	open_offline(&l, &o);
	cr_assert_eq(o.leases, 2);
	offline_close(&o);
	stretch_fini(&s);
	lab_fini(&l);
}

Test(offline, a_database_without_its_journal_is_refused)
{
	struct stretch s = {0};
	struct err err = {0};
	struct offline o;
	char command[128];
	struct lab l;

	lab_init(&l, 16);
	open_offline(&l, &o);
	add(&s, 1, 1);
	cr_assert_eq(offline_put(&o, &s, NULL, NULL, &err), 0);
	offline_close(&o);
	snprintf(command, sizeof(command), "rm -r '%s/journal'", l.dir);
	cr_assert_eq(system(command), 0);
	cr_assert_eq(offline_open(l.dir, &o, &err), -EBADMSG);
	cr_assert_not_null(strstr(err.text, "journal ends at position 0"));
	stretch_fini(&s);
	lab_fini(&l);
}

/* What lessorctl backup makes: a database with a mark, and no journal. */
static void make_backup(const struct lab *l, uint64_t position)
{
	struct stretch s = {0};
	struct err err = {0};
	struct leasedb *db;
	size_t at = 0;

	cr_assert_eq(leasedb_open(l->dir, &db, &err), 0, "%s", err.text);
	add(&s, 1, position);
	stretch_sort(&s);
	cr_assert_eq(stretch_write(&s, &at, STRETCH_SLICE, db, &err), 0);
	cr_assert_eq(leasedb_set_backup(db, true, &err), 0);
	leasedb_close(db);
	stretch_fini(&s);
}

Test(offline, a_backup_gets_a_journal_that_goes_on_behind_it)
{
	struct err err = {0};
	uint64_t first, last;
	struct offline o;
	bool backup;
	struct lab l;

	lab_init(&l, 16);
	make_backup(&l, 777);
	for (int i = 0; i < 2; i++) { /* the second time it is a database like others */
		open_offline(&l, &o);
		cr_assert_eq(o.leases, 1);
		cr_assert_eq(leasedb_is_backup(o.db, &backup, &err), 0);
		cr_assert_not(backup);
		cr_assert_eq(journal_bounds(o.journal, &first, &last, &err), 0);
		cr_assert(first == 778 && last == 777);
		offline_close(&o);
	}
	make_backup(&l, 778); /* that journal is another one's */
	cr_assert_eq(offline_open(l.dir, &o, &err), -EBADMSG);
	cr_assert_not_null(strstr(err.text, "belongs to another one"));
	lab_fini(&l);
}

/* The server was stopped between the journal and the mark. */
Test(offline, adopting_a_backup_may_be_cut_off)
{
	struct err err = {0};
	struct journal *j;
	struct offline o;
	struct lab l;

	lab_init(&l, 16);
	make_backup(&l, 777);
	cr_assert_eq(journal_open(l.dir, &j, &err), 0);
	cr_assert_eq(journal_reset(j, 777, &err), 0);
	journal_close(j);
	open_offline(&l, &o);
	offline_close(&o);
	lab_fini(&l);
}
