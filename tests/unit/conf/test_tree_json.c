/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tree_json: JSON with Kea's extras to a tree: what is taken, what is refused in which line,
 * and input that is made to hurt.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/tree_json.h"
#include "daemon/conf/tree_print.h"
#include "tests/unit/conf/loaded.h"

static char said[4096];

static void hear(void *arg, bool is_error, const char *line)
{
	size_t len = strlen(said);

	(void)arg;
	snprintf(said + len, sizeof(said) - len, "%s%s\n", is_error ? "" : "warning: ", line);
}

/* The tree as JSON again, in the buffer; "" if it was refused. */
static void parse(const char *text, char *buf, size_t size)
{
	struct arena *arena = arena_new();
	struct report r = {.line = hear};
	struct tree_node *root = NULL;
	FILE *f = fmemopen(buf, size, "w");
	int rc;

	cr_assert(arena != NULL && f != NULL);
	said[0] = '\0';
	rc = tree_parse_json(text, "t", arena, &r, &root);
	cr_expect((rc == 0) == (root != NULL) && (rc == 0) == (r.errors == 0), "%s", text);
	if (rc == 0)
		cr_expect(tree_print_json(f, root) == 0);
	fputc('\0', f);
	fclose(f);
	arena_free(arena);
}

static const struct {
	const char *in, *out, *said;
} good[] = {
	{"{}", "{}", ""},
	{" {\t\"a\" :\r\n1 } \n", "{\"a\": 1}", ""},
	{"{\"a\":[1,[],{},-7,true,false,null,\"\"]}",
		"{\"a\": [1, [], {}, -7, true, false, null, \"\"]}", ""},
	{"{\"a\":[0.5,1e3,-1.5E-3,2.,.5,-.25,0,-0,9223372036854775807,-9223372036854775808]}",
		"{\"a\": [0.5, 1000.0, -0.0015, 2.0, 0.5, -0.25, 0, 0, 9223372036854775807, "
		"-9223372036854775808]}",
		""},
	{"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"}",
		"{\"a\": \"\\\"\\\\/\\u0008\\u000c\\u000a\\u000d\\u0009Aé€😀\"}", ""},
	{"{\"a\":\"# // /* <?include\"}", "{\"a\": \"# // /* <?include\"}", ""},
	{"{ \"a\": 1, }", "{\"a\": 1}",
		"warning: t:1: the comma before this '}' is one too many\n"},
	{"{\"a\":[1,\n]}", "{\"a\": [1]}",
		"warning: t:2: the comma before this ']' is one too many\n"},
	{"# x\n{ // y\n\"a\": /* z\n */ 1 } #", "{\"a\": 1}",
		"warning: t:1: comments are not carried over: this one and those that follow; a "
		"\"comment\" in a map is\n"},
	{"{\n/**/}", "{}",
		"warning: t:2: comments are not carried over: this one; a \"comment\" in a map "
		"is\n"},
};

Test(tree_json, takes, .init = loaded_enter, .fini = loaded_leave)
{
	char out[1024];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		parse(good[i].in, out, sizeof(out));
		cr_expect_str_eq(out, good[i].out);
		cr_expect_str_eq(said, good[i].said);
	}
}

static const struct {
	const char *in, *said;
} bad[] = {
	{"", "t:1: expected '{', but this is the end\n"},
	{"[]", "t:1: expected '{', got '['\n"},
	{"{} x", "t:1: expected nothing after the last '}', got 'x'\n"},
	{"{\n", "t:2: expected a name in double quotes, but this is the end\n"},
	{"{\"a\"}", "t:1: expected ':', got '}'\n"},
	{"{\"a\":}", "t:1: expected a value, got '}'\n"},
	{"{\"a\":1\n\"b\":2}", "t:2: expected ',' or '}', got '\"'\n"},
	{"{\"a\":[1 2]}", "t:1: expected ',' or ']', got '2'\n"},
	{"{\"a\":[1,,2]}", "t:1: expected a value, got ','\n"},
	{"{,}", "t:1: expected a name in double quotes, got ','\n"},
	{"{a:1}", "t:1: expected a name in double quotes, got 'a'\n"},
	{"{\"a\":[1}}", "t:1: expected ',' or ']', got '}'\n"},
	{"{\"a\":tru}", "t:1: expected a value, got 't'\n"},
	{"{\"a\":True}", "t:1: expected a value, got 'T'\n"},
	{"{\"a\":truest}", "t:1: expected a value, got 't'\n"},
	{"{\"a\":-}", "t:1: expected a number\n"},
	{"{\"a\":1.2.3}", "t:1: expected a number\n"},
	{"{\"a\":1e}", "t:1: expected a number\n"},
	{"{\"a\":007}", "t:1: expected a number\n"},
	{"{\"a\":.}", "t:1: expected a number\n"},
	{"{\"a\":-.e1}", "t:1: expected a number\n"},
	{"{\"a\":0x10}", "t:1: expected a number\n"},
	{"{\"a\":9223372036854775808}", "t:1: a number too large\n"},
	{"{\"a\":1e999}", "t:1: a number too large\n"},
	{"{\"a\":\"\n\"}", "t:1: the text that begins here does not end in this line\n"},
	{"{\"a\":\"", "t:1: the text that begins here does not end in this line\n"},
	{"{\"a\":\"\\", "t:1: the text that begins here does not end in this line\n"},
	{"{\"a\":\"\x01\"}", "t:1: a control character in a text\n"},
	{"{\"a\":\"\\x\"}", "t:1: unknown escape in a text\n"},
	{"{\"a\":\"\\u00g0\"}", "t:1: unknown escape in a text\n"},
	{"{\"a\":\"\\u12\"}", "t:1: unknown escape in a text\n"},
	{"{\"a\":\"\\ud83d\"}", "t:1: unknown escape in a text\n"},
	{"{\"a\":\"\\ude00\\ud83d\"}", "t:1: unknown escape in a text\n"},
	{"{\"a\":\"\\u0000\"}", "t:1: \\u0000 cannot be kept\n"},
	{"{\"a\":\"\xe9\"}", "t:1: a text that is not UTF-8: convert the file with iconv\n"},
	{"{\n/* \n", "t:2: the comment that begins here never ends\n"},
	{"{ / }", "t:1: expected a name in double quotes, got '/'\n"},
	{"{\"a\":1,\n\"b\":2,\n\"a\":3}", "t:3: \"a\" stands in this map already, at t:1\n"},
	{"{ <?include \"/etc/hostname\"?> }", "t:1: nothing can be included here\n"},
};

Test(tree_json, refuses, .init = loaded_enter, .fini = loaded_leave)
{
	char out[1024];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		parse(bad[i].in, out, sizeof(out));
		cr_expect_str_eq(out, "");
		cr_expect_str_eq(said, bad[i].said);
	}
}

/* Neither depth nor number of members can exhaust the stack, or time. */
Test(tree_json, hostile, .init = loaded_enter, .fini = loaded_leave, .timeout = 60)
{
	size_t size = 8 * 1024 * 1024, len = 0;
	char *text = malloc(size), *out = malloc(2 * size);

	memset(text, '[', size - 1);
	text[size - 1] = '\0';
	memcpy(text, "{\"a\":", 5);
	parse(text, out, size);
	cr_expect_str_eq(said, "t:1: more than 100 levels of nesting\n");
	len = (size_t)sprintf(text, "{");
	for (unsigned i = 0; i < 100000; i++)
		len += (size_t)sprintf(text + len, "\"n%u\":%u,", i, i);
	sprintf(text + len, "\"n7\":1}");
	parse(text, out, size);
	cr_expect_str_eq(said, "t:1: \"n7\" stands in this map already, at t:1\n");
	free(text);
	free(out);
}

static int read_file(const char *name, char *buf, size_t size)
{
	struct arena *arena = arena_new();
	struct report r = {.line = hear};
	struct tree_node *root = NULL;
	FILE *f = fmemopen(buf, size, "w");
	int rc = tree_read_json(name, arena, &r, &root);

	if (rc == 0) {
		const struct tree_node *last = &root->v[root->n - 1];

		tree_print_json(f, root);
		fprintf(f, " %s:%u", last->file, last->line);
	}
	fputc('\0', f);
	fclose(f);
	arena_free(arena);
	return rc;
}

/* Includes are looked for beside the file that names them; nodes know where they stand. */
Test(tree_json, includes, .init = loaded_enter, .fini = loaded_leave)
{
	char out[256];

	said[0] = '\0';
	loaded_write("a.json", "{ \"x\": <?include \"b\"?>,\n<?include  \"c\" ?>\n, \"z\": 3}");
	loaded_write("b", "[1,\n2]\n");
	loaded_write("c", "\"y\": 2");
	cr_expect(read_file("a.json", out, sizeof(out)) == 0);
	cr_expect_str_eq(out, "{\"x\": [1, 2], \"y\": 2, \"z\": 3} a.json:3");
	loaded_write("b", "1,\n<?include \"none\"?>");
	cr_expect(read_file("a.json", out, sizeof(out)) < 0);
	loaded_write("b", "<?include \"b\"?>");
	cr_expect(read_file("a.json", out, sizeof(out)) < 0);
	loaded_write("a.json", "{ <?include b?> }");
	cr_expect(read_file("a.json", out, sizeof(out)) < 0);
	cr_expect(read_file("none", out, sizeof(out)) < 0);
	cr_expect_str_eq(said,
		"b:2: cannot read \"none\": No such file or directory\n"
		"b:1: \"b\" is included 10 files deep: does it include itself?\n"
		"a.json:1: expected <?include \"FILE\"?>\n"
		"none: cannot read it: No such file or directory\n");
}
