/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chosen: goes through the scopes of one client, innermost first (Kea's order). A scope's list is
 * sorted by space, so that options of other spaces cost little.
 */
#include "workers/chosen.h"

const struct model_options *chosen_scope(const struct query *q, size_t i,
	enum model_scope *ret_scope)
{
	static const struct model_options none;
	const struct model_network *network = q->subnet->network;

	switch (i) {
	case 0:
		*ret_scope = MODEL_HOST;
		return q->host != NULL ? &q->host->options : &none;
	case 1:
		*ret_scope = MODEL_POOL;
		return q->pool != NULL ? &q->pool->options : &none;
	case 2:
		*ret_scope = MODEL_SUBNET;
		return &q->subnet->options;
	case 3:
		*ret_scope = MODEL_NETWORK;
		return network != NULL ? &network->options : &none;
	default:
		break;
	}
	i -= 4;
	if (i < q->n_classes) {
		*ret_scope = MODEL_CLASS;
		return &q->ctx->model->classes[q->classes[i]]->options;
	}
	*ret_scope = MODEL_GLOBAL;
	return i == q->n_classes ? &q->ctx->model->options : NULL;
}

bool chosen_is_for(const struct query *q, const struct model_option *o)
{
	if (o->classes.n == 0)
		return true;
	for (size_t i = 0; i < o->classes.n; i++)
		if (query_is_member(q, o->classes.v[i]))
			return true;
	return false;
}

static void look_at(const struct model_option *o, enum model_scope scope, struct chosen *c)
{
	struct choice *v = &c->v[o->code];

	if (!code_set_has(&c->there, o->code)) {
		code_set_add(&c->there, o->code);
		*v = (struct choice){.value = NULL};
	}
	v->always |= o->always;
	v->never |= o->never;
	if (v->value == NULL && o->data != NULL) {
		v->value = o;
		v->scope = (uint8_t)scope;
	}
}

void chosen_find(const struct query *q, uint16_t space, struct chosen *ret)
{
	const struct model_options *list;
	enum model_scope scope;

	ret->there = (struct code_set){{0}};
	for (size_t i = 0; (list = chosen_scope(q, i, &scope)) != NULL; i++) {
		for (size_t k = 0; k < list->n && list->v[k].space <= space; k++)
			if (list->v[k].space == space && chosen_is_for(q, &list->v[k]))
				look_at(&list->v[k], scope, ret);
	}
}

const struct model_option *chosen_one(const struct query *q, uint8_t code)
{
	const struct model_option *value = NULL;
	const struct model_options *list;
	enum model_scope scope;

	for (size_t i = 0; (list = chosen_scope(q, i, &scope)) != NULL; i++) {
		for (size_t k = 0; k < list->n && list->v[k].space == MODEL_DHCP4; k++) {
			const struct model_option *o = &list->v[k];

			if (o->code != code || !chosen_is_for(q, o))
				continue;
			if (o->never)
				return NULL;
			if (value == NULL && o->data != NULL)
				value = o;
		}
	}
	return value;
}
