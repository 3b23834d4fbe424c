/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carry: the sorted stretch is written in slices of SLICE rows, one transaction each, to bound
 * the memory that LMDB's dirty pages take and the time for which the disk is busy; only the last
 * slice moves the applied position. A crash in between repeats slices that are there already,
 * which changes nothing.
 */
#include "shm/carry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shm/base/clock.h"
#include "shm/child.h"
#include "shm/leasedb.h"

#define SLICE      512
#define TRIM_CHUNK 2048

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
	struct history *history; /* NULL: none is kept */
	uint32_t now;
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
	struct history_entry e;

	if (s->history != NULL && history_of(c, s->now, &e) != HISTORY_NONE)
		history_add(s->history, &e);
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

/* Leaves the disk to the workers' commits for as long as the last step has taken, unless somebody
 * waits for the end. */
static void give_way(const struct region *r, bool hurry, uint64_t begun_ns)
{
	uint64_t ns = clock_mono_ns() - begun_ns;
	struct timespec pause = {(time_t)(ns / CLOCK_NS_PER_S), (long)(ns % CLOCK_NS_PER_S)};

	if (!hurry && !child_stop && atomic_load(&r->apply_wanted) == 0)
		nanosleep(&pause, NULL);
}

static int write_slices(const struct stretch *s, const struct region *r, const char *state_dir,
	bool hurry, struct err *err)
{
	struct leasedb_row rows[SLICE];
	struct leasedb *db;
	int rc = leasedb_open(state_dir, &db, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < s->n && rc == 0;) {
		uint64_t begun = clock_mono_ns();
		size_t n = 0;

		for (; n < SLICE && i < s->n; n++, i++) {
			const struct item *it = &s->items[i];

			rows[n] = (struct leasedb_row){it->address, it->seq,
				span_of(s->bytes + it->at, it->len)};
		}
		rc = leasedb_apply(db, rows, n, i == s->n ? s->last : 0, err);
		give_way(r, hurry, begun);
	}
	leasedb_close(db);
	return rc;
}

/* In small transactions: workers wait for the journal's writer lock meanwhile. */
static int trim(struct journal *j, const struct region *r, uint64_t position, bool hurry,
	struct err *err)
{
	int rc;

	do {
		uint64_t begun = clock_mono_ns();

		rc = journal_trim(j, position, TRIM_CHUNK, err);
		give_way(r, hurry, begun);
	} while (rc == 1);
	return rc;
}

int64_t carry_run(struct region *r, struct journal *j, const char *state_dir,
	struct history *history, bool hurry, struct err *err)
{
	struct stretch s = {.history = history, .now = clock_wall_s()};
	uint64_t from = atomic_load(&r->applied) + 1;
	int64_t n = journal_read(j, from, CARRY_MAX, keep_change, &s, err);
	int rc = 0;

	if (n == -ENOMEM)
		err_set(err, -ENOMEM, "give the server more memory", "out of memory");
	if (n > 0 && history != NULL)
		rc = history_sync(history, err);
	if (n > 0 && rc == 0) {
		qsort(s.items, s.n, sizeof(*s.items), by_address);
		drop_superseded(&s);
		rc = write_slices(&s, r, state_dir, hurry, err);
		if (rc == 0) {
			atomic_store(&r->applied, s.last);
			rc = trim(j, r, s.last, hurry, err);
		}
	}
	free(s.items);
	free(s.bytes);
	return rc < 0 ? rc : n;
}
