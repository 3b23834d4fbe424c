/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_table: records, clients and pools; what several processes do to them at one time.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/shm/lab.h"

static uint32_t put(struct lab *l, uint32_t k, size_t id_len, uint8_t state)
{
	uint32_t rec = table_attach(l->region, LAB_START + k, 1);
	uint8_t id[255];
	struct lease lease = lab_lease(LAB_START + k, k, id, id_len);

	cr_assert_neq(rec, TABLE_NONE);
	lease.state = state;
	lease.seq = k + 1;
	cr_assert_eq(table_reserve(l->region, rec, &lease), 0);
	table_put(l->region, rec, &lease);
	table_release(l->region, rec);
	return rec;
}

static struct table_client client_of(const struct lease *l, bool by_id)
{
	return (struct table_client){by_id ? l->client_id : span_of("", 0), l->htype, l->hlen,
		l->hwaddr};
}

Test(table, clients_are_found_by_identifier_and_hardware_address)
{
	static const size_t lens[] = {0, 1, 7, 30, 40, 255};
	struct lab l;

	lab_init(&l, 4096);
	for (uint32_t k = 0; k < 3000; k++)
		put(&l, k, lens[k % 6], LEASE_ASSIGNED);
	for (uint32_t k = 0; k < 3000; k++) {
		uint8_t id[255];
		struct lease lease = lab_lease(LAB_START + k, k, id, lens[k % 6]);
		struct table_client c = client_of(&lease, true), hw = client_of(&lease, false);
		struct table_copy copy;
		uint32_t rec = table_find(l.region, LAB_START + k);

		cr_assert_eq(table_find_client(l.region, 1, &hw), rec);
		if (lens[k % 6] != 1) /* of one octet there are only 256 */
			cr_assert_eq(table_find_client(l.region, 1, &c), rec);
		cr_assert_eq(table_find_client(l.region, 2, &hw), TABLE_NONE, "other subnet");
		cr_assert(table_read(l.region, rec, &copy));
		cr_assert(span_equal(copy.lease.client_id, lease.client_id));
		table_claim(l.region, rec, 1);
		table_clear(l.region, rec);
		table_release(l.region, rec);
		cr_assert_eq(table_find_client(l.region, 1, &hw), TABLE_NONE, "cleared");
	}
	lab_fini(&l);
}

Test(table, another_identifier_is_another_client)
{
	struct table_client c;
	struct lease lease;
	uint8_t id[8];
	struct lab l;

	lab_init(&l, 16);
	put(&l, 3, 8, LEASE_ASSIGNED);
	lease = lab_lease(LAB_START + 3, 3, id, 8);
	id[0] ^= 1;
	c = client_of(&lease, true);
	cr_assert_eq(table_find_client(l.region, 1, &c), TABLE_NONE);
	lab_fini(&l);
}

Test(table, one_claim_at_a_time)
{
	uint32_t rec;
	struct lab l;

	lab_init(&l, 16);
	rec = put(&l, 0, 0, LEASE_ASSIGNED);
	cr_assert(table_claim(l.region, rec, 5));
	cr_assert_not(table_claim(l.region, rec, 6));
	cr_assert_eq(table_owner(l.region, rec), 5);
	table_release(l.region, rec);
	cr_assert(table_claim(l.region, rec, 6));
	lab_fini(&l);
}

Test(table, what_may_be_given_away)
{
	static const struct {
		uint8_t state;
		uint32_t now, offer_until;
		bool want;
	} cases[] = {
		{LEASE_ASSIGNED, 4599, 0, false}, {LEASE_ASSIGNED, 4600, 0, true},
		{LEASE_ASSIGNED, 5000, 5001, false}, {LEASE_DECLINED, 4599, 0, false},
		{LEASE_DECLINED, 4600, 0, true}, {LEASE_EXPIRED, 0, 0, true},
		{LEASE_EXPIRED, 10, 11, false}, {LEASE_RELEASED, 0, 0, true},
		{TABLE_OFFER, 10, 11, false}, {TABLE_OFFER, 11, 11, true},
		{TABLE_FREE, 0, 0, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct table_record t = {.state = cases[i].state, .cltt = 1000,
			.valid_lft = 3600, .offer_until = cases[i].offer_until};

		cr_assert_eq(table_available(&t, cases[i].now), cases[i].want, "case %zu", i);
	}
}

Test(table, readers_never_see_a_torn_record)
{
	struct table_copy copy;
	uint8_t id[255];
	uint32_t rec;
	struct lab l;
	pid_t pid;

	lab_init(&l, 16);
	rec = put(&l, 0, 200, LEASE_ASSIGNED);
	pid = fork();
	if (pid == 0) {
		for (uint32_t k = 0;; k++) {
			struct lease lease = lab_lease(LAB_START, k, id, k % 2 ? 200 : 20);

			lease.cltt = k;
			table_put(l.region, rec, &lease);
		}
	}
	for (int i = 0; i < 200000; i++) {
		uint32_t k;

		cr_assert(table_read(l.region, rec, &copy));
		k = copy.lease.cltt == 1000 && copy.lease.seq != 0 ? 0 : copy.lease.cltt;
		for (size_t n = 0; n < copy.lease.client_id.len; n++)
			cr_assert_eq(copy.lease.client_id.p[n], (uint8_t)(k * 31 + n));
		cr_assert_eq(copy.lease.hwaddr[5], (uint8_t)k);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	lab_fini(&l);
}

Test(pool, freed_first_then_fresh_then_the_longest_ended)
{
	static const uint32_t want[] = {1, 5, 3, 2}; /* offsets */
	uint32_t rec, got;
	struct lab l;

	lab_init(&l, 6);
	for (uint32_t i = 0; i < 5; i++)
		cr_assert_eq(table_record(l.region, lab_take(&l, 1, 100))->address,
			LAB_START + i);
	/* 3 ends before 2; 1 is free; 0 and 4 stay */
	for (uint32_t i = 3; i >= 1; i--) {
		uint8_t id[4];
		struct lease lease = lab_lease(LAB_START + i, i, id, 4);

		rec = table_find(l.region, LAB_START + i);
		lease.state = LEASE_EXPIRED;
		if (i != 1)
			table_put(l.region, rec, &lease);
		for (int n = 0; n < 1000; n++) /* counts once; else the ring would overflow */
			pool_release(l.region, &l.pools, rec);
	}
	for (size_t i = 0; i < 4; i++) {
		got = lab_take(&l, 1, 100);
		cr_assert_neq(got, TABLE_NONE, "take %zu", i);
		cr_assert_eq(table_record(l.region, got)->address, LAB_START + want[i], "take %zu", i);
	}
	cr_assert_eq(lab_take(&l, 1, 100), TABLE_NONE);
	lab_fini(&l);
}

/* Takes an address and gives it back, again and again. */
static void churn(struct lab *l, uint32_t slot)
{
	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t rec = lab_take(l, slot, 0);

		if (rec != TABLE_NONE) {
			if (table_owner(l->region, rec) != slot)
				_exit(1);
			pool_release(l->region, &l->pools, rec);
		}
	}
	_exit(0);
}

Test(pool, several_processes_neither_share_nor_lose_an_address, .timeout = 60)
{
	enum { N = 6, PROCESSES = 4 };
	uint32_t n = 0;
	struct lab l;
	int status;

	lab_init(&l, N);
	for (uint32_t p = 0; p < PROCESSES; p++) {
		if (fork() == 0)
			churn(&l, p + 1);
	}
	for (int p = 0; p < PROCESSES; p++) {
		wait(&status);
		cr_assert_eq(status, 0, "two processes had one address");
	}
	while (lab_take(&l, 9, 0) != TABLE_NONE)
		n++;
	cr_assert_eq(n, N, "%u of %u addresses are left", n, N);
	lab_fini(&l);
}

Test(pool, a_reload_that_the_index_cannot_hold_is_refused)
{
	struct pool_range range = {0x0a000000, 0x0a000000 + 450000, NULL};
	struct pools pools = {1, &range};
	struct err err = {0};
	struct lab l;

	lab_init(&l, 10);
	cr_assert_eq(pool_build(l.region, &pools, &err), 0, "%s", err.text);
	range.end += 450000;
	cr_assert_eq(pool_build(l.region, &pools, &err), -ENOSPC);
	cr_assert_str_not_empty(err.cure);
	lab_fini(&l);
}
