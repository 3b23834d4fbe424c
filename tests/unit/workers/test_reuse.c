/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_reuse: which renewals are answered from the lease that stands, and what they are told.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/workers/stage.h"

#define POOL 0xc0000264u /* 192.0.2.100 */
#define LEASE 1000u

static struct stage *new_stage(const char *settings)
{
	char text[400];

	snprintf(text, sizeof(text), "valid-lifetime = %u; subnet4 = ( { id = 1; %s"
		" subnet = \"192.0.2.0/24\"; pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } );"
		" } );", LEASE, settings);
	return stage_new(text);
}

static void renew(struct stage *s, const char *name)
{
	stage_begin(s, MSG_REQUEST, 1);
	stage_set(s, STAGE_CIADDR, POOL);
	if (name != NULL)
		stage_opt(s, OPT_HOST_NAME, name, strlen(name));
	s->q.packet.dst_ip = STAGE_SERVER;
	cr_assert_eq(stage_walk(s), VERDICT_HOLD);
	cr_assert_eq(s->q.answer, MSG_ACK);
}

Test(reuse, by_age)
{
	static const struct {
		const char *settings;
		uint32_t age;
		uint32_t left; /* LEASE: written */
	} cases[] = {
		{"", 0, LEASE},
		{"cache-threshold = 0;", 0, LEASE},
		{"cache-threshold = 1.0;", 0, LEASE},
		{"cache-threshold = 0.25;", 0, LEASE},
		{"cache-threshold = 0.25;", 250, 750},
		{"cache-threshold = 0.25;", 251, LEASE},
		{"cache-max-age = 60;", 60, 940},
		{"cache-max-age = 60;", 61, LEASE},
		{"cache-max-age = 60; cache-threshold = 0.25;", 60, 940},
		{"cache-max-age = 60; cache-threshold = 0.25;", 200, LEASE},
		{"cache-max-age = 600; cache-threshold = 0;", 1, LEASE},
		{"cache-max-age = 4000;", LEASE, LEASE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct stage *s = new_stage(cases[i].settings);
		bool reused = cases[i].left < LEASE || i == 3;

		stage_lease(s, 1, POOL);
		s->ctx.now += cases[i].age;
		renew(s, NULL);
		cr_expect_eq(s->q.lifetime, cases[i].left, "case %zu", i);
		cr_expect_eq(commit_count(s->ctx.commit), reused ? 0 : 1, "case %zu", i);
		cr_expect_eq(counter_sum(s->region, COUNTER_LEASE_REUSES), reused, "case %zu", i);
		cr_expect_eq(pool_counted(&s->pools.v[0], POOL_REUSED), reused, "case %zu", i);
		stage_commit(s);
		cr_expect_eq(table_owner(s->region, table_find(s->region, POOL)), 0);
		stage_free(s);
	}
}

Test(reuse, not_after_a_change)
{
	struct stage *s = new_stage("cache-threshold = 0.9;");

	stage_lease(s, 1, POOL);
	s->ctx.now += 10;
	renew(s, "name");
	cr_expect_eq(commit_count(s->ctx.commit), 1, "a name");
	stage_commit(s);
	renew(s, "name");
	cr_expect_eq(commit_count(s->ctx.commit), 0);
	stage_begin(s, MSG_REQUEST, 1);
	stage_set(s, STAGE_CIADDR, POOL);
	stage_opt(s, OPT_HOST_NAME, "name", 4);
	stage_opt(s, OPT_CLIENT_ID, "\1\2\3", 3);
	s->q.packet.dst_ip = STAGE_SERVER;
	cr_assert_eq(stage_walk(s), VERDICT_HOLD);
	cr_expect_eq(commit_count(s->ctx.commit), 1, "an identifier");
	stage_commit(s);
	stage_free(s);
}
