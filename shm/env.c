/* SPDX-License-Identifier: Apache-2.0 */
/*
 * env: transactions as functions, so that growing the map, which needs all transactions of the
 * process to be closed, can be done in one place by running the function again.
 */
#include "shm/env.h"

#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define ENV_TABLES    5
#define LEAST_FREE    ((uint64_t)1 << 20) /* octets: below it the disk is as good as full */
#define ENV_FIRST_MAP ((size_t)64 << 20)

struct env {
	MDB_env *mdb;
	char *path;
	size_t n_tables;
	struct env_table tables[ENV_TABLES];
	MDB_dbi dbi[ENV_TABLES];
};

struct env_txn {
	struct env *env;
	MDB_txn *mdb;
	MDB_cursor *cursor; /* the walk, NULL: none */
	bool map_full;
};

/* LMDB has positive errno values and negative ones of its own. */
static int translate(int rc)
{
	if (rc > 0)
		return -rc;
	switch (rc) {
	case MDB_SUCCESS:
		return 0;
	case MDB_NOTFOUND:
		return -ENOENT;
	case MDB_MAP_FULL:
	case MDB_MAP_RESIZED:
		return -EAGAIN;
	case MDB_VERSION_MISMATCH:
	case MDB_INVALID:
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
		return -EBADMSG;
	case MDB_READERS_FULL:
		return -EUSERS;
	default:
		return -EIO;
	}
}

/* The last page that a full file system takes may be written in part, which LMDB calls an input or
 * output error. */
static bool is_full(const struct env *e)
{
	struct statvfs fs;

	return statvfs(e->path, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < LEAST_FREE;
}

static int fail(const struct env *e, int rc, const char *what, struct err *err)
{
	const char *cure = "see lessord(8), DIAGNOSTICS";

	if (rc == -EIO && is_full(e))
		rc = -ENOSPC;

	if (rc == -ENOSPC || rc == -EDQUOT)
		cure = "make room on the file system of the state directory";
	else if (rc == -EACCES || rc == -EPERM)
		cure = "the state directory and its files must belong to the service user";
	else if (rc == -EBADMSG)
		cure = "the file is damaged: restore a backup, or move it away to start empty";
	return err_set(err, rc, cure, "%s: cannot %s: %s", e->path, what, strerror(-rc));
}

static int open_tables(struct env_txn *t, void *arg)
{
	struct env *e = t->env;

	(void)arg;
	for (size_t i = 0; i < e->n_tables; i++) {
		unsigned flags = MDB_CREATE;
		int rc;

		if (e->tables[i].key == ENV_KEY_NUMBER)
			flags |= MDB_INTEGERKEY;
		rc = mdb_dbi_open(t->mdb, e->tables[i].name, flags, &e->dbi[i]);
		if (rc != 0)
			return translate(rc);
	}
	return 0;
}

int env_open(const char *path, const struct env_table *tables, size_t n, struct env **ret,
	struct err *err)
{
	struct env *e = (struct env *)calloc(1, sizeof(*e));
	struct stat st;
	int rc;

	if (e == NULL || (e->path = strdup(path)) == NULL) {
		free(e);
		return err_set(err, -ENOMEM, NULL, "out of memory");
	}
	e->n_tables = n;
	memcpy(e->tables, tables, n * sizeof(*tables));
	if (mkdir(path, 0750) < 0 && errno != EEXIST) {
		rc = fail(e, -errno, "make the directory", err);
		goto out;
	}
	rc = stat(path, &st) < 0 ? -errno : translate(mdb_env_create(&e->mdb));
	if (rc == 0)
		rc = translate(mdb_env_set_maxdbs(e->mdb, ENV_TABLES));
	if (rc == 0)
		rc = translate(mdb_env_set_maxreaders(e->mdb, 512));
	if (rc == 0)
		rc = translate(mdb_env_set_mapsize(e->mdb, ENV_FIRST_MAP));
	/* random access dominates: read-ahead would only fill memory */
	if (rc == 0)
		rc = translate(mdb_env_open(e->mdb, path, MDB_NORDAHEAD, 0640));
	if (rc == -EAGAIN)
		rc = translate(mdb_env_set_mapsize(e->mdb, 0));
	if (rc < 0) {
		fail(e, rc, "open the database", err);
		goto out;
	}
	rc = env_write(e, open_tables, NULL, err);
out:
	if (rc < 0) {
		env_close(e);
		return rc;
	}
	*ret = e;
	return 0;
}

void env_close(struct env *e)
{
	if (e == NULL)
		return;
	if (e->mdb != NULL)
		mdb_env_close(e->mdb);
	free(e->path);
	free(e);
}

static int grow(struct env *e)
{
	MDB_envinfo info;
	int rc = mdb_env_info(e->mdb, &info);

	return translate(rc != 0 ? rc : mdb_env_set_mapsize(e->mdb, info.me_mapsize * 2));
}

/* Begins a transaction; takes over the map size that another process has set meanwhile. */
static int begin(struct env_txn *t, struct env *e, unsigned flags)
{
	int rc = mdb_txn_begin(e->mdb, NULL, flags, &t->mdb);

	if (rc == MDB_MAP_RESIZED) {
		rc = mdb_env_set_mapsize(e->mdb, 0);
		if (rc == 0)
			rc = mdb_txn_begin(e->mdb, NULL, flags, &t->mdb);
	}
	t->env = e;
	return translate(rc);
}

static void end_walk(struct env_txn *t)
{
	if (t->cursor != NULL)
		mdb_cursor_close(t->cursor);
	t->cursor = NULL;
}

int env_read(struct env *e, env_fn *fn, void *arg, struct err *err)
{
	struct env_txn t = {0};
	int rc = begin(&t, e, MDB_RDONLY);

	if (rc < 0)
		return fail(e, rc, "begin to read", err);
	rc = fn(&t, arg);
	end_walk(&t);
	mdb_txn_abort(t.mdb);
	return rc;
}

/* One attempt of env_write(); -EAGAIN: the map is full. */
static int write_once(struct env *e, env_fn *fn, void *arg, struct err *err)
{
	struct env_txn t = {0};
	int result, rc = begin(&t, e, 0);

	if (rc < 0)
		return fail(e, rc, "begin to write", err);
	result = fn(&t, arg);
	end_walk(&t);
	if (result < 0) {
		mdb_txn_abort(t.mdb);
		if (t.map_full)
			return -EAGAIN;
		return result == -EAGAIN ? -EIO : result;
	}
	rc = translate(mdb_txn_commit(t.mdb));
	if (rc < 0 && rc != -EAGAIN)
		return fail(e, rc, "write", err);
	return rc < 0 ? rc : result;
}

int env_write(struct env *e, env_fn *fn, void *arg, struct err *err)
{
	int rc;

	while ((rc = write_once(e, fn, arg, err)) == -EAGAIN) {
		rc = grow(e);
		if (rc < 0)
			return fail(e, rc, "enlarge the map", err);
	}
	return rc;
}

static MDB_val val(struct span s)
{
	return (MDB_val){s.len, (void *)(uintptr_t)s.p};
}

static struct span unval(const MDB_val *v)
{
	return span_of(v->mv_data, v->mv_size);
}

/* Remembers why a transaction failed: a full map is mended by growing, not reported. */
static int result(struct env_txn *t, int rc)
{
	if (rc == MDB_MAP_FULL)
		t->map_full = true;
	return translate(rc);
}

int env_get(struct env_txn *t, unsigned table, struct span key, struct span *ret)
{
	MDB_val k = val(key), v;
	int rc = mdb_get(t->mdb, t->env->dbi[table], &k, &v);

	if (rc == 0)
		*ret = unval(&v);
	return result(t, rc);
}

static int put(struct env_txn *t, unsigned table, struct span key, struct span value, unsigned flags)
{
	MDB_val k = val(key), v = val(value);

	return result(t, mdb_put(t->mdb, t->env->dbi[table], &k, &v, flags));
}

int env_put(struct env_txn *t, unsigned table, struct span key, struct span value)
{
	return put(t, table, key, value, 0);
}

int env_append(struct env_txn *t, unsigned table, struct span key, struct span value)
{
	return put(t, table, key, value, MDB_APPEND);
}

int env_delete(struct env_txn *t, unsigned table, struct span key)
{
	MDB_val k = val(key);

	return result(t, mdb_del(t->mdb, t->env->dbi[table], &k, NULL));
}

int env_clear(struct env_txn *t, unsigned table)
{
	end_walk(t);
	return result(t, mdb_drop(t->mdb, t->env->dbi[table], 0));
}

int env_count(struct env_txn *t, unsigned table, uint64_t *ret)
{
	MDB_stat st;
	int rc = mdb_stat(t->mdb, t->env->dbi[table], &st);

	if (rc == 0)
		*ret = st.ms_entries;
	return result(t, rc);
}

static int walk(struct env_txn *t, MDB_cursor_op op, MDB_val *k, struct span *ret_key,
	struct span *ret_value)
{
	MDB_val v;
	int rc = mdb_cursor_get(t->cursor, k, &v, op);

	if (rc == 0) {
		*ret_key = unval(k);
		*ret_value = unval(&v);
	}
	return result(t, rc);
}

static int start_walk(struct env_txn *t, unsigned table)
{
	end_walk(t);
	return result(t, mdb_cursor_open(t->mdb, t->env->dbi[table], &t->cursor));
}

int env_seek(struct env_txn *t, unsigned table, struct span key, struct span *ret_key,
	struct span *ret_value)
{
	MDB_val k = val(key);
	int rc = start_walk(t, table);

	return rc < 0 ? rc : walk(t, key.len > 0 ? MDB_SET_RANGE : MDB_FIRST, &k, ret_key, ret_value);
}

int env_last(struct env_txn *t, unsigned table, struct span *ret_key, struct span *ret_value)
{
	MDB_val k;
	int rc = start_walk(t, table);

	return rc < 0 ? rc : walk(t, MDB_LAST, &k, ret_key, ret_value);
}

int env_next(struct env_txn *t, struct span *ret_key, struct span *ret_value)
{
	MDB_val k;

	return walk(t, MDB_NEXT, &k, ret_key, ret_value);
}

int env_delete_here(struct env_txn *t)
{
	return result(t, mdb_cursor_del(t->cursor, 0));
}

void env_clear_dead(struct env *e)
{
	int dead;

	mdb_reader_check(e->mdb, &dead);
}
