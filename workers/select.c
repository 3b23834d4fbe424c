/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select: the first rule that applies decides; Kea's order.
 */
#include "workers/select.h"

#include "workers/classify.h"

static uint32_t address_in(struct span value)
{
	return value.len == 4 ? wire_be32(value.p) : 0;
}

static bool is_broadcast(const struct query *q)
{
	return q->packet.dst_ip == UINT32_MAX;
}

bool select_may_use(const struct query *q, const struct model_subnet *s)
{
	return classify_passes(q, &s->guard) &&
		(s->network == NULL || classify_passes(q, &s->network->guard));
}

static const struct model_subnet *first_open(const struct query *q, struct model_candidates c)
{
	for (size_t i = 0; i < c.n; i++)
		if (select_may_use(q, c.v[i]))
			return c.v[i];
	return NULL;
}

static const struct model_subnet *by_address(struct query *q, uint32_t address,
	enum query_rule rule)
{
	q->rule = (uint8_t)rule;
	return first_open(q, model_subnets_by_address(q->ctx->model, address));
}

static const struct model_subnet *among(struct query *q, struct model_candidates c,
	enum query_rule rule)
{
	q->rule = (uint8_t)rule;
	return first_open(q, c);
}

static const struct model_subnet *choose(struct query *q)
{
	const struct model *m = q->ctx->model;
	const struct model_subnet *s;
	uint32_t link = 0;

	/* 1. link selection (RFC 3527), else subnet selection (RFC 3011): no fall-through */
	if (!m->ignore_link_selection)
		link = address_in(opt_sub(opt_get(&q->msg.opt, OPT_AGENT), RAI_LINK_SELECTION));
	if (link != 0)
		return by_address(q, link, RULE_LINK_SELECTION);
	link = address_in(opt_get(&q->msg.opt, OPT_SUBNET_SELECTION));
	if (link != 0)
		return by_address(q, link, RULE_SUBNET_SELECTION);
	/* 2. the relay's address */
	if (q->msg.giaddr != 0) {
		s = among(q, model_subnets_by_relay(m, q->msg.giaddr), RULE_RELAY);
		return s != NULL ? s : by_address(q, q->msg.giaddr, RULE_GIADDR);
	}
	/* 3. the address that a renewing client has, 4. the one it sends from */
	if (q->msg.ciaddr != 0 && !is_broadcast(q))
		return by_address(q, q->msg.ciaddr, RULE_CIADDR);
	if (q->packet.src_ip != 0 && !is_broadcast(q))
		return by_address(q, q->packet.src_ip, RULE_SOURCE);
	/* 5. the interface */
	s = among(q, model_subnets_by_interface(m, q->ctx->interface), RULE_INTERFACE);
	return s != NULL ? s : by_address(q, q->ctx->server_ip, RULE_SERVER_ADDRESS);
}

void select_subnet(struct query *q)
{
	uint32_t override =
		address_in(opt_sub(opt_get(&q->msg.opt, OPT_AGENT), RAI_SERVER_ID_OVERRIDE));

	q->subnet = choose(q);
	if (override != 0)
		q->server_id = override;
	else if (q->subnet != NULL && q->subnet->params.server_id != 0)
		q->server_id = q->subnet->params.server_id;
	else if (q->ctx->model->socket_type == MODEL_UDP && q->packet.dst_ip != 0 &&
		!is_broadcast(q))
		q->server_id = q->packet.dst_ip;
	else
		q->server_id = q->ctx->server_ip;
}

bool select_is_for_us(const struct query *q)
{
	struct span id = opt_get(&q->msg.opt, OPT_SERVER_ID);
	uint32_t named;

	if (id.p == NULL || q->ctx->model->ignore_server_id)
		return true;
	named = address_in(id);
	return named == q->server_id || select_is_own(q, named) ||
		model_has_server_id(q->ctx->model, named) ||
		pair_is_partner(q->ctx->region, named);
}

const struct model_subnet *select_next(const struct query *q, struct select_walk *w)
{
	const struct model_network *n = q->subnet->network;

	if (w->next == 0) {
		w->next = 1;
		if (select_may_use(q, q->subnet))
			return q->subnet;
	}
	while (n != NULL && w->next <= n->n_subnets) {
		const struct model_subnet *s = n->subnets[w->next++ - 1];

		if (s != q->subnet && select_may_use(q, s))
			return s;
	}
	return NULL;
}

bool select_same_network(const struct model_subnet *a, const struct model_subnet *b)
{
	return a == b || (a->network != NULL && a->network == b->network);
}

bool select_is_own(const struct query *q, uint32_t address)
{
	const struct region *r = q->ctx->region;

	if (address == 0)
		return false;
	/* one that is unused has no address */
	for (uint32_t i = 0; i < atomic_load_explicit(&r->interfaces_end, memory_order_relaxed);
		i++) {
		if (atomic_load_explicit(&r->interfaces[i].address, memory_order_relaxed) == address)
			return true;
	}
	return false;
}
