/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reclaim: expired leases become LEASE_EXPIRED and stay their client's to get back until
 * hold-reclaimed-time is over or the address is needed; then they are deleted. Declined
 * addresses are deleted when their probation is over.
 */
#include "shm/reclaim.h"

#include <errno.h>

#include "shm/rights.h"
#include "shm/tally.h"

#define ROUNDS     10
#define STRIDE_MIN 4096
#define STRIDE_MAX 262144

enum fate {
	KEEP,
	FORGET,  /* an offer without a row on disk: free it, nothing to commit */
	DELETE,  /* remove the row */
	EXPIRE,  /* becomes LEASE_EXPIRED */
	QUEUE,   /* left its queue while it was held for its client: back into it */
};

static enum fate fate_of(const struct table_record *t, uint32_t hold_s, uint32_t now)
{
	uint64_t end = (uint64_t)t->cltt + t->valid_lft;

	if (atomic_load_explicit(&t->address, memory_order_acquire) == 0 || t->offer_until > now)
		return KEEP;
	switch (t->state) {
	case TABLE_OFFER:
		return t->seq == 0 ? FORGET : DELETE;
	case LEASE_ASSIGNED:
		if (t->valid_lft == RECORD_INFINITE || end > now)
			return KEEP;
		return hold_s > 0 ? EXPIRE : DELETE;
	case LEASE_DECLINED:
		return end > now ? KEEP : DELETE;
	case LEASE_EXPIRED:
	case LEASE_RELEASED:
		if (end + hold_s <= now)
			return DELETE;
		return t->queued == 0 ? QUEUE : KEEP;
	default:
		return KEEP;
	}
}

static void count_reclaimed(const struct child *c, const struct table_record *t)
{
	if (t->state == LEASE_DECLINED) {
		counter_inc(child_counters(c), COUNTER_RECLAIMED_DECLINED);
		tally_count(c->region, c->pools, t->address, t->subnet_id,
			POOL_RECLAIMED_DECLINED);
	}
	if (t->state == LEASE_ASSIGNED || t->state == LEASE_DECLINED) {
		counter_inc(child_counters(c), COUNTER_RECLAIMED);
		tally_count(c->region, c->pools, t->address, t->subnet_id, POOL_RECLAIMED);
	}
}

static int settle(struct reclaim *c, uint32_t rec, enum fate fate)
{
	struct region *r = c->child->region;
	const struct table_record *t = table_record(r, rec);
	struct table_copy copy;

	if (fate == FORGET)
		table_clear(r, rec);
	if (fate == FORGET || fate == QUEUE)
		return -ECANCELED; /* let go at once */
	count_reclaimed(c->child, t);
	if (fate == DELETE)
		return commit_delete(c->commit, rec);
	if (!table_read(r, rec, &copy))
		return -ECANCELED;
	copy.lease.state = LEASE_EXPIRED;
	return commit_put(c->commit, rec, &copy.lease);
}

/* What of it the rules of a pair let happen. */
static enum fate allowed(const struct reclaim *c, uint32_t rec, enum fate fate, uint32_t now)
{
	const struct region *r = c->child->region;
	const struct table_record *t = table_record(r, rec);

	if (fate == DELETE && t->state == LEASE_ASSIGNED && !rights_alone(c->rules))
		fate = EXPIRE; /* the partner learns that it is over before it is forgotten */
	if (fate == EXPIRE && !rights_may_expire(r, c->rules, rec, now))
		return KEEP;
	if (fate == DELETE && !rights_may_remove(r, c->rules, rec, now))
		return t->state != LEASE_DECLINED && t->queued == 0 ? QUEUE : KEEP;
	return fate;
}

static void look_at(struct reclaim *c, uint32_t rec, uint32_t now)
{
	struct region *r = c->child->region;
	const struct table_record *t = table_record(r, rec);
	enum fate fate;

	if (fate_of(t, c->hold_s, now) == KEEP || !table_claim(r, rec, c->child->slot))
		return;
	fate = fate_of(t, c->hold_s, now); /* again, now that nobody else can change it */
	fate = allowed(c, rec, fate, now);
	if (fate != KEEP && settle(c, rec, fate) == 0)
		return; /* the commit has the claim */
	pool_release(r, c->child->pools, rec);
}

int reclaim_some(struct reclaim *c, uint32_t now, struct err *err)
{
	uint32_t size = table_size(c->child->region), stride = size / ROUNDS;

	c->rules = rights_rules(c->child->region);
	commit_under(c->commit, c->rules);
	if (stride < STRIDE_MIN)
		stride = STRIDE_MIN;
	if (stride > STRIDE_MAX)
		stride = STRIDE_MAX;
	for (uint32_t i = 0; i < stride && i < size; i++) {
		if (c->hand >= size)
			c->hand = 0;
		look_at(c, c->hand++, now);
		if (commit_count(c->commit) == COMMIT_MAX)
			break;
	}
	return commit_run(c->commit, err);
}
