/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_bootp: a BOOTREQUEST without a message type (RFC 951, RFC 1534 2). One exchange brings the
 * address; the client never renews, so the lease never ends.
 */
#include "workers/serve.h"

#include "workers/serve_part.h"

enum verdict serve_bootp(struct query *q)
{
	const struct model_subnet *subnet;
	uint32_t before = alloc_known(q, &subnet);
	enum verdict verdict;
	bool own;

	if (before != TABLE_NONE && table_owner(q->ctx->region, before) == q->ctx->child->slot)
		return VERDICT_AGAIN; /* an earlier request of the same client */
	if (!serve_find(q, &own, &verdict))
		return verdict;
	q->lifetime = alloc_lifetime(q, RECORD_INFINITE);
	if (q->lifetime != RECORD_INFINITE) { /* the client would never hear of an end */
		alloc_give_back(q);
		return query_drop(q, COUNTER_RESTRICTED);
	}
	/* an offer first: that is what a repeated request in the same batch finds */
	if (!serve_hold(q, own))
		return query_drop(q, COUNTER_PROCESSING_FAILED);
	return serve_grant(q, before, MSG_BOOTP);
}
