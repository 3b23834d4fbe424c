/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_discover: an offer (RFC 2131 4.3.1). Nothing is written to disk: the offered address is
 * held for its client in the lease table.
 */
#include "workers/serve.h"

#include "shm/base/log.h"
#include "shm/rights.h"
#include "workers/classify.h"
#include "workers/client.h"
#include "workers/options.h"
#include "workers/relay.h"
#include "workers/reserve.h"
#include "workers/serve_part.h"

static void log_no_address(struct query *q, enum alloc_lack lack)
{
	static struct log_limit limit;
	char name[CLIENT_NAME_SIZE], classes[512];
	unsigned missed;

	if (lack == ALLOC_LIMITED || !log_limit(&limit, 1000, &missed))
		return;
	if (lack == ALLOC_CLASSES)
		LOG(EV_ALLOC_ENGINE_V4_ALLOC_FAIL_CLASSES,
			"client %s: no pool of subnet %u is for its classes: %s (%u more such clients)",
			client_name(q, name), q->subnet->id,
			classify_names(q, classes, sizeof(classes)), missed);
	else
		LOG(EV_ALLOC_ENGINE_V4_ALLOC_FAIL,
			"client %s: no address is free in subnet %u%s (%u more such clients)",
			client_name(q, name), q->subnet->id,
			authority_mode(q->ctx->rules) == AUTHORITY_RESTRICTED ?
				", of this node's share: the partner is out of reach" : "",
			missed);
}

static enum verdict no_address(struct query *q)
{
	struct counter_block *c = child_counters(q->ctx->child);
	enum alloc_lack lack = alloc_lack(q);
	const struct pool_range *first = NULL;

	if (q->subnet->n_pools > 0)
		first = &q->ctx->child->pools->v[q->subnet->pools[0]->index];
	counter_inc(c, q->subnet->network != NULL ? COUNTER_ALLOCATION_FAIL_NETWORK :
						    COUNTER_ALLOCATION_FAIL_SUBNET);
	if (lack == ALLOC_NO_POOLS)
		counter_inc(c, COUNTER_ALLOCATION_FAIL_NO_POOLS);
	if (lack == ALLOC_CLASSES) {
		counter_inc(c, COUNTER_ALLOCATION_FAIL_CLASSES);
		pool_count(first, POOL_FAILED_CLASSES);
	}
	pool_count(first, POOL_FAILED);
	log_no_address(q, lack);
	return query_drop(q, COUNTER_ALLOCATION_FAIL);
}

static enum alloc_result find(struct query *q, bool *ret_own)
{
	struct span wanted = opt_get(&q->msg.opt, OPT_REQUESTED_ADDRESS);
	const struct model_subnet *subnet = NULL;
	uint32_t address = reserve_choose(q, &subnet), rec;
	enum alloc_result result = ALLOC_NONE;
	bool ours;

	if (address != 0) {
		result = alloc_claim_reserved(q, subnet, address, ret_own);
		if (result != ALLOC_NONE)
			return result;
		reserve_conflict(q, subnet, address);
	}
	*ret_own = true;
	rec = alloc_known(q, &subnet);
	if (rec != TABLE_NONE)
		result = alloc_claim_own(q, rec, subnet);
	if (result != ALLOC_NONE)
		return result;
	*ret_own = false;
	if (wanted.len == 4)
		result = alloc_claim_wanted(q, wire_be32(wanted.p), &ours);
	if (result == ALLOC_CLAIMED || result == ALLOC_AGAIN)
		return result;
	return alloc_claim_any(q);
}

bool serve_find(struct query *q, bool *ret_own, enum verdict *ret_verdict)
{
	switch (find(q, ret_own)) {
	case ALLOC_NONE:
		*ret_verdict = no_address(q);
		return false;
	case ALLOC_BUSY:
		*ret_verdict = query_drop(q, COUNTER_DUPLICATE);
		return false;
	case ALLOC_AGAIN:
		*ret_verdict = VERDICT_AGAIN;
		return false;
	case ALLOC_CLAIMED:
		return true;
	}
	bug("unknown result of an allocation");
}

bool serve_hold(struct query *q, bool own)
{
	uint32_t until = q->ctx->now + client_offer_lifetime(q);
	struct region *r = q->ctx->region;
	struct alloc_text text;
	struct lease l;

	/* what counts for a limit is a lease or an offer, not what is only remembered */
	if (own && (!limit_is_watched(q) || table_is_counted(table_record(r, q->rec)->state))) {
		table_hold(r, q->rec, until);
		return true;
	}
	l = alloc_lease(q, &text);
	rights_offer(r, q->ctx->rules, q->rec, &l);
	if (table_reserve(r, q->rec, &l) < 0) {
		alloc_give_back(q);
		return false;
	}
	table_offer(r, q->rec, &l, until);
	return true;
}

enum verdict serve_discover(struct query *q)
{
	struct region *r = q->ctx->region;
	enum verdict verdict;
	bool own;

	/* RFC 8925 3.3: a client that can do without an address, where the network says it should,
	 * gets none unless it asks for one by a DHCPREQUEST */
	if (options_prefer_v6(q))
		return query_answer(q, VERDICT_ANSWER, MSG_OFFER);
	if (!serve_find(q, &own, &verdict))
		return verdict;
	q->lifetime = alloc_lifetime(q, client_lifetime(q));
	if (own && table_record(r, q->rec)->offer_until > q->ctx->now)
		relay_note_repeat(q);
	if (!serve_hold(q, own))
		return query_drop(q, COUNTER_PROCESSING_FAILED);
	table_release(r, q->rec);
	return query_answer(q, VERDICT_ANSWER, MSG_OFFER);
}
