/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_backup: fetches all that the server stores and writes it as a lease database of its own,
 * which a server can be started with. The file appears when it is complete and on disk.
 */
#include "daemon/ctl/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"
#include "daemon/ctl/progress.h"
#include "shm/base/text.h"
#include "shm/stretch.h"

#define WRITE_AT (4 << 20) /* octets of rows that are written in one go */

struct backup {
	const struct ctl *ctl;
	char *dir; /* beside the file; the database is made in it */
	struct leasedb *db;
	struct stretch rows; /* not written yet */
	uint64_t position, leases;
};

static int complain(const char *path, int rc)
{
	print_error("%s: %s", path, strerror(-rc));
	return rc;
}

static char *path_of(const struct backup *b, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", b->dir, name) < 0)
		print_no_memory();
	return path;
}

static int write_rows(struct backup *b, struct err *err)
{
	size_t at = 0;
	int rc;

	stretch_sort(&b->rows);
	do
		rc = stretch_write(&b->rows, &at, STRETCH_SLICE, b->db, err);
	while (rc == 0 && at < b->rows.n);
	stretch_fini(&b->rows);
	b->rows = (struct stretch){0};
	return rc;
}

static int take_entry(struct backup *b, const json_t *entry)
{
	const json_t *seq = json_array_get(entry, 0);
	const char *hex = json_string_value(json_array_get(entry, 1));
	uint8_t buf[HOST_CHANGE_MAX];
	struct change c;
	size_t len;

	if (!json_is_integer(seq) || hex == NULL ||
		text_parse_hex(hex, buf, sizeof(buf), &len) < 0 ||
		change_decode(span_of(buf, len), &c) < 0) {
		print_error("%s: an entry of the answer cannot be read", b->ctl->socket);
		return -EPROTO;
	}
	c.lease.seq = (uint64_t)json_integer_value(seq);
	if (stretch_take(&b->rows, &c) < 0)
		print_no_memory();
	return 0;
}

static int take_page(struct backup *b, const json_t *entries)
{
	struct err err = {0};
	int rc = 0;

	for (size_t i = 0; i < json_array_size(entries) && rc == 0; i++)
		rc = take_entry(b, json_array_get(entries, i));
	if (rc == 0 && b->rows.used >= WRITE_AT) {
		rc = write_rows(b, &err);
		if (rc < 0)
			print_err(&err);
	}
	return rc;
}

/* What the server answered, without its entries, is what to ask for next. */
static int fetch_all(struct backup *b)
{
	json_t *place = NULL;
	int rc = 0;

	do {
		json_t *answer = call_do(b->ctl, "lessor-backup", place);
		json_t *arguments = json_object_get(answer, "arguments");
		const char *part = json_string_value(json_object_get(arguments, "part"));

		if (answer == NULL)
			return -EIO;
		rc = part != NULL ? take_page(b, json_object_get(arguments, "entries")) : -EPROTO;
		json_object_del(arguments, "entries");
		place = part != NULL && strcmp(part, "end") != 0 ? json_incref(arguments) : NULL;
		b->position = (uint64_t)json_integer_value(json_object_get(arguments, "position"));
		json_decref(answer);
	} while (rc == 0 && place != NULL);
	json_decref(place);
	return rc;
}

static int finish(struct backup *b, struct err *err)
{
	uint64_t applied;
	int rc = write_rows(b, err);

	if (rc == 0)
		rc = leasedb_apply(b->db, NULL, 0, b->position, err);
	if (rc == 0)
		rc = leasedb_set_backup(b->db, true, err);
	return rc < 0 ? rc : leasedb_position(b->db, &applied, &b->leases, err);
}

static int make_database(struct backup *b)
{
	struct err err = {0};
	int rc = leasedb_open(b->dir, &b->db, &err);

	if (rc == 0) {
		rc = fetch_all(b);
		if (rc == 0)
			rc = finish(b, &err);
	}
	if (err.code < 0)
		print_err(&err);
	leasedb_close(b->db);
	return rc;
}

/* The database is on disk; its name in the directory shall be, too. */
static int put_in_place(const struct backup *b, const char *path)
{
	char *data = path_of(b, "leases/data.mdb"), *parent = path_of(b, "..");
	int rc = rename(data, path) < 0 ? -errno : 0, dir;

	if (rc == 0) {
		dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0 || fsync(dir) < 0)
			rc = -errno;
		if (dir >= 0)
			close(dir);
	}
	free(data);
	free(parent);
	return rc < 0 ? complain(path, rc) : 0;
}

static void remove_rest(const struct backup *b)
{
	static const char *const files[] = {"leases/data.mdb", "leases/lock.mdb"};
	char *leases = path_of(b, "leases");

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char *path = path_of(b, files[i]);

		unlink(path);
		free(path);
	}
	rmdir(leases);
	rmdir(b->dir);
	free(leases);
}

static int report(const struct backup *b, const char *path)
{
	json_t *v;
	int rc;

	if (!b->ctl->json) {
		printf("%s: %llu leases, journal position %llu\n", path,
			(unsigned long long)b->leases, (unsigned long long)b->position);
		return CTL_DONE;
	}
	v = json_pack("{sssIsI}", "file", path, "leases", (json_int_t)b->leases, "position",
		(json_int_t)b->position);
	rc = print_json(v);
	json_decref(v);
	return rc;
}

int cmd_backup(const struct ctl *c)
{
	struct backup b = {.ctl = c};
	const char *path = c->argv[0];
	struct stat st;
	int rc;

	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		print_error("%s is no regular file and stays as it is", path);
		return CTL_FAILED;
	}
	if (asprintf(&b.dir, "%s.XXXXXX", path) < 0)
		print_no_memory();
	if (mkdtemp(b.dir) == NULL) {
		complain(path, -errno);
		free(b.dir);
		return CTL_FAILED;
	}
	rc = make_database(&b);
	if (rc == 0)
		rc = put_in_place(&b, path);
	remove_rest(&b);
	stretch_fini(&b.rows);
	free(b.dir);
	return rc < 0 ? CTL_FAILED : report(&b, path);
}
