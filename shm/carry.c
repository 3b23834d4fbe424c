/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carry: the sorted stretch is written in slices of SLICE rows, one transaction each, to bound
 * the memory that LMDB's dirty pages take; only the last slice moves the applied position. A
 * crash in between repeats slices that are there already, which changes nothing.
 */
#include "shm/carry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shm/leasedb.h"

#define SLICE      4096
#define TRIM_CHUNK 8192

struct item {
	uint32_t address;
	uint32_t len; /* of the row, 0: deleted */
	uint64_t seq;
	size_t at; /* in the bytes */
};

struct stretch {
	struct item *items;
	size_t n, room;
	uint8_t *bytes;
	size_t used, size;
	uint64_t last;
};

static int make_room(void **v, size_t *room, size_t wanted, size_t size)
{
	size_t n = *room == 0 ? 1024 : *room;
	void *more;

	if (wanted <= *room)
		return 0;
	while (n < wanted)
		n *= 2;
	more = realloc(*v, n * size);
	if (more == NULL)
		return -ENOMEM;
	*v = more;
	*room = n;
	return 0;
}

static int keep_change(void *arg, const struct change *c)
{
	struct stretch *s = (struct stretch *)arg;

	if (make_room((void **)&s->items, &s->room, s->n + 1, sizeof(*s->items)) < 0 ||
		make_room((void **)&s->bytes, &s->size, s->used + c->row.len, 1) < 0)
		return -ENOMEM;
	s->items[s->n++] =
		(struct item){c->lease.address, (uint32_t)c->row.len, c->lease.seq, s->used};
	if (c->row.len > 0)
		memcpy(s->bytes + s->used, c->row.p, c->row.len);
	s->used += c->row.len;
	s->last = c->lease.seq;
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct item *x = (const struct item *)a, *y = (const struct item *)b;

	if (x->address != y->address)
		return (x->address > y->address) - (x->address < y->address);
	return (x->seq > y->seq) - (x->seq < y->seq);
}

/* Leaves the last change of each address. */
static void drop_superseded(struct stretch *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (i + 1 == s->n || s->items[i + 1].address != s->items[i].address)
			s->items[n++] = s->items[i];
	}
	s->n = n;
}

static int write_slices(const struct stretch *s, const char *state_dir, struct err *err)
{
	struct leasedb_row rows[SLICE];
	struct leasedb *db;
	int rc = leasedb_open(state_dir, &db, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < s->n && rc == 0;) {
		size_t n = 0;

		for (; n < SLICE && i < s->n; n++, i++) {
			const struct item *it = &s->items[i];

			rows[n] = (struct leasedb_row){it->address, it->seq,
				span_of(s->bytes + it->at, it->len)};
		}
		rc = leasedb_apply(db, rows, n, i == s->n ? s->last : 0, err);
	}
	leasedb_close(db);
	return rc;
}

static int trim(struct journal *j, uint64_t position, struct err *err)
{
	int rc;

	/* small transactions: workers wait for the journal's writer lock meanwhile */
	while ((rc = journal_trim(j, position, TRIM_CHUNK, err)) == 1)
		;
	return rc;
}

int64_t carry_run(struct region *r, struct journal *j, const char *state_dir, struct err *err)
{
	struct stretch s = {0};
	uint64_t from = atomic_load(&r->applied) + 1;
	int64_t n = journal_read(j, from, CARRY_MAX, keep_change, &s, err);
	int rc = 0;

	if (n == -ENOMEM)
		err_set(err, -ENOMEM, "give the server more memory", "out of memory");
	if (n > 0) {
		qsort(s.items, s.n, sizeof(*s.items), by_address);
		drop_superseded(&s);
		rc = write_slices(&s, state_dir, err);
		if (rc == 0) {
			atomic_store(&r->applied, s.last);
			rc = trim(j, s.last, err);
		}
	}
	free(s.items);
	free(s.bytes);
	return rc < 0 ? rc : n;
}
