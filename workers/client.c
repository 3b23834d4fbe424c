/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client: identity is option 61, else chaddr (RFC 2131 2, RFC 6842).
 */
#include "workers/client.h"

#include <string.h>

#include "shm/base/text.h"
#include "workers/limit.h"

bool client_identify(struct query *q)
{
	bool by_id = q->subnet == NULL || q->subnet->params.match_client_id;
	struct span id = opt_get(&q->msg.opt, OPT_CLIENT_ID);

	q->client = (struct table_client){
		.htype = q->msg.htype,
		.hlen = q->msg.hlen,
		.hwaddr = q->msg.chaddr,
	};
	if (by_id && id.len > 0 && id.len <= 255)
		q->client.client_id = id;
	return q->client.client_id.len > 0 || q->client.hlen > 0;
}

/* Whether the record is a lease that runs, and of this client as its subnet knows clients. */
static bool is_lease_of(struct query *q, const struct table_record *t)
{
	q->subnet = model_subnet_by_id(q->ctx->model, t->subnet_id);
	return q->subnet != NULL && t->state == LEASE_ASSIGNED &&
		!table_available(t, q->ctx->now) && client_identify(q) &&
		table_is_client(q->ctx->region, t, &q->client);
}

void client_recall_agent(struct query *q)
{
	struct region *r = q->ctx->region;
	struct table_copy copy;
	uint32_t rec;

	if (!q->ctx->model->stash_agent_options || q->msg.type != MSG_REQUEST ||
		q->msg.ciaddr == 0 || q->msg.giaddr != 0 ||
		opt_get(&q->msg.opt, OPT_AGENT).p != NULL)
		return;
	rec = table_find(r, q->msg.ciaddr);
	if (rec == TABLE_NONE || !is_lease_of(q, table_record(r, rec)) ||
		!table_read(r, rec, &copy) || copy.lease.agent.len == 0)
		return;
	memcpy(q->agent, copy.lease.agent.p, copy.lease.agent.len);
	opt_table_put(&q->msg.opt, OPT_AGENT, span_of(q->agent, copy.lease.agent.len));
}

/* The first class that has lifetimes wins over the subnet. */
static void lifetimes(const struct query *q, uint32_t *ret_valid, uint32_t *ret_min,
	uint32_t *ret_max)
{
	const struct model_params *p = &q->subnet->params;

	*ret_valid = p->valid_lifetime;
	*ret_min = p->min_valid_lifetime;
	*ret_max = p->max_valid_lifetime;
	for (size_t i = 0; i < q->n_classes; i++) {
		const struct model_class *c = q->ctx->model->classes[q->classes[i]];

		if (c->valid_lifetime == 0)
			continue;
		*ret_valid = c->valid_lifetime;
		*ret_min = c->min_valid_lifetime;
		*ret_max = c->max_valid_lifetime;
		return;
	}
}

/* How long the client's lease runs still, s; 0: it has none in q->rec. */
static uint32_t remaining(const struct query *q)
{
	const struct table_record *t = table_record(q->ctx->region, q->rec);
	uint64_t end = (uint64_t)t->cltt + t->valid_lft;

	if (t->state != LEASE_ASSIGNED || !table_is_client(q->ctx->region, t, &q->client))
		return 0;
	if (t->valid_lft == RECORD_INFINITE)
		return RECORD_INFINITE;
	return end > q->ctx->now ? (uint32_t)(end - q->ctx->now) : 0;
}

uint32_t client_lifetime(const struct query *q)
{
	struct span asked = opt_get(&q->msg.opt, OPT_LEASE_TIME);
	uint32_t s, min, max, left;

	lifetimes(q, &s, &min, &max);
	if (asked.len == 4)
		s = wire_be32(asked.p);
	s = s < min ? min : (s > max ? max : s);
	if (!limit_is_crowded(q))
		return s;
	left = remaining(q); /* nobody gets less than it has */
	if (left < min)
		return min;
	return left < s ? left : s;
}

uint32_t client_offer_lifetime(const struct query *q)
{
	for (size_t i = 0; i < q->n_classes; i++) {
		uint32_t s = q->ctx->model->classes[q->classes[i]]->offer_lifetime;

		if (s != 0)
			return s;
	}
	return q->subnet->params.offer_lifetime != 0 ? q->subnet->params.offer_lifetime :
						       q->ctx->model->offer_hold_time;
}

const char *client_name(const struct query *q, char buf[CLIENT_NAME_SIZE])
{
	return text_hex(span_of(q->msg.chaddr, q->msg.hlen), buf, CLIENT_NAME_SIZE);
}
