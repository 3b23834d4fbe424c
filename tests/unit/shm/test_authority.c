/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_authority: what may be told and given under each set of rules; shares.
 */
#include <criterion/criterion.h>

#include "shm/authority.h"
#include "shm/share.h"

#define NOW    1000000U
#define MCLT   600
#define ACKED  100
#define HELD   ACKED
#define UNHELD (ACKED + 1)

static struct authority under(enum authority_mode mode)
{
	struct authority a = {0};
	struct authority_change c = {.mode = mode,
		.term = 3,
		.node = 0,
		.mclt_s = MCLT,
		.doubt_s = mode == AUTHORITY_PARTNER_DOWN ? NOW - 1000 : 0,
		.doubt_after = HELD};

	authority_publish(&a, &c);
	authority_permit(&a, 5000);
	authority_acked(&a, ACKED);
	return a;
}

Test(authority, without_a_pair_everything_is_allowed)
{
	struct authority a = {0};
	struct authority_row row = {.seq = 5, .owner = 1, .binding = true, .end_s = NOW - 1};
	struct authority_facts facts;

	cr_assert_eq(authority_rules(&a), 0);
	cr_assert_eq(authority_may_send(&a, 0, 99, 1), AUTHORITY_SEND);
	cr_assert(authority_may_grant_new(&a, 0, &row, NOW, 1));
	cr_assert(authority_may_extend(&a, 0, &row));
	cr_assert(authority_may_nak(0));
	cr_assert_eq(authority_limit_lifetime(&a, 0, 0, NOW, UINT32_MAX), UINT32_MAX);
	facts = authority_next(&a, 0, &row, false, NOW, 1);
	cr_assert(facts.sure);
}

Test(authority, sending)
{
	static const struct {
		enum authority_mode mode;
		bool old;
		uint64_t seq, now;
		enum authority_verdict verdict;
	} cases[] = {
		{AUTHORITY_ACTIVE, false, ACKED, 4999, AUTHORITY_SEND},
		{AUTHORITY_ACTIVE, false, 0, 4999, AUTHORITY_SEND},
		{AUTHORITY_ACTIVE, false, ACKED + 1, 4999, AUTHORITY_HOLD},
		{AUTHORITY_ACTIVE, false, ACKED, 5000, AUTHORITY_HOLD},
		{AUTHORITY_ACTIVE, false, 0, 5000, AUTHORITY_HOLD},
		{AUTHORITY_ACTIVE, true, 0, 1, AUTHORITY_AGAIN},
		{AUTHORITY_RESTRICTED, false, ACKED + 1, 9999, AUTHORITY_SEND},
		{AUTHORITY_RESTRICTED, true, ACKED, 1, AUTHORITY_AGAIN},
		{AUTHORITY_PARTNER_DOWN, false, ACKED + 1, 9999, AUTHORITY_SEND},
		{AUTHORITY_SILENT, false, 0, 1, AUTHORITY_AGAIN},
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct authority a = under(cases[k].mode);
		uint64_t rules = authority_rules(&a);

		cr_expect_eq(rules >> 8, 3);
		if (cases[k].old)
			rules -= 1 << 8;
		cr_expect_eq(authority_may_send(&a, rules, cases[k].seq, cases[k].now),
			cases[k].verdict, "case %zu", k);
	}
}

/* A row, and whether a new client may get it, and its own client again, in each mode. */
static const struct {
	const char *what;
	struct authority_row row;
	bool new_active, new_restricted, new_down, again_restricted;
} rows[] = {
        {"own, never used", {.owner = 0}, true, true, true, false},
        {"the partner's, never used", {.owner = 1}, true, false, true, false},
        {"changing hands", {.owner = AUTHORITY_NOBODY}, true, false, true, false},
        {"own, free, known", {.seq = HELD, .end_s = NOW - 9, .owner = 0}, true, true, true, false},
        {"own, free, not known", {.seq = UNHELD, .end_s = NOW - 9, .owner = 0, .sure = true}, true,
                false, false, true},
        {"the partner's, free, known", {.seq = HELD, .end_s = NOW - 9, .owner = 1, .sure = true},
                true, false, false, false},
        {"the partner's, free, perhaps known", {.seq = UNHELD, .owner = 1, .sure = true}, true,
                false, true, false},
        {"long over", {.seq = HELD, .end_s = NOW - MCLT - 10, .owner = 1}, true, false, true,
                false},
        {"over, but not for the partner",
                {.seq = UNHELD,
                        .end_s = NOW - 9000,
                        .owner = 1,
                        .acked_end_s = NOW - MCLT,
                        .sure = true},
                true, false, false, false},
        {"own lease that ended", {.seq = HELD, .end_s = NOW - 9, .owner = 0, .binding = true}, true,
                false, false, true},
        {"lease that nobody was told of", {.seq = UNHELD, .end_s = NOW - 9, .binding = true}, true,
                false, false, false},
        {"lease given alone", {.seq = UNHELD, .end_s = NOW + 9, .binding = true, .sure = true},
                true, false, false, true},
        {"not yet", {.seq = HELD, .reuse_after_s = NOW + 1, .owner = 0}, false, false, false,
                false},
        {"for ever", {.seq = HELD, .end_s = UINT32_MAX, .binding = true}, true, false, false, true},
};

Test(authority, addresses)
{
	struct authority active = under(AUTHORITY_ACTIVE), apart = under(AUTHORITY_RESTRICTED);
	struct authority down = under(AUTHORITY_PARTNER_DOWN), silent = under(AUTHORITY_SILENT);

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		const struct authority_row *row = &rows[k].row;

		cr_expect_eq(
			authority_may_grant_new(&active, authority_rules(&active), row, NOW, 1),
			rows[k].new_active, "%s: active", rows[k].what);
		cr_expect_eq(authority_may_grant_new(&apart, authority_rules(&apart), row, NOW, 1),
			rows[k].new_restricted, "%s: restricted", rows[k].what);
		cr_expect_eq(authority_may_grant_new(&down, authority_rules(&down), row, NOW, 1),
			rows[k].new_down, "%s: partner down", rows[k].what);
		cr_expect_not(
			authority_may_grant_new(&silent, authority_rules(&silent), row, NOW, 1));
		cr_expect_eq(authority_may_extend(&apart, authority_rules(&apart), row),
			rows[k].again_restricted, "%s: again", rows[k].what);
		cr_expect_not(authority_may_extend(&silent, authority_rules(&silent), row));
	}
}

Test(authority, partner_down_begins_after_mclt)
{
	struct authority a = under(AUTHORITY_PARTNER_DOWN);
	struct authority_row row = {.owner = 1};
	uint64_t rules = authority_rules(&a);
	uint32_t from = NOW - 1000 + MCLT + AUTHORITY_SLACK_S;

	cr_assert_not(authority_may_grant_new(&a, rules, &row, from - 1, 1));
	cr_assert(authority_may_grant_new(&a, rules, &row, from, 1));
}

Test(authority, a_stepped_clock_stops_reuse)
{
	struct authority a = under(AUTHORITY_ACTIVE);
	struct authority_row used = {.seq = HELD}, fresh = {0};
	uint64_t rules = authority_rules(&a);

	authority_no_reuse(&a, 70);
	cr_assert_not(authority_may_grant_new(&a, rules, &used, NOW, 69));
	cr_assert(authority_may_grant_new(&a, rules, &fresh, NOW, 69));
	cr_assert(authority_may_grant_new(&a, rules, &used, NOW, 70));
}

Test(authority, lease_times)
{
	static const struct {
		enum authority_mode mode;
		uint32_t acked_end, wanted, lifetime;
	} cases[] = {
		{AUTHORITY_ACTIVE, 0, 4000, 4000},
		{AUTHORITY_RESTRICTED, 0, 4000, MCLT},
		{AUTHORITY_RESTRICTED, 0, 300, 300},
		{AUTHORITY_RESTRICTED, NOW - 50, 4000, MCLT},
		{AUTHORITY_RESTRICTED, NOW + 1000, 4000, MCLT + 1000},
		{AUTHORITY_RESTRICTED, NOW + 9000, 4000, 4000},
		{AUTHORITY_RESTRICTED, UINT32_MAX, UINT32_MAX, UINT32_MAX},
		{AUTHORITY_RESTRICTED, 0, UINT32_MAX, MCLT},
		{AUTHORITY_PARTNER_DOWN, 0, 4000, MCLT},
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct authority a = under(cases[k].mode);

		cr_expect_eq(authority_limit_lifetime(&a, authority_rules(&a), cases[k].acked_end,
				     NOW, cases[k].wanted),
			cases[k].lifetime, "case %zu", k);
	}
}

Test(authority, facts_of_the_next_row)
{
	static const struct {
		const char *what;
		enum authority_mode mode;
		struct authority_row row;
		bool same;
		uint32_t acked_end;
		bool sure;
	} cases[] = {
		{"renewed, known", AUTHORITY_ACTIVE,
			{.seq = HELD, .end_s = 900, .binding = true, .owner = 1}, true, 900, true},
		{"renewed, not known", AUTHORITY_ACTIVE,
			{.seq = UNHELD,
				.end_s = 900,
				.acked_end_s = 800,
				.binding = true,
				.sure = true},
			true, 800, true},
		{"renewed, never told", AUTHORITY_ACTIVE,
			{.seq = UNHELD, .end_s = 900, .binding = true, .owner = 1}, true, 0, false},
		{"new, own", AUTHORITY_ACTIVE, {.owner = 0}, false, 0, true},
		{"new, the partner's", AUTHORITY_ACTIVE, {.owner = 1}, false, 0, false},
		{"new, own, end not known", AUTHORITY_ACTIVE, {.seq = UNHELD, .owner = 0}, false, 0,
			false},
		{"new while apart", AUTHORITY_RESTRICTED, {.owner = 0}, false, 0, true},
		{"back after an end that is not known", AUTHORITY_ACTIVE,
			{.seq = UNHELD, .acked_end_s = 800, .sure = true, .owner = 0}, true, 800,
			true},
		{"... at the partner's address", AUTHORITY_ACTIVE,
			{.seq = UNHELD, .acked_end_s = 800, .sure = true, .owner = 1}, true, 0,
			false},
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct authority a = under(cases[k].mode);
		struct authority_facts f = authority_next(
			&a, authority_rules(&a), &cases[k].row, cases[k].same, NOW, 1);

		cr_expect_eq(f.acked_end_s, cases[k].acked_end, "%s", cases[k].what);
		cr_expect_eq(f.sure, cases[k].sure, "%s", cases[k].what);
	}
}

Test(authority, naks)
{
	cr_assert(authority_may_nak(AUTHORITY_ACTIVE));
	cr_assert(authority_may_nak(AUTHORITY_PARTNER_DOWN));
	cr_assert_not(authority_may_nak(AUTHORITY_RESTRICTED));
	cr_assert_not(authority_may_nak(AUTHORITY_SILENT));
}

Test(share, a_fifth_is_node_1s)
{
	unsigned int owned[3] = {0};

	for (uint32_t net = 0; net < 100; net++) {
		share_word w = share_default(0x0a000000 + net * 256);

		for (uint32_t k = 0; k < 256; k += SHARE_BLOCK) {
			unsigned int owner = share_owner(w, 0x0a000000 + net * 256 + k);

			cr_assert_eq(share_owner(w, 0x0a000000 + net * 256 + k + 7), owner);
			owned[owner]++;
		}
	}
	cr_assert_eq(owned[0], 2560);
	cr_assert_eq(owned[1], 640);
}

Test(share, a_block_moves)
{
	uint32_t address = 0x0a000013;
	share_word w = share_set(0, address, 0);

	cr_assert_eq(share_owner(w, address), 0);
	cr_assert_eq(share_owner(w, address + SHARE_BLOCK), AUTHORITY_NOBODY);
	cr_assert_eq(share_owner(share_move(w, address, 0, 1, false), address), 1, "given at once");
	w = share_set(w, address, 1);
	w = share_move(w, address, 0, 0, true);
	cr_assert_eq(share_owner(w, address), AUTHORITY_NOBODY, "taken: first nobody's");
	cr_assert_eq(share_move(w, address, 0, 0, false), w, "not before the other knows");
	cr_assert_eq(share_owner(share_move(w, address, 0, 0, true), address), 0);
}

Test(share, merging)
{
	uint32_t address = 0x0a000013;
	share_word p = share_set(0, address, 0), s = share_set(0, address, 1);
	bool conflict = true;

	cr_assert_eq(share_merge(p, p, &conflict), p);
	cr_assert_not(conflict);
	cr_assert_eq(share_merge(s, s, NULL), s);
	cr_assert_eq(share_owner(share_merge(s, p, NULL), address), AUTHORITY_NOBODY,
		"each the other's");
	cr_assert_eq(share_owner(share_merge(0, s, NULL), address), 1);
	cr_assert_eq(share_merge(p, s, &conflict), 0);
	cr_assert(conflict);
}
