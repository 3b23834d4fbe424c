/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_source: libconfig's syntax to a tree: large numbers, includes, lines and files of nodes.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/source.h"
#include "daemon/conf/tree.h"
#include "tests/unit/conf/loaded.h"

static void ignore(void *arg, bool is_error, const char *line)
{
	(void)arg;
	(void)is_error;
	cr_log_info("%s", line);
}

static struct report silent = {.line = ignore};

/* Large numbers keep their value; what only looks like a number stays as it is. */
static const struct {
	const char *in, *out;
} number_cases[] = {
	{"a = 5;", "a = 5;\n"},
	{"a = 2147483647;", "a = 2147483647;\n"},
	{"a = 2147483648;", "a = 2147483648L;\n"},
	{"a = 4294967295L;", "a = 4294967295L;\n"},
	{"a = 4294967295", "a = 4294967295L\n"},
	{"a = -4294967295;", "a = -4294967295L;\n"},
	{"a = 0xffffffff;", "a = 0xffffffffL;\n"},
	{"a = 0x7fffffff;", "a = 0x7fffffff;\n"},
	{"a = 4294967295.5;", "a = 4294967295.5;\n"},
	{"a = .4294967295;", "a = .4294967295;\n"},
	{"a = 4294967295e1;", "a = 4294967295e1;\n"},
	{"a-4294967295 = 1;", "a-4294967295 = 1;\n"},
	{"a = \"4294967295\";", "a = \"4294967295\";\n"},
	{"a = \"\\\"4294967295\";", "a = \"\\\"4294967295\";\n"},
	{"# 4294967295\n4294967295", "# 4294967295\n4294967295L\n"},
	{"// 4294967295", "// 4294967295\n"},
	{"/* 4294967295\n4294967295 */ 4294967295", "/* 4294967295\n4294967295 */ 4294967295L\n"},
	{"[4294967295,4294967295]", "[4294967295L,4294967295L]\n"},
	{"\\", "\\\n"},
	{"", ""},
};

Test(source, numbers, .init = loaded_enter, .fini = loaded_leave)
{
	for (size_t i = 0; i < sizeof(number_cases) / sizeof(number_cases[0]); i++) {
		struct arena *a = arena_new();
		struct source s;

		loaded_write("n.conf", number_cases[i].in);
		cr_assert(source_read("n.conf", a, &silent, &s) == 0);
		cr_expect_str_eq(s.text, number_cases[i].out);
		source_fini(&s);
		arena_free(a);
	}
}

Test(source, large_values_arrive, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_good("interfaces-config = { interfaces = [ \"*\" ]; };\n"
				       "valid-lifetime = 4294967295;\n"
				       "decline-probation-period = 4294967295L;\n"
				       "subnet4 = ( { id = 4294967294;\n"
				       "subnet = \"10.0.0.0/8\"; } );");

	cr_expect(l->model->subnets[0]->params.valid_lifetime == UINT32_MAX);
	cr_expect(l->model->decline_probation_period == UINT32_MAX);
	cr_expect(l->model->subnets[0]->id == UINT32_MAX - 1);
	loaded_free(l);
}

static const struct tree_node *child(const struct tree_node *map, size_t i)
{
	cr_assert(i < map->n);
	return &map->v[i];
}

Test(source, nodes_know_their_place, .init = loaded_enter, .fini = loaded_leave)
{
	struct arena *a = arena_new();
	struct tree_node *root;
	const struct tree_node *n;
	char path[TREE_PATH_SIZE];

	loaded_write("inner.conf", "\nb = ( 1,\n { c = \"x\" \"y\"; } );\n");
	loaded_write("outer.conf", "a = true;\n  @include \"inner.conf\"\nd = 0.5;\n"
				   "e = \"\n@include \\\"inner.conf\\\"\n\"; f = [ 1 ];");
	cr_assert(tree_read_libconfig("./outer.conf", a, &silent, &root) == 0);
	cr_assert(root->type == TREE_MAP && root->n == 5);
	n = child(root, 0);
	cr_expect(n->type == TREE_BOOL && n->boolean && n->line == 1);
	cr_expect_str_eq(n->file, "./outer.conf");
	n = child(child(child(root, 1), 1), 0);
	cr_expect(n->type == TREE_STRING && n->line == 3);
	cr_expect_str_eq(n->string, "xy");
	cr_expect_str_eq(n->file, "./inner.conf");
	cr_expect_str_eq(tree_path(n, path), "b[1].c");
	n = child(root, 2);
	cr_expect(n->type == TREE_REAL && n->real == 0.5 && n->line == 3);
	cr_expect_str_eq(n->file, "./outer.conf");
	cr_expect_str_eq(child(root, 3)->string, "\n@include \"inner.conf\"\n");
	n = child(root, 4);
	cr_expect(n->type == TREE_LIST && n->n == 1 && n->line == 6);
	arena_free(a);
}

Test(source, lines_beyond_16_bits, .init = loaded_enter, .fini = loaded_leave)
{
	char *text = malloc(100100);
	struct loaded *l;

	memset(text, '\n', 100000);
	strcpy(text + 100000, "workers = 0;");
	l = loaded_text(text);
	cr_expect_str_eq(l->said, "t.conf:100001: workers: 0 is not in the range from 1 to 64\n");
	loaded_free(l);
	free(text);
}

Test(source, nul_octets, .init = loaded_enter, .fini = loaded_leave)
{
	FILE *f = fopen("z.conf", "w");
	struct loaded *l;

	cr_assert(f != NULL && fwrite("a\0b", 1, 3, f) == 3 && fclose(f) == 0);
	l = loaded_file("z.conf");
	cr_expect_str_eq(l->said, "z.conf: holds a NUL octet: not a text file\n");
	loaded_free(l);
}

/* Whatever octets a file has, it is loaded or refused with a reason. */
Test(source, any_octets, .init = loaded_enter, .fini = loaded_leave)
{
	static const char *const words[] = {"interfaces-config", "subnet4", "pools", "pool", "id",
		"subnet", "option-data", "name", "data", "=", ":", ";", ",", "{", "}", "(", ")",
		"[", "]", "\"*\"", "\"192.0.2.0/24\"", "\"192.0.2.1 - 192.0.2.9\"", "\"routers\"",
		"1", "-1", "0xffffffffff", "1e999", "true", "\"", "\n", "#", "/*", "*/", "\\",
		"@include", "\"t.conf\"", "option-def", "code", "type", "\"record\"", "\xff",
		"record-types", "\"uint8,\"", "interfaces", "relay", "ip-addresses", "\x01"};
	uint32_t random = 1;

	for (unsigned round = 0; round < 3000; round++) {
		char text[2048] = "";
		size_t len = 0;

		for (unsigned i = 0; i < 40; i++) {
			const char *word;

			random = random * 1664525 + 1013904223;
			word = words[(random >> 8) % (sizeof(words) / sizeof(words[0]))];
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s ", word);
		}
		loaded_free(loaded_text(text));
	}
}

/* A good configuration with a few octets changed: most of these get past the syntax. */
Test(source, changed_octets, .init = loaded_enter, .fini = loaded_leave)
{
	static const char good[] =
		"interfaces-config = { interfaces = [ \"eth0\", \"eth1/10.0.0.1\" ]; };\n"
		"valid-lifetime = 4294967295; t1-percent = 0.4; next-server = \"10.0.0.2\";\n"
		"option-def = ( { name = \"own\"; code = 240; type = \"record\";\n"
		"  record-types = \"uint8, fqdn\"; array = true; } );\n"
		"option-data = ( { name = \"own\"; data = \"5, a.b, c.d\"; }, { code = 121;\n"
		"  data = \"10.0.0.0/8 - 10.0.0.3\"; }, { code = 54; data = \"10.0.0.9\"; } );\n"
		"shared-networks = ( { name = \"n\"; relay = { ip-addresses = [ \"9.0.0.1\" ]; };\n"
		"  subnet4 = ( { id = 1; subnet = \"10.0.0.0/24\"; pools = (\n"
		"    { pool = \"10.0.0.10 - 10.0.0.20\"; pool-id = 3; },\n"
		"    { pool = \"10.0.0.32/28\"; } ); },\n"
		"    { id = 2; subnet = \"10.0.0.0/8\"; } ); } );\n"
		"subnet4 = ( { id = 3; subnet = \"11.0.0.0/8\"; interface = \"eth1\"; } );\n";
	static const char octets[] = "0192837465.-/ ,a\"{}()\xff";
	uint32_t random = 7;
	unsigned loads = 0;

	for (unsigned round = 0; round < 3000; round++) {
		char text[sizeof(good)];
		struct loaded *l;

		memcpy(text, good, sizeof(good));
		for (unsigned i = 0; i <= round % 3; i++) {
			random = random * 1664525 + 1013904223;
			text[(random >> 8) % (sizeof(good) - 1)] =
				octets[(random >> 3) % (sizeof(octets) - 1)];
		}
		l = loaded_text(text);
		loads += l->model != NULL;
		loaded_free(l);
	}
	cr_expect(loads > 30 && loads < 2970, "%u", loads);
}
