/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container: sub-options, ascending. Those of a space go out all, since nobody can ask for one of
 * them. Those of a vendor, as in Kea, go out if they are always sent, or if the client lists them,
 * as CableLabs' clients do (sub-option 1).
 */
#include "workers/container.h"

#include <string.h>

#define SUB_MAX     255
#define ENTERPRISES 16 /* of one answer */
#define CABLELABS   4491
#define CL_ORO      1

/* An enterprise that gets a part of option 125. */
struct part {
	uint32_t enterprise;
	uint16_t space;
	bool configured; /* goes out also if nothing stands in it */
	struct code_set asked;
};

struct parts {
	size_t n;
	unsigned left_out;
	struct part v[ENTERPRISES];
};

/* Depth is bounded: the configuration's spaces do not stand inside each other in a circle. */
static void write_space(const struct query *q, uint16_t space, const struct part *part,
	struct opt_writer *w)
{
	struct chosen c;

	chosen_find(q, space, &c);
	for (unsigned code = 0; (code = code_set_next(&c.there, code)) < 256; code++) {
		const struct choice *choice = &c.v[code];
		const struct model_option *o = choice->value;
		uint8_t buf[SUB_MAX + 1];
		struct span value;

		if (o == NULL || choice->never)
			continue;
		if (part != NULL && !choice->always && !code_set_has(&part->asked, (uint8_t)code))
			continue;
		value = span_of(o->data, o->len);
		if (o->inside != MODEL_DHCP4)
			value = span_of(buf, container_write(q, value, o->inside, buf, sizeof(buf),
						     &w->left_out));
		opt_write(w, (uint8_t)code, value.p, value.len);
	}
}

size_t container_write(const struct query *q, struct span value, uint16_t space, uint8_t *buf,
	size_t size, unsigned *left_out)
{
	struct opt_writer w;

	if (value.len >= size) {
		(*left_out)++;
		return 0;
	}
	memcpy(buf, value.p, value.len);
	opt_writer_init(&w, buf + value.len, size - value.len);
	write_space(q, space, NULL, &w);
	*left_out += w.left_out;
	return value.len + (size_t)(w.p - w.start);
}

/* The part of this enterprise, NULL: there are too many. */
static struct part *add(struct parts *parts, uint32_t enterprise, uint16_t space)
{
	for (size_t i = 0; i < parts->n; i++)
		if (parts->v[i].enterprise == enterprise)
			return &parts->v[i];
	if (parts->n == ENTERPRISES) {
		parts->left_out++;
		return NULL;
	}
	parts->v[parts->n] = (struct part){.enterprise = enterprise, .space = space};
	return &parts->v[parts->n++];
}

/* What CableLabs' client lists in its option 125: enterprise, length, sub-options, repeated. */
static void add_asked(const struct query *q, struct parts *parts)
{
	uint16_t space = model_vendor_space(q->ctx->model, CABLELABS);
	struct span rest = opt_get(&q->msg.opt, OPT_VIVSO);

	while (space != MODEL_DHCP4 && rest.len >= 5 && rest.p[4] <= rest.len - 5) {
		struct span subs = span_of(rest.p + 5, rest.p[4]), oro = opt_sub(subs, CL_ORO);
		struct part *part;

		if (wire_be32(rest.p) == CABLELABS && oro.len > 0 &&
			(part = add(parts, CABLELABS, space)) != NULL)
			for (size_t i = 0; i < oro.len; i++)
				code_set_add(&part->asked, oro.p[i]);
		rest = span_of(subs.p + subs.len, rest.len - 5 - subs.len);
	}
}

static void add_always_sent(const struct query *q, struct parts *parts)
{
	const struct model_options *list;
	enum model_scope scope;

	for (size_t i = 0; (list = chosen_scope(q, i, &scope)) != NULL; i++) {
		for (size_t k = list->n; k > 0 && list->v[k - 1].space != MODEL_DHCP4; k--) {
			const struct model_option *o = &list->v[k - 1];
			uint32_t enterprise = q->ctx->model->spaces[o->space].enterprise;

			if (o->always && enterprise != 0 && chosen_is_for(q, o))
				add(parts, enterprise, o->space);
		}
	}
}

static void write_part(const struct query *q, const struct part *part, struct opt_writer *w)
{
	uint8_t buf[SUB_MAX + 1], head[5];
	struct opt_writer inner;
	size_t len;

	opt_writer_init(&inner, buf, sizeof(buf));
	write_space(q, part->space, part, &inner);
	w->left_out += inner.left_out;
	len = (size_t)(inner.p - inner.start);
	if (len == 0 && !part->configured)
		return;
	if (sizeof(head) + len > (size_t)(w->end - w->p)) {
		w->left_out++;
		return;
	}
	wire_set_be32(head, part->enterprise);
	head[4] = (uint8_t)len;
	memcpy(w->p, head, sizeof(head));
	memcpy(w->p + sizeof(head), buf, len);
	w->p += sizeof(head) + len;
}

size_t container_write_vendors(const struct query *q, const struct model_option *conf, uint8_t *buf,
	size_t size, unsigned *left_out)
{
	struct parts parts = {.n = 0};
	struct opt_writer w;
	struct part *part;

	if (conf != NULL && (part = add(&parts, wire_be32(conf->data), conf->inside)) != NULL)
		part->configured = true;
	add_asked(q, &parts);
	add_always_sent(q, &parts);
	opt_writer_init(&w, buf, size);
	for (size_t i = 0; i < parts.n; i++)
		write_part(q, &parts.v[i], &w);
	*left_out += w.left_out + parts.left_out;
	return (size_t)(w.p - w.start);
}
