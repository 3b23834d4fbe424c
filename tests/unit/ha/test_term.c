/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_term: the file of the pair: written, read again, and refused when it is damaged.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>

#include "ha/term.h"
#include "tests/unit/shm/lab.h"

Test(term, a_new_store_has_an_identity_of_its_own)
{
	struct term a, b;
	struct err err;
	struct lab l;

	lab_init(&l, 16);
	cr_assert_eq(term_read(l.dir, &a, &err), 0);
	cr_assert_eq(term_read(l.dir, &b, &err), 0);
	cr_expect_neq(memcmp(a.uuid, b.uuid, sizeof(a.uuid)), 0);
	cr_expect_eq(a.durable.term, 0);
	cr_expect_eq(a.runs.n, 0);
	lab_fini(&l);
}

Test(term, what_is_written_is_read)
{
	struct term t, got;
	struct err err;
	struct lab l;

	lab_init(&l, 16);
	cr_assert_eq(term_read(l.dir, &t, &err), 0);
	t.durable.term = 12;
	t.durable.acked = 99;
	t.durable.state = FSM_STANDBY;
	t.incarnation = 3;
	t.runs.n = 2;
	t.runs.v[0] = (struct fsm_run){1, 1, 0};
	t.runs.v[1] = (struct fsm_run){12, 80, 1};
	cr_assert_eq(term_write(l.dir, &t, &err), 0, "%s", err.text);
	cr_assert_eq(term_write(l.dir, &t, &err), 0, "twice");
	cr_assert_eq(term_read(l.dir, &got, &err), 0, "%s", err.text);
	cr_expect_eq(memcmp(got.uuid, t.uuid, sizeof(t.uuid)), 0);
	cr_expect_eq(got.durable.term, 12);
	cr_expect_eq(got.durable.acked, 99);
	cr_expect_eq(got.durable.state, FSM_STANDBY);
	cr_expect_eq(got.incarnation, 3);
	cr_expect_eq(got.runs.n, 2);
	cr_expect_eq(got.runs.v[1].start, 80);
	cr_expect_eq(got.runs.v[1].writer, 1);
	lab_fini(&l);
}

Test(term, a_damaged_file_is_refused)
{
	char path[128];
	struct term t;
	struct err err;
	struct lab l;
	FILE *f;

	lab_init(&l, 16);
	cr_assert_eq(term_read(l.dir, &t, &err), 0);
	cr_assert_eq(term_write(l.dir, &t, &err), 0);
	snprintf(path, sizeof(path), "%s/pair", l.dir);
	f = fopen(path, "r+b");
	cr_assert_not_null(f);
	fseek(f, 40, SEEK_SET);
	fputc(0x77, f);
	fflush(f);
	cr_expect_eq(term_read(l.dir, &t, &err), 0, "a write that was cut off leaves the other slot");
	fseek(f, 4096 + 40, SEEK_SET);
	fputc(0x77, f);
	fclose(f);
	cr_expect_eq(term_read(l.dir, &t, &err), -EBADMSG);
	f = fopen(path, "wb");
	fclose(f);
	cr_expect_eq(term_read(l.dir, &t, &err), -EBADMSG, "empty");
	lab_fini(&l);
}

Test(term, the_newer_slot_counts)
{
	struct term t, got;
	struct err err;
	struct lab l;

	lab_init(&l, 16);
	cr_assert_eq(term_read(l.dir, &t, &err), 0);
	for (uint64_t term = 1; term < 6; term++) {
		t.durable.term = term;
		cr_assert_eq(term_write(l.dir, &t, &err), 0);
		cr_assert_eq(term_read(l.dir, &got, &err), 0);
		cr_expect_eq(got.durable.term, term);
		cr_expect_eq(got.writes, term);
	}
	lab_fini(&l);
}

Test(term, runs_come_from_the_marks_in_the_journal)
{
	struct change c = {.kind = CHANGE_MARK, .term = 4, .node = 1};
	struct term t = {.runs = {.n = 2, .v = {{1, 1, 0}, {9, 500, 0}}}};
	struct journal *j;
	uint8_t buf[32];
	struct span entry;
	struct err err;
	struct lab l;
	uint64_t at;

	lab_init(&l, 16);
	cr_assert_eq(journal_open(l.dir, &j, &err), 0);
	for (int i = 0; i < 3; i++) {
		entry = span_of(buf, change_encode(&c, buf, sizeof(buf)));
		cr_assert_eq(journal_append(j, &entry, 1, NULL, &at, &err), 0);
		c.term++;
		c.node ^= 1;
	}
	cr_assert_eq(term_add_runs(&t, j, 1, 3, &err), 0);
	/* the one behind the end is gone, those of positions 2 and 3 are new */
	cr_assert_eq(t.runs.n, 3);
	cr_expect_eq(t.runs.v[1].term, 5);
	cr_expect_eq(t.runs.v[1].start, 2);
	cr_expect_eq(t.runs.v[2].writer, 1);
	journal_close(j);
	lab_fini(&l);
}
