/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_classify: which classes a packet's client is in, in which order, and what that changes.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/workers/stage.h"
#include "workers/classify.h"
#include "workers/client.h"

#define LAB "subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; " \
	"pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); "

/* All classes of the packet in their order. */
static const char *classes(struct stage *s)
{
	static char buf[1024];

	return classify_names(&s->q, buf, sizeof(buf));
}

static void walk(struct stage *s, uint8_t type, uint32_t k, const char *user_class)
{
	stage_begin(s, type, k);
	if (user_class != NULL)
		stage_opt(s, OPT_USER_CLASS, user_class, strlen(user_class));
	stage_walk(s);
}

Test(classify, order)
{
	struct stage *s = stage_new("client-classes = ("
		"{ name = \"late\"; test = \"member('KNOWN')\"; },"
		"{ name = \"any\"; test = \"option[53].exists\"; },"
		"{ name = \"lab\"; test = \"option[77].hex == 'LAB'\"; },"
		"{ name = \"more\"; test = \"option[77].hex == 'X' or option[77].hex == 'LAB'\"; },"
		"{ name = \"wrong\"; test = \"option[77].hex == 'LAB' and option[12].exists\"; },"
		"{ name = \"both\"; test = \"member('lab') and member('any')\"; },"
		"{ name = \"new\"; test = \"member('UNKNOWN')\"; },"
		"{ name = \"host\"; }, { name = \"untested\"; },"
		"{ name = \"after\"; test = \"member('late') and member('host')\"; },"
		"{ name = \"asked\"; test = \"member('lab')\"; only-if-required = true; },"
		"{ name = \"pool\"; only-in-additional-list = true; } );"
		"subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\";"
		" require-client-classes = [ \"asked\", \"lab\" ];"
		" pools = ( { pool = \"192.0.2.100/30\"; evaluate-additional-classes = [ \"pool\" ];"
		" } ); reservations = ( { hw-address = \"02:00:00:00:00:05\";"
		" client-classes = [ \"host\" ]; } ); } );");
	static const struct {
		uint32_t k;
		const char *user_class, *want;
	} cases[] = {
		{1, NULL, "ALL, any, UNKNOWN, new, pool"},
		{1, "LAB", "ALL, any, lab, more, both, UNKNOWN, new, pool, asked"},
		{1, "X", "ALL, any, more, UNKNOWN, new, pool"},
		{1, "lab", "ALL, any, UNKNOWN, new, pool"},
		{5, NULL, "ALL, any, host, KNOWN, late, after, pool"},
		{5, "LAB", "ALL, any, lab, more, both, host, KNOWN, late, after, pool, asked"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		walk(s, MSG_DISCOVER, cases[i].k, cases[i].user_class);
		cr_expect_str_eq(classes(s), cases[i].want);
	}
	stage_begin(s, MSG_INFORM, 1);
	stage_set(s, STAGE_CIADDR, 0xc0000264);
	stage_opt(s, OPT_USER_CLASS, "LAB", 3);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	cr_expect_str_eq(classes(s), "ALL, any, lab, more, both, UNKNOWN, new, asked",
		"no pool, no classes of it");
	stage_free(s);
}

Test(classify, vendor_and_spawned)
{
	struct stage *s = stage_new("client-classes = ("
		"{ name = \"t\"; template-test = \"substring(option[12].hex, 0, 2)\"; },"
		"{ name = \"ab\"; test = \"member('SPAWN_t_ab')\"; },"
		"{ name = \"SPAWN_t_cd\"; valid-lifetime = 77; },"
		"{ name = \"VENDOR_CLASS_pxe\"; valid-lifetime = 88; } );" LAB "} );");
	static const struct {
		const char *host_name, *vendor, *want;
		uint32_t lifetime;
	} cases[] = {
		{NULL, NULL, "ALL, UNKNOWN", 7200},
		{"abc", NULL, "ALL, SPAWN_t_ab, t, ab, UNKNOWN", 7200},
		{"cde", NULL, "ALL, SPAWN_t_cd, t, UNKNOWN", 77},
		{"xyz", NULL, "ALL, SPAWN_t_xy, t, UNKNOWN", 7200},
		{"\n", "a\tb%", "VENDOR_CLASS_a%09b%, ALL, SPAWN_t_%0a, t, UNKNOWN", 7200},
		{"cd", "pxe", "ALL, VENDOR_CLASS_pxe, SPAWN_t_cd, t, UNKNOWN", 88},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		stage_begin(s, MSG_DISCOVER, 1);
		if (cases[i].host_name != NULL)
			stage_opt(s, OPT_HOST_NAME, cases[i].host_name, strlen(cases[i].host_name));
		if (cases[i].vendor != NULL)
			stage_opt(s, OPT_VENDOR_CLASS, cases[i].vendor, strlen(cases[i].vendor));
		cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
		cr_expect_str_eq(classes(s), cases[i].want);
		cr_expect_eq(s->q.lifetime, cases[i].lifetime, "case %zu", i);
	}
	stage_free(s);
}

Test(classify, drop_and_reject)
{
	struct stage *s = stage_new("client-classes = ("
		"{ name = \"DROP\"; test = \"option[77].hex == 'BAD'\"; },"
		"{ name = \"REJECT\"; test = \"member('UNKNOWN') and option[77].hex == 'NO'\"; } );"
		LAB "} );");

	walk(s, MSG_DISCOVER, 1, "BAD");
	cr_expect_eq(s->q.reason, COUNTER_ADMIN_FILTERED);
	walk(s, MSG_DISCOVER, 1, "NO");
	cr_expect_eq(s->q.reason, COUNTER_ADMIN_FILTERED);
	stage_begin(s, MSG_REQUEST, 1);
	stage_opt_be32(s, OPT_SERVER_ID, STAGE_SERVER);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, 0xc0000264);
	stage_opt(s, OPT_USER_CLASS, "NO", 2);
	cr_expect(stage_walk(s) == VERDICT_ANSWER && s->q.answer == MSG_NAK);
	walk(s, MSG_DISCOVER, 1, "OK");
	cr_expect(s->q.answer == MSG_OFFER && s->q.address != 0);
	stage_free(s);
}

/* A test that depends on KNOWN acts once it is known. */
Test(classify, drop_unknown)
{
	struct stage *s = stage_new(
		"client-classes = ( { name = \"DROP\"; test = \"member('UNKNOWN')\"; } );" LAB
		"reservations = ( { hw-address = \"02:00:00:00:00:05\"; } ); } );");

	stage_begin(s, MSG_DISCOVER, 1);
	cr_expect(stage_walk(s) == VERDICT_DROP && s->q.reason == COUNTER_ADMIN_FILTERED);
	stage_begin(s, MSG_DISCOVER, 5);
	cr_expect_eq(stage_walk(s), VERDICT_ANSWER);
	stage_free(s);
}

Test(classify, guards)
{
	struct stage *s = stage_new("client-classes = ("
		"{ name = \"a\"; test = \"option[77].hex == 'A'\"; },"
		"{ name = \"b\"; test = \"option[77].hex == 'B'\"; },"
		"{ name = \"c\"; test = \"option[77].hex == 'C'\"; } );"
		"shared-networks = ( { name = \"n\"; client-classes = [ \"a\", \"b\" ];"
		" relay = { ip-addresses = [ \"10.9.9.9\" ]; }; subnet4 = ("
		"{ id = 1; subnet = \"10.0.1.0/24\"; client-class = \"a\";"
		"  pools = ( { pool = \"10.0.1.1/32\"; } ); },"
		"{ id = 2; subnet = \"10.0.2.0/24\"; pools = ("
		"  { pool = \"10.0.2.1/32\"; client-class = \"a\"; },"
		"  { pool = \"10.0.2.2/32\"; client-class = \"b\"; } ); } ); } );"
		"subnet4 = ( { id = 3; subnet = \"10.0.3.0/24\"; client-class = \"c\";"
		"  relay = { ip-addresses = [ \"10.9.9.9\" ]; };"
		"  pools = ( { pool = \"10.0.3.1/32\"; client-class = \"b\"; } ); } );");
	static const struct {
		uint32_t k;
		const char *user_class;
		uint32_t address; /* 0: none */
		enum counter reason;
	} cases[] = {
		{1, "A", 0x0a000101, 0}, {2, "A", 0x0a000201, 0}, {3, "A", 0, COUNTER_ALLOCATION_FAIL},
		{4, "B", 0x0a000202, 0}, {5, "C", 0, COUNTER_ALLOCATION_FAIL},
		{6, NULL, 0, COUNTER_NOT_FOR_US},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		stage_begin(s, MSG_DISCOVER, cases[i].k);
		stage_set(s, STAGE_GIADDR, 0x0a090909);
		if (cases[i].user_class != NULL)
			stage_opt(s, OPT_USER_CLASS, cases[i].user_class, 1);
		stage_walk(s);
		cr_expect_eq(s->q.address, cases[i].address, "case %zu: %x", i, s->q.address);
		if (cases[i].address == 0)
			cr_expect_eq(s->q.reason, cases[i].reason, "case %zu", i);
	}
	/* full is another reason than classes */
	cr_expect_eq(counter_sum(s->region, COUNTER_ALLOCATION_FAIL_CLASSES), 1);
	cr_expect_eq(counter_sum(s->region, COUNTER_ALLOCATION_FAIL), 0, "counted by the worker");
	stage_free(s);
}

/* A client that leaves its pool's class has to leave its address, too. */
Test(classify, guard_of_a_leased_address)
{
	struct stage *s = stage_new(
		"client-classes = ( { name = \"a\"; test = \"option[77].hex == 'A'\"; } );"
		"subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; pools = ("
		"{ pool = \"192.0.2.100/32\"; client-class = \"a\"; },"
		"{ pool = \"192.0.2.101/32\"; } ); } );");

	for (int round = 0; round < 2; round++) {
		stage_begin(s, MSG_REQUEST, 1);
		stage_opt_be32(s, OPT_SERVER_ID, STAGE_SERVER);
		stage_opt_be32(s, OPT_REQUESTED_ADDRESS, 0xc0000264);
		if (round == 0)
			stage_opt(s, OPT_USER_CLASS, "A", 1);
		stage_walk(s);
		cr_expect_eq(s->q.answer, round == 0 ? MSG_ACK : MSG_NAK);
		stage_commit(s);
	}
	stage_begin(s, MSG_DISCOVER, 1);
	cr_expect_eq(stage_walk(s), VERDICT_ANSWER);
	cr_expect_eq(s->q.address, 0xc0000265);
	stage_free(s);
}

Test(classify, lifetimes_and_boot_fields)
{
	struct stage *s = stage_new("next-server = \"10.0.0.1\"; server-hostname = \"global\";"
		"client-classes = ("
		"{ name = \"a\"; test = \"option[77].hex == 'LAB'\"; next-server = \"10.0.0.2\"; },"
		"{ name = \"b\"; test = \"option[77].hex == 'LAB'\"; next-server = \"10.0.0.3\";"
		"  boot-file-name = \"b\"; min-valid-lifetime = 50; valid-lifetime = 60;"
		"  max-valid-lifetime = 70; },"
		"{ name = \"c\"; test = \"option[77].hex == 'LAB'\"; valid-lifetime = 100; } );" LAB
		"reservations = ( { hw-address = \"02:00:00:00:00:05\"; boot-file-name = \"h\"; } ); "
		"} );");
	static const struct {
		uint32_t k;
		const char *user_class;
		uint32_t asked, lifetime, siaddr;
		const char *sname, *file;
	} cases[] = {
		{1, NULL, 0, 7200, 0x0a000001, "global", ""},
		{1, "LAB", 0, 60, 0x0a000002, "global", "b"},
		{1, "LAB", 99, 70, 0x0a000002, "global", "b"},
		{1, "LAB", 1, 50, 0x0a000002, "global", "b"},
		{5, "LAB", 0, 60, 0x0a000002, "global", "h"},
		{5, NULL, 0, 7200, 0x0a000001, "global", "h"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct answer a;

		stage_begin(s, MSG_DISCOVER, cases[i].k);
		if (cases[i].user_class != NULL)
			stage_opt(s, OPT_USER_CLASS, cases[i].user_class, 3);
		if (cases[i].asked != 0)
			stage_opt_be32(s, OPT_LEASE_TIME, cases[i].asked);
		cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
		reply_make(&s->q, &a);
		cr_expect_eq(s->q.lifetime, cases[i].lifetime, "case %zu", i);
		cr_expect_eq(wire_be32(a.message + 20), cases[i].siaddr, "case %zu", i);
		cr_expect_str_eq((const char *)a.message + 44, cases[i].sname);
		cr_expect_str_eq((const char *)a.message + 108, cases[i].file);
	}
	stage_free(s);
}
