/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tree_print: what is printed as libconfig is read back as the same tree, and looks as people
 * want it; what libconfig cannot have is refused.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/tree_json.h"
#include "daemon/conf/tree_print.h"
#include "tests/unit/conf/loaded.h"

static void fail(void *arg, bool is_error, const char *line)
{
	(void)arg;
	(void)is_error;
	cr_expect(false, "%s", line);
}

static struct report loud = {.line = fail};

static char *as_json(const struct tree_node *root)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	cr_expect(tree_print_json(f, root) == 0);
	fclose(f);
	return text;
}

static char *as_libconfig(const struct tree_node *root, int *ret)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	*ret = tree_print_libconfig(f, root);
	fclose(f);
	return text;
}

static void round_trip(const char *json, const char *looks)
{
	struct arena *arena = arena_new();
	struct tree_node *root = NULL, *again = NULL;
	char *before, *text, *after;
	int rc;

	cr_assert(tree_parse_json(json, "t", arena, &loud, &root) == 0);
	text = as_libconfig(root, &rc);
	cr_assert(rc == 0, "%s", json);
	if (looks != NULL)
		cr_expect_str_eq(text, looks);
	loaded_write("t.conf", text);
	cr_assert(tree_read_libconfig("t.conf", arena, &loud, &again) == 0, "%s", text);
	before = as_json(root);
	after = as_json(again);
	cr_expect_str_eq(after, before);
	free(before);
	free(text);
	free(after);
	arena_free(arena);
}

Test(tree_print, looks, .init = loaded_enter, .fini = loaded_leave)
{
	round_trip("{\"a\": 1, \"b-c_d*\": true, \"s\": \"x\", \"r\": 0.5}",
		"a = 1;\nb-c_d* = true;\ns = \"x\";\nr = 0.5;\n");
	round_trip("{\"l\": [\"a\", \"b\"], \"e\": [], \"m\": {}, \"mixed\": [1, \"a\"]}",
		"l = [ \"a\", \"b\" ];\ne = ( );\nm = { };\nmixed = ( 1, \"a\" );\n");
	round_trip("{\"subnet4\": [{\"id\": 1, \"pools\": [{\"pool\": \"192.0.2.0/25\"}]}, {}]}",
		"subnet4 = (\n"
		"\t{\n"
		"\t\tid = 1;\n"
		"\t\tpools = ( { pool = \"192.0.2.0/25\"; } );\n"
		"\t},\n"
		"\t{ }\n"
		");\n");
}

Test(tree_print, is_read_back, .init = loaded_enter, .fini = loaded_leave)
{
	round_trip("{\"a\": [2147483647, 2147483648], \"b\": -9223372036854775808, "
		   "\"c\": [-2147483648, 4294967295, 9223372036854775807]}",
		NULL);
	round_trip("{\"a\": [0.1, 1e300, -1e-300, 1e15, 123456789.123456789, 3.0]}", NULL);
	round_trip("{\"a\": \"\\\"\\\\ \\n\\r\\t\\u0001\\u007f41 \\u00e9 # // /* @include ; }\"}",
		NULL);
	round_trip("{\"a\": [[1, 2], [], [[\"x\"]], {\"b\": [true, false]}]}", NULL);
	round_trip("{\"a\": \"@include \\\"x\\\"\\n@include \\\"y\\\"\"}", NULL);
}

Test(tree_print, refuses, .init = loaded_enter, .fini = loaded_leave)
{
	static const char *const cases[] = {"{\"a b\": 1}", "{\"\": 1}", "{\"4o6\": 1}",
		"{\"a\": null}", "{\"a\": [{\"b\": [null]}]}", "{\"a\": {\"é\": 1}}", "{\"-\": 1}"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new();
		struct tree_node *root = NULL;
		int rc;

		cr_assert(tree_parse_json(cases[i], "t", arena, &loud, &root) == 0);
		free(as_libconfig(root, &rc));
		cr_expect(rc == -EINVAL, "%s", cases[i]);
		arena_free(arena);
	}
}
