/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classify: the values that classes ask for lead to the few classes whose test may hold; these are
 * evaluated together with those that no value leads to, in configuration order.
 */
#include "workers/classify.h"

#include <stdio.h>
#include <stdlib.h>

#include "shm/base/log.h"

#define VALUE_MAX 255 /* octets of a value that becomes a part of a class's name */
#define NAME_MAX  (sizeof("VENDOR_CLASS_") + 3 * VALUE_MAX + 255)

struct classify {
	const struct model *model;
	size_t n;
	uint16_t *list;       /* members, in the order of association */
	uint64_t *bits;       /* the same as a set; cleared by the list */
	uint16_t *candidates; /* of one pass */
	struct log_limit failures;
	uint8_t flex_id[VALUE_MAX];
	struct expr_scratch scratch;
};

struct classify *classify_new(const struct model *m)
{
	struct classify *c = (struct classify *)calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->model = m;
	c->list = (uint16_t *)calloc(m->n_classes, sizeof(*c->list));
	c->bits = (uint64_t *)calloc(m->n_classes / 64 + 1, sizeof(*c->bits));
	c->candidates = (uint16_t *)calloc(m->n_classes, sizeof(*c->candidates));
	if (c->list != NULL && c->bits != NULL && c->candidates != NULL)
		return c;
	classify_free(c);
	return NULL;
}

void classify_free(struct classify *c)
{
	if (c == NULL)
		return;
	free(c->list);
	free(c->bits);
	free(c->candidates);
	free(c);
}

static void add(struct query *q, uint16_t number)
{
	struct classify *c = q->ctx->classify;

	if (query_is_member(q, number))
		return;
	c->bits[number / 64] |= UINT64_C(1) << number % 64;
	c->list[c->n++] = number;
	q->n_classes = c->n;
}

static void add_builtin(struct query *q, enum model_builtin class)
{
	add(q, q->ctx->model->builtin[class]);
}

static void add_named(struct query *q, const char *name)
{
	int number = model_class_number(q->ctx->model, span_of(name, strlen(name)));

	if (number >= 0)
		add(q, (uint16_t)number);
}

/* --- names made of values --- */

/* Writes prefix and value into buf; what is not printable becomes %xx, as in Kea 3.3. */
static void make_name(const char *prefix, struct span value, char buf[NAME_MAX])
{
	size_t n = (size_t)snprintf(buf, NAME_MAX, "%s", prefix);

	for (size_t i = 0; i < value.len && n + 4 <= NAME_MAX; i++) {
		if (value.p[i] < ' ' || value.p[i] > '~')
			n += (size_t)snprintf(buf + n, 4, "%%%02x", value.p[i]);
		else
			buf[n++] = (char)value.p[i];
	}
	buf[n] = '\0';
}

/* "VENDOR_CLASS_" and option 60; false: there is none, or no class can have such a name. */
static bool vendor_name(const struct query *q, char buf[NAME_MAX])
{
	struct span value = opt_get(&q->msg.opt, OPT_VENDOR_CLASS);

	if (value.len == 0 || value.len > VALUE_MAX)
		return false;
	make_name("VENDOR_CLASS_", value, buf);
	return true;
}

/* --- evaluation --- */

static struct expr_packet expr_packet(const struct query *q)
{
	return (struct expr_packet){
		.msg = &q->msg,
		.iface = q->ctx->interface,
		.src = q->packet.src_ip,
		.dst = q->packet.dst_ip,
		.classes = q->members,
	};
}

static void log_failure(struct query *q, const struct model_class *class)
{
	unsigned missed;

	if (log_limit(&q->ctx->classify->failures, 10000, &missed))
		LOG(EV_CLASS_TEST_FAILED,
			"class %s: its test could not be evaluated for a %s (%u more such)",
			class->name, msg_type_name(q->msg.type), missed);
}

/* The value of a class's template, empty: none. */
static struct span template_value(struct query *q, const struct model_class *class)
{
	struct expr_packet p = expr_packet(q);
	struct span value = {NULL, 0};

	q->ctx->classify->scratch.used = 0;
	if (expr_value(class->template_test, &p, &q->ctx->classify->scratch, &value) < 0) {
		log_failure(q, class);
		return (struct span){NULL, 0};
	}
	return value;
}

static bool spawned_name(struct query *q, const struct model_class *class, char buf[NAME_MAX])
{
	struct span value = template_value(q, class);
	char prefix[sizeof("SPAWN_") + 255 + 1];

	if (value.len == 0 || value.len > VALUE_MAX)
		return false;
	snprintf(prefix, sizeof(prefix), "SPAWN_%s_", class->name);
	make_name(prefix, value, buf);
	return true;
}

/* Adds the class if its test holds, or its template has a value. */
static void evaluate(struct query *q, uint16_t number)
{
	const struct model_class *class = q->ctx->model->classes[number];
	struct expr_packet p = expr_packet(q);
	char name[NAME_MAX];
	int r;

	if (class->template_test != NULL) {
		if (!spawned_name(q, class, name))
			return;
		add_named(q, name);
		add(q, number);
		return;
	}
	q->ctx->classify->scratch.used = 0;
	r = expr_test(class->test, &p, &q->ctx->classify->scratch);
	if (r < 0)
		log_failure(q, class);
	if (r > 0)
		add(q, number);
}

/* Merges more into the n ascending candidates. */
static size_t merge(uint16_t *v, size_t n, const struct model_classes *more)
{
	size_t at = n + more->n, i = n, k = more->n;

	while (k > 0) {
		if (i > 0 && v[i - 1] > more->v[k - 1])
			v[--at] = v[--i];
		else
			v[--at] = more->v[--k];
	}
	return n + more->n;
}

/* Finds the classes that the packet's values lead to, ascending. */
static size_t find_candidates(struct query *q, const struct model_pass *pass)
{
	struct classify *c = q->ctx->classify;
	struct expr_packet p = expr_packet(q);
	size_t n = 0;

	for (size_t i = 0; i < pass->n_operands; i++) {
		struct model_classes found;
		struct span value;

		c->scratch.used = 0;
		if (expr_operand(pass->operands[i], &p, &c->scratch, &value) < 0)
			continue;
		found = model_classes_by_value(c->model, pass, i, value);
		n = merge(c->candidates, n, &found);
	}
	return n;
}

static void run(struct query *q, const struct model_pass *pass)
{
	const uint16_t *candidates = q->ctx->classify->candidates;
	size_t n = find_candidates(q, pass), i = 0, k = 0;

	while (i < n || k < pass->others.n) {
		if (k == pass->others.n || (i < n && candidates[i] < pass->others.v[k]))
			evaluate(q, candidates[i++]);
		else
			evaluate(q, pass->others.v[k++]);
	}
}

void classify_begin(struct query *q)
{
	struct classify *c = q->ctx->classify;
	char name[NAME_MAX];

	for (size_t i = 0; i < c->n; i++)
		c->bits[c->list[i] / 64] = 0;
	c->n = 0;
	q->classes = c->list;
	q->n_classes = 0;
	q->members = c->bits;
	add_builtin(q, MODEL_ALL);
	if (vendor_name(q, name))
		add_named(q, name);
	if (q->msg.type == MSG_BOOTP)
		add_builtin(q, MODEL_BOOTP);
	for (size_t i = 0; i < q->ctx->given.n; i++)
		add(q, q->ctx->given.v[i]);
	run(q, &c->model->first);
}

void classify_host(struct query *q, const struct model_host *h)
{
	for (size_t i = 0; i < h->classes.n; i++)
		add(q, h->classes.v[i]);
}

void classify_known(struct query *q, bool known)
{
	add_builtin(q, known ? MODEL_KNOWN : MODEL_UNKNOWN);
	run(q, &q->ctx->model->second);
}

static void add_listed(struct query *q, const struct model_classes *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct model_class *class = q->ctx->model->classes[list->v[i]];

		if (class->test == NULL && class->template_test == NULL)
			add(q, class->number);
		else
			evaluate(q, class->number);
	}
}

void classify_additional(struct query *q)
{
	if (q->pool != NULL)
		add_listed(q, &q->pool->additional);
	add_listed(q, &q->subnet->additional);
	if (q->subnet->network != NULL)
		add_listed(q, &q->subnet->network->additional);
}

bool classify_passes(const struct query *q, const struct model_classes *guard)
{
	for (size_t i = 0; i < guard->n; i++)
		if (query_is_member(q, guard->v[i]))
			return true;
	return guard->n == 0;
}

bool classify_test(const struct query *q, const struct expr *e)
{
	struct expr_packet p = expr_packet(q);

	q->ctx->classify->scratch.used = 0;
	return expr_test(e, &p, &q->ctx->classify->scratch) > 0;
}

struct span classify_value(const struct query *q, const struct expr *e)
{
	struct expr_packet p = expr_packet(q);
	struct span value;

	q->ctx->classify->scratch.used = 0;
	if (expr_value(e, &p, &q->ctx->classify->scratch, &value) < 0)
		return (struct span){NULL, 0};
	return value;
}

struct span classify_flex_id(struct query *q)
{
	struct classify *c = q->ctx->classify;
	struct span value = {NULL, 0};

	if (c->model->flex_id != NULL)
		value = classify_value(q, c->model->flex_id);
	if (value.len > VALUE_MAX)
		return (struct span){NULL, 0};
	if (value.len > 0)
		memcpy(c->flex_id, value.p, value.len); /* the next evaluation may write over it */
	return span_of(c->flex_id, value.len);
}

static size_t append(char *buf, size_t n, size_t size, const char *name)
{
	int len = snprintf(buf + n, size - n, "%s%s", n > 0 ? ", " : "", name);

	return len < 0 || (size_t)len >= size - n ? size - 1 : n + (size_t)len;
}

const char *classify_names(struct query *q, char *buf, size_t size)
{
	char name[NAME_MAX];
	size_t n = 0;

	buf[0] = '\0';
	if (vendor_name(q, name) && model_class_number(q->ctx->model, span_of(name, strlen(name))) < 0)
		n = append(buf, n, size, name);
	for (size_t i = 0; i < q->n_classes && n < size - 1; i++) {
		const struct model_class *class = q->ctx->model->classes[q->classes[i]];

		if (class->template_test != NULL && spawned_name(q, class, name) &&
			model_class_number(q->ctx->model, span_of(name, strlen(name))) < 0)
			n = append(buf, n, size, name);
		n = append(buf, n, size, class->name);
	}
	return buf;
}
