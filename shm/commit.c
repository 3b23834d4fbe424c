/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit: until the journal has them, changes stand only in the gatherer's own memory; the table
 * shows nothing but the claims. So undoing is releasing, and a killed process leaves claims that
 * repair settles from the journal.
 */
#include "shm/commit.h"

#include <errno.h>
#include <stdlib.h>

#include "shm/base/clock.h"
#include "shm/rights.h"
#include "shm/tally.h"

struct commit {
	const struct child *child;
	struct journal *journal;
	size_t n, used;
	uint64_t rules;          /* under which the changes were decided */
	uint64_t first, last, took_ns; /* of commit_append(): positions, time it took */
	uint32_t rec[COMMIT_MAX];
	struct span entry[COMMIT_MAX]; /* encoded changes, in buf */
	uint8_t buf[COMMIT_MAX * 256 + RECORD_MAX];
};

struct commit *commit_new(const struct child *c, struct journal *j)
{
	struct commit *m = (struct commit *)calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->child = c;
	m->journal = j;
	atomic_store(&c->region->slots[c->slot].published, atomic_load(&c->region->committed));
	return m;
}

void commit_free(struct commit *m)
{
	free(m);
}

size_t commit_count(const struct commit *m)
{
	return m->n;
}

void commit_under(struct commit *m, uint64_t rules)
{
	if (m->n > 0)
		bug("a batch cannot be under two sets of rules");
	m->rules = rules;
}

static int add(struct commit *m, uint32_t rec, const struct change *c)
{
	size_t len;

	if (m->n == COMMIT_MAX || sizeof(m->buf) - m->used < RECORD_MAX)
		return -ENOSPC;
	len = change_encode(c, m->buf + m->used, sizeof(m->buf) - m->used);
	if (len == 0)
		return -EMSGSIZE;
	m->rec[m->n] = rec;
	m->entry[m->n++] = span_of(m->buf + m->used, len);
	m->used += len;
	return 0;
}

static bool is_same(const struct region *r, uint32_t rec, const struct lease *l)
{
	struct table_client client = {l->client_id, l->htype, l->hlen, l->hwaddr};

	return table_has_row_of(r, table_record(r, rec), &client);
}

static int put(struct commit *m, uint32_t rec, struct change *c, bool same)
{
	const struct table_record *t = table_record(m->child->region, rec);

	c->lease.address = t->address;
	c->lease.flags &= (uint8_t)~LEASE_BEGINS;
	if (c->lease.state == LEASE_ASSIGNED && !(same && t->state == LEASE_ASSIGNED))
		c->lease.flags |= LEASE_BEGINS;
	if (table_reserve(m->child->region, rec, &c->lease) < 0)
		return -EMSGSIZE;
	return add(m, rec, c);
}

int commit_put(struct commit *m, uint32_t rec, const struct lease *l)
{
	const struct region *r = m->child->region;
	struct change c = {.kind = CHANGE_PUT, .lease = *l};
	bool same = is_same(r, rec, l);

	/* what ends a lease and names nobody is about the client of before */
	rights_note(r, m->rules, rec, same || l->state == LEASE_DECLINED || lease_is_removed(l),
		l->cltt, &c.lease);
	return put(m, rec, &c, same);
}

int commit_put_merged(struct commit *m, uint32_t rec, const struct lease *l)
{
	struct change c = {.kind = CHANGE_PUT, .lease = *l};

	return put(m, rec, &c, is_same(m->child->region, rec, l));
}

/* Ends what there is by a row that is nobody's. */
static int put_removed(struct commit *m, uint32_t rec)
{
	const struct table_record *t = table_record(m->child->region, rec);
	struct lease removed = {
		.subnet_id = t->subnet_id,
		.pool_id = t->pool_id,
		.cltt = clock_wall_s(),
		.state = LEASE_RELEASED,
	};

	return commit_put(m, rec, &removed);
}

int commit_delete(struct commit *m, uint32_t rec)
{
	const struct table_record *t = table_record(m->child->region, rec);
	struct change c = {.kind = CHANGE_DELETE};

	if (!rights_may_remove(m->child->region, m->rules, rec, clock_wall_s()))
		return put_removed(m, rec);
	c.lease.address = t->address;
	c.lease.state = t->state;
	return add(m, rec, &c);
}

/* Makes one committed change visible and lets its record go. */
static void publish(const struct commit *m, size_t i, uint64_t seq)
{
	const struct child *child = m->child;
	struct region *r = child->region;
	const struct table_record *t = table_record(r, m->rec[i]);
	struct change c;

	if (change_decode(m->entry[i], &c) < 0)
		bug("a change cannot be read back");
	c.lease.seq = seq;
	if (c.kind == CHANGE_DELETE) {
		table_clear(r, m->rec[i]);
	} else {
		if (c.lease.state == LEASE_ASSIGNED && t->state != LEASE_ASSIGNED) {
			tally_count(r, child->pools, c.lease.address, c.lease.subnet_id,
				POOL_ASSIGNED);
			counter_inc(child_counters(child), COUNTER_ASSIGNED);
		}
		table_put(r, m->rec[i], &c.lease);
	}
	pool_release(r, child->pools, m->rec[i]);
}

static void undo(struct commit *m)
{
	for (size_t i = 0; i < m->n; i++) {
		pool_release(m->child->region, m->child->pools, m->rec[i]);
	}
}

void commit_raise(struct region *r, uint64_t seq)
{
	uint64_t old = atomic_load(&r->committed);

	while (old < seq && !atomic_compare_exchange_weak(&r->committed, &old, seq))
		;
}

uint64_t commit_last(const struct commit *m)
{
	return m->last;
}

int commit_append(struct commit *m, struct err *err)
{
	struct region *r = m->child->region;
	struct journal_guard guard = {&r->pair.authority.rules, m->rules};
	uint64_t begun = clock_mono_ns();
	int rc = rights_may_write(m->rules, err);

	if (rc < 0)
		return rc;
	rc = journal_append(m->journal, m->entry, m->n, &guard, &m->first, err);
	m->took_ns = clock_mono_ns() - begun;
	if (rc < 0)
		return rc;
	m->last = m->first + m->n - 1;
	commit_raise(r, m->last);
	pair_journal_grew(m->child);
	return 0;
}

void commit_settle(struct commit *m, int rc)
{
	struct region *r = m->child->region;
	struct counter_block *counters = child_counters(m->child);

	if (rc < 0) {
		if (rc != -ESTALE && rc != -EROFS)
			counter_inc(counters, COUNTER_COMMIT_FAILED);
		undo(m);
	} else {
		counter_inc(counters, COUNTER_BATCHES);
		counter_add(counters, COUNTER_BATCH_CHANGES, m->n);
		counter_add(counters, COUNTER_COMMIT_NS, m->took_ns);
		counter_observe(counters, HISTOGRAM_COMMIT, m->took_ns);
		counter_observe(counters, HISTOGRAM_BATCH, m->n);
		for (size_t i = 0; i < m->n; i++)
			publish(m, i, m->first + i);
		atomic_store(&r->slots[m->child->slot].published, m->last);
	}
	m->n = m->used = 0;
}

int commit_run(struct commit *m, struct err *err)
{
	int rc;

	if (m->n == 0)
		return 0;
	rc = commit_append(m, err);
	commit_settle(m, rc);
	return rc;
}
