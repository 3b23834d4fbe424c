/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suffix: one address at a time, under its claim, through the same commit as everybody's changes.
 */
#include "ha/suffix.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "ha/merge.h"
#include "shm/base/hash.h"
#include "shm/base/log.h"
#include "shm/base/text.h"
#include "shm/host.h"
#include "shm/rights.h"

#define CLAIM_TRIES 100000 /* workers hold claims while they commit */

struct taking {
	struct suffix *s;
	struct err *err;
};

void suffix_start(
        struct suffix *s, uint64_t first, int64_t shift_s, const struct fsm_message *hello)
{
	s->first = s->next = first;
	s->shift_s = shift_s;
	s->partner_acked = hello->hello.acked;
	s->runs = hello->hello.runs;
	s->own_end = atomic_load(&s->child->region->committed);
	suffix_stop(s);
}

void suffix_stop(struct suffix *s)
{
	free(s->own_hosts);
	s->own_hosts = NULL;
	s->n_own_hosts = 0;
	s->knows_own = false;
}

static const struct fsm_run *run_of(const struct fsm_runs *runs, uint64_t seq)
{
	const struct fsm_run *run = NULL;

	for (size_t i = 0; i < runs->n && runs->v[i].start <= seq; i++)
		run = &runs->v[i];
	return run;
}

/* What is known of a row by where it stands, and by its own words. */
static void place(struct merge_row *row, const struct fsm_runs *runs, uint64_t acked)
{
	const struct fsm_run *run = run_of(runs, row->lease.seq);

	row->acked = row->lease.seq <= acked;
	row->sure = (row->lease.flags & LEASE_SURE) != 0;
	row->acked_end_s = row->lease.acked_end_s;
	row->reuse_after_s = row->lease.reuse_after_s;
	row->writer = run != NULL ? run->writer : 0;
	row->term = run != NULL ? run->term : 0;
}

static void own_row(const struct suffix *s, const struct table_copy *copy, struct merge_row *ret)
{
	*ret = (struct merge_row){.lease = copy->lease};
	ret->present = copy->state <= LEASE_RELEASED && copy->lease.seq != 0;
	ret->changed = copy->lease.seq >= s->first;
	if (ret->present)
		place(ret, &s->fsm->runs, s->fsm->durable.acked);
}

static void partner_row(const struct suffix *s, const struct change *c, struct merge_row *ret)
{
	*ret = (struct merge_row){.lease = c->lease, .changed = true};
	ret->present = c->kind == CHANGE_PUT;
	if (!ret->present)
		return;
	lease_shift(&ret->lease, s->shift_s);
	place(ret, &s->runs, s->partner_acked);
}

/* The record of the address, claimed. One that this batch has claimed is committed first. */
static int claim(struct suffix *s, uint32_t address, uint32_t *ret_rec, struct err *err)
{
	struct region *r = s->child->region;

	for (int i = 0; i < CLAIM_TRIES; i++) {
		uint32_t rec = table_find(r, address);
		int rc = 0;

		if (rec == TABLE_NONE) {
			rec = table_attach(r, address, s->child->slot);
			if (rec == TABLE_NONE)
				continue;
		} else if (table_owner(r, rec) == s->child->slot) {
			rc = commit_run(s->commit, err);
			if (rc < 0)
				return rc;
			continue;
		} else if (!table_claim(r, rec, s->child->slot)) {
			sched_yield();
			continue;
		}
		*ret_rec = rec;
		return 0;
	}
	return err_set(err, -EBUSY, NULL, "a record of the table stays claimed");
}

static int merge(struct suffix *s, const struct change *c, uint32_t rec)
{
	unsigned node = s->fsm->config.node;
	struct merge_row own, other, row;
	struct table_copy copy;
	char ip[TEXT_IP_SIZE];
	bool conflict = false;

	if (!table_read(s->child->region, rec, &copy))
		return -EIO;
	own_row(s, &copy, &own);
	partner_row(s, c, &other);
	merge_rows(node == 0 ? &own : &other, node == 0 ? &other : &own, node, &row, &conflict);
	if (conflict) {
		s->conflicts++;
		LOG(EV_HA_CONFLICT, "%s was leased to two clients while the nodes served apart",
			text_ip(c->lease.address, ip));
	}
	if (commit_count(s->commit) == 0)
		commit_under(s->commit, rights_rules(s->child->region));
	if (!row.present)
		return commit_delete(s->commit, rec);
	row.lease.acked_end_s = row.acked_end_s;
	row.lease.reuse_after_s = row.reuse_after_s;
	row.lease.flags &= (uint8_t)~LEASE_SURE;
	if (row.sure)
		row.lease.flags |= LEASE_SURE;
	return commit_put_merged(s->commit, rec, &row.lease);
}

/* --- reservations --- */

static uint64_t hash_of(const struct change *c)
{
	static const struct hash_key zero;

	return hash_bytes(&zero, c->host_key.p, c->host_key.len);
}

static int note_own(void *arg, const struct change *c)
{
	struct suffix *s = (struct suffix *)arg;
	uint64_t *more;

	if (!change_is_host(c) || c->lease.seq > s->own_end)
		return 0;
	more = (uint64_t *)realloc(s->own_hosts, (s->n_own_hosts + 1) * sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	s->own_hosts = more;
	s->own_hosts[s->n_own_hosts++] = hash_of(c);
	return 0;
}

/* Of a reservation that both nodes changed while they were apart, ours stands: the operator's last
 * word to the node that goes on serving. */
static int merge_host(struct suffix *s, const struct change *c, struct err *err)
{
	uint64_t hash = hash_of(c);
	int rc;

	if (!s->knows_own) {
		int64_t n = journal_read(s->journal, s->first, SIZE_MAX, note_own, s, err);

		if (n < 0)
			return (int)n;
		s->knows_own = true;
	}
	for (size_t i = 0; i < s->n_own_hosts; i++)
		if (s->own_hosts[i] == hash)
			return 0;
	rc = host_commit(s->child->region, s->journal, c, 1, err);
	if (rc == 0)
		pair_hosts_changed(s->child);
	return rc;
}

static int take(void *arg, uint64_t position, struct span entry)
{
	struct taking *t = (struct taking *)arg;
	struct suffix *s = t->s;
	struct change c;
	uint32_t rec = TABLE_NONE;
	int rc = change_decode(entry, &c);

	if (rc < 0 || position != s->next)
		return rc < 0 ? rc : -EPROTO;
	s->next++;
	c.lease.seq = position;
	if (c.kind == CHANGE_MARK) {
		fsm_runs_add(&s->runs, (struct fsm_run){c.term, position, c.node});
		return 0;
	}
	if (change_is_host(&c))
		return merge_host(s, &c, t->err);
	if (commit_count(s->commit) == COMMIT_MAX)
		rc = commit_run(s->commit, t->err);
	if (rc == 0)
		rc = claim(s, c.lease.address, &rec, t->err);
	if (rc < 0)
		return rc;
	rc = merge(s, &c, rec);
	if (rc < 0)
		pool_release(s->child->region, s->child->pools, rec);
	return rc;
}

int suffix_take(struct suffix *s, struct span payload, struct err *err)
{
	struct taking t = {s, err};
	int rc = proto_each_change(payload, take, &t), end = commit_run(s->commit, err);

	return rc < 0 ? rc : end;
}
