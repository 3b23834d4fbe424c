/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rights: the rules of a pair about records of the table: what may be given, ended and removed,
 * what rows and offers say, and that nothing is journaled under rules that are gone.
 */
#include <criterion/criterion.h>
#include <errno.h>

#include "shm/base/clock.h"
#include "shm/rights.h"
#include "shm/share.h"
#include "tests/unit/shm/lab.h"

#define NOW  10000u
#define MCLT 600

static struct lab l;
static struct journal *journal;
static struct commit *commit;

static void enter(void)
{
	struct err err = {0};

	lab_init(&l, 256);
	l.child.wake_fd = -1;
	cr_assert_eq(journal_open(l.dir, &journal, &err), 0, "%s", err.text);
	commit = commit_new(&l.child, journal);
	cr_assert_not_null(commit);
}

static void leave(void)
{
	commit_free(commit);
	journal_close(journal);
	lab_fini(&l);
}

TestSuite(rights, .init = enter, .fini = leave);

static uint64_t under(enum authority_mode mode, uint64_t acked)
{
	struct authority_change c = {.mode = mode, .term = 2, .node = 0, .mclt_s = MCLT};

	authority_publish(&l.region->pair.authority, &c);
	authority_acked(&l.region->pair.authority, acked);
	commit_under(commit, rights_rules(l.region));
	return rights_rules(l.region);
}

/* An address of this node's share, or of the partner's. */
static uint32_t address_of(unsigned node)
{
	uint32_t a = LAB_START;

	while (share_owner(share_default(a), a) != node)
		a++;
	return a;
}

static uint32_t claimed(uint32_t address)
{
	uint32_t rec = table_find(l.region, address);

	if (rec == TABLE_NONE)
		return table_attach(l.region, address, 1);
	cr_assert(table_claim(l.region, rec, 1));
	return rec;
}

/* Client k gets the address until cltt + 3600, on disk; returns the record, not claimed. */
static uint32_t lease(uint32_t address, uint32_t k, uint32_t cltt, uint8_t state)
{
	struct lease lease = lab_lease(address, k, NULL, 0);
	uint32_t rec = claimed(address);
	struct err err = {0};

	lease.cltt = cltt;
	lease.state = state;
	cr_assert_eq(commit_put(commit, rec, &lease), 0);
	cr_assert_eq(commit_run(commit, &err), 0, "%s", err.text);
	return rec;
}

static struct table_copy read_row(uint32_t rec)
{
	struct table_copy copy;

	cr_assert(table_read(l.region, rec, &copy));
	return copy;
}

Test(rights, shares_count_only_while_the_partner_is_out_of_reach)
{
	uint32_t own = claimed(address_of(0)), other = claimed(address_of(1));
	uint64_t rules = under(AUTHORITY_ACTIVE, 0);

	cr_assert(rights_may_give(l.region, rules, own, false, false, NOW));
	cr_assert(rights_may_give(l.region, rules, other, false, false, NOW));
	rules = under(AUTHORITY_RESTRICTED, 0);
	cr_assert(rights_may_give(l.region, rules, own, false, false, NOW));
	cr_assert_not(rights_may_give(l.region, rules, other, false, false, NOW));
	cr_assert(rights_may_give(l.region, rules, other, false, true, NOW), "it is reserved");
	rules = under(AUTHORITY_SILENT, 0);
	cr_assert_not(rights_may_give(l.region, rules, own, false, false, NOW));
}

Test(rights, a_lease_is_ended_before_somebody_else_gets_its_address)
{
	uint64_t rules = under(AUTHORITY_ACTIVE, 100);
	uint32_t rec = lease(address_of(0), 1, 1000, LEASE_ASSIGNED);

	cr_assert(table_available(table_record(l.region, rec), NOW));
	cr_assert_not(rights_may_give(l.region, rules, rec, false, false, NOW));
	lease(address_of(0), 1, 1000, LEASE_EXPIRED);
	cr_assert(rights_may_give(l.region, rules, rec, false, false, NOW));
}

Test(rights, what_ends_and_what_is_removed)
{
	static const struct {
		enum authority_mode mode;
		uint64_t acked;
		bool expire, remove;
	} cases[] = {
		{AUTHORITY_ACTIVE, 100, true, true},
		{AUTHORITY_ACTIVE, 0, true, false},
		{AUTHORITY_RESTRICTED, 100, false, false},
		{AUTHORITY_SILENT, 100, false, false},
		{AUTHORITY_PARTNER_DOWN, 0, true, true},
	};
	uint64_t rules = under(AUTHORITY_ACTIVE, 0);
	uint32_t rec = lease(address_of(0), 1, 1000, LEASE_EXPIRED);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		rules = under(cases[i].mode, cases[i].acked);
		cr_expect_eq(rights_may_expire(l.region, rules, rec, NOW), cases[i].expire, "%zu", i);
		cr_expect_eq(rights_may_remove(l.region, rules, rec, NOW), cases[i].remove, "%zu", i);
	}
}

Test(rights, a_row_says_what_the_partner_holds)
{
	uint32_t address = address_of(0), rec;
	struct table_copy copy;

	under(AUTHORITY_ACTIVE, 0);
	rec = lease(address, 1, 1000, LEASE_ASSIGNED);
	copy = read_row(rec);
	cr_assert_eq(copy.lease.acked_end_s, 0);
	cr_assert(copy.lease.flags & LEASE_SURE, "from our own share");
	under(AUTHORITY_ACTIVE, copy.lease.seq);
	lease(address, 1, 2000, LEASE_ASSIGNED);
	copy = read_row(rec);
	cr_assert_eq(copy.lease.acked_end_s, 1000 + 3600);
	/* the partner is gone: no more than MCLT beyond what it holds */
	cr_assert_eq(rights_lifetime(l.region, under(AUTHORITY_RESTRICTED, 1), rec, true, 2000,
		86400), 1000 + 3600 - 2000 + MCLT);
	copy = read_row(rec);
	rec = lease(address_of(1), 2, 1000, LEASE_ASSIGNED);
	cr_assert_not(read_row(rec).lease.flags & LEASE_SURE, "the partner might have given it");
}

Test(rights, an_offer_keeps_what_its_row_says)
{
	uint64_t rules = under(AUTHORITY_ACTIVE, 100);
	uint32_t rec = lease(address_of(0), 1, 1000, LEASE_EXPIRED);
	struct lease offered = lab_lease(0, 2, NULL, 0);

	cr_assert(table_claim(l.region, rec, 1));
	rights_offer(l.region, rules, rec, &offered);
	cr_assert_eq(table_reserve(l.region, rec, &offered), 0);
	table_offer(l.region, rec, &offered, NOW + 10);
	cr_assert_eq(rights_row(l.region, rec).end_s, 1000 + 3600);
	cr_assert_not(rights_row(l.region, rec).binding);
	cr_assert(rights_may_give(l.region, rules, rec, false, false, NOW));
	/* the partner was not told that the lease is over */
	rules = under(AUTHORITY_RESTRICTED, 0);
	cr_assert_not(rights_may_give(l.region, rules, rec, false, false, NOW));
}

Test(rights, what_is_removed_stays_until_the_partner_knows)
{
	struct table_copy removed;
	uint32_t rec;
	struct err err;

	under(AUTHORITY_ACTIVE, 0);
	rec = lease(address_of(0), 1, clock_wall_s(), LEASE_ASSIGNED);
	cr_assert(table_claim(l.region, rec, 1));
	cr_assert_eq(commit_delete(commit, rec), 0);
	cr_assert_eq(commit_run(commit, &err), 0);
	cr_assert_eq(read_row(rec).state, LEASE_RELEASED);
	removed = read_row(rec);
	cr_assert(lease_is_removed(&removed.lease));
	cr_assert_not(table_has_lease(table_record(l.region, rec)));
	under(AUTHORITY_ACTIVE, 100);
	cr_assert(table_claim(l.region, rec, 1));
	cr_assert_eq(commit_delete(commit, rec), 0);
	cr_assert_eq(commit_run(commit, &err), 0);
	cr_assert_eq(table_record(l.region, rec)->state, TABLE_FREE);
}

Test(rights, nothing_is_journaled_under_rules_that_are_gone)
{
	struct lease lease = lab_lease(address_of(0), 1, NULL, 0);
	uint32_t rec = claimed(address_of(0));
	struct err err = {0};
	uint64_t last = 7;

	under(AUTHORITY_ACTIVE, 0);
	cr_assert_eq(commit_put(commit, rec, &lease), 0);
	authority_publish(&l.region->pair.authority,
		&(struct authority_change){.mode = AUTHORITY_RESTRICTED, .term = 3});
	cr_assert_eq(commit_run(commit, &err), -ESTALE);
	cr_assert_eq(table_record(l.region, rec)->claim, 0, "it was undone");
	under(AUTHORITY_SILENT, 0);
	cr_assert(table_claim(l.region, rec, 1));
	cr_assert_eq(commit_put(commit, rec, &lease), 0);
	cr_assert_eq(commit_run(commit, &err), -EROFS);
	cr_assert_eq(counter_sum(l.region, COUNTER_COMMIT_FAILED), 0, "the disk is well");
	cr_assert_eq(journal_fence(journal, &last, &err), 0);
	cr_assert_eq(last, 0);
}
