/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_apply: changes of the partner, and full copies, against real databases in a temporary
 * directory: same numbers, same table, and nothing changed where something is wrong.
 */
#include <criterion/criterion.h>
#include <errno.h>

#include "ha/apply.h"
#include "ha/snapshot.h"
#include "shm/leasedb.h"
#include "shm/load.h"
#include "tests/unit/shm/lab.h"

struct bench {
	struct lab lab;
	struct journal *journal;
	struct apply *apply;
	struct snapshot snapshot;
	struct err err;
};

static void bench_init(struct bench *b)
{
	*b = (struct bench){.err = {0}};
	lab_init(&b->lab, 4096);
	cr_assert_eq(journal_open(b->lab.dir, &b->journal, &b->err), 0);
	b->apply = apply_new(&b->lab.child, b->journal);
	cr_assert_not_null(b->apply);
	b->snapshot = (struct snapshot){.child = &b->lab.child, .journal = b->journal};
}

static void bench_fini(struct bench *b)
{
	apply_free(b->apply);
	snapshot_stop(&b->snapshot);
	journal_close(b->journal);
	lab_fini(&b->lab);
}

static struct span encode(enum change_kind kind, uint32_t k, uint32_t cltt)
{
	static uint8_t buf[4][RECORD_MAX];
	static unsigned turn;
	struct change c = {.kind = (uint8_t)kind, .term = k, .node = 1};
	uint8_t *p = buf[turn++ % 4], id[8];

	if (kind != CHANGE_MARK) {
		c.lease = lab_lease(LAB_START + k, k, id, 8);
		c.lease.cltt = cltt;
	}
	return span_of(p, change_encode(&c, p, RECORD_MAX));
}

static int add(struct bench *b, uint64_t position, enum change_kind kind, uint32_t k)
{
	return apply_add(b->apply, position, encode(kind, k, 1000));
}

static uint8_t state_of(const struct bench *b, uint32_t k, uint64_t *ret_seq)
{
	uint32_t rec = table_find(b->lab.region, LAB_START + k);
	const struct table_record *t;

	if (rec == TABLE_NONE)
		return TABLE_FREE;
	t = table_record(b->lab.region, rec);
	cr_expect_eq(table_owner(b->lab.region, rec), 0, "the claim is gone");
	*ret_seq = t->seq;
	return t->state;
}

Test(apply, same_numbers_and_the_table)
{
	uint64_t position, first, last, seq = 0;
	struct fsm_run run;
	struct bench b;

	bench_init(&b);
	apply_start(b.apply, 1);
	cr_assert_eq(add(&b, 1, CHANGE_MARK, 7), 0);
	cr_assert_eq(add(&b, 2, CHANGE_PUT, 5), 0);
	cr_assert_eq(add(&b, 3, CHANGE_PUT, 6), 0);
	cr_assert_eq(add(&b, 4, CHANGE_DELETE, 5), 0); /* an address twice in one batch */
	cr_assert_eq(apply_run(b.apply, &position, &run, &b.err), 0, "%s", b.err.text);
	cr_expect_eq(position, 4);
	cr_expect_eq(run.term, 7);
	cr_expect_eq(run.start, 1);
	cr_expect_eq(run.writer, 1);
	cr_assert_eq(journal_bounds(b.journal, &first, &last, &b.err), 0);
	cr_expect_eq(first, 1);
	cr_expect_eq(last, 4);
	cr_expect_eq(state_of(&b, 5, &seq), TABLE_FREE);
	cr_expect_eq(state_of(&b, 6, &seq), LEASE_ASSIGNED);
	cr_expect_eq(seq, 3);
	cr_assert_eq(apply_run(b.apply, &position, &run, &b.err), 0);
	cr_expect_eq(position, 0, "nothing is left");
	bench_fini(&b);
}

Test(apply, a_gap_or_a_foreign_journal_changes_nothing)
{
	uint64_t position, first, last, seq;
	struct fsm_run run;
	struct bench b;

	bench_init(&b);
	apply_start(b.apply, 1);
	cr_expect_eq(add(&b, 2, CHANGE_PUT, 5), -EPROTO);
	apply_start(b.apply, 10); /* the journal is empty */
	cr_assert_eq(add(&b, 10, CHANGE_PUT, 5), 0);
	cr_expect_eq(apply_run(b.apply, &position, &run, &b.err), -ESTALE);
	cr_expect_eq(state_of(&b, 5, &seq), TABLE_FREE);
	cr_assert_eq(journal_bounds(b.journal, &first, &last, &b.err), 0);
	cr_expect_eq(last, 0);
	cr_expect_eq(apply_add(b.apply, 11, span_of("\1yz", 3)), -EBADMSG);
	bench_fini(&b);
}

Test(apply, a_full_batch_says_so)
{
	uint64_t position, next = 1;
	struct fsm_run run;
	struct bench b;
	int rc;

	bench_init(&b);
	apply_start(b.apply, 1);
	while ((rc = add(&b, next, CHANGE_PUT, (uint32_t)(next % 4000))) == 0)
		next++;
	cr_expect_eq(rc, -ENOBUFS);
	cr_expect_eq(next, APPLY_MAX + 1);
	cr_assert_eq(apply_run(b.apply, &position, &run, &b.err), 0, "%s", b.err.text);
	cr_expect_eq(position, APPLY_MAX);
	cr_expect_eq(add(&b, next, CHANGE_PUT, 1), 0);
	bench_fini(&b);
}

Test(apply, shift)
{
	static const struct {
		int64_t offset_us;
		uint64_t error_us;
		int64_t shift_s;
	} cases[] = {
		{0, 100, 0},
		{999999, 100, 0},
		{-999999, 100, 0},
		{-5000000, 100, 6}, /* their clock is behind: later, and rounded up */
		{5000000, 100, -4}, /* ahead: earlier, but not too early */
		{5000000, 0, -5},
		{-3600000000, 500000, 3601},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(apply_shift(cases[i].offset_us, cases[i].error_us), cases[i].shift_s,
			"case %zu: %lld", i,
			(long long)apply_shift(cases[i].offset_us, cases[i].error_us));
}

/* --- copies --- */

static struct span snapshot_payload(uint64_t position, uint64_t rows, uint8_t *buf, size_t size)
{
	struct proto_snapshot s = {.position = position, .rows = rows, .runs = {1, {{3, 1, 0}}}};
	struct wire_writer w;

	wire_writer_init(&w, buf, size);
	proto_write_snapshot(&w, &s);
	return span_of(buf, wire_written(&w));
}

static struct span rows_payload(uint32_t k, uint32_t n, uint8_t *buf, size_t size)
{
	struct proto_batch batch;
	uint8_t row[RECORD_MAX], id[8];

	proto_rows_begin(&batch, buf, size, 1, PROTO_ROWS);
	for (uint32_t i = k; i < k + n; i++) {
		struct lease l = lab_lease(LAB_START + i, i, id, 8);

		cr_assert(proto_rows_add(
			&batch, 50, span_of(row, record_encode(&l, row, sizeof(row)))));
	}
	return span_of(buf + PROTO_HEADER, proto_batch_end(&batch) - PROTO_HEADER);
}

static struct span change_payload(
        uint64_t position, enum change_kind kind, uint32_t k, uint8_t *buf, size_t size)
{
	struct proto_batch batch;

	proto_batch_begin(&batch, buf, size, 1, PROTO_CHANGES, position);
	cr_assert(proto_batch_add(&batch, encode(kind, k, 2000)));
	return span_of(buf + PROTO_HEADER, proto_batch_end(&batch) - PROTO_HEADER);
}

/* What the node had before: leases of 1, 2, 3. */
static void have_own_leases(struct bench *b)
{
	uint64_t position;
	struct fsm_run run;

	apply_start(b->apply, 1);
	for (uint32_t k = 1; k <= 3; k++)
		cr_assert_eq(add(b, k, CHANGE_PUT, k), 0);
	cr_assert_eq(apply_run(b->apply, &position, &run, &b->err), 0);
}

Test(snapshot, takes_the_place_of_what_was_there)
{
	uint8_t buf[4096];
	uint64_t first, last, staged, seq = 0;
	struct leasedb *db;
	struct lease l;
	struct bench b;
	uint8_t row[RECORD_MAX + 8];

	bench_init(&b);
	have_own_leases(&b);
	snapshot_want(&b.snapshot, 0, 0);
	cr_assert_eq(snapshot_changes(&b.snapshot, span_of("", 0), &b.err), 0, "not ours");
	cr_assert_eq(
		snapshot_begin(&b.snapshot, snapshot_payload(100, 2, buf, sizeof(buf)), &b.err), 0);
	cr_assert_eq(snapshot_rows(&b.snapshot, rows_payload(2, 2, buf, sizeof(buf)), &b.err), 0);
	cr_assert_eq(snapshot_rows(&b.snapshot, rows_payload(2, 2, buf, sizeof(buf)), &b.err),
		-EBADMSG, "addresses ascend");
	cr_assert_eq(snapshot_end(&b.snapshot, snapshot_payload(102, 2, buf, sizeof(buf))), 0);
	cr_expect(!snapshot_is_complete(&b.snapshot));
	cr_expect_eq(state_of(&b, 1, &seq), LEASE_ASSIGNED, "nothing has changed yet");
	cr_assert_eq(snapshot_changes(&b.snapshot,
			     change_payload(101, CHANGE_PUT, 9, buf, sizeof(buf)), &b.err),
		0);
	cr_assert_eq(snapshot_changes(&b.snapshot,
			     change_payload(102, CHANGE_DELETE, 3, buf, sizeof(buf)), &b.err),
		0);
	cr_assert(snapshot_is_complete(&b.snapshot));
	cr_assert_eq(snapshot_switch(&b.snapshot, &b.err), 0, "%s", b.err.text);
	cr_expect_eq(state_of(&b, 1, &seq), TABLE_FREE);
	cr_expect_eq(state_of(&b, 2, &seq), LEASE_ASSIGNED);
	cr_expect_eq(seq, 50);
	cr_expect_eq(state_of(&b, 3, &seq), TABLE_FREE);
	cr_expect_eq(state_of(&b, 9, &seq), LEASE_ASSIGNED);
	cr_expect_eq(seq, 101);
	cr_assert_eq(journal_bounds(b.journal, &first, &last, &b.err), 0);
	cr_expect_eq(first, 103);
	cr_expect_eq(last, 102);
	cr_assert_eq(leasedb_open(b.lab.dir, &db, &b.err), 0);
	cr_assert_eq(leasedb_staged(db, &staged, &b.err), 0);
	cr_expect_eq(staged, 0);
	cr_expect_eq(leasedb_get(db, LAB_START + 9, row, &l, &b.err), 0);
	cr_expect_eq(leasedb_get(db, LAB_START + 1, row, &l, &b.err), -ENOENT);
	leasedb_close(db);
	/* the journal goes on behind it */
	apply_start(b.apply, 103);
	cr_assert_eq(add(&b, 103, CHANGE_PUT, 1), 0);
	cr_assert_eq(apply_run(b.apply, &last, &(struct fsm_run){0}, &b.err), 0);
	cr_expect_eq(state_of(&b, 1, &seq), LEASE_ASSIGNED);
	bench_fini(&b);
}

Test(snapshot, an_empty_or_incomplete_one_never_counts)
{
	uint8_t buf[4096];
	uint64_t seq = 0;
	struct bench b;

	bench_init(&b);
	have_own_leases(&b);
	snapshot_want(&b.snapshot, 0, 0);
	cr_assert_eq(
		snapshot_begin(&b.snapshot, snapshot_payload(0, 0, buf, sizeof(buf)), &b.err), 0);
	cr_expect_eq(snapshot_end(&b.snapshot, snapshot_payload(0, 0, buf, sizeof(buf))), -EPROTO,
		"a store without a change is no source");
	snapshot_want(&b.snapshot, 0, 0);
	cr_assert_eq(
		snapshot_begin(&b.snapshot, snapshot_payload(9, 5, buf, sizeof(buf)), &b.err), 0);
	cr_assert_eq(snapshot_rows(&b.snapshot, rows_payload(7, 1, buf, sizeof(buf)), &b.err), 0);
	cr_expect_eq(snapshot_end(&b.snapshot, snapshot_payload(9, 5, buf, sizeof(buf))), -EPROTO,
		"rows are missing");
	snapshot_stop(&b.snapshot);
	cr_expect_eq(state_of(&b, 1, &seq), LEASE_ASSIGNED);
	cr_expect_eq(state_of(&b, 7, &seq), TABLE_FREE);
	bench_fini(&b);
}

/* Stopped between the two databases: the loader finishes what was begun. */
Test(snapshot, a_switch_cut_short_is_finished_at_the_next_start)
{
	uint8_t buf[4096];
	uint64_t seq = 0;
	struct leasedb *db;
	struct bench b;

	bench_init(&b);
	have_own_leases(&b);
	snapshot_want(&b.snapshot, 0, 0);
	cr_assert_eq(
		snapshot_begin(&b.snapshot, snapshot_payload(100, 1, buf, sizeof(buf)), &b.err), 0);
	cr_assert_eq(snapshot_rows(&b.snapshot, rows_payload(8, 1, buf, sizeof(buf)), &b.err), 0);
	snapshot_stop(&b.snapshot);
	cr_assert_eq(leasedb_open(b.lab.dir, &db, &b.err), 0);
	cr_assert_eq(leasedb_stage_end(db, 100, &b.err), 0);
	leasedb_close(db);
	cr_assert_eq(journal_reset(b.journal, 100, &b.err), 0);
	region_free(b.lab.region); /* the server starts anew */
	cr_assert_eq(region_create(4096, 0, &b.lab.region, &b.err), 0);
	cr_assert_eq(pool_build(b.lab.region, &b.lab.pools, &b.err), 0);
	b.lab.child.region = b.lab.region;
	cr_assert_eq(load_run(&b.lab.child), CHILD_DONE);
	cr_expect_eq(state_of(&b, 8, &seq), LEASE_ASSIGNED);
	cr_expect_eq(state_of(&b, 1, &seq), TABLE_FREE);
	cr_expect_eq(atomic_load(&b.lab.region->committed), 100);
	bench_fini(&b);
}
