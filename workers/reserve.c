/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reserve: one look-up in a hash table for each kind of identifier that reservations use.
 */
#include "workers/reserve.h"

#include "shm/base/log.h"
#include "shm/base/text.h"
#include "workers/classify.h"
#include "workers/client.h"
#include "workers/select.h"

#define ID_TYPE_DUID 255 /* RFC 4361: IAID and DUID */
#define IAID_END     5

static struct span identifier(struct query *q, enum model_host_id type)
{
	struct span id = opt_get(&q->msg.opt, OPT_CLIENT_ID);

	switch (type) {
	case MODEL_HOST_HW_ADDRESS:
		return span_of(q->msg.chaddr, q->msg.hlen);
	case MODEL_HOST_DUID:
		if (id.len <= IAID_END || id.p[0] != ID_TYPE_DUID)
			return (struct span){NULL, 0};
		return span_of(id.p + IAID_END, id.len - IAID_END);
	case MODEL_HOST_CIRCUIT_ID:
		return opt_sub(opt_get(&q->msg.opt, OPT_AGENT), RAI_CIRCUIT_ID);
	case MODEL_HOST_CLIENT_ID:
		return id;
	case MODEL_HOST_FLEX_ID:
		return classify_flex_id(q);
	case MODEL_HOST_IDS:
		break;
	}
	bug("unknown kind of identifier");
}

static void identify(struct query *q)
{
	const struct model *m = q->ctx->model;

	for (size_t i = 0; i < m->n_host_ids; i++)
		q->ids[m->host_ids[i]] = identifier(q, (enum model_host_id)m->host_ids[i]);
}

static const struct model_host *global(const struct query *q)
{
	const struct model *m = q->ctx->model;
	const struct model_host *h = NULL;

	for (size_t i = 0; i < m->n_host_ids && h == NULL; i++)
		h = model_host_global(
			m, (enum model_host_id)m->host_ids[i], q->ids[m->host_ids[i]]);
	return h;
}

static const struct model_host *in_subnet(const struct query *q, const struct model_subnet *s)
{
	const struct model *m = q->ctx->model;
	const struct model_host *h = NULL;

	for (size_t i = 0; i < m->n_host_ids && h == NULL; i++)
		h = model_host_in_subnet(
			m, s, (enum model_host_id)m->host_ids[i], q->ids[m->host_ids[i]]);
	return h;
}

/* In any member of the selected subnet's network where such reservations count. *ret_any: there is
 * one in some member, whatever its flags. */
static const struct model_host *in_network(const struct query *q, bool *ret_any)
{
	const struct model *m = q->ctx->model;

	*ret_any = false;
	for (size_t i = 0; i < m->n_host_ids; i++) {
		enum model_host_id type = (enum model_host_id)m->host_ids[i];
		const struct model_host *h =
			model_host_in_network(m, q->subnet, type, q->ids[type]);

		*ret_any |= h != NULL;
		if (h != NULL && model_subnet_by_id(m, h->subnet_id)->params.reservations_in_subnet)
			return h;
	}
	return NULL;
}

static const struct model_host *lookup(const struct query *q, const struct model_subnet *s)
{
	const struct model_host *h = s->params.reservations_in_subnet ? in_subnet(q, s) : NULL;

	return h == NULL && s->params.reservations_global ? global(q) : h;
}

const struct model_host *reserve_global(struct query *q)
{
	identify(q);
	return global(q);
}

void reserve_find(struct query *q)
{
	const struct model_host *other = NULL;
	bool any = true;

	q->host = NULL;
	q->reserved = false;
	if (q->subnet == NULL || q->ctx->model->n_host_ids == 0)
		return;
	identify(q);
	if (q->subnet->network != NULL)
		other = in_network(q, &any);
	if (any) /* for most clients the one look-up in the network says that there is none */
		q->host = lookup(q, q->subnet);
	else if (q->subnet->params.reservations_global)
		q->host = global(q);
	if (other != NULL && (q->host == NULL || q->host->subnet_id == 0))
		q->host = other;
	q->reserved = q->host != NULL;
}

const struct model_host *reserve_host(const struct query *q, const struct model_subnet *s)
{
	return q->reserved ? lookup(q, s) : NULL;
}

uint32_t reserve_address(const struct query *q, const struct model_subnet *s)
{
	const struct model_host *h = reserve_host(q, s);

	if (h == NULL || h->address == 0 || (h->address & s->mask) != s->prefix)
		return 0; /* a global reservation can be for other subnets */
	if (s->params.reservations_out_of_pool && model_pool_of(s, h->address) != NULL)
		return 0;
	return h->address;
}

uint32_t reserve_choose(const struct query *q, const struct model_subnet **ret_subnet)
{
	const struct model_subnet *s = q->subnet;
	uint32_t address;

	if (!q->reserved)
		return 0;
	address = reserve_address(q, s);
	if (address == 0 && q->host != NULL && q->host->subnet_id != 0) {
		s = model_subnet_by_id(q->ctx->model, q->host->subnet_id);
		address = select_may_use(q, s) ? reserve_address(q, s) : 0;
	}
	if (address != 0)
		*ret_subnet = s;
	return address;
}

bool reserve_is_others(const struct query *q, const struct model_subnet *s,
	const struct model_pool *pool, uint32_t address)
{
	const struct model *m = q->ctx->model;
	const struct model_params *p = &s->params;
	bool reserved;

	if (m->n_hosts == 0 || (p->reservations_out_of_pool && pool != NULL))
		return false;
	reserved = (p->reservations_in_subnet && model_is_reserved(m, s->id, address)) ||
		(p->reservations_global && model_is_reserved(m, 0, address));
	return reserved && reserve_address(q, s) != address;
}

void reserve_conflict(const struct query *q, const struct model_subnet *s, uint32_t address)
{
	static struct log_limit limit;
	char name[CLIENT_NAME_SIZE], ip[TEXT_IP_SIZE];
	unsigned missed;

	counter_inc(child_counters(q->ctx->child), COUNTER_RESERVATION_CONFLICTS);
	if (s->n_pools > 0)
		pool_count(&q->ctx->child->pools->v[s->pools[0]->index], POOL_CONFLICTS);
	if (log_limit(&limit, 1000, &missed))
		LOG(EV_RESERVATION_CONFLICT,
			"client %s: its reserved address %s in subnet %u is not free (%u more such)",
			client_name(q, name), text_ip(address, ip), s->id, missed);
}
