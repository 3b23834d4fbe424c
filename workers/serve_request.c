/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_request: what a DHCPREQUEST means depends on what it carries (RFC 2131 4.3.2, table 4):
 *   SELECTING   server identifier, requested address, no ciaddr
 *   INIT-REBOOT requested address only
 *   RENEWING    ciaddr only, unicast;  REBINDING  ciaddr only, broadcast
 * An address that is known to be wrong is refused by a NAK; about what this server knows nothing
 * of it is silent, unless it is authoritative.
 */
#include "workers/serve.h"

#include "workers/alloc.h"
#include "workers/client.h"
#include "workers/select.h"

static bool is_init_reboot(const struct query *q)
{
	return opt_get(&q->msg.opt, OPT_SERVER_ID).p == NULL && q->msg.ciaddr == 0;
}

static uint32_t wanted_address(const struct query *q)
{
	struct span asked = opt_get(&q->msg.opt, OPT_REQUESTED_ADDRESS);

	return asked.len == 4 ? wire_be32(asked.p) : q->msg.ciaddr;
}

static enum verdict nak(struct query *q)
{
	q->address = 0;
	q->pool = NULL;
	return query_answer(q, VERDICT_ANSWER, MSG_NAK);
}

/* The address was this network's to give or was leased here: the client must start over. */
static enum verdict refuse(struct query *q, uint32_t address, bool ours)
{
	uint32_t rec = table_find(q->ctx->region, address);
	const struct model_subnet *s;

	if (ours)
		return nak(q);
	if (rec != TABLE_NONE && table_record(q->ctx->region, rec)->state != TABLE_FREE) {
		s = model_subnet_by_id(q->ctx->model,
			table_record(q->ctx->region, rec)->subnet_id);
		if (s != NULL && select_same_network(s, q->subnet))
			return nak(q);
	}
	return query_drop(q, COUNTER_NOT_FOR_US);
}

/* Ends what the client had before at another address: a client has one record in a subnet. */
static void forget(struct query *q, uint32_t rec)
{
	struct region *r = q->ctx->region;

	if (!table_claim(r, rec, q->ctx->child->slot))
		return;
	if (table_is_client(r, table_record(r, rec), &q->client)) {
		if (table_record(r, rec)->seq != 0 && commit_delete(q->ctx->commit, rec) == 0)
			return; /* the commit has the claim */
		if (table_record(r, rec)->seq == 0)
			table_clear(r, rec);
	}
	pool_release(r, q->ctx->child->pools, rec);
}

static enum verdict grant(struct query *q, uint32_t before)
{
	uint8_t hostname[255];
	struct lease l;

	q->lifetime = client_lifetime(q);
	l = alloc_lease(q, hostname);
	if (commit_put(q->ctx->commit, q->rec, &l) < 0) {
		alloc_give_back(q);
		return query_drop(q, COUNTER_PROCESSING_FAILED);
	}
	if (before != TABLE_NONE && before != q->rec)
		forget(q, before);
	return query_answer(q, VERDICT_HOLD, MSG_ACK);
}

static bool is_active(const struct query *q, uint32_t rec)
{
	const struct table_record *t = table_record(q->ctx->region, rec);

	return t->state == LEASE_ASSIGNED && !table_available(t, q->ctx->now);
}

static enum verdict no_subnet(struct query *q)
{
	counter_inc(child_counters(q->ctx->child), COUNTER_NO_SUBNET);
	if (is_init_reboot(q) || (q->msg.ciaddr != 0 && q->packet.dst_ip == UINT32_MAX))
		return query_drop(q, COUNTER_NOT_FOR_US);
	return nak(q);
}

/* INIT-REBOOT of a client without a lease here. */
static enum verdict unknown_here(struct query *q)
{
	return q->subnet->params.authoritative ? nak(q) : query_drop(q, COUNTER_NOT_FOR_US);
}

enum verdict serve_request(struct query *q)
{
	uint32_t wanted = wanted_address(q), own;
	const struct model_subnet *subnet = NULL;
	enum alloc_result result = ALLOC_NONE;
	bool ours = false;

	if (wanted == 0)
		return query_drop(q, COUNTER_RFC_VIOLATION);
	if (q->subnet == NULL)
		return no_subnet(q);
	own = alloc_known(q, &subnet);
	if (own != TABLE_NONE && table_owner(q->ctx->region, own) == q->ctx->child->slot)
		return VERDICT_AGAIN; /* an earlier request of the same client */
	if (is_init_reboot(q)) {
		if (own == TABLE_NONE || table_record(q->ctx->region, own)->seq == 0)
			return unknown_here(q);
		if (table_record(q->ctx->region, own)->address != wanted)
			return nak(q);
	}
	if (own != TABLE_NONE && table_record(q->ctx->region, own)->address == wanted)
		result = alloc_claim_own(q, own, subnet);
	else if (own != TABLE_NONE && is_active(q, own))
		return nak(q); /* it has another lease */
	if (result == ALLOC_NONE)
		result = alloc_claim_wanted(q, wanted, &ours);
	switch (result) {
	case ALLOC_CLAIMED:
		return grant(q, own);
	case ALLOC_AGAIN:
		return VERDICT_AGAIN;
	case ALLOC_BUSY:
		return query_drop(q, COUNTER_DUPLICATE);
	default:
		return refuse(q, wanted, ours);
	}
}
