/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leasedb: LMDB tables. "leases" and "leases.1", one of them in force: key = address, 4 octets in
 * network order (so that key order is address order); value = u64 journal position, then the row
 * of record.h. "meta": by name, u64 each, little-endian: "version"; "applied"; "current", the
 * number of the tables in force, 0 if it is missing; "staged", the position of the other ones, if
 * these are complete; "backup", 1 in a copy that no server was started with yet. "hosts" and
 * "hosts.1": see leasedb_host.c.
 */
#include "shm/leasedb_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#define LEASEDB_VERSION 1

static const struct env_table tables[] = {
	[LEASES] = {"leases", ENV_KEY_BYTES},
	[META] = {"meta", ENV_KEY_BYTES},
	[LEASES_OTHER] = {"leases.1", ENV_KEY_BYTES},
	[HOSTS] = {"hosts", ENV_KEY_BYTES},
	[HOSTS_OTHER] = {"hosts.1", ENV_KEY_BYTES},
};

static struct span text_key(const char *name)
{
	return span_of(name, strlen(name));
}

static int get_meta(struct env_txn *t, const char *name, uint64_t *ret)
{
	struct wire_reader r;
	struct span value;
	int rc = env_get(t, META, text_key(name), &value);

	if (rc < 0)
		return rc;
	wire_reader_init(&r, value.p, value.len);
	*ret = wire_read_le64(&r);
	return r.failed ? -EBADMSG : 0;
}

static int put_meta(struct env_txn *t, const char *name, uint64_t v)
{
	struct wire_writer w;
	uint8_t buf[8];

	wire_writer_init(&w, buf, sizeof(buf));
	wire_write_le64(&w, v);
	return env_put(t, META, text_key(name), span_of(buf, sizeof(buf)));
}

int leasedb_find_tables(struct env_txn *t, unsigned *ret_current, unsigned *ret_other)
{
	uint64_t n = 0;
	int rc = get_meta(t, "current", &n);

	if (rc < 0 && rc != -ENOENT)
		return rc;
	*ret_current = n == 0 ? LEASES : LEASES_OTHER;
	*ret_other = n == 0 ? LEASES_OTHER : LEASES;
	return 0;
}

/* 0: an empty or a fitting database; 1: the version has to be written. */
static int check_version(struct env_txn *t, void *arg)
{
	uint64_t version;
	int rc = get_meta(t, "version", &version);

	(void)arg;
	if (rc == -ENOENT)
		return 1;
	return rc < 0 ? rc : version == LEASEDB_VERSION ? 0 : -ENOTSUP;
}

static int write_version(struct env_txn *t, void *arg)
{
	(void)arg;
	return put_meta(t, "version", LEASEDB_VERSION);
}

int leasedb_open(const char *state_dir, struct leasedb **ret, struct err *err)
{
	struct leasedb *db = (struct leasedb *)calloc(1, sizeof(*db));
	int rc;

	if (db == NULL || asprintf(&db->path, "%s/leases", state_dir) < 0) {
		free(db);
		return err_set(err, -ENOMEM, NULL, "out of memory");
	}
	rc = env_open(db->path, tables, sizeof(tables) / sizeof(tables[0]), &db->env, err);
	if (rc == 0)
		rc = env_read(db->env, check_version, NULL, err);
	if (rc == 1)
		rc = env_write(db->env, write_version, NULL, err);
	if (rc == -ENOTSUP)
		err_set(err, rc, "start the version of lessor that wrote it",
			"%s: the lease database is of another version", db->path);
	if (rc < 0) {
		leasedb_close(db);
		return rc;
	}
	*ret = db;
	return 0;
}

void leasedb_close(struct leasedb *db)
{
	if (db == NULL)
		return;
	env_close(db->env);
	free(db->path);
	free(db);
}

struct position {
	uint64_t applied, leases;
};

static int read_position(struct env_txn *t, void *arg)
{
	struct position *p = (struct position *)arg;
	unsigned current, other;
	int rc = get_meta(t, "applied", &p->applied);

	if (rc == -ENOENT)
		p->applied = 0;
	else if (rc < 0)
		return rc;
	rc = leasedb_find_tables(t, &current, &other);
	return rc < 0 ? rc : env_count(t, current, &p->leases);
}

int leasedb_position(struct leasedb *db, uint64_t *ret_applied, uint64_t *ret_leases,
	struct err *err)
{
	struct position p;
	int rc = env_read(db->env, read_position, &p, err);

	if (rc < 0)
		return rc;
	*ret_applied = p.applied;
	*ret_leases = p.leases;
	return 0;
}

struct apply {
	const struct leasedb_row *rows;
	size_t n;
	uint64_t position;
};

static int apply_row(struct env_txn *t, unsigned table, const struct leasedb_row *row)
{
	uint8_t key[4], value[8 + RECORD_MAX];
	struct wire_writer w;
	int rc;

	wire_set_be32(key, row->address);
	if (row->row.len == 0) {
		rc = env_delete(t, table, span_of(key, sizeof(key)));
		return rc == -ENOENT ? 0 : rc;
	}
	wire_writer_init(&w, value, sizeof(value));
	wire_write_le64(&w, row->seq);
	wire_write(&w, row->row.p, row->row.len);
	if (w.failed)
		return -EMSGSIZE;
	return env_put(t, table, span_of(key, sizeof(key)), span_of(value, wire_written(&w)));
}

static int apply_all(struct env_txn *t, void *arg)
{
	const struct apply *a = (const struct apply *)arg;
	unsigned current, other;
	int rc = leasedb_find_tables(t, &current, &other);

	for (size_t i = 0; i < a->n && rc == 0; i++)
		rc = apply_row(t, current, &a->rows[i]);
	if (rc == 0 && a->position != 0)
		rc = put_meta(t, "applied", a->position);
	return rc;
}

int leasedb_apply(struct leasedb *db, const struct leasedb_row *rows, size_t n, uint64_t position,
	struct err *err)
{
	struct apply a = {rows, n, position};

	return env_write(db->env, apply_all, &a, err);
}

static int decode_value(struct leasedb *db, uint32_t address, struct span value, struct lease *ret,
	struct err *err)
{
	struct wire_reader r;
	uint64_t seq;
	int rc;

	wire_reader_init(&r, value.p, value.len);
	seq = wire_read_le64(&r);
	rc = r.failed ? -EBADMSG : record_decode(wire_read(&r, wire_left(&r)), ret);
	if (rc == 0 && ret->address != address)
		rc = -EBADMSG;
	if (rc < 0)
		return err_set(err, rc, "restore a backup, or upgrade to the version that wrote it",
			"%s: the lease of address %#x cannot be read", db->path, address);
	ret->seq = seq;
	return 0;
}

struct lookup {
	struct leasedb *db;
	uint32_t address;
	uint8_t *buf;
	struct lease *ret;
	struct err *err;
};

static int look_up(struct env_txn *t, void *arg)
{
	const struct lookup *l = (const struct lookup *)arg;
	unsigned current, other;
	struct span value;
	uint8_t key[4];
	int rc = leasedb_find_tables(t, &current, &other);

	wire_set_be32(key, l->address);
	if (rc == 0)
		rc = env_get(t, current, span_of(key, sizeof(key)), &value);
	if (rc < 0)
		return rc;
	if (value.len > RECORD_MAX)
		return -EBADMSG;
	memcpy(l->buf, value.p, value.len);
	return decode_value(l->db, l->address, span_of(l->buf, value.len), l->ret, l->err);
}

int leasedb_get(struct leasedb *db, uint32_t address, uint8_t *buf, struct lease *ret,
	struct err *err)
{
	struct lookup l = {db, address, buf, ret, err};

	return env_read(db->env, look_up, &l, err);
}

struct each {
	struct leasedb *db;
	uint32_t from;
	leasedb_fn *fn;
	void *arg;
	struct err *err;
};

static int each_row(struct env_txn *t, void *arg)
{
	const struct each *e = (const struct each *)arg;
	struct span key, value;
	struct lease lease;
	uint8_t from[4];
	unsigned current, other;
	int rc = leasedb_find_tables(t, &current, &other);

	if (rc < 0)
		return rc;
	wire_set_be32(from, e->from);
	for (rc = env_seek(t, current, span_of(from, sizeof(from)), &key, &value); rc == 0;
		rc = env_next(t, &key, &value)) {
		if (key.len != sizeof(from))
			return -EBADMSG;
		rc = decode_value(e->db, wire_be32(key.p), value, &lease, e->err);
		if (rc == 0)
			rc = e->fn(e->arg, &lease);
		if (rc != 0)
			return rc;
	}
	return rc == -ENOENT ? 0 : rc;
}

int leasedb_each(struct leasedb *db, uint32_t from, leasedb_fn *fn, void *arg, struct err *err)
{
	struct each e = {db, from, fn, arg, err};

	return env_read(db->env, each_row, &e, err);
}

/* --- a whole table from the partner --- */

static int forget_staged(struct env_txn *t)
{
	int rc = env_delete(t, META, text_key("staged"));

	return rc == -ENOENT ? 0 : rc;
}

static int stage_begin(struct env_txn *t, void *arg)
{
	unsigned current, other;
	int rc = leasedb_find_tables(t, &current, &other);

	(void)arg;
	if (rc == 0)
		rc = forget_staged(t);
	if (rc == 0)
		rc = env_clear(t, other);
	return rc < 0 ? rc : env_clear(t, hosts_beside(other));
}

int leasedb_stage_begin(struct leasedb *db, struct err *err)
{
	return env_write(db->env, stage_begin, NULL, err);
}

static int stage_rows(struct env_txn *t, void *arg)
{
	const struct apply *a = (const struct apply *)arg;
	unsigned current, other;
	int rc = leasedb_find_tables(t, &current, &other);

	for (size_t i = 0; i < a->n && rc == 0; i++)
		rc = apply_row(t, other, &a->rows[i]);
	return rc;
}

int leasedb_stage_rows(struct leasedb *db, const struct leasedb_row *rows, size_t n,
	struct err *err)
{
	struct apply a = {rows, n, 0};

	return env_write(db->env, stage_rows, &a, err);
}

struct note {
	const char *name;
	uint64_t value;
};

static int write_note(struct env_txn *t, void *arg)
{
	const struct note *n = (const struct note *)arg;

	return put_meta(t, n->name, n->value);
}

static int read_note(struct env_txn *t, void *arg)
{
	struct note *n = (struct note *)arg;
	int rc = get_meta(t, n->name, &n->value);

	return rc == -ENOENT ? 0 : rc;
}

int leasedb_stage_end(struct leasedb *db, uint64_t position, struct err *err)
{
	struct note n = {"staged", position};

	return env_write(db->env, write_note, &n, err);
}

int leasedb_staged(struct leasedb *db, uint64_t *ret_position, struct err *err)
{
	struct note n = {"staged", 0};
	int rc = env_read(db->env, read_note, &n, err);

	if (rc == 0)
		*ret_position = n.value;
	return rc;
}

int leasedb_set_backup(struct leasedb *db, bool backup, struct err *err)
{
	struct note n = {"backup", backup};

	return env_write(db->env, write_note, &n, err);
}

int leasedb_is_backup(struct leasedb *db, bool *ret, struct err *err)
{
	struct note n = {"backup", 0};
	int rc = env_read(db->env, read_note, &n, err);

	if (rc == 0)
		*ret = n.value != 0;
	return rc;
}

static int switch_tables(struct env_txn *t, void *arg)
{
	unsigned current = LEASES, other = LEASES_OTHER;
	uint64_t position;
	int rc = get_meta(t, "staged", &position);

	(void)arg;
	if (rc == 0)
		rc = leasedb_find_tables(t, &current, &other);
	if (rc == 0)
		rc = put_meta(t, "current", other == LEASES ? 0 : 1);
	if (rc == 0)
		rc = put_meta(t, "applied", position);
	if (rc == 0)
		rc = forget_staged(t);
	if (rc == 0)
		rc = env_clear(t, current);
	return rc < 0 ? rc : env_clear(t, hosts_beside(current));
}

int leasedb_switch(struct leasedb *db, struct err *err)
{
	return env_write(db->env, switch_tables, NULL, err);
}

int leasedb_lock(const char *state_dir, struct err *err)
{
	int fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	rc = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (fd >= 0)
		close(fd);
	return err_set(err, rc, NULL, "%s: cannot lock the lease database: %s", state_dir,
		strerror(-rc));
}

void leasedb_unlock(int fd)
{
	close(fd);
}
