/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_explain: lessor-explain, Lessor's own: what a client would get and why, decided by the
 * workers' code without any effect.
 */
#include "daemon/control/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/control/decision.h"
#include "daemon/control/explain_read.h"
#include "shm/base/text.h"
#include "workers/chosen.h"
#include "workers/explain.h"
#include "workers/options.h"
#include "workers/packet/optdef.h"

static void key_ip(struct out *o, const char *key, uint32_t address)
{
	char ip[TEXT_IP_SIZE];

	if (address != 0)
		out_key_string(o, key, text_ip(address, ip));
}

static void write_classes(struct out *o, const struct query *q)
{
	const struct model *m = q->ctx->model;

	out_key(o, "classes");
	out_open(o, '[');
	for (size_t i = 0; i < q->n_classes; i++)
		out_string(o, m->classes[q->classes[i]]->name);
	out_close(o, ']');
	out_key(o, "classes-not-matched");
	out_open(o, '[');
	for (size_t i = 0; i < m->n_classes && q->members != NULL; i++) {
		const struct model_class *class = m->classes[i];

		if ((class->test != NULL || class->template_test != NULL) &&
			!query_is_member(q, class->number))
			out_string(o, class->name);
	}
	out_close(o, ']');
}

static void write_subnet(struct out *o, const struct query *q)
{
	const struct model_subnet *s = q->subnet;
	char ip[TEXT_IP_SIZE], text[48];

	if (s == NULL) {
		out_key_string(o, "rule",
			q->rule == RULE_NONE ? "it was not looked for" :
					       "no subnet fits that the client may use");
		return;
	}
	out_key_string(o, "rule", decision_rule(q->rule));
	out_key(o, "subnet");
	out_open(o, '{');
	out_key_int(o, "id", s->id);
	snprintf(text, sizeof(text), "%s/%u", text_ip(s->prefix, ip), s->prefix_len);
	out_key_string(o, "subnet", text);
	if (s->network != NULL)
		out_key_string(o, "shared-network-name", s->network->name);
	out_close(o, '}');
	if (q->pool == NULL)
		return;
	out_key(o, "pool");
	out_open(o, '{');
	snprintf(text, sizeof(text), "%s - ", text_ip(q->pool->start, ip));
	strcat(text, text_ip(q->pool->end, ip));
	out_key_string(o, "pool", text);
	out_key_int(o, "pool-id", q->pool->id);
	out_close(o, '}');
}

static void write_reservation(struct out *o, const struct model_host *h)
{
	static const char *const types[] = {
		[MODEL_HOST_HW_ADDRESS] = "hw-address",
		[MODEL_HOST_DUID] = "duid",
		[MODEL_HOST_CIRCUIT_ID] = "circuit-id",
		[MODEL_HOST_CLIENT_ID] = "client-id",
		[MODEL_HOST_FLEX_ID] = "flex-id",
	};
	char hex[TEXT_HEX_SIZE];

	if (h == NULL)
		return;
	out_key(o, "reservation");
	out_open(o, '{');
	out_key_string(o, types[h->id_type], text_hex(span_of(h->id, h->id_len), hex, sizeof(hex)));
	out_key_int(o, "subnet-id", h->subnet_id);
	key_ip(o, "ip-address", h->address);
	if (h->hostname[0] != '\0')
		out_key_string(o, "hostname", h->hostname);
	out_close(o, '}');
}

static void write_address(struct out *o, const struct query *q)
{
	uint32_t t1, t2;

	if (q->address == 0)
		return;
	key_ip(o, "ip-address", q->address);
	out_key_string(o, "address-because", decision_origin(q->origin));
	out_key_int(o, "valid-lft", q->lifetime);
	options_timers(&q->subnet->params, q->lifetime, &t1, &t2);
	if (t1 != 0)
		out_key_int(o, "renew-timer", t1);
	if (t2 != 0)
		out_key_int(o, "rebind-timer", t2);
}

/* The name of the scope that holds this option. */
static void scope_name(const struct query *q, enum model_scope scope,
	const struct model_option *o, char *buf, size_t size)
{
	static const char *const names[] = {
		[MODEL_GLOBAL] = "global", [MODEL_CLASS] = "class",
		[MODEL_NETWORK] = "shared network", [MODEL_SUBNET] = "subnet",
		[MODEL_POOL] = "pool", [MODEL_HOST] = "reservation",
	};

	snprintf(buf, size, "%s", names[scope]);
	if (scope == MODEL_NETWORK)
		snprintf(buf, size, "shared network %s", q->subnet->network->name);
	if (scope == MODEL_SUBNET)
		snprintf(buf, size, "subnet %u", q->subnet->id);
	for (size_t i = 0; scope == MODEL_CLASS && i < q->n_classes; i++) {
		const struct model_class *c = q->ctx->model->classes[q->classes[i]];

		if (o >= c->options.v && o < c->options.v + c->options.n)
			snprintf(buf, size, "class %s", c->name);
	}
}

static void begin_option(struct out *o, uint8_t code)
{
	const struct optdef *def = optdef_by_code(code);

	out_open(o, '{');
	out_key_int(o, "code", code);
	if (def != NULL)
		out_key_string(o, "name", def->name);
}

static void write_data(struct out *o, uint8_t code, struct span value)
{
	const struct optdef *def = optdef_by_code(code);
	char text[1600];

	if (def != NULL)
		optdef_decode(def, value, text, sizeof(text));
	else
		text_hex(value, text, sizeof(text));
	out_key(o, "data");
	out_octets(o, span_of(text, strlen(text)));
}

static bool is_flexible(const struct query *q, uint8_t code)
{
	for (size_t i = 0; i < q->ctx->model->n_flex; i++)
		if (q->ctx->model->flex[i].code == code)
			return true;
	return false;
}

/* The options of the answer, in their order, each with the scope whose value it has. */
static void write_sent(struct out *o, const struct explain *e, const struct chosen *c)
{
	char from[300];

	out_key(o, "options");
	out_open(o, '[');
	for (unsigned i = 0; i < e->sent.count; i++) {
		uint8_t code = e->sent.code[i];
		const struct choice *choice =
			code_set_has(&c->there, code) ? &c->v[code] : NULL;
		const struct model_option *v = choice != NULL ? choice->value : NULL;
		bool configured = v != NULL && (v->inside != MODEL_DHCP4 ||
			span_equal(span_of(v->data, v->len), e->sent.value[i]));

		begin_option(o, code);
		write_data(o, code, e->sent.value[i]);
		snprintf(from, sizeof(from), is_flexible(&e->q, code) ? "flex-option" : "server");
		if (configured)
			scope_name(&e->q, (enum model_scope)choice->scope, v, from, sizeof(from));
		out_key_string(o, "from", from);
		out_close(o, '}');
	}
	out_close(o, ']');
}

/* Options that are configured for the client and stay out of the answer. */
static void write_left_out(struct out *o, const struct explain *e, const struct chosen *c)
{
	struct span asked = opt_get(&e->q.msg.opt, OPT_PARAMETER_REQUEST);
	char from[300];

	out_key(o, "options-not-sent");
	out_open(o, '[');
	for (unsigned code = 0; (code = code_set_next(&c->there, code)) < 256; code++) {
		const struct choice *choice = &c->v[code];

		if (opt_get(&e->sent, (uint8_t)code).p != NULL)
			continue;
		begin_option(o, (uint8_t)code);
		if (choice->value != NULL) {
			scope_name(&e->q, (enum model_scope)choice->scope, choice->value, from,
				sizeof(from));
			out_key_string(o, "from", from);
		}
		out_key_string(o, "because", choice->never ? "never-send" :
			choice->value == NULL ? "it has no value" :
			choice->always || (asked.len > 0 &&
				memchr(asked.p, (int)code, asked.len) != NULL) ?
			"no room is left for it" : "the client does not ask for it");
		out_close(o, '}');
	}
	out_close(o, ']');
}

static void write_options(struct out *o, const struct explain *e)
{
	struct chosen c = {.there = {{0}}};

	if (e->q.subnet != NULL && e->q.answer != MSG_NAK)
		chosen_find(&e->q, MODEL_DHCP4, &c);
	write_sent(o, e, &c);
	write_left_out(o, e, &c);
}

static void write_verdict(struct out *o, const struct explain *e)
{
	out_key_string(o, "received", msg_type_name(e->q.msg.type));
	if (explain_has_answer(e)) {
		out_key_string(o, "answer", msg_type_name(e->q.answer));
		return;
	}
	out_key_string(o, "answer", "none");
	if (e->verdict == VERDICT_DROP) {
		out_key_string(o, "reason", counter_symbol(e->q.reason));
		out_key_string(o, "because", counter_meaning(e->q.reason));
	} else {
		out_key_string(o, "because", "the client's lease is being changed by a command");
	}
}

static void write_all(struct answer *a, const struct explain *e)
{
	const struct query *q = &e->q;
	struct out *o = &a->out;

	answer_begin(a);
	out_open(o, '{');
	write_verdict(o, e);
	out_key_string(o, "interface", q->ctx->interface);
	write_classes(o, q);
	write_subnet(o, q);
	write_reservation(o, q->host);
	write_address(o, q);
	if (explain_has_answer(e))
		write_options(o, e);
	out_close(o, '}');
	answer_end(a, ANSWER_SUCCESS, NULL);
}

void cmd_lessor_explain(struct control *ctl, const json_t *args, struct answer *a)
{
	struct {
		struct explain_input input;
		struct explain explain;
	} *work = calloc(1, sizeof(*work));
	struct err err;

	if (work == NULL) {
		answer_text(a, ANSWER_ERROR, "no memory to explain a packet");
		return;
	}
	if (explain_read(ctl->child, args, &work->input, a)) {
		if (explain_run(&work->explain, ctl->child, &work->input.packet,
			    work->input.interface, &work->input.given, &err) == 0) {
			write_all(a, &work->explain);
			explain_fini(&work->explain);
		} else {
			answer_text(a, ANSWER_ERROR, "%s", err.text);
		}
	}
	free(work);
}
