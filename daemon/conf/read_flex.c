/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_flex: flex-option, what expressions do to options of answers (Kea's hook flex_option).
 * Called by read.c when definitions and classes are known.
 */
#include <errno.h>
#include <string.h>

#include "daemon/conf/draft.h"

#define VIVSO 125

/* What the server cannot leave to an expression: the form of the message, who answers, how long the
 * lease is on disk, what belongs to the relay. */
static bool is_fixed(uint8_t code)
{
	static const uint8_t codes[] = {51, 52, 53, 54, 82};

	return memchr(codes, code, sizeof(codes)) != NULL;
}

/* The one of the three actions that is there, NULL: none or several, which is reported. */
static const struct tree_node *find_action(struct draft *d, const struct tree_node *map,
	const struct param_set *set, uint8_t *ret_action)
{
	static const enum param_id ids[] = {[MODEL_FLEX_ADD] = PARAM_FLEX_ADD,
		[MODEL_FLEX_SUPERSEDE] = PARAM_FLEX_SUPERSEDE,
		[MODEL_FLEX_REMOVE] = PARAM_FLEX_REMOVE};
	const struct tree_node *found = NULL;
	unsigned n = 0;

	for (uint8_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (set->v[ids[i]] == NULL)
			continue;
		found = set->v[ids[i]];
		*ret_action = i;
		n++;
	}
	if (n == 1)
		return found;
	report_error(d->report, map, "needs one of \"add\", \"supersede\" and \"remove\"%s",
		set->v[PARAM_FLEX_SUB_OPTIONS] == NULL ? ", or \"sub-options\"" : "");
	return NULL;
}

/* Reads action and value. 1: f is whole; 0: there was a mistake; -ENOMEM. */
static int read_action(struct draft *d, const struct tree_node *map, const struct param_set *set,
	const struct optdef *def, struct model_flex *f)
{
	const struct tree_node *action = find_action(d, map, set, &f->action);
	const struct tree_node *csv = set->v[PARAM_FLEX_CSV];
	struct optdef *copy;

	if (action == NULL)
		return 0;
	if (csv != NULL && csv->boolean && def == NULL) {
		report_error(d->report, csv, "the option has no definition to write it by");
		return 0;
	}
	if (csv != NULL && csv->boolean) {
		copy = arena_alloc(d->arena, 1, sizeof(*copy));
		if (copy == NULL)
			return -ENOMEM;
		*copy = *def;
		f->def = copy;
	}
	if (read_expression(d, action, f->action == MODEL_FLEX_REMOVE ? EXPR_TEST : EXPR_VALUE,
		    d->n_own_classes, &f->expr) < 0)
		return -ENOMEM;
	return f->expr != NULL ? 1 : 0;
}

static int read_sub_option(struct draft *d, const struct tree_node *map,
	const struct model_flex *option, uint16_t inside, struct model_flex *f)
{
	const struct optdef *def;
	struct param_set set;
	uint16_t space = inside, unused;
	int r;

	param_check(map, PARAM_AT_FLEX_SUB, d->report, &set);
	*f = *option;
	if (set.v[PARAM_FLEX_SPACE] != NULL) {
		r = read_space(d, set.v[PARAM_FLEX_SPACE], &space);
		if (r < 0)
			return r == -ENOMEM ? r : 0;
	}
	f->enterprise = f->code == VIVSO ? d->spaces[space].enterprise : 0;
	if (f->code == VIVSO ? f->enterprise == 0 : space != inside || space == MODEL_DHCP4) {
		report_error(d->report, map, "option %u holds no sub-options of the space \"%s\"%s",
			f->code, d->spaces[space].name,
			f->code == VIVSO ? ": give \"space\", \"vendor-\" and a number" : "");
		return 0;
	}
	r = read_option_code(d, map, &set, NULL, space);
	if (r < 0)
		return 0;
	f->sub = (uint8_t)r;
	f->container_add = param_bool(&set, PARAM_FLEX_CONTAINER_ADD);
	f->container_remove = param_bool(&set, PARAM_FLEX_CONTAINER_REMOVE);
	def = read_def_by_code(d, NULL, space, f->sub, &unused);
	if (read_class_name(d, set.v[PARAM_FLEX_CLASS], &f->inner) < 0)
		return -ENOMEM;
	return read_action(d, map, &set, def, f);
}

static int read_sub_options(struct draft *d, const struct param_set *set,
	const struct optdef *def, uint16_t inside, const struct model_flex *option)
{
	const struct tree_node *list = set->v[PARAM_FLEX_SUB_OPTIONS];
	struct model *m = d->model;

	if (option->code != VIVSO && def != NULL && def->type != OPTDEF_EMPTY) {
		report_error(d->report, list,
			"option %u has a value of its own in front of sub-options", option->code);
		return 0;
	}
	for (size_t i = 0; i < list->n; i++) {
		int r = list->v[i].type != TREE_MAP ? 0 :
			read_sub_option(d, &list->v[i], option, inside, &m->flex[m->n_flex]);

		if (r < 0)
			return r;
		m->n_flex += (size_t)r;
	}
	return 0;
}

static int read_entry(struct draft *d, const struct tree_node *map)
{
	struct model_flex f = {.enterprise = 0};
	const struct optdef *def;
	struct param_set set;
	uint16_t space, inside;
	int r;

	param_check(map, PARAM_AT_FLEX, d->report, &set);
	r = read_space(d, set.v[PARAM_OPTION_SPACE], &space);
	if (r == 0 && space != MODEL_DHCP4)
		report_error(d->report, set.v[PARAM_OPTION_SPACE],
			"options of other spaces stand in the \"sub-options\" of their option");
	if (r < 0 || space != MODEL_DHCP4)
		return r == -ENOMEM ? r : 0;
	r = read_option_code(d, map, &set, NULL, space);
	if (r < 0)
		return 0;
	f.code = (uint8_t)r;
	if (is_fixed(f.code)) {
		report_error(d->report, map, "the server alone makes option %u", f.code);
		return 0;
	}
	def = read_def_by_code(d, NULL, space, f.code, &inside);
	if (read_class_name(d, set.v[PARAM_FLEX_CLASS], &f.guard) < 0)
		return -ENOMEM;
	if (set.v[PARAM_FLEX_SUB_OPTIONS] != NULL && set.v[PARAM_FLEX_ADD] == NULL &&
		set.v[PARAM_FLEX_SUPERSEDE] == NULL && set.v[PARAM_FLEX_REMOVE] == NULL)
		return read_sub_options(d, &set, def, inside, &f);
	if (set.v[PARAM_FLEX_SUB_OPTIONS] != NULL) {
		report_error(d->report, map, "has an action and \"sub-options\": make two entries");
		return 0;
	}
	d->model->flex[d->model->n_flex] = f;
	r = read_action(d, map, &set, def, &d->model->flex[d->model->n_flex]);
	if (r > 0)
		d->model->n_flex++;
	return r < 0 ? r : 0;
}

int read_flex(struct draft *d, const struct tree_node *list)
{
	size_t n = 0;

	if (list == NULL)
		return 0;
	for (size_t i = 0; i < list->n; i++) {
		const struct tree_node *subs = NULL;

		for (size_t k = 0; list->v[i].type == TREE_MAP && k < list->v[i].n; k++)
			if (strcmp(list->v[i].v[k].name, "sub-options") == 0)
				subs = &list->v[i].v[k];
		n += subs != NULL && subs->type == TREE_LIST ? subs->n : 1;
	}
	d->model->flex = arena_alloc(d->arena, n, sizeof(*d->model->flex));
	if (d->model->flex == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].type == TREE_MAP && read_entry(d, &list->v[i]) < 0)
			return -ENOMEM;
	return 0;
}
