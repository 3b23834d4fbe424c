/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_give_up: DHCPDECLINE and DHCPRELEASE (RFC 2131 4.3.3, 4.3.4): the client gives its
 * address up, because somebody else uses it, or because it is done. Neither is answered.
 */
#include "workers/serve.h"

#include "workers/alloc.h"

/* Claims the record of address if it is this client's lease. */
static enum alloc_result claim_lease(struct query *q, uint32_t address)
{
	struct region *r = q->ctx->region;
	uint32_t rec = table_find(r, address), me = q->ctx->child->slot;
	const struct table_record *t;

	if (rec == TABLE_NONE)
		return ALLOC_NONE;
	t = table_record(r, rec);
	if (t->state != LEASE_ASSIGNED || !table_is_client(r, t, &q->client))
		return table_owner(r, rec) == me ? ALLOC_AGAIN : ALLOC_NONE;
	if (!table_claim(r, rec, me))
		return table_owner(r, rec) == me ? ALLOC_AGAIN : ALLOC_BUSY;
	q->rec = rec;
	if (t->state == LEASE_ASSIGNED && table_is_client(r, t, &q->client))
		return ALLOC_CLAIMED;
	alloc_give_back(q);
	return ALLOC_NONE;
}

static enum verdict not_claimed(struct query *q, enum alloc_result result)
{
	if (result == ALLOC_AGAIN)
		return VERDICT_AGAIN;
	return query_drop(q, result == ALLOC_BUSY ? COUNTER_DUPLICATE : COUNTER_NOT_FOR_US);
}

/* Hands the changed lease, or its end (NULL), to the commit. */
static enum verdict change(struct query *q, const struct lease *l)
{
	int rc = l != NULL ? commit_put(q->ctx->commit, q->rec, l) :
			     commit_delete(q->ctx->commit, q->rec);

	if (rc == 0)
		return VERDICT_SILENT;
	alloc_give_back(q);
	return query_drop(q, COUNTER_PROCESSING_FAILED);
}

enum verdict serve_decline(struct query *q)
{
	struct span address = opt_get(&q->msg.opt, OPT_REQUESTED_ADDRESS);
	enum alloc_result result;
	struct lease l;

	if (address.len != 4)
		return query_drop(q, COUNTER_RFC_VIOLATION);
	result = claim_lease(q, wire_be32(address.p));
	if (result != ALLOC_CLAIMED)
		return not_claimed(q, result);
	/* the address is nobody's for a while: the client's identity goes */
	l = (struct lease){
		.subnet_id = table_record(q->ctx->region, q->rec)->subnet_id,
		.pool_id = table_record(q->ctx->region, q->rec)->pool_id,
		.cltt = q->ctx->now,
		.valid_lft = q->ctx->model->decline_probation_period,
		.state = LEASE_DECLINED,
	};
	return change(q, &l);
}

enum verdict serve_release(struct query *q)
{
	struct table_copy copy;
	enum alloc_result result;

	if (q->msg.ciaddr == 0)
		return query_drop(q, COUNTER_RFC_VIOLATION);
	result = claim_lease(q, q->msg.ciaddr);
	if (result != ALLOC_CLAIMED)
		return not_claimed(q, result);
	if (q->ctx->model->hold_reclaimed_time == 0 || !table_read(q->ctx->region, q->rec, &copy))
		return change(q, NULL);
	copy.lease.cltt = q->ctx->now;
	copy.lease.valid_lft = 0;
	copy.lease.state = LEASE_RELEASED;
	return change(q, &copy.lease);
}
