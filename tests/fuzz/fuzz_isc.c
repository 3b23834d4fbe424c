/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_isc: dhcpd.conf. Whatever it says, reading it ends, and what comes of it can be written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/tree_print.h"
#include "daemon/ctl/import_isc.h"
#include "shm/base/err.h"
#include "tests/fuzz/fuzz.h"

static void hear(void *arg, bool is_error, const char *line)
{
	(void)arg, (void)is_error;
	if (strchr(line, '\n') != NULL)
		bug("a message of two lines");
}

static void import(char *text, size_t size, struct arena *arena, FILE *f)
{
	struct report report = {.line = hear};
	struct tree_node *tree;
	struct isc_stmt root;

	if (isc_parse_text("fuzz", text, size, arena, &report, &root) < 0)
		return;
	if (import_isc_stmts(&root, true, arena, &report, &tree) < 0)
		bug("an error although it is lenient");
	if (tree_print_libconfig(f, tree) < 0)
		bug("it cannot be written");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	char *text = (char *)malloc(size + 1), *printed = NULL;
	size_t len;
	FILE *f = open_memstream(&printed, &len);

	/* files are not read here */
	if (arena != NULL && text != NULL && f != NULL && memmem(data, size, "clude", 5) == NULL &&
		memmem(data, size, "CLUDE", 5) == NULL) {
		memcpy(text, data, size);
		import(text, size, arena, f);
	}
	if (f != NULL)
		fclose(f);
	free(printed);
	free(text);
	arena_free(arena);
	return 0;
}
