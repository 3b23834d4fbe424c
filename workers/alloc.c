/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc: the client's own address, else the one it asks for, else any (RFC 2131 4.3.1). All
 * look-ups are by hash or queue; a shared network costs one look-up a member.
 */
#include "workers/alloc.h"

#include "workers/client.h"
#include "workers/select.h"

uint32_t alloc_known(const struct query *q, const struct model_subnet **ret_subnet)
{
	const struct model_subnet *s;

	for (size_t k = 0; (s = select_sibling(q->subnet, k)) != NULL; k++) {
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
	return ALLOC_CLAIMED;
}

enum alloc_result alloc_claim_own(struct query *q, uint32_t rec, const struct model_subnet *subnet)
{
	struct region *r = q->ctx->region;
	const struct table_record *t = table_record(r, rec);
	const struct model_pool *pool = model_pool_of(subnet, t->address);
	enum alloc_result result;

	if (pool == NULL || select_is_own(q, t->address))
		return ALLOC_NONE;
	result = claim(q, rec);
	if (result != ALLOC_CLAIMED)
		return result;
	if (t->subnet_id == subnet->id && table_is_client(r, t, &q->client))
		return found(q, rec, subnet, pool);
	q->rec = rec;
	alloc_give_back(q);
	return ALLOC_NONE;
}

/* The pool of the client's network that holds address; sets *ret_subnet. */
static const struct model_pool *pool_for(const struct query *q, uint32_t address,
	const struct model_subnet **ret_subnet)
{
	const struct model_subnet *s;

	for (size_t k = 0; (s = select_sibling(q->subnet, k)) != NULL; k++) {
		const struct model_pool *pool = model_pool_of(s, address);

		if (pool != NULL) {
			*ret_subnet = s;
			return pool;
		}
	}
	return NULL;
}

enum alloc_result alloc_claim_wanted(struct query *q, uint32_t address, bool *ret_ours)
{
	struct region *r = q->ctx->region;
	const struct model_subnet *subnet = NULL;
	const struct model_pool *pool = pool_for(q, address, &subnet);
	uint32_t rec = table_find(r, address);
	enum alloc_result result;

	*ret_ours = pool != NULL;
	if (pool == NULL || select_is_own(q, address))
		return ALLOC_NONE;
	if (rec == TABLE_NONE) {
		rec = table_attach(r, address, q->ctx->child->slot);
		return rec != TABLE_NONE ? found(q, rec, subnet, pool) : ALLOC_BUSY;
	}
	if (!table_available(table_record(r, rec), q->ctx->now))
		return ALLOC_NONE;
	result = claim(q, rec);
	if (result != ALLOC_CLAIMED)
		return result;
	if (table_available(table_record(r, rec), q->ctx->now))
		return found(q, rec, subnet, pool);
	table_release(r, rec);
	return ALLOC_NONE;
}

enum alloc_result alloc_claim_any(struct query *q)
{
	const struct context *ctx = q->ctx;
	const struct model_subnet *s;

	for (size_t k = 0; (s = select_sibling(q->subnet, k)) != NULL; k++) {
		for (size_t i = 0; i < s->n_pools; i++) {
			const struct pool_range *pool = &ctx->child->pools->v[s->pools[i]->index];
			uint32_t rec;

			while ((rec = pool_take(ctx->region, pool, ctx->child->slot, ctx->now)) !=
				TABLE_NONE) {
				if (!select_is_own(q, table_record(ctx->region, rec)->address))
					return found(q, rec, s, s->pools[i]);
				/* not queued again: the server's own address is nobody's */
				table_release(ctx->region, rec);
			}
		}
	}
	return ALLOC_NONE;
}

void alloc_give_back(struct query *q)
{
	pool_release(q->ctx->region, q->ctx->child->pools, q->rec);
	q->rec = TABLE_NONE;
}

struct lease alloc_lease(const struct query *q, uint8_t hostname[255])
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
	l.hostname = span_of(hostname, client_hostname(q, hostname));
	return l;
}
