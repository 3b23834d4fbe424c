/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_select: the subnet of a packet, the client's name and time.
 */
#include <criterion/criterion.h>

#include "tests/unit/workers/stage.h"
#include "workers/client.h"
#include "workers/options.h"
#include "workers/select.h"

static const char many[] = "subnet4 = ("
	"{ id = 1; subnet = \"192.0.2.0/24\"; },"
	"{ id = 2; subnet = \"198.51.100.0/24\"; relay = { ip-addresses = [ \"10.9.9.9\" ]; }; },"
	"{ id = 3; subnet = \"203.0.113.0/24\"; } );";
static const char shared[] = "shared-networks = ( { name = \"n\"; subnet4 = ("
	"{ id = 11; subnet = \"10.0.1.0/24\"; pools = ( { pool = \"10.0.1.1 - 10.0.1.2\"; } ); },"
	"{ id = 12; subnet = \"10.0.2.0/24\"; pools = ( { pool = \"10.0.2.1 - 10.0.2.2\"; } ); },"
	"{ id = 13; subnet = \"10.0.3.0/24\"; } ); } );";

#define IN_1 0xc0000232u /* 192.0.2.50 */
#define IN_2 0xc6336432u /* 198.51.100.50 */
#define IN_3 0xcb007132u /* 203.0.113.50 */
#define NOWHERE 0x08080808u

Test(select, the_first_rule_that_applies)
{
	static const struct {
		uint32_t link, subnet_selection, giaddr, ciaddr, src, dst, want;
	} cases[] = {
		{0, 0, 0, 0, 0, UINT32_MAX, 1},               /* the interface's address */
		{0, 0, 0x0a090909, 0, 0, STAGE_SERVER, 2},    /* a relay that is named */
		{0, 0, IN_3, 0, 0, STAGE_SERVER, 3},          /* a relay in the prefix */
		{0, 0, NOWHERE, 0, 0, STAGE_SERVER, 0},
		{IN_3, 0, IN_2, IN_1, IN_1, STAGE_SERVER, 3}, /* link selection before all */
		{IN_3, IN_2, IN_1, 0, 0, STAGE_SERVER, 3},
		{0, IN_2, IN_3, 0, 0, STAGE_SERVER, 2},       /* subnet selection */
		{NOWHERE, IN_2, IN_3, 0, 0, STAGE_SERVER, 0}, /* no fall-through */
		{0, NOWHERE, IN_3, 0, 0, STAGE_SERVER, 0},
		{0, 0, IN_2, IN_3, 0, STAGE_SERVER, 2},       /* giaddr before ciaddr */
		{0, 0, 0, IN_3, 0, STAGE_SERVER, 3},          /* renewing */
		{0, 0, 0, IN_3, 0, UINT32_MAX, 1},            /* rebinding: where it is heard */
		{0, 0, 0, 0, IN_2, STAGE_SERVER, 2},
		{0, 0, 0, 0, IN_2, UINT32_MAX, 1},
	};
	struct stage *s = stage_new(many);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t agent[6] = {RAI_LINK_SELECTION, 4};

		stage_begin(s, MSG_INFORM, 1);
		stage_set(s, STAGE_GIADDR, cases[i].giaddr);
		stage_set(s, STAGE_CIADDR, cases[i].ciaddr);
		s->q.packet.src_ip = cases[i].src;
		s->q.packet.dst_ip = cases[i].dst;
		wire_set_be32(agent + 2, cases[i].link);
		if (cases[i].link != 0)
			stage_opt(s, OPT_AGENT, agent, sizeof(agent));
		if (cases[i].subnet_selection != 0)
			stage_opt_be32(s, OPT_SUBNET_SELECTION, cases[i].subnet_selection);
		stage_walk(s);
		cr_assert_eq(s->q.subnet == NULL ? 0 : s->q.subnet->id, cases[i].want, "case "
			"%zu", i);
		cr_assert_eq(s->q.server_id, STAGE_SERVER, "case %zu", i);
	}
	stage_free(s);
}

Test(select, siblings)
{
	struct stage *s = stage_new(shared);
	const struct model_subnet *second = model_subnet_by_id(s->model, 12);
	static const uint32_t want[] = {12, 11, 13};

	struct select_walk walk = {0};

	stage_begin(s, MSG_INFORM, 1);
	stage_walk(s);
	s->q.subnet = second;
	for (size_t k = 0; k < 3; k++)
		cr_assert_eq(select_next(&s->q, &walk)->id, want[k]);
	cr_assert_null(select_next(&s->q, &walk));
	stage_free(s);
}

Test(select, the_next_subnet_of_a_network_when_one_is_full)
{
	static const uint32_t want[] = {0x0a000101, 0x0a000102, 0x0a000201, 0x0a000202};
	struct stage *s = stage_new(shared);

	for (uint32_t k = 0; k < 4; k++) {
		stage_begin(s, MSG_DISCOVER, k);
		stage_set(s, STAGE_GIADDR, 0x0a000164);
		cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
		cr_assert_eq(s->q.address, want[k], "client %u", k);
		cr_assert_eq(s->q.subnet->id, k < 2 ? 11 : 12);
	}
	stage_free(s);
}

Test(client, lifetime)
{
	static const struct {
		uint32_t asked, want;
	} cases[] = {
		{0, 300}, {299, 300}, {300, 300}, {301, 301}, {6999, 6999}, {7000, 7000},
		{7001, 7000}, {UINT32_MAX, 7000},
	};
	struct stage *s = stage_new("valid-lifetime = 1000; min-valid-lifetime = 300;"
		"max-valid-lifetime = 7000;"
		"subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; } );");

	stage_begin(s, MSG_INFORM, 1);
	stage_walk(s);
	cr_assert_eq(client_lifetime(&s->q), 1000, "nothing asked for");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		stage_begin(s, MSG_INFORM, 1);
		stage_opt_be32(s, OPT_LEASE_TIME, cases[i].asked);
		stage_walk(s);
		cr_assert_eq(client_lifetime(&s->q), cases[i].want, "asked for %u", cases[i].asked);
	}
	stage_free(s);
}

Test(options, timers)
{
	static const struct {
		uint32_t renew, rebind;
		bool calculate;
		uint32_t lifetime, want_t1, want_t2;
	} cases[] = {
		{0, 0, false, 1000, 0, 0}, {500, 800, false, 1000, 500, 800},
		{500, 1000, false, 1000, 500, 0}, {800, 800, false, 1000, 0, 800},
		{1000, 0, false, 1000, 0, 0}, {0, 0, true, 1000, 500, 875},
		{100, 0, true, 1000, 100, 875}, {0, 0, true, RECORD_INFINITE, 0, 0},
		{900, 0, true, 1000, 0, 875},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct model_params p = {.renew_timer = cases[i].renew,
			.rebind_timer = cases[i].rebind, .calculate_tee_times = cases[i].calculate,
			.t1_percent = 0.5, .t2_percent = 0.875};
		uint32_t t1, t2;

		options_timers(&p, cases[i].lifetime, &t1, &t2);
		cr_assert(t1 == cases[i].want_t1 && t2 == cases[i].want_t2, "case %zu: %u "
			"%u", i, t1,
			t2);
	}
}
