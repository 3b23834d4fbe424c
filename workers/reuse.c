/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reuse: the client is told when the lease ends that is on disk already, so an answer without a
 * write promises nothing that a crash could take back.
 */
#include "workers/reuse.h"

#include "shm/rights.h"

/* Whether the configuration takes a lease of this age, seconds, and lease time for young. Without
 * cache-threshold and cache-max-age none is. */
static bool is_young(const struct model_params *p, uint32_t age, uint32_t valid_lft)
{
	double threshold = p->cache_threshold;

	if (p->cache_max_age != 0 && age > p->cache_max_age)
		return false;
	if (threshold == MODEL_NO_RATIO)
		return p->cache_max_age != 0;
	return threshold > 0 && threshold < 1 && (double)age <= threshold * valid_lft;
}

static bool is_same(const struct lease *a, const struct lease *b)
{
	return a->subnet_id == b->subnet_id && a->pool_id == b->pool_id && a->htype == b->htype &&
		a->hlen == b->hlen && memcmp(a->hwaddr, b->hwaddr, a->hlen) == 0 &&
		span_equal(a->client_id, b->client_id) && span_equal(a->hostname, b->hostname) &&
		span_equal(a->agent, b->agent);
}

static void count(const struct query *q)
{
	const struct pools *pools = q->ctx->child->pools;
	const struct model_pool *pool = q->pool;

	if (pool == NULL && q->subnet->n_pools > 0)
		pool = q->subnet->pools[0];
	counter_inc(child_counters(q->ctx->child), COUNTER_LEASE_REUSES);
	if (pool != NULL)
		pool_count(&pools->v[pool->index], POOL_REUSED);
}

bool reuse_lease(struct query *q, const struct lease *l)
{
	const struct model_params *p = &q->subnet->params;
	uint32_t now = q->ctx->now, age, left = RECORD_INFINITE;
	struct table_copy has;

	if (p->cache_threshold == MODEL_NO_RATIO && p->cache_max_age == 0)
		return false;
	/* under other rules each ACK has a journal entry of its own (authority_may_send()) */
	if (!rights_alone(q->ctx->rules) && authority_mode(q->ctx->rules) != AUTHORITY_ACTIVE)
		return false;
	if (!table_read(q->ctx->region, q->rec, &has) || has.state != LEASE_ASSIGNED ||
		has.lease.seq == 0 || now < has.lease.cltt || now >= lease_end(&has.lease))
		return false;
	age = now - has.lease.cltt;
	if (has.lease.valid_lft != RECORD_INFINITE)
		left = has.lease.valid_lft - age;
	/* a lifetime that was made shorter holds at once */
	if (!is_young(p, age, has.lease.valid_lft) || left > q->lifetime || !is_same(&has.lease, l))
		return false;
	q->lifetime = left;
	q->rests_on = has.lease.seq;
	count(q);
	return true;
}
