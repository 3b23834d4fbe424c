/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load: database first, then the journal's tail over it, so that the table shows exactly what
 * was committed.
 */
#include "shm/load.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "shm/base/clock.h"
#include "shm/base/log.h"
#include "shm/base/text.h"
#include "shm/leasedb.h"
#include "shm/journal.h"
#include "shm/pool.h"
#include "shm/table.h"

#define POPULATE_MIN 65536 /* leases */

#define CLAIM_TRIES  10000 /* of a refill: repairs and commands hold claims for moments */

struct load {
	const struct child *child;
	struct err *err;
	uint8_t *seen; /* of a refill: a bit for each record that has a lease; else NULL */
	uint32_t n_seen;
};

/* The record of an address, claimed; made if it is new. */
static uint32_t record_of(struct load *l, uint32_t address)
{
	struct region *r = l->child->region;
	uint32_t rec = table_find(r, address);

	if (rec == TABLE_NONE)
		return table_attach(r, address, l->child->slot);
	for (int i = 0; i < CLAIM_TRIES; i++) {
		if (table_claim(r, rec, l->child->slot))
			return rec;
		sched_yield();
	}
	return TABLE_NONE;
}

static void note_seen(struct load *l, uint32_t rec, bool seen)
{
	uint8_t bit = (uint8_t)(1U << rec % 8);

	if (rec >= l->n_seen)
		return;
	if (seen)
		l->seen[rec / 8] |= bit;
	else
		l->seen[rec / 8] &= (uint8_t)~bit;
}

static int put(struct load *l, const struct lease *lease)
{
	struct region *r = l->child->region;
	uint32_t rec = record_of(l, lease->address);
	char ip[TEXT_IP_SIZE];

	if (rec == TABLE_NONE || table_reserve(r, rec, lease) < 0)
		return err_set(l->err, -ENOSPC, "report this with the number of leases",
			"no room in the table for the lease of %s", text_ip(lease->address, ip));
	table_put(r, rec, lease);
	note_seen(l, rec, true);
	table_release(r, rec);
	return 0;
}

static int load_lease(void *arg, const struct lease *lease)
{
	return put((struct load *)arg, lease);
}

static int load_change(void *arg, const struct change *c)
{
	struct load *l = (struct load *)arg;
	uint32_t rec;

	if (c->kind == CHANGE_MARK || change_is_host(c))
		return 0;
	if (c->kind == CHANGE_PUT)
		return put(l, &c->lease);
	rec = record_of(l, c->lease.address);
	if (rec != TABLE_NONE) {
		table_clear(l->child->region, rec);
		note_seen(l, rec, false);
		table_release(l->child->region, rec);
	}
	return 0;
}

/* Asks for the memory that the leases will fill in one go: a fault for each page costs more than
 * what is written to it. Only a hint. */
static void populate(const struct region *r, uint64_t leases)
{
	uint64_t records = leases * sizeof(struct table_record);
	uint64_t index = ((uint64_t)r->areas.index_mask + 1) * 64;

	if (leases < POPULATE_MIN || leases > r->areas.max_records)
		return;
	madvise(region_at(r, r->areas.records), records, MADV_POPULATE_WRITE);
	/* hashed: so many leases touch nearly every page of it */
	if (index / 4096 < leases)
		madvise(region_at(r, r->areas.index), index, MADV_POPULATE_WRITE);
}

struct ended {
	uint64_t end;
	uint32_t rec;
};

static int by_end(const void *a, const void *b)
{
	const struct ended *x = (const struct ended *)a, *y = (const struct ended *)b;

	return (x->end > y->end) - (x->end < y->end);
}

/* Queues remembered addresses for reuse, the one that ended first in front. */
static int queue_ended(const struct child *c, struct err *err)
{
	struct region *r = c->region;
	uint32_t size = table_size(r);
	struct ended *v = (struct ended *)malloc((size_t)size * sizeof(*v) + 1);
	size_t n = 0;

	if (v == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	for (uint32_t rec = 0; rec < size; rec++) {
		const struct table_record *t = table_record(r, rec);

		if (t->state == LEASE_EXPIRED || t->state == LEASE_RELEASED)
			v[n++] = (struct ended){(uint64_t)t->cltt + t->valid_lft, rec};
	}
	if (n > 0)
		qsort(v, n, sizeof(*v), by_end);
	for (size_t i = 0; i < n; i++) {
		if (!table_claim(r, v[i].rec, c->slot))
			continue;
		pool_release(r, c->pools, v[i].rec);
	}
	free(v);
	return 0;
}

int load_finish_switch(struct leasedb *db, struct journal *j, struct err *err)
{
	uint64_t staged, first, last;
	int rc = leasedb_staged(db, &staged, err);

	if (rc == 0 && staged != 0)
		rc = journal_bounds(j, &first, &last, err);
	if (rc < 0 || staged == 0 || last != staged || first != staged + 1)
		return rc;
	return leasedb_switch(db, err);
}

int load_adopt_backup(struct leasedb *db, struct journal *j, struct err *err)
{
	uint64_t first, last, applied, leases;
	bool backup;
	int rc = leasedb_is_backup(db, &backup, err);

	if (rc < 0 || !backup)
		return rc;
	rc = leasedb_position(db, &applied, &leases, err);
	if (rc == 0)
		rc = journal_bounds(j, &first, &last, err);
	if (rc == 0 && last == 0)
		rc = journal_reset(j, applied, err);
	else if (rc == 0 && (last != applied || first != last + 1))
		rc = err_set(err, -EBADMSG,
			"move the state directory away, then copy the backup into a new one",
			"the lease database is a backup, but the journal beside it belongs to "
			"another one");
	return rc < 0 ? rc : leasedb_set_backup(db, false, err);
}

static int load_all(struct load *l, struct leasedb *db, struct journal *j)
{
	struct region *r = l->child->region;
	uint64_t applied, leases, last, begun = clock_mono_ns();
	int64_t replayed;
	int rc = load_finish_switch(db, j, l->err);

	if (rc == 0)
		rc = load_adopt_backup(db, j, l->err);
	if (rc == 0)
		rc = leasedb_position(db, &applied, &leases, l->err);
	if (rc == 0)
		rc = journal_reaches(j, applied, &last, l->err);
	if (rc == 0)
		populate(r, leases);
	if (rc == 0)
		rc = leasedb_each(db, 0, load_lease, l, l->err);
	if (rc < 0)
		return rc;
	replayed = journal_read(j, applied + 1, SIZE_MAX, load_change, l, l->err);
	if (replayed < 0)
		return (int)replayed;
	atomic_store(&r->applied, applied);
	atomic_store(&r->committed, last);
	rc = queue_ended(l->child, l->err);
	if (rc == 0)
		LOG(EV_DATABASE_LOADED, "%llu leases loaded and %lld changes replayed in %llu ms",
			(unsigned long long)leases, (long long)replayed,
			(unsigned long long)((clock_mono_ns() - begun) / CLOCK_NS_PER_MS));
	return rc;
}

int load_run(const struct child *c)
{
	struct err err = {0};
	struct load l = {.child = c, .err = &err};
	struct journal *j = NULL;
	struct leasedb *db = NULL;
	int rc = leasedb_open(c->state_dir, &db, &err);

	if (rc == 0)
		rc = journal_open(c->state_dir, &j, &err);
	if (rc == 0)
		rc = load_all(&l, db, j);
	journal_close(j);
	leasedb_close(db);
	if (rc < 0)
		log_err(EV_SERVER_FAILED, &err);
	return rc < 0 ? CHILD_FAILED : CHILD_DONE;
}

/* Clears every record that the database has nothing of, and queues what may be given away. */
static int clear_rest(struct load *l)
{
	struct region *r = l->child->region;

	for (uint32_t rec = 0; rec < l->n_seen; rec++) {
		struct table_record *t = table_record(r, rec);

		if ((l->seen[rec / 8] >> rec % 8 & 1) != 0 || t->address == 0)
			continue;
		if (record_of(l, t->address) != rec)
			return err_set(l->err, -EBUSY, NULL, "a record of the table stays claimed");
		table_clear(r, rec);
		pool_release(r, l->child->pools, rec);
	}
	return queue_ended(l->child, l->err);
}

int load_refill(const struct child *c, struct leasedb *db, struct journal *j, struct err *err)
{
	struct region *r = c->region;
	struct load l = {.child = c, .err = err, .n_seen = table_size(r)};
	uint64_t applied, leases, last;
	int64_t n;
	int rc;

	l.seen = (uint8_t *)calloc(l.n_seen / 8 + 1, 1);
	if (l.seen == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	rc = leasedb_position(db, &applied, &leases, err);
	if (rc == 0)
		rc = journal_reaches(j, applied, &last, err);
	if (rc == 0) {
		atomic_store(&r->applied, applied);
		atomic_store(&r->committed, last);
		rc = leasedb_each(db, 0, load_lease, &l, err);
	}
	if (rc == 0) {
		n = journal_read(j, applied + 1, SIZE_MAX, load_change, &l, err);
		rc = n < 0 ? (int)n : 0;
	}
	if (rc == 0)
		rc = clear_rest(&l);
	if (rc == 0)
		atomic_store(&r->pair.refill, 0);
	free(l.seen);
	return rc;
}

int load_count(const char *state_dir, uint64_t *ret_leases, struct err *err)
{
	struct leasedb *db;
	uint64_t applied;
	int rc = leasedb_open(state_dir, &db, err);

	if (rc < 0)
		return rc;
	rc = leasedb_position(db, &applied, ret_leases, err);
	leasedb_close(db);
	return rc;
}
