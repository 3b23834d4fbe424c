/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options: two ascending lists are merged: what the server makes itself and what is configured.
 * A configured option goes out if it was asked for (option 55), is always sent, or is one of
 * those that every answer carries.
 */
#include "workers/options.h"

#include <string.h>

#include "workers/reply.h"

#define OWN_MAX 9

/* What the server makes itself, ascending code. */
struct own {
	size_t n;
	struct {
		uint8_t code;
		struct span value;
	} v[OWN_MAX];
	uint8_t octets[OWN_MAX * 4];
};

static void add_span(struct own *o, uint8_t code, struct span value)
{
	o->v[o->n].code = code;
	o->v[o->n++].value = value;
}

static void add_u32(struct own *o, uint8_t code, uint32_t value)
{
	uint8_t *p = o->octets + 4 * o->n;

	wire_set_be32(p, value);
	add_span(o, code, span_of(p, 4));
}

void options_timers(const struct model_params *p, uint32_t s, uint32_t *ret_t1, uint32_t *ret_t2)
{
	uint32_t t1 = p->renew_timer, t2 = p->rebind_timer;

	if (p->calculate_tee_times && s != RECORD_INFINITE) {
		if (t2 == 0)
			t2 = (uint32_t)(p->t2_percent * s);
		if (t1 == 0)
			t1 = (uint32_t)(p->t1_percent * s);
	}
	if (t2 >= s)
		t2 = 0;
	if (t1 >= (t2 != 0 ? t2 : s))
		t1 = 0;
	*ret_t1 = t1;
	*ret_t2 = t2;
}

static const struct model_options *configured(const struct query *q)
{
	return q->pool != NULL ? &q->pool->options : &q->subnet->options;
}

static void make_own(const struct query *q, struct own *o)
{
	struct span id = opt_get(&q->msg.opt, OPT_CLIENT_ID);
	uint32_t t1 = 0, t2 = 0;

	o->n = 0;
	if (q->answer != MSG_NAK && q->address != 0) {
		options_timers(&q->subnet->params, q->lifetime, &t1, &t2);
		add_u32(o, OPT_SUBNET_MASK, q->subnet->mask);
	}
	if (q->answer != MSG_NAK && q->host != NULL && q->host->hostname[0] != '\0')
		add_span(o, OPT_HOST_NAME,
			span_of(q->host->hostname, strlen(q->host->hostname)));
	if (q->answer != MSG_NAK && q->address != 0) {
		add_u32(o, OPT_LEASE_TIME, q->lifetime);
	}
	add_u32(o, OPT_SERVER_ID, q->server_id);
	if (t1 != 0)
		add_u32(o, OPT_RENEWAL_TIME, t1);
	if (t2 != 0)
		add_u32(o, OPT_REBINDING_TIME, t2);
	if (id.len > 0 && q->ctx->model->echo_client_id)
		add_span(o, OPT_CLIENT_ID, id); /* RFC 6842 */
}

static bool in_every_answer(uint8_t code)
{
	return code == OPT_SUBNET_MASK || code == OPT_ROUTERS || code == OPT_DOMAIN_NAME_SERVERS ||
		code == OPT_DOMAIN_NAME;
}

static void mark_requested(const struct query *q, bool asked[256])
{
	struct span list = opt_get(&q->msg.opt, OPT_PARAMETER_REQUEST);

	memset(asked, 0, 256);
	for (size_t i = 0; i < list.len; i++)
		asked[list.p[i]] = true;
}

/* Merges; of the same code in both lists the configured one goes out, except for times that
 * belong to the lease and the identifier that was chosen before. */
static void write_merged(struct opt_writer *w, const struct own *own,
	const struct model_options *conf, const bool asked[256])
{
	size_t i = 0, k = 0;

	while (i < own->n || k < conf->n) {
		const struct model_option *c = k < conf->n ? &conf->v[k] : NULL;

		if (c == NULL || (i < own->n && own->v[i].code < c->code)) {
			opt_write(w, own->v[i].code, own->v[i].value.p, own->v[i].value.len);
			i++;
			continue;
		}
		k++;
		if (i < own->n && own->v[i].code == c->code) {
			if (c->code != OPT_SUBNET_MASK)
				continue; /* the own one follows */
			i++;
		}
		if (!c->never && (c->always || asked[c->code] || in_every_answer(c->code)))
			opt_write(w, c->code, c->data, c->len);
	}
}

size_t options_write(const struct query *q, uint8_t *buf, size_t size)
{
	static const struct model_options none;
	struct span agent = opt_get(&q->msg.opt, OPT_AGENT);
	struct opt_writer w;
	bool asked[256];
	struct own own;
	size_t reserve = agent.len > 0 && reply_is_relayed(q) ? agent.len + 2 : 0;

	mark_requested(q, asked);
	make_own(q, &own);
	/* the relay's option has to fit, whatever else is left out */
	opt_writer_init(&w, buf, size > reserve ? size - reserve : size);
	opt_write_u8(&w, OPT_MESSAGE_TYPE, q->answer);
	write_merged(&w, &own, q->answer == MSG_NAK ? &none : configured(q), asked);
	if (reserve > 0) {
		w.end = buf + size - 1;
		opt_write(&w, OPT_AGENT, agent.p, agent.len);
	}
	return opt_writer_end(&w);
}
