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

#include "workers/client.h"
#include "workers/relay.h"
#include "workers/reserve.h"
#include "workers/reuse.h"
#include "workers/select.h"
#include "workers/serve_part.h"

static bool is_init_reboot(const struct query *q)
{
	return opt_get(&q->msg.opt, OPT_SERVER_ID).p == NULL && q->msg.ciaddr == 0;
}

static uint32_t wanted_address(const struct query *q)
{
	struct span asked = opt_get(&q->msg.opt, OPT_REQUESTED_ADDRESS);

	return asked.len == 4 ? wire_be32(asked.p) : q->msg.ciaddr;
}

static bool is_active(const struct query *q, uint32_t rec)
{
	const struct table_record *t = table_record(q->ctx->region, rec);

	return t->state == LEASE_ASSIGNED && !table_available(t, q->ctx->now);
}

/* Whether it is certain that the client does not hold the address, whatever the partner may have
 * told it: another client holds it, or it is not of this link. */
static bool is_impossible(const struct query *q, uint32_t address)
{
	const struct region *r = q->ctx->region;
	uint32_t rec = table_find(r, address);
	const struct model_subnet *s = model_subnet_by_address(q->ctx->model, address);

	if (s == NULL || !select_same_network(s, q->subnet))
		return true;
	return rec != TABLE_NONE && is_active(q, rec) &&
		!table_is_client(r, table_record(r, rec), &q->client);
}

static enum verdict nak(struct query *q, uint32_t address)
{
	q->address = 0;
	q->pool = NULL;
	if (q->subnet != NULL && !authority_may_nak(q->ctx->rules) && !is_impossible(q, address))
		return query_drop(q, COUNTER_RESTRICTED);
	return query_answer(q, VERDICT_ANSWER, MSG_NAK);
}

/* The address was this network's to give or was leased here: the client must start over. */
static enum verdict refuse(struct query *q, uint32_t address, bool ours)
{
	uint32_t rec = table_find(q->ctx->region, address);
	const struct model_subnet *s;

	if (ours)
		return nak(q, address);
	if (rec != TABLE_NONE && table_record(q->ctx->region, rec)->state != TABLE_FREE) {
		s = model_subnet_by_id(q->ctx->model,
			table_record(q->ctx->region, rec)->subnet_id);
		if (s != NULL && select_same_network(s, q->subnet))
			return nak(q, address);
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

enum verdict serve_grant(struct query *q, uint32_t before, uint8_t answer)
{
	struct alloc_text text;
	struct lease l = alloc_lease(q, &text);

	if (before == q->rec && alloc_other(q) == TABLE_NONE && reuse_lease(q, &l)) {
		pool_release(q->ctx->region, q->ctx->child->pools, q->rec);
		return query_answer(q, VERDICT_HOLD, answer);
	}
	/* counted at once: the next packet of this batch is for the same limit */
	if (limit_is_watched(q) &&
		!table_is_counted(table_record(q->ctx->region, q->rec)->state) &&
		!serve_hold(q, false))
		return query_drop(q, COUNTER_PROCESSING_FAILED);
	if (commit_put(q->ctx->commit, q->rec, &l) < 0) {
		alloc_give_back(q);
		return query_drop(q, COUNTER_PROCESSING_FAILED);
	}
	if (before == TABLE_NONE || before == q->rec)
		before = alloc_other(q); /* a lease at an address that it had before its reservation */
	if (before != TABLE_NONE)
		forget(q, before);
	return query_answer(q, VERDICT_HOLD, answer);
}

static enum verdict grant(struct query *q, uint32_t before)
{
	q->lifetime = alloc_lifetime(q, client_lifetime(q));
	return serve_grant(q, before, MSG_ACK);
}

static enum verdict no_subnet(struct query *q)
{
	counter_inc(child_counters(q->ctx->child), COUNTER_NO_SUBNET);
	if (is_init_reboot(q) || (q->msg.ciaddr != 0 && q->packet.dst_ip == UINT32_MAX))
		return query_drop(q, COUNTER_NOT_FOR_US);
	return nak(q, 0);
}

/* INIT-REBOOT of a client without a lease here. */
static enum verdict unknown_here(struct query *q)
{
	return q->subnet->params.authoritative ? nak(q, wanted_address(q)) :
						 query_drop(q, COUNTER_NOT_FOR_US);
}

/* Claims what a client without a reservation asks for. own: the record it has, TABLE_NONE: none. */
static enum alloc_result claim_unreserved(struct query *q, uint32_t own,
	const struct model_subnet *subnet, uint32_t wanted, bool *ret_ours)
{
	enum alloc_result result = ALLOC_NONE;

	if (own != TABLE_NONE && table_record(q->ctx->region, own)->address == wanted)
		result = alloc_claim_own(q, own, subnet);
	if (result == ALLOC_NONE)
		result = alloc_claim_wanted(q, wanted, ret_ours);
	return result;
}

/* Whether the client has to start over, since it does not ask for what it can have here. */
static bool is_wrong(const struct query *q, uint32_t own, uint32_t wanted, bool reserved)
{
	const struct table_record *t;

	if (reserved)
		return true;
	if (own == TABLE_NONE)
		return false;
	t = table_record(q->ctx->region, own);
	return t->address != wanted && (is_init_reboot(q) || is_active(q, own));
}

enum verdict serve_request(struct query *q)
{
	uint32_t wanted = wanted_address(q), own, address;
	const struct model_subnet *subnet = NULL, *reserved_in = NULL;
	enum alloc_result result;
	bool ours = false, unused;

	if (wanted == 0)
		return query_drop(q, COUNTER_RFC_VIOLATION);
	if (q->subnet == NULL)
		return no_subnet(q);
	own = alloc_known(q, &subnet);
	if (own != TABLE_NONE && table_owner(q->ctx->region, own) == q->ctx->child->slot)
		return VERDICT_AGAIN; /* an earlier request of the same client */
	address = reserve_choose(q, &reserved_in);
	if (address != 0 && alloc_is_taken(q, address)) {
		reserve_conflict(q, reserved_in, address);
		address = 0; /* it gets another one until this is free */
	}
	if (is_init_reboot(q) && address == 0 &&
		(own == TABLE_NONE || table_record(q->ctx->region, own)->seq == 0))
		return unknown_here(q);
	if (address != wanted && is_wrong(q, own, wanted, address != 0))
		return nak(q, wanted);
	if (address == wanted)
		result = alloc_claim_reserved(q, reserved_in, address, &unused);
	else
		result = claim_unreserved(q, own, subnet, wanted, &ours);
	switch (result) {
	case ALLOC_CLAIMED:
		if (opt_get(&q->msg.opt, OPT_SERVER_ID).p != NULL)
			relay_note_taken(q);
		return grant(q, own);
	case ALLOC_AGAIN:
		return VERDICT_AGAIN;
	case ALLOC_BUSY:
		return query_drop(q, COUNTER_DUPLICATE);
	default:
		return refuse(q, wanted, ours);
	}
}
