/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What explain decides is what the worker decides afterwards, and nothing comes of it: the shared
 * region is the same before and after, octet by octet.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/workers/stage.h"
#include "workers/explain.h"

static const char conf[] = "valid-lifetime = 600;\n"
	"client-classes = ( { name = \"lab\"; test = \"option[77].hex == 'LAB'\"; },\n"
	"  { name = \"by-hand\"; } );\n"
	"subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\";\n"
	"  pools = ( { pool = \"192.0.2.10 - 192.0.2.13\"; } );\n"
	"  reservations = ( { hw-address = \"02:00:00:00:00:09\"; "
	"ip-address = \"192.0.2.9\"; } );\n"
	"} );\n";

/* A hash of what the region's file holds; holes and zeros are the same. */
static uint64_t digest(const struct region *r)
{
	static uint64_t page[512];
	uint64_t sum = 0;
	off_t at = 0;

	while ((at = lseek(r->fd, at, SEEK_DATA)) >= 0) {
		at = at / (off_t)sizeof(page) * (off_t)sizeof(page);
		cr_assert_gt(pread(r->fd, page, sizeof(page), at), 0);
		for (size_t i = 0; i < 512; i++)
			if (page[i] != 0)
				sum = sum * 0x9e3779b97f4a7c15u + (page[i] ^ (uint64_t)at ^ i);
		at += (off_t)sizeof(page);
	}
	return sum;
}

static void explain(struct stage *s, struct explain *e, const struct model_classes *given)
{
	uint64_t before = digest(s->region);
	struct err err;

	s->octets[s->len] = OPT_END;
	s->q.packet.payload = span_of(s->octets, s->len + 1);
	cr_assert_eq(explain_run(e, &s->child, &s->q.packet, 0, given, &err), 0, "%s", err.text);
	cr_assert_eq(digest(s->region), before, "the region has changed");
}

Test(explain, foretells_and_leaves_no_trace)
{
	struct stage *s = stage_new(conf);
	struct explain *e = (struct explain *)calloc(1, sizeof(*e));
	const struct model_classes none = {0};

	stage_lease(s, 1, 0xc000020a);
	for (uint32_t k = 1; k <= 9; k++) {
		uint32_t foretold;

		if (k == 4)
			k = 9; /* the one with a reservation */
		stage_begin(s, MSG_DISCOVER, k);
		explain(s, e, &none);
		cr_assert_eq(e->verdict, VERDICT_ANSWER);
		cr_assert_eq(e->q.origin,
			k == 1 ? ORIGIN_OWN : k == 9 ? ORIGIN_RESERVED : ORIGIN_FREE);
		cr_assert_eq(e->q.rule, RULE_SERVER_ADDRESS);
		foretold = e->q.address;
		cr_assert_eq(opt_get(&e->sent, OPT_LEASE_TIME).len, 4);
		explain_fini(e);
		cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
		cr_assert_eq(s->q.address, foretold);
	}
	free(e);
	stage_free(s);
}

Test(explain, a_request_commits_nothing)
{
	struct stage *s = stage_new(conf);
	struct explain *e = (struct explain *)calloc(1, sizeof(*e));
	const struct model_classes none = {0};

	stage_begin(s, MSG_REQUEST, 2);
	stage_opt_be32(s, OPT_SERVER_ID, STAGE_SERVER);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, 0xc000020c);
	explain(s, e, &none);
	cr_assert_eq(e->verdict, VERDICT_HOLD);
	cr_assert_eq(e->q.origin, ORIGIN_WANTED);
	cr_assert_eq(e->q.lifetime, 600);
	explain_fini(e);
	cr_assert_eq(stage_state(s, 0xc000020c), TABLE_FREE);
	free(e);
	stage_free(s);
}

Test(explain, classes_can_be_given)
{
	struct stage *s = stage_new(conf);
	struct explain *e = (struct explain *)calloc(1, sizeof(*e));
	uint16_t number = (uint16_t)model_class_number(s->model, span_of("by-hand", 7));
	const struct model_classes given = {1, &number};

	stage_begin(s, MSG_DISCOVER, 2);
	explain(s, e, &given);
	cr_assert(query_is_member(&e->q, number));
	explain_fini(e);
	free(e);
	stage_free(s);
}
