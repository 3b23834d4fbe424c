/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options: gathers what the server makes itself and what is configured, and writes it in order. A
 * configured option goes out if it was asked for (option 55), is always sent, or is one of those
 * that every answer carries. Where room is short, what matters least stays out.
 */
#include "workers/options.h"

#include <string.h>

#include "workers/chosen.h"
#include "workers/container.h"
#include "workers/flex.h"
#include "workers/name.h"
#include "workers/reply.h"

#define MADE_SIZE 1536 /* octets of values that are put together: more than a message holds */

/* What an option is worth where not all fit: behind these come those that were asked for, in the
 * order of the request (RFC 2132 9.8). */
enum rank {
	RANK_OWN,  /* without it the answer is of no use, or breaks a promise */
	RANK_FIRM, /* always sent */
	RANK_ASKED,
};

/* The options of one answer; value and rank count where there is set. */
struct gathered {
	struct code_set there;
	struct span value[256];
	uint16_t rank[256];
	unsigned left_out;
	size_t used; /* of made */
	uint8_t made[MADE_SIZE];
};

static void put(struct gathered *g, uint8_t code, struct span value, unsigned rank)
{
	code_set_add(&g->there, code);
	g->value[code] = value;
	g->rank[code] = (uint16_t)rank;
}

static void take_out(struct gathered *g, uint8_t code)
{
	g->there.v[code / 64] &= ~(1ULL << code % 64);
}

static void put_u32(struct gathered *g, uint8_t code, uint32_t value)
{
	uint8_t *p = g->made + g->used;

	wire_set_be32(p, value);
	g->used += 4;
	put(g, code, span_of(p, 4), RANK_OWN);
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

static void put_name(const struct query *q, struct gathered *g)
{
	uint8_t *p = g->made + g->used;
	struct name name;

	name_of(q, &name);
	if (name.option == 0)
		return;
	g->used += name_encode(&name, p);
	put(g, name.option, span_of(p, (size_t)(g->made + g->used - p)), RANK_OWN);
}

/* What the server makes itself. */
static void put_own(const struct query *q, struct gathered *g)
{
	struct span id = opt_get(&q->msg.opt, OPT_CLIENT_ID);
	bool dhcp = q->answer != MSG_BOOTP; /* a BOOTP client knows no option of DHCP's own */
	uint32_t t1, t2;

	if (dhcp)
		put_u32(g, OPT_SERVER_ID, q->server_id);
	if (id.len > 0 && q->ctx->model->echo_client_id)
		put(g, OPT_CLIENT_ID, id, RANK_OWN); /* RFC 6842 */
	if (q->answer == MSG_NAK || q->address == 0)
		return;
	put_u32(g, OPT_SUBNET_MASK, q->subnet->mask);
	put_name(q, g);
	if (!dhcp)
		return;
	put_u32(g, OPT_LEASE_TIME, q->lifetime);
	options_timers(&q->subnet->params, q->lifetime, &t1, &t2);
	if (t1 != 0)
		put_u32(g, OPT_RENEWAL_TIME, t1);
	if (t2 != 0)
		put_u32(g, OPT_REBINDING_TIME, t2);
}

static bool in_every_answer(uint8_t code)
{
	return code == OPT_SUBNET_MASK || code == OPT_ROUTERS || code == OPT_DOMAIN_NAME_SERVERS ||
		code == OPT_DOMAIN_NAME;
}

/* value and the options of the space inside, put together. */
static struct span fill(const struct query *q, struct gathered *g, struct span value,
	uint16_t inside)
{
	uint8_t *p = g->made + g->used;
	size_t len = container_write(q, value, inside, p, MADE_SIZE - g->used, &g->left_out);

	g->used += len;
	return span_of(p, len);
}

/* Of an option that is both made and configured the configured one goes out if it is the mask: the
 * others belong to the lease, or to the client. */
static void put_configured(const struct query *q, struct gathered *g, const struct choice *c,
	uint8_t code, unsigned rank)
{
	const struct model_option *o = c->value;
	struct span value;

	if (c->never) {
		take_out(g, code);
		return;
	}
	if (o == NULL || code == OPT_VIVSO)
		return;
	if (code_set_has(&g->there, code) && code != OPT_SUBNET_MASK)
		return;
	if (c->always || in_every_answer(code))
		rank = RANK_FIRM;
	else if (rank == 0)
		return;
	value = span_of(o->data, o->len);
	put(g, code, o->inside != MODEL_DHCP4 ? fill(q, g, value, o->inside) : value, rank);
}

/* Where each code stands in the client's list of those it asks for, from RANK_ASKED; 0: it does
 * not. */
static void read_asked(const struct query *q, uint16_t asked[256])
{
	struct span list = opt_get(&q->msg.opt, OPT_PARAMETER_REQUEST);

	memset(asked, 0, 256 * sizeof(asked[0]));
	for (size_t i = list.len; i > 0; i--)
		asked[list.p[i - 1]] = (uint16_t)(RANK_ASKED + (i < 1000 ? i : 1000));
}

/* An option that nobody configured, but whose sub-options are. */
static void put_containers(const struct query *q, struct gathered *g, const struct chosen *c,
	const uint16_t asked[256])
{
	const struct model *m = q->ctx->model;

	for (size_t i = 0; i < m->n_containers; i++) {
		uint8_t code = m->containers[i].code;
		struct span value;

		if (asked[code] == 0 || code_set_has(&c->there, code))
			continue;
		value = fill(q, g, span_of(NULL, 0), m->containers[i].space);
		if (value.len > 0)
			put(g, code, value, asked[code]);
	}
}

static void put_vendors(const struct query *q, struct gathered *g, const struct chosen *c,
	const uint16_t asked[256])
{
	const struct choice *choice =
		code_set_has(&c->there, OPT_VIVSO) ? &c->v[OPT_VIVSO] : NULL;
	const struct model_option *conf = choice != NULL ? choice->value : NULL;
	uint8_t *p = g->made + g->used;
	size_t len;

	if (choice != NULL && choice->never)
		return;
	if (conf != NULL && !choice->always && asked[OPT_VIVSO] == 0)
		conf = NULL;
	if (conf != NULL && conf->inside == MODEL_DHCP4) {
		put(g, OPT_VIVSO, span_of(conf->data, conf->len), RANK_FIRM);
		return;
	}
	len = container_write_vendors(q, conf, p, MADE_SIZE - g->used, &g->left_out);
	g->used += len;
	if (len > 0)
		put(g, OPT_VIVSO, span_of(p, len), RANK_FIRM);
}

/* What expressions do to what was gathered, one after the other. */
static void put_flexible(const struct query *q, struct gathered *g)
{
	for (size_t i = 0; i < q->ctx->model->n_flex; i++) {
		const struct model_flex *f = &q->ctx->model->flex[i];
		bool there = code_set_has(&g->there, f->code);
		uint8_t *p = g->made + g->used;
		size_t len;

		switch (flex_run(q, f, there ? g->value[f->code] : span_of(NULL, 0), p,
			MADE_SIZE - g->used, &len)) {
		case FLEX_SET:
			g->used += len;
			put(g, f->code, span_of(p, len), RANK_FIRM);
			break;
		case FLEX_REMOVE:
			take_out(g, f->code);
			break;
		case FLEX_NO_ROOM:
			g->left_out++;
			break;
		case FLEX_NOTHING:
			break;
		}
	}
}

static void gather(const struct query *q, struct gathered *g)
{
	uint16_t asked[256];
	struct chosen c;

	g->there = (struct code_set){{0}};
	g->left_out = 0;
	g->used = 0;
	put_own(q, g);
	if (q->answer == MSG_NAK)
		return;
	read_asked(q, asked);
	chosen_find(q, MODEL_DHCP4, &c);
	for (unsigned code = 0; (code = code_set_next(&c.there, code)) < 256; code++)
		put_configured(q, g, &c.v[code], (uint8_t)code, asked[code]);
	put_containers(q, g, &c, asked);
	if (q->ctx->model->n_vendors > 0 || code_set_has(&c.there, OPT_VIVSO))
		put_vendors(q, g, &c, asked);
	put_flexible(q, g);
}

bool options_prefer_v6(const struct query *q)
{
	struct span list = opt_get(&q->msg.opt, OPT_PARAMETER_REQUEST);

	return list.len > 0 && memchr(list.p, OPT_V6_ONLY, list.len) != NULL &&
		chosen_one(q, OPT_V6_ONLY) != NULL;
}

static size_t size_of(struct span value)
{
	size_t parts = value.len <= 255 ? 1 : (value.len + 254) / 255;

	return value.len + 2 * parts;
}

/* Takes options out until the others fit: the one of the highest rank first; of the same rank the
 * highest code. */
static void make_fit(struct gathered *g, size_t room)
{
	size_t total = 0;

	for (unsigned code = 0; (code = code_set_next(&g->there, code)) < 256; code++)
		total += size_of(g->value[code]);
	while (total > room) {
		unsigned worst = code_set_next(&g->there, 0);

		for (unsigned code = worst; (code = code_set_next(&g->there, code)) < 256; code++)
			if (g->rank[code] >= g->rank[worst])
				worst = code;
		total -= size_of(g->value[worst]);
		take_out(g, (uint8_t)worst);
		g->left_out++;
	}
}

size_t options_write(const struct query *q, uint8_t *buf, size_t size)
{
	struct span agent = opt_get(&q->msg.opt, OPT_AGENT);
	bool echo = agent.len > 0 && reply_is_relayed(q);
	size_t fixed = 3 + 1 + (echo ? size_of(agent) : 0); /* message type, END, the relay's */
	struct opt_writer w;
	struct gathered g;

	gather(q, &g);
	make_fit(&g, size > fixed ? size - fixed : 0);
	opt_writer_init(&w, buf, size);
	if (q->answer != MSG_BOOTP)
		opt_write_u8(&w, OPT_MESSAGE_TYPE, q->answer);
	for (unsigned code = 0; (code = code_set_next(&g.there, code)) < 256; code++)
		opt_write(&w, (uint8_t)code, g.value[code].p, g.value[code].len);
	if (echo)
		opt_write(&w, OPT_AGENT, agent.p, agent.len);
	if (g.left_out > 0)
		counter_add(child_counters(q->ctx->child), COUNTER_OPTION_LEFT_OUT, g.left_out);
	return opt_writer_end(&w);
}
