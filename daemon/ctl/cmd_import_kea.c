/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_import_kea: reads a configuration of Kea's and writes it as one of Lessor's; the file appears
 * whole, or not at all.
 */
#include "daemon/ctl/ctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/conf/tree_print.h"
#include "daemon/ctl/import_kea.h"
#include "daemon/ctl/print.h"

static void print_line(void *arg, bool is_error, const char *line)
{
	(void)arg;
	if (!is_error)
		fputs("warning: ", stderr);
	print_escaped(stderr, line, strlen(line));
	fputc('\n', stderr);
}

static int print_tree(FILE *f, const char *from, const struct tree_node *root)
{
	fputs("# From ", f);
	print_escaped(f, from, strlen(from));
	fputs(", by 'lessorctl import kea'.\n", f);
	if (tree_print_libconfig(f, root) < 0)
		return -EINVAL;
	return fflush(f) != 0 || ferror(f) ? -errno : 0;
}

/* Writes beside the file first. It is as secret as from: there may be passwords in it. */
static int write_beside(int fd, const char *temporary, const char *from, const char *file,
	const struct tree_node *root)
{
	struct stat st;
	FILE *f;
	int r = 0;

	if (stat(from, &st) < 0 || fchmod(fd, st.st_mode & 0666) < 0)
		r = -errno;
	f = fdopen(fd, "w");
	if (f == NULL) {
		r = -errno;
		close(fd);
		return r;
	}
	if (r == 0)
		r = print_tree(f, from, root);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (fclose(f) != 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(temporary, file) < 0)
		r = -errno;
	return r;
}

static int write_file(const char *from, const char *file, const struct tree_node *root)
{
	char *temporary;
	struct stat st;
	int fd, r;

	if (lstat(file, &st) == 0 && !S_ISREG(st.st_mode))
		return -ENOTSUP;
	if (asprintf(&temporary, "%s.XXXXXX", file) < 0)
		return -ENOMEM;
	fd = mkstemp(temporary);
	r = fd < 0 ? -errno : write_beside(fd, temporary, from, file, root);
	if (fd >= 0 && r < 0)
		unlink(temporary);
	free(temporary);
	return r;
}

static int write_tree(const struct ctl *c, const struct tree_node *root)
{
	const char *file = c->out;
	int r;

	if (file == NULL)
		r = print_tree(stdout, c->argv[0], root);
	else
		r = write_file(c->argv[0], file, root);
	if (r == -ENOTSUP)
		print_error("import kea: %s is no regular file and stays as it is", file);
	else if (r < 0)
		print_error("import kea: %s: %s", file != NULL ? file : "standard output",
			strerror(-r));
	return r < 0 ? CTL_FAILED : CTL_DONE;
}

int cmd_import_kea(const struct ctl *c)
{
	struct arena *arena = arena_new();
	struct report report = {.line = print_line};
	struct tree_node *root;
	int status = CTL_FAILED;

	if (arena == NULL)
		print_no_memory();
	if (import_kea(c->argv[0], c->lenient, arena, &report, &root) == 0)
		status = write_tree(c, root);
	else
		print_error("import kea: %u error%s: nothing is written%s", report.errors,
			report.errors != 1 ? "s" : "",
			c->lenient ? "" : " (--lenient leaves out what cannot be carried over)");
	arena_free(arena);
	return status;
}
