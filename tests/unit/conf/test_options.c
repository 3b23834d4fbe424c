/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_options: option-def and option-data of each scope as they stand in the model: spaces, what
 * stands inside what, names' rules.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "shm/base/text.h"
#include "tests/unit/conf/loaded.h"

#define FACE "interfaces-config = { interfaces = [ \"eth0\" ]; };"

/* The options as "SPACE:code=hex", without the space if it is dhcp4, with + always, ! never and
 * (SPACE) for what stands inside. */
static const char *show(const struct model *m, const struct model_options *o)
{
	static char buf[4096];
	char hex[600];
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < o->n; i++) {
		const struct model_option *v = &o->v[i];

		len += (size_t)snprintf(buf + len, sizeof(buf) - len, "%s%s%s%u=%s%s%s%s%s%s",
			i > 0 ? " " : "", v->space != MODEL_DHCP4 ? m->spaces[v->space].name : "",
			v->space != MODEL_DHCP4 ? ":" : "", v->code,
			v->data == NULL ? "-"
					: text_hex(span_of(v->data, v->len), hex, sizeof(hex)),
			v->always ? "+" : "", v->never ? "!" : "",
			v->inside != MODEL_DHCP4 ? "(" : "",
			v->inside != MODEL_DHCP4 ? m->spaces[v->inside].name : "",
			v->inside != MODEL_DHCP4 ? ")" : "");
	}
	return buf;
}

Test(options, each_scope_has_its_own, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE
		"option-def = ( { name = \"own\"; code = 240; type = \"record\";\n"
		"  record-types = \"uint8, ipv4-address\"; array = true; },\n"
		"  { name = \"phones\"; code = 150; type = \"string\"; } );\n"
		"option-data = ( { name = \"phones\"; data = \"ab\"; },\n"
		"  { code = 240; data = \"5, 2.2.2.2, 3.3.3.3\"; },\n"
		"  { name = \"routers\"; data = \"1.1.1.1\"; always-send = true; } );\n"
		"shared-networks = ( { name = \"n\";\n"
		"  option-data = ( { name = \"routers\"; data = \"2.2.2.2\";\n"
		"    never-send = true; } );\n"
		"  subnet4 = ( { id = 1; subnet = \"10.1.0.0/16\";\n"
		"    option-data = ( { code = 200; csv-format = false; data = \"'a'\"; },\n"
		"      { name = \"routers\"; data = \"3.3.3.3\"; } );\n"
		"    pools = ( { pool = \"10.1.0.0/24\"; },\n"
		"      { pool = \"10.1.1.0/24\"; pool-id = 5;\n"
		"      option-data = ( { code = 150; never-send = true; },\n"
		"        { code = 2; data = \"-1\"; } ); } ); } ); } );\n"
		"subnet4 = ( { id = 2; subnet = \"10.2.0.0/16\"; } );");
	struct model *m = l->model;
	const struct model_subnet *s = m->subnets[0];

	cr_expect_str_eq(show(m, &m->options),
		"3=01:01:01:01+ 150=61:62 240=05:02:02:02:02:03:03:03:03");
	cr_expect_str_eq(show(m, &m->networks[0]->options), "3=02:02:02:02!");
	cr_expect_str_eq(show(m, &s->options), "3=03:03:03:03 200=61");
	cr_assert(s->n_pools == 2);
	cr_expect(s->pools[0]->options.n == 0 && m->subnets[1]->options.n == 0);
	cr_expect_str_eq(show(m, &s->pools[1]->options), "2=ff:ff:ff:ff 150=-!");
	cr_expect(s->pools[0]->id == 0 && s->pools[1]->id == 5 && m->total_addresses == 512);
	cr_expect(s->pools[1]->subnet == s && m->pools[1] == s->pools[1]);
	cr_expect(s->pools[1]->index == 1 && m->n_containers == 0 && m->n_vendors == 0);
	loaded_free(l);
}

Test(options, spaces, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE
		"option-def = ( { name = \"box\"; code = 225; type = \"uint8\"; encapsulate = "
		"\"b\"; },\n"
		"  { name = \"lid\"; code = 1; space = \"b\"; type = \"empty\";\n"
		"    encapsulate = \"c\"; },\n"
		"  { name = \"lid\"; code = 7; space = \"c\"; type = \"string\"; },\n"
		"  { name = \"url\"; code = 1; space = \"vendor-encapsulated-options-space\";\n"
		"    type = \"string\"; },\n"
		"  { name = \"speed\"; code = 3; space = \"vendor-9\"; type = \"uint16\"; } );\n"
		"option-data = ( { name = \"speed\"; space = \"vendor-9\"; data = \"5\"; },\n"
		"  { name = \"url\"; space = \"vendor-encapsulated-options-space\"; data = "
		"\"u\"; },\n"
		"  { code = 43; }, { name = \"box\"; data = \"4\"; },\n"
		"  { name = \"lid\"; space = \"b\"; }, { name = \"lid\"; space = \"c\"; data = "
		"\"x\"; },\n"
		"  { code = 9; space = \"c\"; data = \"0102\"; },\n"
		"  { name = \"tftp-servers\"; space = \"vendor-4491\"; data = \"10.0.0.1\"; },\n"
		"  { name = \"tsp-realm\"; space = \"cablelabs-client-conf\"; data = \"A.B\"; },\n"
		"  { name = \"vivso-suboptions\"; data = \"9\"; always-send = true; },\n"
		"  { code = 124; csv-format = false; data = \"0000000900\"; } );");
	struct model *m = l->model;

	cr_expect_str_eq(show(m, &m->options),
		"43=(vendor-encapsulated-options-space) 124=00:00:00:09:00 "
		"125=00:00:00:09+(vendor-9) 225=04(b) "
		"vendor-encapsulated-options-space:1=75 cablelabs-client-conf:6=01:41:01:42:00 "
		"b:1=(c) c:7=78 c:9=01:02 vendor-9:3=00:05 vendor-4491:2=0a:00:00:01");
	cr_expect(m->n_vendors == 2);
	cr_expect_str_eq(m->spaces[model_vendor_space(m, 9)].name, "vendor-9");
	cr_expect_str_eq(m->spaces[model_vendor_space(m, 4491)].name, "vendor-4491");
	cr_expect(model_vendor_space(m, 8) == MODEL_DHCP4);
	cr_expect(model_vendor_space(m, UINT32_MAX) == MODEL_DHCP4);
	cr_assert(m->n_containers == 3);
	cr_expect(m->containers[0].code == 43 && m->containers[1].code == 122);
	cr_expect(m->containers[2].code == 225);
	loaded_free(l);
}

/* Option 43 is the site's own where it is defined otherwise. */
Test(options, a_43_that_holds_nothing, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE
		"option-def = ( { name = \"vendor-encapsulated-options\"; code = 43;\n"
		"  type = \"ipv4-address\"; array = true; } );\n"
		"option-data = ( { code = 43; data = \"10.0.0.1, 10.0.0.2\"; } );");

	cr_expect_str_eq(show(l->model, &l->model->options), "43=0a:00:00:01:0a:00:00:02");
	cr_expect(l->model->n_containers == 0);
	loaded_free(l);
}

/* Classes of an option, those before the one for all; definitions of a class. */
Test(options, classes, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE
		"client-classes = ( { name = \"a\"; test = \"option[60].exists\";\n"
		"  option-def = ( { name = \"own\"; code = 224; type = \"uint16\"; } );\n"
		"  option-data = ( { name = \"own\"; data = \"7\"; } ); },\n"
		"  { name = \"b\"; test = \"option[61].exists\"; option-data = (\n"
		"    { code = 224; csv-format = false; data = \"aa\"; } ); } );\n"
		"option-data = ( { code = 7; data = \"1.1.1.1\"; },\n"
		"  { code = 7; data = \"1.1.1.2\"; client-classes = [ \"b\", \"a\" ]; },\n"
		"  { code = 7; data = \"1.1.1.3\"; client-classes = [ \"VENDOR_CLASS_x\" ]; } );\n"
		"subnet4 = ( { id = 1; subnet = \"10.1.0.0/16\"; reservations = (\n"
		"  { hw-address = \"02:00:00:00:00:01\"; option-data = (\n"
		"    { code = 7; data = \"1.1.1.4\"; } ); } ); } );");
	const struct model *m = l->model;
	const struct model_option *v = m->options.v;

	cr_expect_str_eq(show(m, &m->options), "7=01:01:01:02 7=01:01:01:03 7=01:01:01:01");
	cr_assert(v[0].classes.n == 2 && v[1].classes.n == 1 && v[2].classes.n == 0);
	cr_expect(v[0].classes.v[0] == 1 && v[0].classes.v[1] == 0);
	cr_expect_str_eq(show(m, &m->classes[0]->options), "224=00:07");
	cr_expect_str_eq(show(m, &m->classes[1]->options), "224=aa");
	cr_assert(m->n_hosts == 1);
	cr_expect_str_eq(show(m, &m->hosts[0].options), "7=01:01:01:04");
	loaded_free(l);
}

Test(options, names, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE
		"ddns-qualifying-suffix = \"example.org\";\n"
		"subnet4 = ( { id = 1; subnet = \"10.1.0.0/16\"; },\n"
		"  { id = 2; subnet = \"10.2.0.0/16\"; hostname-char-set = \"[]x[:digit:]]\";\n"
		"    ddns-replace-client-name = \"when-not-present\"; pools = (\n"
		"    { pool = \"10.2.0.0/24\"; ddns-generated-prefix = \"p\"; hostname-char-set "
		"= \"\";\n"
		"      hostname-char-replacement = \"-\"; } ); } );");
	const struct model_names *a = l->model->subnets[0]->names, *b = l->model->subnets[1]->names;
	const struct model_names *c = l->model->pools[0]->names;
	unsigned n = 0;

	cr_expect(a->replace == MODEL_REPLACE_NEVER && a->sanitise);
	cr_expect_str_eq(a->prefix, "myhost");
	cr_expect_str_eq(a->suffix, "example.org");
	cr_expect_str_eq(a->replacement, "");
	for (unsigned i = 1; i < 256; i++)
		n += (a->bad[i / 64] >> i % 64 & 1) == 0;
	cr_expect(n == 26 + 26 + 10 + 2, "%u octets are allowed", n);
	cr_expect(b->replace == MODEL_REPLACE_WHEN_NOT_PRESENT);
	cr_expect_str_eq(b->suffix, "example.org");
	cr_expect((b->bad['x' / 64] >> 'x' % 64 & 1) == 1 && (b->bad[0] >> '7' & 1) == 1);
	cr_expect((b->bad[']' / 64] >> ']' % 64 & 1) == 1);
	cr_expect((b->bad['a' / 64] >> 'a' % 64 & 1) == 0);
	cr_expect(!c->sanitise && c->replace == MODEL_REPLACE_WHEN_NOT_PRESENT);
	cr_expect_str_eq(c->prefix, "p");
	cr_expect_str_eq(c->replacement, "-");
	loaded_free(l);
}

Test(options, flags, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good(FACE
		"stash-agent-options = true; store-extended-info = true;\n"
		"compatibility = { lenient-option-parsing = true; ignore-rai-link-selection = "
		"true; };\n"
		"subnet4 = ( { id = 1; subnet = \"10.1.0.0/16\"; store-extended-info = false; },\n"
		"  { id = 2; subnet = \"10.2.0.0/16\"; } );");
	const struct model *m = l->model;

	cr_expect(m->stash_agent_options && m->lenient_options && m->ignore_link_selection);
	cr_expect(!m->ignore_server_id && !m->exclude_first_last_24);
	cr_expect(!m->subnets[0]->params.store_extended_info);
	cr_expect(m->subnets[1]->params.store_extended_info);
	loaded_free(l);
}
