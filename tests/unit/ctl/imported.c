/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imported: see imported.h.
 */
#include "tests/unit/ctl/imported.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/conf/tree_print.h"
#include "daemon/conf/import_kea.h"

static char file[] = "/tmp/lessor-import-XXXXXX";
char imported_said[16384];
char *imported;

void imported_enter(void)
{
	int fd = mkstemp(file);

	cr_assert(fd >= 0 && close(fd) == 0);
}

void imported_leave(void)
{
	free(imported);
	unlink(file);
}

static void hear(void *arg, bool is_error, const char *line)
{
	size_t len = strlen(imported_said);

	(void)arg;
	if (strncmp(line, file, strlen(file)) == 0)
		line += strlen(file) + 1;
	snprintf(imported_said + len, sizeof(imported_said) - len, "%s%s\n",
		is_error ? "" : "warning: ", line);
}

void imported_text(const char *text, bool lenient)
{
	struct arena *arena = arena_new();
	struct report r = {.line = hear};
	struct tree_node *root;
	FILE *f = fopen(file, "w");
	size_t size;
	int rc;

	cr_assert(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
	free(imported);
	imported = NULL;
	imported_said[0] = '\0';
	rc = import_kea(file, lenient, arena, &r, &root);
	cr_expect((rc == 0) == (r.errors == 0), "%s", imported_said);
	if (rc == 0) {
		f = open_memstream(&imported, &size);
		cr_expect(tree_print_libconfig(f, root) == 0, "%s", text);
		fclose(f);
	}
	arena_free(arena);
}

void imported_global(const char *inner, bool lenient)
{
	char text[4096];

	snprintf(text, sizeof(text), "{\"Dhcp4\":{%s}}", inner);
	imported_text(text, lenient);
}
