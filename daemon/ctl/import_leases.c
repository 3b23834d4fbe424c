/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_leases: leases of Kea's or ISC's DHCP server into the database of a lessord that does not
 * run. Files are opened as who called, but read, and the database written, as the service user.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/ctl/ctl.h"
#include "daemon/ctl/import_set.h"
#include "daemon/ctl/leases_csv.h"
#include "daemon/ctl/leases_isc.h"
#include "daemon/ctl/print.h"
#include "daemon/ctl/progress.h"
#include "daemon/ctl/state.h"
#include "shm/base/clock.h"

#define FILES 3

struct file {
	char *path;
	int fd;
};

/* Files of one table, oldest first. */
struct files {
	struct file v[FILES];
	size_t n;
	bool csv;
};

static void close_files(struct files *f)
{
	for (size_t i = 0; i < f->n; i++) {
		close(f->v[i].fd);
		free(f->v[i].path);
	}
}

/* Opens NAME with an ending. -ENOENT is no failure to be told of, unless it is the file itself. */
static int open_one(struct files *f, const char *name, const char *ending)
{
	struct file *file = &f->v[f->n];

	if (asprintf(&file->path, "%s%s", name, ending) < 0)
		print_no_memory();
	file->fd = open(file->path, O_RDONLY | O_CLOEXEC);
	if (file->fd >= 0) {
		f->n++;
		return 0;
	}
	if (errno != ENOENT || ending[0] == '\0')
		print_error("%s: %s", file->path, strerror(errno));
	free(file->path);
	return -errno;
}

/* Kea keeps what it has not cleaned up yet in files beside the one that is named. */
static int open_older(struct files *f, const char *name)
{
	int rc = open_one(f, name, ".completed");

	if (rc == -ENOENT) {
		rc = open_one(f, name, ".2");
		if (rc == 0 || rc == -ENOENT)
			rc = open_one(f, name, ".1");
	}
	return rc == -ENOENT ? 0 : rc;
}

static int open_files(const char *name, struct files *f)
{
	char begin[8];
	struct file newest;
	ssize_t n;
	int rc = open_one(f, name, "");

	if (rc < 0)
		return rc;
	n = pread(f->v[0].fd, begin, sizeof(begin), 0);
	f->csv = n == 0 || (n > 0 && leases_csv_begins(begin, (size_t)n));
	if (!f->csv)
		return 0;
	newest = f->v[0];
	f->n = 0;
	rc = open_older(f, name);
	f->v[f->n++] = newest;
	return rc;
}

static int read_text(const struct file *file, char **ret_text, size_t *ret_len)
{
	size_t size = 1 << 20, len = 0;
	char *text = (char *)malloc(size);
	ssize_t n = text != NULL ? 1 : -1;

	while (n > 0) {
		if (size - len < 2) {
			char *more = (char *)realloc(text, size *= 2);

			if (more == NULL)
				break;
			text = more;
		}
		n = read(file->fd, text + len, size - len - 1);
		len += n > 0 ? (size_t)n : 0;
	}
	if (n != 0) {
		print_error("%s: %s", file->path, strerror(errno));
		free(text);
		return -EIO;
	}
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return 0;
}

static void show_progress(void *arg, size_t done)
{
	progress_show((struct progress *)arg, done);
}

static int read_file(struct import_set *s, const struct file *file, bool csv)
{
	struct progress progress;
	struct leases_sink sink;
	struct err err = {0};
	char *text;
	size_t len;
	int rc = read_text(file, &text, &len);

	if (rc < 0)
		return rc;
	s->file = file->path;
	s->progress = show_progress;
	s->progress_arg = &progress;
	sink = import_set_sink(s);
	progress_begin(&progress, "reading", len);
	rc = csv ? leases_csv_read(text, len, &sink, &err) : leases_isc_read(text, len, &sink);
	progress_end(&progress);
	if (err.code != 0) {
		err_prefix(&err, "%s", file->path);
		print_err(&err);
	} else if (rc < 0) {
		print_error("%s: %s", file->path, strerror(-rc));
	}
	free(text);
	return rc;
}

static void print_counts(const struct ctl *c, const struct import_set *s)
{
	const struct {
		const char *key, *text;
		uint64_t n;
	} counts[] = {
		{"read", "entries read", s->read},
		{"kept", "leases kept", s->fates[IMPORT_KEPT]},
		{"replaced", "dropped, since a later entry has the same address", s->replaced},
		{"deleted", "dropped, since the file says that they are no leases any more",
			s->fates[IMPORT_DELETED]},
		{"ended", "dropped, since they ended longer ago than hold-reclaimed-time",
			s->fates[IMPORT_ENDED]},
		{"no-subnet", "dropped, since the configuration has no subnet for them",
			s->fates[IMPORT_NO_SUBNET]},
		{"bad", "dropped, since they cannot be used", s->bad},
		{"fixed", "entries given another subnet", s->fixed},
		{"shortened", "entries without their user_context", s->shortened},
		{"warnings", "warnings", s->reported},
	};
	json_t *all = json_object();

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (c->json)
			json_object_set_new(
				all, counts[i].key, json_integer((json_int_t)counts[i].n));
		else if (i < 2 || counts[i].n > 0)
			printf("%10llu %s\n", (unsigned long long)counts[i].n, counts[i].text);
	}
	if (c->json)
		print_json(all);
	json_decref(all);
}

/* What an operator has to say yes to. */
static int check(
	const struct ctl *c, const struct import_set *s, const char *dir, const struct offline *o)
{
	if (s->bad > IMPORT_BAD_MAX && !c->force) {
		print_error("%llu entries cannot be used: nothing was imported "
			    "(--force imports the others)",
			(unsigned long long)s->bad);
		return -EINVAL;
	}
	if (o->leases > 0 && !c->force) {
		print_error("%s holds %llu leases already: nothing was imported (--force adds to "
			    "them, and replaces those that have the same address)",
			dir, (unsigned long long)o->leases);
		return -EEXIST;
	}
	return 0;
}

static int write_leases(struct import_set *s, struct offline *o)
{
	struct progress progress;
	struct err err = {0};
	int rc;

	if (s->leases.n == 0)
		return 0;
	progress_begin(&progress, "writing", s->leases.n);
	rc = offline_put(o, &s->leases, show_progress, &progress, &err);
	progress_end(&progress);
	if (rc < 0) {
		print_err(&err);
		print_error("the import is incomplete: run it again with --force");
	}
	return rc;
}

static int import_files(const struct ctl *c, struct import_set *s, const struct files *f)
{
	struct state state;
	int rc = state_take(c->state_dir != NULL ? c->state_dir : LESSOR_STATEDIR, &state);

	for (size_t i = 0; i < f->n && rc == 0; i++)
		rc = read_file(s, &f->v[i], f->csv);
	if (rc == 0)
		rc = state_open(&state);
	if (rc == 0) {
		import_set_settle(s);
		rc = check(c, s, state.dir, &state.offline);
	}
	if (rc == 0)
		rc = write_leases(s, &state.offline);
	state_give_back(&state);
	return rc;
}

static void report(void *arg, bool is_error, const char *line)
{
	(void)arg;
	if (is_error)
		print_line("%s", line);
}

int cmd_import_leases(const struct ctl *c)
{
	const char *config =
		c->config != NULL ? c->config : LESSOR_SYSCONFDIR "/lessor/lessor.conf";
	struct model *model = model_load(config, report, NULL);
	struct import_set s = {.model = model, .now = clock_wall_s()};
	struct files f = {.n = 0};
	int rc;

	if (model == NULL) {
		print_error("%s: the configuration says which subnet a lease belongs to, and has "
			    "to be right first (-c names another file)",
			config);
		return CTL_FAILED;
	}
	rc = open_files(c->argv[0], &f);
	if (rc == 0)
		rc = import_files(c, &s, &f);
	if (rc == 0)
		print_counts(c, &s);
	close_files(&f);
	model_free(model);
	import_set_fini(&s);
	return rc < 0 ? CTL_FAILED : CTL_DONE;
}
