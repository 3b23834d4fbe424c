/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_import_set: what becomes of entries: replaced, ended, deleted, without their subnet; what is
 * kept is settled with the configuration.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>

#include "daemon/ctl/import_set.h"
#include "tests/unit/conf/loaded.h"

#define NOW 100000

#define SUBNETS                                                                                    \
	"interfaces-config = { interfaces = [ ]; }; subnet4 = ( { id = 7; "                        \
	"subnet = \"192.0.2.0/24\"; pools = ( { pool = \"192.0.2.0/25\"; pool-id = 3; } ); },"     \
	"{ id = 8; subnet = \"198.51.100.0/24\"; } );"

TestSuite(import_set, .init = loaded_enter, .fini = loaded_leave);

static struct lease lease(uint32_t address, uint32_t subnet, uint32_t end)
{
	return (struct lease){.address = address,
		.subnet_id = subnet,
		.pool_id = 9,
		.cltt = end - 100,
		.valid_lft = 100,
		.htype = 1,
		.hlen = 6,
		.hwaddr = {2, 1}};
}

static void put(struct import_set *s, struct lease l)
{
	struct leases_sink sink = import_set_sink(s);

	cr_assert_eq(sink.lease(sink.arg, 1, &l), 0);
}

static struct lease kept(const struct import_set *s, size_t i)
{
	const struct stretch_item *it = &s->leases.items[i];
	struct lease l;

	cr_assert_eq(record_decode(span_of(s->leases.bytes + it->at, it->len), &l), 0);
	return l;
}

Test(import_set, the_last_entry_counts)
{
	struct loaded *c = loaded_good(SUBNETS);
	struct import_set s = {.model = c->model, .file = "f", .now = NOW};
	struct leases_sink sink = import_set_sink(&s);

	put(&s, lease(0xc0000203, 7, NOW + 50)); /* .3: kept, the second */
	put(&s, lease(0xc0000203, 7, NOW + 90));
	put(&s, lease(0xc0000202, 7, NOW + 50)); /* .2: deleted in the end */
	sink.gone(sink.arg, 1, 0xc0000202);
	put(&s, lease(0xc0000201, 7, NOW + 50)); /* .1: ended in the end */
	put(&s, lease(0xc0000201, 7, NOW - 3601));
	put(&s, lease(0xc0000200, 7, NOW - 3600)); /* .0: remembered */
	import_set_settle(&s);
	cr_assert_eq(s.leases.n, 2);
	cr_assert_eq(kept(&s, 0).address, 0xc0000200);
	cr_assert_eq(kept(&s, 1).cltt, NOW - 10);
	cr_assert_eq(kept(&s, 1).pool_id, 3);
	cr_assert(s.read == 7 && s.replaced == 3 && s.fates[IMPORT_KEPT] == 2 &&
		s.fates[IMPORT_DELETED] == 1 && s.fates[IMPORT_ENDED] == 1);
	import_set_fini(&s);
	loaded_free(c);
}

/* An address of another subnet, of no subnet, of an unknown subnet; and no subnet given. */
static const struct {
	const char *checks;
	uint32_t subnets[4]; /* what each has in the end, 0: dropped */
	uint64_t reported;
} checks[] = {
	{"none", {7, 7, 5, 8}, 0},
	{"warn", {7, 7, 5, 8}, 3},
	{"fix", {8, 7, 8, 8}, 1},
	{"fix-del", {8, 0, 8, 8}, 1},
	{"del", {0, 0, 0, 8}, 3},
};

Test(import_set, lease_checks)
{
	cr_redirect_stderr();
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		char text[1024];
		struct loaded *c;
		struct import_set s = {.file = "f", .now = NOW};
		size_t n = 0;

		snprintf(text, sizeof(text), SUBNETS "sanity-checks = { lease-checks = \"%s\"; };",
			checks[i].checks);
		c = loaded_good(text);
		s.model = c->model;
		put(&s, lease(0xc6336401, 7, NOW));
		put(&s, lease(0xc6336501, 7, NOW)); /* in none; the last in order of address */
		put(&s, lease(0xc6336402, 5, NOW));
		put(&s, lease(0xc6336403, 0, NOW));
		put(&s, lease(0xc6336502, 0, NOW)); /* dropped whatever is configured */
		import_set_settle(&s);
		for (size_t k = 0; k < 4; k++) {
			static const size_t order[] = {0, 2, 3, 1};
			uint32_t subnet = checks[i].subnets[order[k]];

			if (subnet != 0)
				cr_assert_eq(kept(&s, n++).subnet_id, subnet, "%s %zu",
					checks[i].checks, order[k]);
		}
		cr_assert_eq(s.leases.n, n, "%s", checks[i].checks);
		cr_assert_eq(s.reported, checks[i].reported + 1, "%s", checks[i].checks);
		import_set_fini(&s);
		loaded_free(c);
	}
}

Test(import_set, a_context_that_is_too_long_is_left_out)
{
	static uint8_t context[RECORD_VAR_MAX];
	struct loaded *c = loaded_good(SUBNETS);
	struct import_set s = {.model = c->model, .file = "f", .now = NOW};
	struct lease l = lease(0xc0000201, 7, NOW);

	cr_redirect_stderr();
	l.hostname = span_of("abc", 3);
	l.context = span_of(context, sizeof(context));
	put(&s, l);
	import_set_settle(&s);
	cr_assert(s.leases.n == 1 && s.shortened == 1 && kept(&s, 0).context.len == 0 &&
		kept(&s, 0).hostname.len == 3);
	import_set_fini(&s);
	loaded_free(c);
}
