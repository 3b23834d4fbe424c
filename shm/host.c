/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: see host.h. There is one who changes reservations at a time; the store may carry them over
 * while they are read, so the journal is read first: what is gone from it then is in the database.
 */
#include "shm/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shm/commit.h"
#include "shm/rights.h"

struct list {
	struct change *v; /* host_key and host lie in one block each */
	size_t n, room;
};

size_t host_key(uint32_t subnet_id, uint8_t type, struct span id, uint8_t buf[HOST_KEY_MAX])
{
	wire_set_be32(buf, subnet_id);
	buf[4] = type;
	memcpy(buf + 5, id.p, id.len);
	return 5 + id.len;
}

static void list_fini(struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free((void *)(uintptr_t)l->v[i].host_key.p);
	free(l->v);
}

static int keep(void *arg, const struct change *c)
{
	struct list *l = (struct list *)arg;
	uint8_t *copy;

	if (!change_is_host(c))
		return 0;
	if (l->n == l->room) {
		size_t room = l->room * 2 + 64;
		struct change *v = (struct change *)reallocarray(l->v, room, sizeof(*v));

		if (v == NULL)
			return -ENOMEM;
		l->v = v;
		l->room = room;
	}
	copy = (uint8_t *)malloc(c->host_key.len + c->host.len);
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, c->host_key.p, c->host_key.len);
	if (c->host.len > 0)
		memcpy(copy + c->host_key.len, c->host.p, c->host.len);
	l->v[l->n] = *c;
	l->v[l->n].host_key = span_of(copy, c->host_key.len);
	l->v[l->n++].host = span_of(copy + c->host_key.len, c->host.len);
	return 0;
}

static int compare_keys(struct span a, struct span b)
{
	int r = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

	return r != 0 ? r : (a.len > b.len) - (a.len < b.len);
}

static int by_key(const void *a, const void *b)
{
	const struct change *x = (const struct change *)a;
	const struct change *y = (const struct change *)b;
	int r = compare_keys(x->host_key, y->host_key);

	return r != 0 ? r : (x->lease.seq > y->lease.seq) - (x->lease.seq < y->lease.seq);
}

static int hand_out(struct list *l, host_fn *fn, void *arg)
{
	int rc = 0;

	if (l->n > 0)
		qsort(l->v, l->n, sizeof(*l->v), by_key);
	for (size_t i = 0; i < l->n && rc >= 0; i++) {
		const struct change *c = &l->v[i];
		bool last = i + 1 == l->n ||
			compare_keys(c->host_key, l->v[i + 1].host_key) != 0;

		if (last && c->kind == CHANGE_HOST_PUT)
			rc = fn(arg, c);
	}
	return rc < 0 ? rc : 0;
}

int host_each(const char *state_dir, struct journal *j, host_fn *fn, void *arg, struct err *err)
{
	struct list list = {0};
	uint64_t applied, leases;
	struct leasedb *db;
	int64_t n;
	int rc = leasedb_open(state_dir, &db, err);

	if (rc < 0)
		return rc;
	rc = leasedb_position(db, &applied, &leases, err);
	if (rc == 0) {
		n = journal_read(j, applied + 1, SIZE_MAX, keep, &list, err);
		rc = n < 0 ? (int)n : leasedb_each_host(db, span_of("", 0), keep, &list, err);
	}
	leasedb_close(db);
	if (rc == 0)
		rc = hand_out(&list, fn, arg);
	list_fini(&list);
	if (rc == -ENOMEM)
		err_set(err, rc, "give the server more memory", "out of memory");
	return rc;
}

int host_commit(struct region *r, struct journal *j, const struct change *changes, size_t n,
	struct err *err)
{
	uint8_t *buf = (uint8_t *)malloc(n * HOST_CHANGE_MAX);
	struct span *entries = (struct span *)calloc(n, sizeof(*entries));
	int rc = buf != NULL && entries != NULL ? 0 : -ENOMEM;
	struct journal_guard guard = {&r->pair.authority.rules, rights_rules(r)};
	uint64_t first;

	if (rc == 0)
		rc = rights_may_write(guard.value, err);
	for (size_t i = 0; i < n && rc == 0; i++) {
		uint8_t *at = buf + i * HOST_CHANGE_MAX;
		size_t len = change_encode(&changes[i], at, HOST_CHANGE_MAX);

		entries[i] = span_of(at, len);
		rc = len > 0 ? 0 : -EMSGSIZE;
	}
	if (rc < 0 && rc != -EROFS)
		err_set(err, rc, NULL, "the reservations cannot be stored");
	if (rc == 0)
		rc = journal_append(j, entries, n, &guard, &first, err);
	if (rc == 0)
		commit_raise(r, first + n - 1);
	free(buf);
	free(entries);
	return rc;
}
