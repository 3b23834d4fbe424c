/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_commit: publishing and undoing, and what is left of a process that is killed at any
 * moment.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shm/carry.h"
#include "shm/leasedb.h"
#include "shm/load.h"
#include "shm/reclaim.h"
#include "tests/unit/shm/lab.h"

static struct commit *start(struct lab *l, struct journal **ret)
{
	struct err err = {0};

	cr_assert_eq(journal_open(l->dir, ret, &err), 0, "%s", err.text);
	return commit_new(&l->child, *ret);
}

/* Takes n addresses and leases them to clients base, base + 1... */
static int lease_some(struct lab *l, struct commit *m, uint32_t base, uint32_t n)
{
	struct err err = {0};

	for (uint32_t i = 0; i < n; i++) {
		uint32_t rec = lab_take(l, l->child.slot, 10000);
		struct lease lease;
		uint8_t id[60];

		if (rec == TABLE_NONE)
			break;
		lease = lab_lease(table_record(l->region, rec)->address, base + i, id, i % 60);
		lease.cltt = 10000;
		cr_assert_eq(commit_put(m, rec, &lease), 0);
	}
	return commit_run(m, &err);
}

static uint32_t count(const struct lab *l, uint8_t state)
{
	uint32_t n = 0;

	for (uint32_t rec = 0; rec < table_size(l->region); rec++)
		n += table_record(l->region, rec)->state == state;
	return n;
}

Test(commit, publishes)
{
	struct journal *j;
	struct commit *m;
	struct lab l;

	lab_init(&l, 1000);
	m = start(&l, &j);
	cr_assert_eq(lease_some(&l, m, 0, 100), 0);
	cr_assert_eq(count(&l, LEASE_ASSIGNED), 100);
	cr_assert_eq(atomic_load(&l.region->committed), 100);
	cr_assert_eq(pool_counted(&l.range, POOL_ASSIGNED), 100);
	for (uint32_t rec = 0; rec < table_size(l.region); rec++)
		cr_assert_eq(table_owner(l.region, rec), 0);
	commit_free(m);
	journal_close(j);
	lab_fini(&l);
}

Test(commit, undoes_what_cannot_be_written)
{
	struct rlimit limit = {16384, RLIM_INFINITY};
	struct journal *j;
	struct commit *m;
	struct lab l;

	lab_init(&l, 100);
	m = start(&l, &j);
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit); /* as good as a full disk */
	cr_assert_lt(lease_some(&l, m, 0, 100), 0);
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	cr_assert_eq(count(&l, LEASE_ASSIGNED), 0);
	cr_assert_eq(atomic_load(&l.region->committed), 0);
	cr_assert_eq(commit_count(m), 0);
	/* every address is there again, without a restart */
	cr_assert_eq(lease_some(&l, m, 0, 100), 0);
	cr_assert_eq(count(&l, LEASE_ASSIGNED), 100);
	commit_free(m);
	journal_close(j);
	lab_fini(&l);
}

/* Fills a fresh table from what is on disk; both must say the same. */
static void compare_with_disk(struct lab *l)
{
	struct region *old = l->region;
	struct err err = {0};

	cr_assert_eq(region_create(l->range.end - l->range.start + 1, 0, &l->region, &err), 0);
	l->child.region = l->region;
	cr_assert_eq(pool_build(l->region, &l->pools, &err), 0);
	cr_assert_eq(load_run(&l->child), CHILD_DONE);
	for (uint32_t a = l->range.start; a <= l->range.end; a++) {
		uint32_t x = table_find(old, a), y = table_find(l->region, a);
		uint64_t seq_x = x != TABLE_NONE ? table_record(old, x)->seq : 0;
		uint64_t seq_y = y != TABLE_NONE ? table_record(l->region, y)->seq : 0;

		cr_assert_eq(seq_x, seq_y, "address %#x: %llu in the table, %llu on disk", a,
			(unsigned long long)seq_x, (unsigned long long)seq_y);
		if (x != TABLE_NONE)
			cr_assert_eq(table_owner(old, x), 0, "a claim is left at %#x", a);
	}
	region_free(old);
}

Test(repair, killed_at_any_moment, .timeout = 120)
{
	struct err err = {0};
	struct journal *j;
	struct lab l;

	lab_init(&l, 4000);
	srand(7);
	for (uint32_t round = 0; round < 40; round++) {
		uint64_t before = atomic_load(&l.region->committed);
		pid_t pid;

		l.child.slot = 10 + round;
		pid = fork();
		if (pid == 0) {
			struct commit *m = start(&l, &j);

			for (uint32_t i = 0;; i++)
				lease_some(&l, m, round << 16 | i << 4, 1 + i % 7);
		}
		/* every other one is let live until it has committed something, however slow it is */
		for (int i = 0; round % 2 == 0 && i < 5000 &&
			atomic_load(&l.region->committed) == before; i++)
			usleep(1000);
		usleep((useconds_t)(rand() % 12000));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		if (round % 3 == 0) { /* the store is faster than the repair */
			cr_assert_eq(journal_open(l.dir, &j, &err), 0);
			cr_assert_geq(carry_run(l.region, j, l.dir, NULL, true, &err), 0, "%s", err.text);
			journal_close(j);
		}
		l.child.slot = 100;
		l.child.dead_slot = 10 + round;
		cr_assert_eq(repair_run(&l.child), CHILD_DONE);
	}
	cr_assert_gt(count(&l, LEASE_ASSIGNED), 0);
	compare_with_disk(&l);
	lab_fini(&l);
}

Test(repair, a_half_written_record_is_restored)
{
	struct table_copy copy;
	struct journal *j;
	struct commit *m;
	uint32_t rec;
	struct lab l;

	lab_init(&l, 10);
	m = start(&l, &j);
	cr_assert_eq(lease_some(&l, m, 5, 3), 0);
	rec = table_find(l.region, LAB_START + 1);
	cr_assert(table_claim(l.region, rec, 33));
	atomic_fetch_add(&table_record(l.region, rec)->version, 1);
	table_record(l.region, rec)->hwaddr[5] = 99;
	table_record(l.region, rec)->client_id_len = 200;
	cr_assert_not(table_read(l.region, rec, &copy));
	l.child.slot = 2;
	l.child.dead_slot = 33;
	cr_assert_eq(repair_run(&l.child), CHILD_DONE);
	cr_assert(table_read(l.region, rec, &copy));
	cr_assert_eq(copy.lease.hwaddr[5], 6);
	cr_assert_eq(copy.lease.client_id.len, 1);
	cr_assert_eq(table_owner(l.region, rec), 0);
	commit_free(m);
	journal_close(j);
	compare_with_disk(&l);
	lab_fini(&l);
}

/* A process killed inside table_attach() leaves a record of zeros, which looks like a lease that
 * ended long ago. */
Test(reclaim, leaves_a_record_alone_that_was_never_attached)
{
	struct reclaim hand = {0};
	struct err err = {0};
	struct journal *j;
	struct commit *m;
	struct lab l;

	lab_init(&l, 10);
	m = start(&l, &j);
	atomic_fetch_add(&l.region->next_record, 1);
	hand = (struct reclaim){&l.child, m, 3600, 0, 0};
	cr_assert_eq(reclaim_some(&hand, 1000000, &err), 0);
	cr_assert_eq(atomic_load(&l.region->committed), 0, "it was committed");
	cr_assert_eq(table_owner(l.region, 0), 0);
	cr_assert_lt(commit_delete(m, 0), 0, "a change without an address is refused");
	commit_free(m);
	journal_close(j);
	lab_fini(&l);
}

/* A change that a killed process committed and did not publish, carried over and trimmed before
 * its repair begins. */
static void commit_for_the_dead(struct lab *l, struct journal *j, const struct change *c)
{
	uint8_t buf[RECORD_MAX];
	struct span entry = span_of(buf, change_encode(c, buf, sizeof(buf)));
	struct err err = {0};
	uint64_t seq;

	cr_assert_eq(journal_append(j, &entry, 1, NULL, &seq, &err), 0);
	atomic_store(&l->region->committed, seq);
}

Test(repair, what_was_carried_over_before_is_not_lost)
{
	struct change put = {.kind = CHANGE_PUT}, gone = {.kind = CHANGE_DELETE};
	uint32_t rec, fresh, ended;
	struct err err = {0};
	struct journal *j;
	struct commit *m;
	uint8_t id[8];
	struct lab l;

	lab_init(&l, 100);
	m = start(&l, &j);
	cr_assert_eq(lease_some(&l, m, 0, 3), 0);
	atomic_store(&l.region->slots[33].published, 3);
	fresh = lab_take(&l, 33, 10000);
	ended = table_find(l.region, LAB_START + 1);
	cr_assert(table_claim(l.region, ended, 33));
	put.lease = lab_lease(LAB_START + 3, 77, id, 8);
	commit_for_the_dead(&l, j, &put);
	gone.lease.address = LAB_START + 1;
	commit_for_the_dead(&l, j, &gone);
	/* others go on, more than a chunk of the journal */
	cr_assert_eq(lease_some(&l, m, 100, 50), 0);
	cr_assert_geq(carry_run(l.region, j, l.dir, NULL, true, &err), 0, "%s", err.text);
	cr_assert_eq(lease_some(&l, m, 200, 1), 0);
	cr_assert_geq(carry_run(l.region, j, l.dir, NULL, true, &err), 0, "%s", err.text);
	/* a claim without a change, and an offer on top of a lease, stay what they are */
	rec = table_find(l.region, LAB_START + 2);
	cr_assert(table_claim(l.region, rec, 33));
	table_hold(l.region, rec, 77777);
	l.child.slot = 2;
	l.child.dead_slot = 33;
	cr_assert_eq(repair_run(&l.child), CHILD_DONE);
	cr_assert_eq(table_record(l.region, fresh)->state, LEASE_ASSIGNED);
	cr_assert_eq(table_record(l.region, fresh)->hwaddr[5], 77);
	cr_assert_eq(table_record(l.region, ended)->state, TABLE_FREE);
	cr_assert_eq(table_record(l.region, rec)->offer_until, 77777);
	commit_free(m);
	journal_close(j);
	compare_with_disk(&l);
	lab_fini(&l);
}

static int apply_alone(void *arg, const struct change *c)
{
	struct leasedb_row row = {c->lease.address, c->lease.seq, c->row};
	struct err err = {0};

	return leasedb_apply((struct leasedb *)arg, &row, 1, 0, &err);
}

/* The store was killed between two slices: rows are there, the applied position is not. */
Test(load, after_half_a_carry)
{
	struct err err = {0};
	struct leasedb *db;
	struct journal *j;
	struct commit *m;
	struct lab l;

	lab_init(&l, 200);
	m = start(&l, &j);
	cr_assert_eq(lease_some(&l, m, 0, 50), 0);
	cr_assert_geq(carry_run(l.region, j, l.dir, NULL, true, &err), 0, "%s", err.text);
	cr_assert_eq(lease_some(&l, m, 100, 50), 0);
	cr_assert(table_claim(l.region, 7, 1));
	cr_assert_eq(commit_delete(m, 7), 0);
	cr_assert_eq(commit_run(m, &err), 0);
	cr_assert_eq(leasedb_open(l.dir, &db, &err), 0);
	cr_assert_eq(journal_read(j, 51, 20, apply_alone, db, &err), 20);
	leasedb_close(db);
	commit_free(m);
	journal_close(j);
	compare_with_disk(&l);
	cr_assert_eq(count(&l, LEASE_ASSIGNED), 99);
	lab_fini(&l);
}

Test(reclaim, fates)
{
	static const struct {
		uint8_t state;
		uint32_t cltt, hold_s;
		int want; /* state after it */
	} cases[] = {
		/* all last 3600 s; it is 10000 */
		{LEASE_ASSIGNED, 6401, 100, LEASE_ASSIGNED}, {LEASE_ASSIGNED, 6400, 100, LEASE_EXPIRED},
		{LEASE_ASSIGNED, 6400, 0, TABLE_FREE}, {LEASE_DECLINED, 6401, 100, LEASE_DECLINED},
		{LEASE_DECLINED, 6400, 100, TABLE_FREE}, {LEASE_EXPIRED, 6301, 100, LEASE_EXPIRED},
		{LEASE_EXPIRED, 6300, 100, TABLE_FREE}, {LEASE_RELEASED, 6300, 100, TABLE_FREE},
		{TABLE_OFFER, 10001, 100, TABLE_OFFER}, {TABLE_OFFER, 10000, 100, TABLE_FREE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct reclaim hand;
		struct err err = {0};
		struct lease lease;
		struct journal *j;
		struct commit *m;
		uint8_t id[8];
		uint32_t rec;
		struct lab l;

		lab_init(&l, 10);
		m = start(&l, &j);
		rec = lab_take(&l, 1, 10000);
		lease = lab_lease(LAB_START, 1, id, 8);
		lease.cltt = cases[i].cltt;
		lease.state = cases[i].state;
		if (lease.state == TABLE_OFFER) {
			table_offer(l.region, rec, &lease, cases[i].cltt);
			table_release(l.region, rec);
		} else {
			cr_assert_eq(commit_put(m, rec, &lease), 0);
			cr_assert_eq(commit_run(m, &err), 0);
		}
		hand = (struct reclaim){&l.child, m, cases[i].hold_s, 0, 0};
		cr_assert_eq(reclaim_some(&hand, 10000, &err), 0);
		cr_assert_eq(table_record(l.region, rec)->state, cases[i].want, "case %zu", i);
		cr_assert_eq(table_owner(l.region, rec), 0, "case %zu", i);
		commit_free(m);
		journal_close(j);
		if (lease.state != TABLE_OFFER)
			compare_with_disk(&l);
		lab_fini(&l);
	}
}
