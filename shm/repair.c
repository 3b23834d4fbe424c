/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repair: a killed process leaves claims. Under each, the record is as before (its change was
 * never committed), or behind the journal (committed, not published), or half-written (an offer:
 * then the committed state is what counts). The others go on meanwhile; they leave claimed
 * records alone.
 */
#include <errno.h>
#include <stdlib.h>

#include "shm/base/log.h"
#include "shm/journal.h"
#include "shm/leasedb.h"
#include "shm/load.h"
#include "shm/pool.h"
#include "shm/table.h"

struct repair {
	const struct child *child;
	struct journal *journal;
	struct leasedb *db;
	uint32_t *recs; /* claimed by the dead process */
	size_t n;
	struct err err;
};

static int find_claims(struct repair *p)
{
	struct region *r = p->child->region;
	size_t room = 0;

	for (uint32_t rec = 0, size = table_size(r); rec < size; rec++) {
		if (table_owner(r, rec) != p->child->dead_slot)
			continue;
		if (p->n == room) {
			uint32_t *more;

			room = room == 0 ? 256 : room * 2;
			more = (uint32_t *)realloc(p->recs, room * sizeof(*more));
			if (more == NULL)
				return err_set(&p->err, -ENOMEM, NULL, "out of memory");
			p->recs = more;
		}
		p->recs[p->n++] = rec;
	}
	return 0;
}

static bool half_written(const struct table_record *t)
{
	return atomic_load(&t->version) % 2 != 0;
}

/* A writer died inside: readers wait for an even version. */
static void finish_write(struct table_record *t)
{
	if (half_written(t))
		atomic_fetch_add(&t->version, 1);
}

/* There is room: who gathered the change has reserved it. */
static int write_committed(struct repair *p, uint32_t rec, const struct change *c)
{
	struct region *r = p->child->region;

	finish_write(table_record(r, rec));
	if (c->kind == CHANGE_DELETE) {
		table_clear(r, rec);
		return 0;
	}
	if (table_reserve(r, rec, &c->lease) < 0)
		return err_set(&p->err, -ENOSPC, "restart the server",
			"the lease table has no room for what the database holds");
	table_put(r, rec, &c->lease);
	return 0;
}

/* What the lease database says of an address, or that it has nothing; no effect if the record,
 * unless it is half-written, is not older. */
static int from_database(struct repair *p, uint32_t rec)
{
	struct table_record *t = table_record(p->child->region, rec);
	struct change c = {.kind = CHANGE_PUT};
	uint8_t buf[RECORD_MAX + 8];
	int rc = leasedb_get(p->db, t->address, buf, &c.lease, &p->err);
	bool newer;

	if (rc < 0 && rc != -ENOENT)
		return rc;
	if (rc == -ENOENT)
		c.kind = CHANGE_DELETE;
	newer = rc == -ENOENT ? t->seq != 0 : c.lease.seq > t->seq;
	return half_written(t) || newer ? write_committed(p, rec, &c) : 0;
}

/* Called for each change that the dead process may not have published, in order. */
static int from_journal(void *arg, const struct change *c)
{
	struct repair *p = (struct repair *)arg;
	struct region *r = p->child->region;
	uint32_t rec;

	if (c->kind == CHANGE_MARK || change_is_host(c))
		return 0;
	rec = table_find(r, c->lease.address);
	if (rec != TABLE_NONE && table_owner(r, rec) == p->child->dead_slot &&
		(table_record(r, rec)->seq < c->lease.seq || half_written(table_record(r, rec))))
		return write_committed(p, rec, c);
	return 0;
}

/* Database first: what was carried over may be trimmed from the journal. Then the journal over
 * it, from where the database ends or the dead process's last published change. */
static int read_committed(struct repair *p, uint64_t applied)
{
	struct region *r = p->child->region;
	uint64_t published = atomic_load(&r->slots[p->child->dead_slot].published);
	int64_t n;
	int rc = 0;

	for (size_t i = 0; i < p->n && rc == 0; i++) {
		if (table_record(r, p->recs[i])->address != 0)
			rc = from_database(p, p->recs[i]);
	}
	if (rc < 0)
		return rc;
	n = journal_read(p->journal, (applied < published ? applied : published) + 1, SIZE_MAX,
		from_journal, p, &p->err);
	return n < 0 ? (int)n : 0;
}

static int settle(struct repair *p)
{
	struct region *r = p->child->region;
	uint64_t applied;
	int rc;

	do { /* again, if a change may have gone from the one to the other in between */
		applied = atomic_load(&r->applied);
		rc = read_committed(p, applied);
	} while (rc == 0 && atomic_load(&r->applied) != applied);
	return rc;
}

static void let_go(struct repair *p)
{
	struct region *r = p->child->region;
	uint32_t queued = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct table_record *t = table_record(r, p->recs[i]);

		finish_write(t);
		table_reindex(r, p->recs[i]);
		atomic_store(&t->queued, 0); /* the push may not have happened */
		pool_release(r, p->child->pools, p->recs[i]);
	}
	for (size_t i = 0; i < p->child->pools->n; i++)
		queued += pool_requeue(r, &p->child->pools->v[i], p->child->slot);
	LOG(EV_TABLE_REPAIRED, "slot %u: %zu addresses settled, %u queued again",
		p->child->dead_slot, p->n, queued);
}

int repair_run(const struct child *c)
{
	struct repair p = {.child = c};
	int rc = journal_open(c->state_dir, &p.journal, &p.err);

	if (rc == 0)
		rc = leasedb_open(c->state_dir, &p.db, &p.err);
	if (rc == 0) {
		journal_clear_dead(p.journal);
		rc = find_claims(&p);
	}
	if (rc == 0)
		rc = settle(&p);
	if (rc == 0)
		let_go(&p);
	else
		log_err(EV_CHILD_FAILED, &p.err);
	free(p.recs);
	leasedb_close(p.db);
	journal_close(p.journal);
	return rc < 0 ? CHILD_FAILED : CHILD_DONE;
}
