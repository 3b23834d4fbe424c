/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_expr_manual: what doc/lessor-expr.5 shows compiles, and it shows every function.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/packet/asked.h"
#include "workers/packet/expr_compile.h"

static char *manual(void)
{
	const char *dir = getenv("srcdir");
	char path[4096];
	char *text = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/doc/lessor-expr.5", dir != NULL ? dir : ".");
	file = fopen(path, "r");
	cr_assert(file != NULL, "%s", path);
	cr_assert(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	return text;
}

/* What stands for a word that the manual uses as a placeholder. */
static const char *value_of(const char *word, size_t len)
{
	static const char *const values[][2] = {{"a", "'a'"}, {"b", "'b'"}, {"t", "known"},
		{"u", "unknown"}, {"code", "1"}, {"number", "43"}, {"id", "4491"},
		{"start", "0"}, {"length", "1"}, {"delimiters", "'.'"}, {"n", "1"},
		{"separator", "':'"}, {"name", "A"}, {"pattern", "p"}};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (strlen(values[i][0]) == len && memcmp(values[i][0], word, len) == 0)
			return values[i][1];
	}
	return NULL;
}

static void fill(const char *form, char *ret, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t n = 0;

	ret[0] = '\0';
	while (*form != '\0') {
		size_t len = strspn(form, letters);
		const char *value = value_of(form, len);

		len = len > 0 ? len : 1;
		if (value != NULL)
			n += (size_t)snprintf(ret + n, size - n, "%s", value);
		else
			n += (size_t)snprintf(ret + n, size - n, "%.*s", (int)len, form);
		form += len;
	}
}

static bool compiles(const char *text)
{
	struct expr *e = NULL;
	bool ok = expr_compile(text, EXPR_TEST, &asked_names, NULL, NULL, &e, NULL) == 0 ||
		expr_compile(text, EXPR_VALUE, &asked_names, NULL, NULL, &e, NULL) == 0;

	expr_free(e);
	return ok;
}

Test(expr_manual, shows_what_compiles)
{
	char *text = manual(), *rest = text, *line;
	unsigned forms = 0, examples = 0;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char filled[256];

		if (strncmp(line, ".Dl ", 4) == 0) {
			cr_expect(compiles(line + 4), "%s", line);
			examples++;
		} else if (strncmp(line, ".It Ic ", 7) == 0) {
			fill(line + 7, filled, sizeof(filled));
			cr_expect(compiles(filled), "%s: %s", line, filled);
			forms++;
		}
	}
	cr_expect(examples >= 5 && forms >= 40, "%u examples, %u forms", examples, forms);
	free(text);
}

Test(expr_manual, shows_every_function)
{
	char *text = manual(), wanted[64];

	for (size_t i = 0; expr_function_name(i) != NULL; i++) {
		snprintf(wanted, sizeof(wanted), "\n.It Ic %s(", expr_function_name(i));
		cr_expect(strstr(text, wanted) != NULL, "%s", expr_function_name(i));
	}
	free(text);
}
