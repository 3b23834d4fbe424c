/* SPDX-License-Identifier: Apache-2.0 */
/*
 * env: an LMDB environment that grows by itself. The only module that calls mdb_...; LMDB's
 * default durability always: when a write returns 0, it is on disk.
 */
#ifndef LESSOR_SHM_ENV_H
#define LESSOR_SHM_ENV_H

#include <stdbool.h>
#include <stdint.h>

#include "shm/base/err.h"
#include "shm/base/wire.h"

struct env;
struct env_txn;

enum env_key {
	ENV_KEY_BYTES,  /* octets, compared as memcmp() does */
	ENV_KEY_NUMBER, /* uint64_t in the machine's order, compared as a number */
};

struct env_table {
	const char *name;
	enum env_key key;
};

/* Opens, or makes, the environment in directory path with n (at most 5) tables, which are then
 * called by their place in tables. */
int env_open(const char *path, const struct env_table *tables, size_t n, struct env **ret,
	struct err *err);
void env_close(struct env *e);

/* Runs fn in a transaction that only reads. Returns fn's result or a negative code. fn may run
 * again from its beginning, when another process has made the file larger. */
typedef int env_fn(struct env_txn *t, void *arg);
int env_read(struct env *e, env_fn *fn, void *arg, struct err *err);

/* Runs fn in a write transaction and commits durably if it returned 0 or more; a negative result
 * of fn aborts. When the map is full it is doubled and fn runs again from its beginning. Returns
 * fn's result or a negative code: -ENOSPC (file system full), -EIO, ... with words in err. */
int env_write(struct env *e, env_fn *fn, void *arg, struct err *err);

/* Inside fn: 0, -ENOENT, or another negative code, which fn hands back at once. Values read are
 * lent by the transaction and end with the next write in it. */
int env_get(struct env_txn *t, unsigned table, struct span key, struct span *ret);
int env_put(struct env_txn *t, unsigned table, struct span key, struct span value);
int env_append(struct env_txn *t, unsigned table, struct span key, struct span value);
int env_delete(struct env_txn *t, unsigned table, struct span key);
/* Removes everything in the table. */
int env_clear(struct env_txn *t, unsigned table);
int env_count(struct env_txn *t, unsigned table, uint64_t *ret);

/* A walk in key order: env_seek() to the first key >= key (empty: the first of all), then
 * env_next(). One walk at a time in a transaction. */
int env_seek(struct env_txn *t, unsigned table, struct span key, struct span *ret_key,
	struct span *ret_value);
int env_last(struct env_txn *t, unsigned table, struct span *ret_key, struct span *ret_value);
int env_next(struct env_txn *t, struct span *ret_key, struct span *ret_value);
/* Removes what the walk stands on; env_next() then gives what followed it. */
int env_delete_here(struct env_txn *t);

/* Frees reader slots of processes that are gone. */
void env_clear_dead(struct env *e);

#endif
