/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_hosts: reservations in the model: who is found by what, and what is said about wrong ones.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/conf/loaded.h"

#define FACE "interfaces-config = { interfaces = [ \"eth0\" ]; };\n"
#define NET  "subnet4 = ( { id = 1; subnet = \"10.0.0.0/24\"; "
#define MAC  span_of("\2\0\0\0\0\1", 6)

static const char *name_of(const struct model_host *h)
{
	return h != NULL ? h->hostname : "none";
}

Test(hosts, are_found, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE
		"host-reservation-identifiers = [ \"flex-id\", \"duid\", \"hw-address\" ];\n"
		"flex-id-expression = \"option[12].hex\";\n"
		"client-classes = ( { name = \"a\"; }, { name = \"b\"; } );\n"
		"reservations = ( { hw-address = \"02:00:00:00:00:01\"; hostname = \"global\"; } );\n"
		"shared-networks = ( { name = \"n\"; subnet4 = (\n"
		"{ id = 1; subnet = \"10.0.0.0/24\"; },\n"
		"{ id = 2; subnet = \"10.0.1.0/24\"; reservations = (\n"
		"  { hw-address = \"020000000001\"; hostname = \"Two.Example\";\n"
		"    ip-address = \"10.0.1.5\"; client-classes = [ \"b\", \"a\" ];\n"
		"    boot-file-name = \"f\"; } ); } ); } );\n"
		"subnet4 = ( { id = 3; subnet = \"10.0.3.0/24\"; reservations = (\n"
		"  { duid = \"00 02 00 00 00 01\"; hostname = \"by-duid\"; },\n"
		"  { flex-id = \"'port-7'\"; hostname = \"by-flex\"; ip-address = \"10.0.3.5\"; } ); "
		"} );");
	const struct model *m = l->model;
	const struct model_subnet *one = m->subnets[0], *two = m->subnets[1], *three = m->subnets[2];
	const struct model_host *h;

	cr_expect(m->n_hosts == 4 && m->n_host_ids == 3 && m->host_ids[0] == MODEL_HOST_FLEX_ID);
	cr_expect_str_eq(name_of(model_host_global(m, MODEL_HOST_HW_ADDRESS, MAC)), "global");
	cr_expect_str_eq(name_of(model_host_in_subnet(m, one, MODEL_HOST_HW_ADDRESS, MAC)), "none");
	h = model_host_in_subnet(m, two, MODEL_HOST_HW_ADDRESS, MAC);
	cr_expect_str_eq(name_of(h), "two.example");
	cr_expect(model_host_in_network(m, one, MODEL_HOST_HW_ADDRESS, MAC) == h);
	cr_expect(h->address == 0x0a000105 && h->classes.n == 2 && h->classes.v[0] == 1);
	cr_expect_str_eq(h->boot->boot_file_name, "f");
	cr_expect_str_eq(name_of(model_host_in_network(m, three, MODEL_HOST_HW_ADDRESS, MAC)),
		"none");
	/* the same octets are another identifier */
	cr_expect_str_eq(name_of(model_host_in_subnet(m, three, MODEL_HOST_DUID,
		span_of("\0\2\0\0\0\1", 6))), "by-duid");
	cr_expect_str_eq(name_of(model_host_in_subnet(m, three, MODEL_HOST_CLIENT_ID,
		span_of("\0\2\0\0\0\1", 6))), "none");
	cr_expect_str_eq(name_of(model_host_in_subnet(m, three, MODEL_HOST_FLEX_ID,
		span_of("port-7", 6))), "by-flex");
	cr_expect_str_eq(name_of(model_host_in_subnet(m, three, MODEL_HOST_FLEX_ID,
		span_of(NULL, 0))), "none");
	cr_expect(model_is_reserved(m, 2, 0x0a000105) && !model_is_reserved(m, 1, 0x0a000105));
	cr_expect(!model_is_reserved(m, 2, 0x0a000106) && !model_is_reserved(m, 2, 0));
	loaded_free(l);
}

Test(hosts, flags, .init = loaded_enter, .fini = loaded_leave)
{
	static const struct {
		const char *global, *subnet;
		bool in_global, in_subnet, out_of_pool;
	} flags[] = {
		{"", "", false, true, false},
		{"reservation-mode = \"all\";", "", false, true, false},
		{"reservation-mode = \"out-of-pool\";", "", false, true, true},
		{"reservation-mode = \"global\";", "", true, false, false},
		{"reservation-mode = \"disabled\";", "", false, false, false},
		{"reservation-mode = \"global\";", "reservation-mode = \"all\";", false, true, false},
		{"reservations-global = true;", "", true, true, false},
		{"reservations-global = true;", "reservations-in-subnet = false;", true, false,
			false},
		{"reservations-out-of-pool = true;", "reservations-global = true;", true, true,
			true},
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		const struct model_params *p;
		char text[1024];
		struct loaded *l;

		snprintf(text, sizeof(text), FACE "%s\n" NET "%s } );", flags[i].global,
			flags[i].subnet);
		l = loaded_good(text);
		p = &l->model->subnets[0]->params;
		cr_expect(p->reservations_global == flags[i].in_global &&
				p->reservations_in_subnet == flags[i].in_subnet &&
				p->reservations_out_of_pool == flags[i].out_of_pool,
			"case %zu", i);
		loaded_free(l);
	}
}

#define HOST(h) NET "reservations = (\n{ " h " } ); } );"
#define HW      "hw-address = \"02:00:00:00:00:01\"; "

static const struct {
	const char *text, *said;
} cases[] = {
	{HOST("hostname = \"a\";"),
		"t.conf:3: subnet4[0].reservations[0]: needs one of \"hw-address\", \"duid\", "
		"\"circuit-id\", \"client-id\" and \"flex-id\"\n"},
	{HOST(HW "duid = \"0102\";"),
		"t.conf:3: subnet4[0].reservations[0].duid: a reservation has one identifier, and "
		"this one has \"hw-address\" already\n"},
	{HOST("hw-address = \"02:00:0\";"),
		"t.conf:3: subnet4[0].reservations[0].hw-address: expected hex digits, or text in "
		"single quotes, got \"02:00:0\"\n"},
	{HOST("hw-address = \"0102030405060708090a0b0c0d0e0f1011\";"),
		"t.conf:3: subnet4[0].reservations[0].hw-address: is longer than 16 octets\n"},
	{HOST("client-id = \"''\";"),
		"t.conf:3: subnet4[0].reservations[0].client-id: expected hex digits, or text in "
		"single quotes, got \"''\"\n"},
	{HOST("client-id = \"'ab\";"),
		"t.conf:3: subnet4[0].reservations[0].client-id: expected hex digits, or text in "
		"single quotes, got \"'ab\"\n"},
	{HOST(HW "ip-address = \"10.0.1.1\";"),
		"t.conf:3: subnet4[0].reservations[0].ip-address: 10.0.1.1 is not inside the "
		"subnet 10.0.0.0/24\n"},
	{HOST(HW "ip-address = \"0.0.0.0\";"),
		"t.conf:3: subnet4[0].reservations[0].ip-address: is not the address of a host\n"},
	{HOST(HW "hostname = \"a b\";"),
		"t.conf:3: subnet4[0].reservations[0].hostname: a name has neither blanks nor "
		"letters that are not ASCII\n"},
	{HOST(HW "client-classes = [ \"known\" ];"),
		"t.conf:3: subnet4[0].reservations[0].client-classes[0]: there is no class "
		"\"known\"\n"},
	{HOST(HW "}, { hostname = \"x\"; " HW),
		"t.conf:3: subnet4[0].reservations[1]: has the same hw-address, 02:00:00:00:00:01, "
		"as subnet4[0].reservations[0] at t.conf:3\n"},
	{HOST(HW "ip-address = \"10.0.0.1\"; }, { duid = \"01\"; ip-address = \"10.0.0.1\";"),
		"t.conf:3: subnet4[0].reservations[1]: has the same ip-address, 10.0.0.1, as "
		"subnet4[0].reservations[0] at t.conf:3\n"},
	{HOST("flex-id = \"01\";"),
		"warning: t.conf:3: subnet4[0].reservations[0].flex-id: the reservation has no "
		"effect: \"host-reservation-identifiers\" does not name flex-id\n"},
	{"host-reservation-identifiers = [ \"flex-id\", \"mac\", \"flex-id\" ];",
		"t.conf:2: host-reservation-identifiers[1]: expected \"hw-address\", \"duid\", "
		"\"circuit-id\", \"client-id\" or \"flex-id\", got \"mac\"\n"
		"t.conf:2: host-reservation-identifiers[2]: stands in this list already\n"
		"t.conf:2: host-reservation-identifiers: flex-id needs a \"flex-id-expression\"\n"},
	{"flex-id-expression = \"'x'\";",
		"t.conf:2: flex-id-expression: is not used: \"host-reservation-identifiers\" has "
		"no flex-id\n"},
	{"reservation-mode = \"all\"; reservations-global = true;",
		"t.conf:2: reservation-mode: is the older form of \"reservations-global\", which "
		"stands here too\n"},
	{"reservations-in-subnet = false; reservations-out-of-pool = true;",
		"t.conf:2: reservations-out-of-pool: reservations-out-of-pool needs "
		"reservations-in-subnet\n"},
	{NET "reservations-out-of-pool = true; pools = ( { pool = \"10.0.0.8/30\"; } );\n"
	 "reservations = ( { " HW "ip-address = \"10.0.0.9\"; } ); } );",
		"warning: t.conf:3: subnet4[0].reservations[0]: the address is not kept for this "
		"client: it is in the pool 10.0.0.8 - 10.0.0.11, and reservations-out-of-pool is "
		"true here\n"},
};

Test(hosts, mistakes_are_named, .init = loaded_enter, .fini = loaded_leave)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[2048];
		struct loaded *l;

		snprintf(text, sizeof(text), FACE "%s\n", cases[i].text);
		l = loaded_text(text);
		cr_expect(strcmp(l->said, cases[i].said) == 0, "%s\nsaid     %sexpected %s",
			cases[i].text, l->said, cases[i].said);
		loaded_free(l);
	}
}

Test(hosts, one_address_for_several, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE "ip-reservations-unique = false;\n" NET
		"reservations = ( { hw-address = \"02:00:00:00:00:01\"; ip-address = \"10.0.0.1\"; },"
		"{ hw-address = \"02:00:00:00:00:02\"; ip-address = \"10.0.0.1\"; } ); } );");

	cr_expect(model_is_reserved(l->model, 1, 0x0a000001));
	cr_expect(model_host_in_subnet(l->model, l->model->subnets[0], MODEL_HOST_HW_ADDRESS,
			span_of("\2\0\0\0\0\2", 6))->address == 0x0a000001);
	loaded_free(l);
}

Test(hosts, fourteen_thousand, .init = loaded_enter, .fini = loaded_leave)
{
	const unsigned n = 14404;
	size_t size = n * 120 + 200, len;
	char *text = malloc(size);
	struct loaded *l;
	clock_t start;

	cr_assert_not_null(text);
	len = (size_t)snprintf(text, size,
		FACE "subnet4 = ( { id = 1; subnet = \"10.0.0.0/8\"; reservations = (");
	for (unsigned i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, size - len,
			"%s\n{ hw-address = \"02:00:00:00:%02x:%02x\"; ip-address = "
			"\"10.1.%u.%u\"; hostname = \"h-%u\"; }", i > 0 ? "," : "", i >> 8, i & 255,
			i >> 8, i & 255, i);
	snprintf(text + len, size - len, "); } );");
	start = clock();
	l = loaded_good(text);
	/* ten times what it takes */
	cr_expect(clock() - start < 5 * CLOCKS_PER_SEC);
	cr_assert(l->model->n_hosts == n);
	for (unsigned i = 0; i < n; i++) {
		uint8_t mac[6] = {2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i};
		const struct model_host *h = model_host_in_subnet(
			l->model, l->model->subnets[0], MODEL_HOST_HW_ADDRESS, span_of(mac, 6));

		cr_assert(h != NULL && h->address == 0x0a010000 + i);
		cr_assert(model_is_reserved(l->model, 1, h->address));
	}
	loaded_free(l);
	free(text);
}
