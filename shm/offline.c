/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offline: leases put in go past the journal, which would only hold them until the next carry.
 * Two entries mark the place: they make the positions of the rows, and the first of them is
 * trimmed at once, so that whoever follows the journal meets a gap and takes the whole table,
 * instead of missing what never stood in it.
 */
#include "shm/offline.h"

#include <errno.h>

#include "shm/carry.h"
#include "shm/load.h"

#define TRIM_CHUNK 8192

/* Writes all of it; progress (may be NULL) is told how much is done. */
static int write_all(const struct stretch *s, struct leasedb *db,
	void (*progress)(void *arg, size_t done), void *arg, struct err *err)
{
	size_t at = 0;
	int rc;

	do { /* once also for a stretch without leases */
		rc = stretch_write(s, &at, STRETCH_SLICE, db, err);
		if (progress != NULL)
			progress(arg, at);
	} while (rc == 0 && at < s->n);
	return rc;
}

static int trim(struct journal *j, uint64_t position, struct err *err)
{
	int rc;

	while ((rc = journal_trim(j, position, TRIM_CHUNK, err)) == 1)
		;
	return rc;
}

/* What the journal holds behind the applied position into the database, as the store does it. */
static int carry_all(struct offline *o, uint64_t applied, struct err *err)
{
	int64_t n;
	int rc = 0;

	do {
		struct stretch s = {0};

		n = journal_read(o->journal, applied + 1, CARRY_MAX, stretch_take, &s, err);
		if (n == -ENOMEM)
			err_set(err, -ENOMEM, NULL, "out of memory");
		stretch_sort(&s);
		if (n > 0)
			rc = write_all(&s, o->db, NULL, NULL, err);
		applied = s.last;
		stretch_fini(&s);
	} while (n > 0 && rc == 0);
	return n < 0 ? (int)n : rc;
}

int offline_open(const char *state_dir, struct offline *ret, struct err *err)
{
	struct offline o = {NULL, NULL, 0};
	uint64_t applied, last;
	int rc = leasedb_open(state_dir, &o.db, err);

	if (rc == 0)
		rc = journal_open(state_dir, &o.journal, err);
	if (rc == 0)
		rc = load_finish_switch(o.db, o.journal, err);
	if (rc == 0)
		rc = load_adopt_backup(o.db, o.journal, err);
	if (rc == 0)
		rc = leasedb_position(o.db, &applied, &o.leases, err);
	if (rc == 0)
		rc = journal_reaches(o.journal, applied, &last, err);
	if (rc == 0)
		rc = carry_all(&o, applied, err);
	if (rc == 0)
		rc = leasedb_position(o.db, &applied, &o.leases, err);
	if (rc < 0)
		offline_close(&o);
	else
		*ret = o;
	return rc;
}

/* Appends the first lease twice; *ret_position is that of the second entry. */
static int mark(struct offline *o, const struct stretch *s, uint64_t *ret_position, struct err *err)
{
	uint8_t buf[RECORD_MAX];
	struct change c = {.kind = CHANGE_PUT};
	struct span entry;
	int rc = record_decode(span_of(s->bytes + s->items[0].at, s->items[0].len), &c.lease);

	if (rc < 0)
		bug("a row that nobody encoded");
	entry = span_of(buf, change_encode(&c, buf, sizeof(buf)));
	for (int i = 0; i < 2 && rc == 0; i++)
		rc = journal_append(o->journal, &entry, 1, NULL, ret_position, err);
	return rc;
}

int offline_put(struct offline *o, struct stretch *leases, void (*progress)(void *arg, size_t done),
	void *arg, struct err *err)
{
	uint64_t position;
	int rc = mark(o, leases, &position, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < leases->n; i++)
		leases->items[i].seq = position;
	leases->last = position;
	rc = write_all(leases, o->db, progress, arg, err);
	return rc < 0 ? rc : trim(o->journal, position, err);
}

void offline_close(struct offline *o)
{
	leasedb_close(o->db);
	journal_close(o->journal);
}
