/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_stash: the relay's option 82 in the lease, and its use for a renewal that comes without one.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/workers/stage.h"
#include "workers/client.h"

#define POOL  0xc0000264u /* 192.0.2.100 */
#define RELAY 0xc00002feu

#define SUBNET "subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\";" \
	"pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); } );"

static const char agent[] = "\1\4port";

/* What the lease of the first address keeps. */
static struct span kept(struct stage *s)
{
	static struct table_copy copy;

	cr_assert(table_read(s->region, table_find(s->region, POOL), &copy));
	return copy.lease.agent;
}

static void lease_through_relay(struct stage *s)
{
	stage_begin(s, MSG_REQUEST, 1);
	stage_set(s, STAGE_GIADDR, RELAY);
	stage_opt_be32(s, OPT_SERVER_ID, STAGE_SERVER);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, POOL);
	stage_opt(s, OPT_AGENT, agent, 6);
	cr_assert_eq(stage_walk(s), VERDICT_HOLD);
	stage_commit(s);
}

static enum verdict renew(struct stage *s, uint32_t client)
{
	stage_begin(s, MSG_REQUEST, client);
	stage_set(s, STAGE_CIADDR, POOL);
	return stage_walk(s);
}

Test(stash, kept_where_it_is_wanted)
{
	static const struct {
		const char *conf;
		size_t first, renewed; /* octets kept */
	} cases[] = {
		{SUBNET, 0, 0},
		{"store-extended-info = true;" SUBNET, 6, 6},
		{"stash-agent-options = true;" SUBNET, 6, 6},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct stage *s = stage_new(cases[i].conf);

		lease_through_relay(s);
		cr_expect_eq(kept(s).len, cases[i].first, "case %zu", i);
		cr_assert_eq(renew(s, 1), VERDICT_HOLD);
		stage_commit(s);
		cr_expect_eq(kept(s).len, cases[i].renewed, "case %zu", i);
		cr_expect(kept(s).len == 0 || memcmp(kept(s).p, agent, 6) == 0);
		stage_free(s);
	}
}

Test(stash, used_for_a_renewal_of_the_same_client)
{
	static struct answer a;
	struct stage *s = stage_new("stash-agent-options = true;" SUBNET);
	struct opt_table t;

	lease_through_relay(s);
	cr_assert_eq(renew(s, 1), VERDICT_HOLD);
	cr_expect(span_equal(opt_get(&s->q.msg.opt, OPT_AGENT), span_of(agent, 6)));
	reply_make(&s->q, &a);
	opt_table_init(&t);
	opt_table_add(&t, span_of(a.message + MSG_OPTIONS, a.len - MSG_OPTIONS));
	cr_expect(opt_get(&t, OPT_AGENT).p == NULL, "it is not sent to the client");
	stage_commit(s);
	renew(s, 2);
	cr_expect(opt_get(&s->q.msg.opt, OPT_AGENT).p == NULL, "another client's");
	s->ctx.now += 7200;
	renew(s, 1);
	cr_expect(opt_get(&s->q.msg.opt, OPT_AGENT).p == NULL, "the lease has ended");
	stage_free(s);
}

Test(stash, compatibility)
{
	struct stage *s = stage_new("compatibility = { exclude-first-last-24 = true;"
		"ignore-rai-link-selection = true; ignore-dhcp-server-identifier = true;"
		"lenient-option-parsing = true; }; subnet4 = ( { id = 1; subnet = \"192.0.0.0/16\";"
		"pools = ( { pool = \"192.0.2.255 - 192.0.3.1\"; } ); } );");

	stage_begin(s, MSG_DISCOVER, 1);
	stage_set(s, STAGE_GIADDR, RELAY);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, 0xc00002ff);
	/* link selection 10.0.0.1; a circuit-id that runs over the end of option 82 */
	stage_opt(s, OPT_AGENT, "\5\4\12\0\0\1\1\11ab", 10);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	cr_expect_eq(s->q.address, 0xc0000301, "neither .255 nor .0");
	cr_expect(span_equal(opt_sub(opt_get(&s->q.msg.opt, OPT_AGENT), 1), span_of("ab", 2)));
	stage_begin(s, MSG_REQUEST, 1);
	stage_opt_be32(s, OPT_SERVER_ID, 0x0a090909);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, 0xc0000301);
	cr_expect_eq(stage_walk(s), VERDICT_HOLD, "named another server");
	stage_free(s);
	s = stage_new(SUBNET);
	stage_begin(s, MSG_DISCOVER, 1);
	stage_opt(s, OPT_AGENT, "\1\11ab", 4);
	cr_expect_eq(stage_walk(s), VERDICT_DROP);
	cr_expect_eq(s->q.reason, COUNTER_PARSE_FAILED);
	stage_free(s);
}
