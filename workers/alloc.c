/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc: the client's own address, else the one it asks for, else any (RFC 2131 4.3.1). All
 * look-ups are by hash or queue; a shared network costs one look-up a member.
 */
#include "workers/alloc.h"

#include "shm/rights.h"
#include "workers/classify.h"
#include "workers/reserve.h"
#include "workers/select.h"

#define SHARE_TRIES 64 /* addresses of the partner's share that one search passes in a queue */

uint32_t alloc_known(const struct query *q, const struct model_subnet **ret_subnet)
{
	struct select_walk walk = {0};
	const struct model_subnet *s;

	while ((s = select_next(q, &walk)) != NULL) {
		uint32_t rec = table_find_client(q->ctx->region, s->id, &q->client);

		if (rec != TABLE_NONE) {
			*ret_subnet = s;
			return rec;
		}
	}
	return TABLE_NONE;
}

static enum alloc_result claim(struct query *q, uint32_t rec)
{
	uint32_t me = q->ctx->child->slot;

	if (table_claim(q->ctx->region, rec, me))
		return ALLOC_CLAIMED;
	return table_owner(q->ctx->region, rec) == me ? ALLOC_AGAIN : ALLOC_BUSY;
}

static enum alloc_result found(struct query *q, uint32_t rec, const struct model_subnet *subnet,
	const struct model_pool *pool)
{
	q->rec = rec;
	q->address = table_record(q->ctx->region, rec)->address;
	q->subnet = subnet;
	q->pool = pool;
	q->host = reserve_host(q, subnet);
	return ALLOC_CLAIMED;
}

/* Whether the address is never leased, though it lies in a pool: one of the server's own, or, where
 * the configuration says so, the first or last of a /24. */
static bool is_excluded(const struct query *q, const struct model_subnet *s, uint32_t address)
{
	uint32_t end = address & 0xff;

	if (q->ctx->model->exclude_first_last_24 && s->prefix_len <= 24 &&
		(end == 0 || end == 0xff))
		return true;
	return select_is_own(q, address);
}

/* Whether the configuration lets the client have an address that is not reserved for it. */
static bool may_have(const struct query *q, const struct model_subnet *s,
	const struct model_pool *pool, uint32_t address)
{
	return pool != NULL && select_may_use(q, s) && classify_passes(q, &pool->guard) &&
		!is_excluded(q, s, address) && !reserve_is_others(q, s, pool, address);
}

/* Whether the rules of a pair let the client have the address of this record, which is claimed. */
static bool permits(const struct query *q, uint32_t rec, bool reserved)
{
	const struct region *r = q->ctx->region;
	uint64_t rules = q->ctx->rules;

	if (rights_alone(rules))
		return true;
	return rights_may_give(r, rules, rec, table_has_row_of(r, table_record(r, rec), &q->client),
		reserved, q->ctx->now);
}

enum alloc_result alloc_claim_own(struct query *q, uint32_t rec, const struct model_subnet *subnet)
{
	struct region *r = q->ctx->region;
	const struct table_record *t = table_record(r, rec);
	const struct model_pool *pool = model_pool_of(subnet, t->address);
	enum alloc_result result;

	if (!may_have(q, subnet, pool, t->address) || limit_keeps_out(q, subnet, rec))
		return ALLOC_NONE;
	result = claim(q, rec);
	if (result != ALLOC_CLAIMED)
		return result;
	if (t->subnet_id == subnet->id && table_is_client(r, t, &q->client) &&
		permits(q, rec, false)) {
		q->origin = ORIGIN_OWN;
		return found(q, rec, subnet, pool);
	}
	q->rec = rec;
	alloc_give_back(q);
	return ALLOC_NONE;
}

/* Whether the record may become this client's. */
static bool is_free(const struct query *q, uint32_t rec)
{
	const struct table_record *t = table_record(q->ctx->region, rec);

	return table_available(t, q->ctx->now) || table_is_client(q->ctx->region, t, &q->client);
}

/* Claims the record of address, or a new one. */
static enum alloc_result claim_record(struct query *q, uint32_t address, uint32_t *ret_rec)
{
	struct region *r = q->ctx->region;

	*ret_rec = table_find(r, address);
	if (*ret_rec == TABLE_NONE) {
		*ret_rec = table_attach(r, address, q->ctx->child->slot);
		return *ret_rec != TABLE_NONE ? ALLOC_CLAIMED : ALLOC_BUSY;
	}
	return is_free(q, *ret_rec) ? claim(q, *ret_rec) : ALLOC_NONE;
}

/* Claims exactly this address if nobody else has it. */
static enum alloc_result claim_address(struct query *q, const struct model_subnet *subnet,
	const struct model_pool *pool, uint32_t address, bool reserved)
{
	uint32_t rec;
	enum alloc_result result;

	if (limit_keeps_out(q, subnet, table_find(q->ctx->region, address)))
		return ALLOC_NONE;
	result = claim_record(q, address, &rec);
	if (result != ALLOC_CLAIMED)
		return result;
	if (is_free(q, rec) && permits(q, rec, reserved))
		return found(q, rec, subnet, pool);
	q->rec = rec;
	alloc_give_back(q);
	return ALLOC_NONE;
}

enum alloc_result alloc_claim_reserved(
	struct query *q, const struct model_subnet *subnet, uint32_t address, bool *ret_own)
{
	const struct table_record *t;
	enum alloc_result result;

	if (select_is_own(q, address))
		return ALLOC_NONE;
	result = claim_address(q, subnet, model_pool_of(subnet, address), address, true);
	if (result == ALLOC_CLAIMED) {
		t = table_record(q->ctx->region, q->rec);
		*ret_own = t->subnet_id == subnet->id &&
			table_is_client(q->ctx->region, t, &q->client);
		q->origin = ORIGIN_RESERVED;
	}
	return result;
}

/* The pool of the client's network that holds address, whether or not the client may use it; sets
 * *ret_subnet. */
static const struct model_pool *pool_for(
	const struct query *q, uint32_t address, const struct model_subnet **ret_subnet)
{
	const struct model_network *n = q->subnet->network;
	const struct model_pool *pool = model_pool_of(q->subnet, address);

	*ret_subnet = q->subnet;
	for (size_t i = 0; pool == NULL && n != NULL && i < n->n_subnets; i++) {
		*ret_subnet = n->subnets[i];
		pool = model_pool_of(n->subnets[i], address);
	}
	return pool;
}

enum alloc_result alloc_claim_wanted(struct query *q, uint32_t address, bool *ret_ours)
{
	const struct model_subnet *subnet;
	const struct model_pool *pool = pool_for(q, address, &subnet);

	*ret_ours = pool != NULL;
	if (!may_have(q, subnet, pool, address))
		return ALLOC_NONE;
	q->origin = ORIGIN_WANTED;
	return claim_address(q, subnet, pool, address, false);
}

/* Makes the claimed record the client's, if it may have it. */
static bool settle(struct query *q, const struct model_subnet *s, const struct model_pool *pool,
	uint32_t rec, unsigned *tries)
{
	struct region *r = q->ctx->region;

	if (!may_have(q, s, pool, table_record(r, rec)->address)) {
		/* Not queued again: the server's own address is nobody's, a reserved one comes back
		 * when its client's lease ends. The next generation's store queues all that are
		 * free, since it may reserve others. */
		table_release(r, rec);
		return false;
	}
	if (!permits(q, rec, false)) {
		/* the partner's share: to the end of the queue, the next search goes on behind it */
		pool_release(r, q->ctx->child->pools, rec);
		--*tries;
		return false;
	}
	found(q, rec, s, pool);
	q->origin = ORIGIN_FREE;
	return true;
}

/* Takes a free address of this pool. */
static bool take(struct query *q, const struct model_subnet *s, const struct model_pool *pool)
{
	const struct context *ctx = q->ctx;
	const struct pool_range *range = &ctx->child->pools->v[pool->index];
	uint32_t rec = TABLE_NONE;

	if (s->params.allocator_random)
		rec = pool_take_random(ctx->region, range, ctx->child->slot);
	for (int source = 0; source < POOL_SOURCES; source++) {
		for (unsigned tries = SHARE_TRIES; tries > 0;) {
			if (rec == TABLE_NONE)
				rec = pool_take(ctx->region, range, (enum pool_source)source,
					ctx->child->slot, ctx->now);
			if (rec == TABLE_NONE)
				break;
			if (settle(q, s, pool, rec, &tries))
				return true;
			rec = TABLE_NONE;
		}
	}
	return false;
}

enum alloc_result alloc_claim_any(struct query *q)
{
	struct select_walk walk = {0};
	const struct model_subnet *s;

	while ((s = select_next(q, &walk)) != NULL) {
		if (limit_keeps_out(q, s, TABLE_NONE))
			continue;
		for (size_t i = 0; i < s->n_pools; i++)
			if (classify_passes(q, &s->pools[i]->guard) && take(q, s, s->pools[i]))
				return ALLOC_CLAIMED;
	}
	return ALLOC_NONE;
}

static bool has_pools(const struct model_subnet *s)
{
	bool found = s->n_pools > 0;

	for (size_t i = 0; s->network != NULL && i < s->network->n_subnets; i++)
		found |= s->network->subnets[i]->n_pools > 0;
	return found;
}

enum alloc_lack alloc_lack(const struct query *q)
{
	struct select_walk walk = {0};
	const struct model_subnet *s;

	if (q->limited != NULL)
		return ALLOC_LIMITED;
	while ((s = select_next(q, &walk)) != NULL)
		for (size_t i = 0; i < s->n_pools; i++)
			if (classify_passes(q, &s->pools[i]->guard))
				return ALLOC_FULL;
	return has_pools(q->subnet) ? ALLOC_CLASSES : ALLOC_NO_POOLS;
}

bool alloc_is_taken(const struct query *q, uint32_t address)
{
	uint32_t rec = table_find(q->ctx->region, address);

	return select_is_own(q, address) || (rec != TABLE_NONE && !is_free(q, rec));
}

uint32_t alloc_other(const struct query *q)
{
	return table_find_other(q->ctx->region, q->subnet->id, &q->client, q->rec);
}

uint32_t alloc_lifetime(const struct query *q, uint32_t wanted)
{
	const struct region *r = q->ctx->region;
	bool same = table_has_row_of(r, table_record(r, q->rec), &q->client);

	return rights_lifetime(r, q->ctx->rules, q->rec, same, q->ctx->now, wanted);
}

void alloc_give_back(struct query *q)
{
	pool_release(q->ctx->region, q->ctx->child->pools, q->rec);
	q->rec = TABLE_NONE;
}

/* The relay's option 82, where it is to be kept: what came now, else what the lease has. */
static struct span agent_to_keep(const struct query *q, struct table_copy *before)
{
	struct span agent = opt_get(&q->msg.opt, OPT_AGENT), none = {NULL, 0};
	struct region *r = q->ctx->region;

	if (!q->subnet->params.store_extended_info && !q->ctx->model->stash_agent_options)
		return none;
	if (agent.len > 0)
		return agent.len <= 255 ? agent : none;
	if (!table_is_client(r, table_record(r, q->rec), &q->client) ||
		!table_read(r, q->rec, before))
		return none;
	return before->lease.agent;
}

struct lease alloc_lease(const struct query *q, struct alloc_text *text)
{
	struct lease l = {
		.address = q->address,
		.subnet_id = q->subnet->id,
		.pool_id = q->pool != NULL ? q->pool->id : 0,
		.cltt = q->ctx->now,
		.valid_lft = q->lifetime,
		.state = LEASE_ASSIGNED,
		.htype = q->client.htype,
		.hlen = q->client.hlen,
		.client_id = opt_get(&q->msg.opt, OPT_CLIENT_ID),
	};

	memcpy(l.hwaddr, q->client.hwaddr, q->client.hlen);
	if (l.client_id.len > 255)
		l.client_id.len = 0;
	name_of(q, &text->name);
	l.hostname = span_of(text->name.text, text->name.option != 0 ? text->name.len : 0);
	l.agent = agent_to_keep(q, &text->before);
	l.context = limit_context(q, text->context);
	return l;
}
