/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_relay: at which port a relay is answered, and when it is suspected not to hear that.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/workers/stage.h"
#include "workers/relay.h"

#define RELAY 0xc00002feu

static const char conf[] = "subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; %s"
	" pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); } );";

static struct stage *new_stage(bool source)
{
	char text[300];

	snprintf(text, sizeof(text), conf, source ? "relay-reply-port = \"source\";" : "");
	return stage_new(text);
}

/* A DISCOVER of client k through a relay that sends from this port. */
static void relayed(struct stage *s, uint32_t k, uint32_t giaddr, uint16_t port, bool rfc8357)
{
	stage_begin(s, MSG_DISCOVER, k);
	stage_set(s, STAGE_GIADDR, giaddr);
	if (rfc8357)
		stage_opt(s, OPT_AGENT, "\x13\2\x0f\xe3", 4);
	s->q.packet.src_port = port;
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
}

static uint64_t suspected(const struct stage *s)
{
	return counter_sum(s->region, COUNTER_RELAY_PORT_SUSPECTED);
}

Test(relay, port)
{
	static const struct {
		bool source, rfc8357;
		uint16_t from, want;
		uint64_t suspected; /* when the client repeats itself */
	} cases[] = {
		{false, false, 67, 67, 0},
		{false, false, 4067, 67, 1},
		{false, true, 4067, 4067, 0},
		{true, false, 4067, 4067, 0},
		{true, false, 67, 67, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct stage *s = new_stage(cases[i].source);

		for (int n = 0; n < 2; n++)
			relayed(s, 1, RELAY, cases[i].from, cases[i].rfc8357);
		cr_expect_eq(relay_port(&s->q), cases[i].want, "case %zu", i);
		cr_expect_eq(suspected(s), cases[i].suspected, "case %zu", i);
		stage_free(s);
	}
}

Test(relay, only_a_client_that_repeats_itself_in_time_counts)
{
	struct stage *s = new_stage(false);

	relayed(s, 1, RELAY, 4067, false);
	relayed(s, 2, RELAY, 4067, false);
	s->ctx.now += 61;
	relayed(s, 1, RELAY, 4067, false);
	cr_expect_eq(suspected(s), 0);
	relayed(s, 1, RELAY, 4067, false);
	cr_expect_eq(suspected(s), 1);
	stage_lease(s, 1, s->q.address);
	relayed(s, 1, RELAY, 4067, false);
	cr_expect_eq(suspected(s), 1, "its offer was taken");
	relayed(s, 3, 0, 4067, false);
	relayed(s, 3, 0, 4067, false);
	cr_expect_eq(suspected(s), 1, "no relay");
	stage_free(s);
}
