/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_import: reads the configuration of another server and writes it as one of Lessor's; the file
 * appears whole, or not at all.
 */
#include "daemon/ctl/ctl.h"

#include <errno.h>
#include <string.h>

#include "daemon/conf/tree_print.h"
#include "daemon/ctl/import_isc.h"
#include "daemon/conf/import_kea.h"
#include "daemon/ctl/out_file.h"
#include "daemon/ctl/print.h"

static void hear(void *arg, bool is_error, const char *line)
{
	(void)arg;
	print_line("%s%s", is_error ? "" : "warning: ", line);
}

/* The file is as secret as the one it comes from: there may be passwords in it. */
static int write_tree(const struct ctl *c, const char *what, const struct tree_node *root)
{
	const char *from = c->argv[0];
	struct out_file out;
	int rc;

	if (out_file_open(c->out, from, &out) < 0)
		return CTL_FAILED;
	fputs("# From ", out.f);
	print_escaped(out.f, from, strlen(from));
	fprintf(out.f, ", by 'lessorctl import %s'.\n", what);
	rc = tree_print_libconfig(out.f, root);
	if (rc < 0)
		print_error("import %s: something in it cannot be written as libconfig", what);
	if (out_file_close(&out, rc == 0) < 0)
		rc = -1;
	return rc < 0 ? CTL_FAILED : CTL_DONE;
}

static int import_with(const struct ctl *c, const char *what,
	int (*import)(const char *file, bool lenient, struct arena *arena, struct report *r,
		struct tree_node **ret_root))
{
	struct arena *arena = arena_new();
	struct report report = {.line = hear};
	struct tree_node *root;
	int status = CTL_FAILED, rc;

	if (arena == NULL)
		print_no_memory();
	rc = import(c->argv[0], c->lenient, arena, &report, &root);
	if (rc == -ENOMEM)
		print_no_memory();
	if (rc == 0)
		status = write_tree(c, what, root);
	else
		print_error("import %s: %u error%s: nothing is written%s", what, report.errors,
			report.errors != 1 ? "s" : "",
			c->lenient ? "" : " (--lenient leaves out what cannot be carried over)");
	arena_free(arena);
	return status;
}

int cmd_import_kea(const struct ctl *c)
{
	return import_with(c, "kea", import_kea);
}

int cmd_import_isc(const struct ctl *c)
{
	return import_with(c, "isc", import_isc);
}
