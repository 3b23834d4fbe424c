/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_merge: what stands, case by case; and that order and repetition do not matter.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "ha/merge.h"

#define X 1
#define Y 2

/* One side in short: client, state, times, and whether it is behind the common position. */
struct side {
	uint8_t client; /* 0: no row */
	uint8_t state;
	uint32_t cltt, lifetime;
	bool changed, acked, sure;
	uint32_t acked_end, reuse_after;
	uint64_t term;
};

static struct merge_row row_of(const struct side *s, uint8_t writer)
{
	struct merge_row r = {.changed = s->changed};

	if (s->client == 0)
		return r;
	r.present = true;
	r.acked = s->acked;
	r.sure = s->sure;
	r.acked_end_s = s->acked_end;
	r.reuse_after_s = s->reuse_after;
	r.term = s->term;
	r.writer = writer;
	r.lease = (struct lease){.address = 7,
		.state = s->state,
		.cltt = s->cltt,
		.valid_lft = s->lifetime,
		.htype = 1,
		.hlen = 1,
		.hwaddr = {s->client}};
	return r;
}

static bool is_equal(const struct merge_row *a, const struct merge_row *b)
{
	return a->present == b->present && a->reuse_after_s == b->reuse_after_s &&
		a->lease.state == b->lease.state && a->lease.cltt == b->lease.cltt &&
		a->lease.valid_lft == b->lease.valid_lft &&
		a->lease.hwaddr[0] == b->lease.hwaddr[0];
}

static const struct {
	const char *what;
	struct side a, b;
	uint8_t client, state; /* of the result */
	uint32_t end, reuse_after;
	bool conflict;
} cases[] = {
        {"nothing on either", {0}, {0}, 0, 0, 0, 0, false},
        {"changed on one side", {X, LEASE_ASSIGNED, 100, 50, .changed = true, .sure = true}, {0}, X,
                LEASE_ASSIGNED, 150, 0, false},
        {"released on one side", {X, LEASE_RELEASED, 120, 0, .changed = true, .sure = true},
                {X, LEASE_ASSIGNED, 100, .lifetime = 50}, X, LEASE_RELEASED, 120, 0, false},
        {"longer on one side", {X, LEASE_ASSIGNED, 110, 90, .changed = true, .sure = true},
                {X, LEASE_ASSIGNED, 120, 50, .changed = true, .sure = true}, X, LEASE_ASSIGNED, 200,
                0, false},
        {"for ever on one side",
                {X, LEASE_ASSIGNED, 110, RECORD_INFINITE, .changed = true, .sure = true},
                {X, LEASE_ASSIGNED, 120, 50, .changed = true, .sure = true}, X, LEASE_ASSIGNED,
                UINT32_MAX, 0, false},
        {"released, after the other extended it",
                {X, LEASE_RELEASED, 130, 0, .changed = true, .sure = true},
                {X, LEASE_ASSIGNED, 120, 50, .changed = true, .sure = true}, X, LEASE_RELEASED, 130,
                170, false},
        {"released, before the other extended it",
                {X, LEASE_RELEASED, 110, 0, .changed = true, .sure = true},
                {X, LEASE_ASSIGNED, 120, 50, .changed = true, .sure = true}, X, LEASE_ASSIGNED, 170,
                0, false},
        {"expired here, extended there", {X, LEASE_EXPIRED, 100, 50, .changed = true, .sure = true},
                {X, LEASE_ASSIGNED, 140, 50, .changed = true, .sure = true}, X, LEASE_ASSIGNED, 190,
                0, false},
        {"expired here, another's there",
                {X, LEASE_EXPIRED, 100, 50, .changed = true, .sure = true},
                {Y, LEASE_ASSIGNED, 160, 50, .changed = true, .sure = true}, Y, LEASE_ASSIGNED, 210,
                0, false},
        {"declined after the exchange",
                {X, LEASE_DECLINED, 130, 300, .changed = true, .sure = true},
                {Y, LEASE_ASSIGNED, 120, 50, .changed = true, .sure = true}, X, LEASE_DECLINED, 430,
                170, false},
        {"declined before the exchange",
                {X, LEASE_DECLINED, 110, 300, .changed = true, .sure = true},
                {Y, LEASE_ASSIGNED, 120, 50, .changed = true, .sure = true}, Y, LEASE_ASSIGNED, 170,
                0, false},
        {"both over", {X, LEASE_EXPIRED, 100, 50, .changed = true, .sure = true},
                {X, LEASE_RELEASED, 120, 0, .changed = true, .sure = true, .reuse_after = 190}, X,
                LEASE_RELEASED, 120, 190, false},
        {"two clients", {X, LEASE_ASSIGNED, 100, 50, .changed = true, .sure = true, .term = 3},
                {Y, LEASE_ASSIGNED, 120, 90, .changed = true, .sure = true, .term = 4}, Y,
                LEASE_ASSIGNED, 210, 150, true},
        {"two clients, one after the other",
                {X, LEASE_ASSIGNED, 100, 50, .changed = true, .sure = true, .term = 9},
                {Y, LEASE_ASSIGNED, 150, 90, .changed = true, .sure = true}, Y, LEASE_ASSIGNED, 240,
                0, false},
        {"never told", {Y, LEASE_ASSIGNED, 120, 50, .changed = true},
                {X, LEASE_ASSIGNED, 100, .lifetime = 50}, X, LEASE_ASSIGNED, 150, 0, false},
        {"never told, other changed", {Y, LEASE_ASSIGNED, 120, 50, .changed = true, .term = 9},
                {X, LEASE_ASSIGNED, 100, 50, .changed = true, .sure = true}, X, LEASE_ASSIGNED, 150,
                0, false},
        {"never told, other empty", {Y, LEASE_ASSIGNED, 120, 50, .changed = true}, {0}, 0, 0, 0, 0,
                false},
        {"told, since acknowledged", {Y, LEASE_ASSIGNED, 120, 50, .changed = true, .acked = true},
                {0}, Y, LEASE_ASSIGNED, 170, 0, false},
};

static void check(size_t k, const struct merge_row *r, bool conflict)
{
	uint64_t end = lease_end(&r->lease);

	cr_expect_eq(r->present, cases[k].client != 0, "%s: present", cases[k].what);
	cr_expect_eq(conflict, cases[k].conflict, "%s: conflict", cases[k].what);
	if (!r->present)
		return;
	cr_expect_eq(r->lease.hwaddr[0], cases[k].client, "%s: client", cases[k].what);
	cr_expect_eq(r->lease.state, cases[k].state, "%s: state", cases[k].what);
	cr_expect_eq(end > UINT32_MAX ? UINT32_MAX : end, cases[k].end, "%s: end", cases[k].what);
	cr_expect_eq(r->reuse_after_s, cases[k].reuse_after, "%s: reuse after %u", cases[k].what,
		r->reuse_after_s);
}

Test(merge, cases)
{
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct merge_row a = row_of(&cases[k].a, 0), b = row_of(&cases[k].b, 1), r;
		bool conflict;

		merge_rows(&a, &b, 0, &r, &conflict);
		check(k, &r, conflict);
		merge_rows(&b, &a, 1, &r, &conflict); /* the sides exchanged */
		check(k, &r, conflict);
	}
}

static uint64_t rng = 88172645463325252ULL;

static uint32_t pick(uint32_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)(rng >> 20) % n;
}

static struct merge_row any_row(uint8_t writer)
{
	struct side s = {.client = (uint8_t)pick(3),
		.state = (uint8_t)pick(4),
		.cltt = 100 + pick(6),
		.lifetime = 10 * pick(4),
		.changed = true,
		.acked = pick(2) == 0,
		.sure = pick(3) > 0,
		.acked_end = pick(2) * 130,
		.reuse_after = pick(3) * 120,
		.term = pick(3)};

	return row_of(&s, writer);
}

Test(merge, order_and_repetition_do_not_matter)
{
	for (int k = 0; k < 300000; k++) {
		struct merge_row a = any_row(0), b = any_row(1), once, other, again;

		merge_rows(&a, &b, 0, &once, NULL);
		merge_rows(&b, &a, 0, &other, NULL);
		cr_assert(is_equal(&once, &other), "round %d: order", k);
		merge_rows(&a, &b, 1, &other, NULL);
		cr_assert(is_equal(&once, &other), "round %d: who merges", k);
		merge_rows(&a, &a, 0, &again, NULL);
		cr_assert(is_equal(&a, &again), "round %d: with itself", k);
		/* the leader journals the result, is cut off, and merges the same again */
		once.changed = true;
		once.acked = false;
		once.term = 7;
		once.writer = 0;
		merge_rows(&once, &b, 0, &again, NULL);
		cr_assert(is_equal(&once, &again), "round %d: repeated", k);
	}
}

Test(merge, facts_of_the_result)
{
	struct side here = {X, LEASE_ASSIGNED, 100, 50, .changed = true, .sure = true};
	struct side there = {X, LEASE_ASSIGNED, 120, 90, .changed = true, .sure = true};
	struct merge_row a = row_of(&here, 0), b = row_of(&there, 1), r;

	merge_rows(&a, &b, 0, &r, NULL);
	cr_assert_eq(r.acked_end_s, 210, "node 1 holds its own end");
	merge_rows(&a, &b, 1, &r, NULL);
	cr_assert_eq(r.acked_end_s, 150, "node 0 holds its own");
	cr_assert(r.sure);
	there.client = Y;
	here.client = 0;
	a = row_of(&here, 0);
	b = row_of(&there, 1);
	merge_rows(&a, &b, 0, &r, NULL);
	cr_assert_eq(r.acked_end_s, 210);
	merge_rows(&a, &b, 1, &r, NULL);
	cr_assert_eq(r.acked_end_s, 0);
}

Test(merge, who_is_one_client)
{
	struct lease a = {.htype = 1, .hlen = 1, .hwaddr = {1}}, b = a;

	cr_assert(merge_same_client(&a, &b));
	b.client_id = span_of("id", 2);
	cr_assert(merge_same_client(&a, &b), "one has none");
	a.client_id = span_of("di", 2);
	cr_assert_not(merge_same_client(&a, &b));
	a.client_id = b.client_id;
	b.hwaddr[0] = 2;
	cr_assert(merge_same_client(&a, &b));
	a = b = (struct lease){.state = LEASE_DECLINED};
	cr_assert_not(merge_same_client(&a, &b), "nobody is no client");
}
