/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_stored: reservations that were made at run time, behind those of the file. One that does not
 * fit into the configuration is left out, told, and stops nothing: it stays stored. Called by
 * read.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "daemon/conf/tree_json.h"

int read_stored_list(struct draft *d, const struct tree_node **ret_list)
{
	struct tree_node *root;
	int r;

	*ret_list = NULL;
	if (d->from->hosts == NULL)
		return 0;
	r = tree_parse_json(d->from->hosts, NULL, d->scratch, d->report, &root);
	if (r < 0)
		return r;
	if (root->n != 1 || root->v[0].type != TREE_LIST) {
		report_file_error(d->report, d->from->file, 0,
			"the stored reservations are no list");
		return -EINVAL;
	}
	*ret_list = &root->v[0];
	return 0;
}

static const struct tree_node *member(
	const struct tree_node *map, const char *name, enum tree_type type)
{
	for (size_t i = 0; map->type == TREE_MAP && i < map->n; i++)
		if (strcmp(map->v[i].name, name) == 0 && map->v[i].type == type)
			return &map->v[i];
	return NULL;
}

static int by_id(const void *a, const void *b)
{
	const struct draft_subnet *x = *(const struct draft_subnet *const *)a;
	const struct draft_subnet *y = *(const struct draft_subnet *const *)b;

	return (x->subnet->id > y->subnet->id) - (x->subnet->id < y->subnet->id);
}

/* The subnets of the draft in the order of their ids: the model has no look-ups yet. */
static struct draft_subnet **sort_subnets(struct draft *d)
{
	size_t n = d->model->n_subnets;
	struct draft_subnet **v = arena_alloc(d->scratch, n, sizeof(struct draft_subnet *));

	for (size_t i = 0; v != NULL && i < n; i++)
		v[i] = &d->subnets[i];
	if (v != NULL)
		qsort(v, n, sizeof(*v), by_id);
	return v;
}

static const struct draft_subnet *find(
	const struct draft *d, struct draft_subnet **sorted, uint32_t id)
{
	struct model_subnet subnet = {.id = id};
	struct draft_subnet wanted = {.subnet = &subnet}, *key = &wanted, **found;

	found = bsearch(&key, sorted, d->model->n_subnets, sizeof(*sorted), by_id);
	return found != NULL ? *found : NULL;
}

struct hearing {
	struct draft *d;
	size_t i;
};

static void hear(void *arg, bool is_error, const char *line)
{
	const struct hearing *h = arg;

	if (is_error)
		h->d->from->left_out(h->d->from->arg, h->i, line);
}

void read_stored_leave_out(struct draft *d, size_t place, const char *why)
{
	const struct tree_node *element = d->host_at[place]->parent;

	d->from->left_out(d->from->arg, (size_t)(element - element->parent->v), why);
}

/* i: place of the element in its list. */
static int read_element(struct draft *d, const struct tree_node *element, size_t i,
	struct draft_subnet **sorted)
{
	const struct tree_node *id = member(element, "subnet-id", TREE_INT);
	const struct tree_node *host = member(element, "host", TREE_MAP);
	struct hearing hearing = {d, i};
	struct report own = {.line = hear, .arg = &hearing}, *outer = d->report;
	const struct draft_subnet *ds = NULL;
	int r;

	if (id == NULL || host == NULL || id->integer < 0 || id->integer > UINT32_MAX) {
		d->from->left_out(d->from->arg, i, "it cannot be read");
		return 0;
	}
	if (id->integer != 0) {
		ds = find(d, sorted, (uint32_t)id->integer);
		if (ds == NULL) {
			d->from->left_out(d->from->arg, i, "there is no such subnet");
			return 0;
		}
	}
	d->report = &own;
	r = read_host(d, host, ds != NULL ? ds->subnet : NULL, ds != NULL && ds->has_prefix);
	d->report = outer;
	if (own.errors > 0)
		memset(&d->model->hosts[--d->model->n_hosts], 0, sizeof(*d->model->hosts));
	return r;
}

int read_stored(struct draft *d, const struct tree_node *list)
{
	struct draft_subnet **sorted;

	d->first_stored = d->model->n_hosts;
	if (list == NULL)
		return 0;
	sorted = sort_subnets(d);
	if (sorted == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		if (read_element(d, &list->v[i], i, sorted) < 0)
			return -ENOMEM;
	return 0;
}
