/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: contradictions between parts of a configuration that are right by themselves. Sorts, so
 * that 10,000 subnets cost no more than 10,000 log 10,000 steps. Called by model.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "daemon/conf/range.h"
#include "shm/base/text.h"

static int by_id(const void *a, const void *b)
{
	const struct model_subnet *x = (*(struct draft_subnet *const *)a)->subnet;
	const struct model_subnet *y = (*(struct draft_subnet *const *)b)->subnet;
	int r = range_compare(x->id, y->id);

	return r != 0 ? r : range_compare(x->index, y->index);
}

static int by_prefix(const void *a, const void *b)
{
	const struct model_subnet *x = (*(struct draft_subnet *const *)a)->subnet;
	const struct model_subnet *y = (*(struct draft_subnet *const *)b)->subnet;
	int r = range_compare(x->prefix, y->prefix);

	if (r == 0)
		r = range_compare(x->prefix_len, y->prefix_len);
	return r != 0 ? r : range_compare(x->index, y->index);
}

/* v: room for all subnets. */
static void check_ids(struct draft *d, struct draft_subnet **v)
{
	char place[REPORT_PLACE_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < d->model->n_subnets; i++)
		if (d->subnets[i].subnet->id != 0)
			v[n++] = &d->subnets[i];
	qsort(v, n, sizeof(*v), by_id);
	for (size_t i = 1; i < n; i++)
		if (v[i]->subnet->id == v[i - 1]->subnet->id)
			report_error(d->report, v[i]->at, "has the same id, %u, as %s",
				v[i]->subnet->id, report_place(v[i - 1]->at, place));
}

static void check_prefixes(struct draft *d, struct draft_subnet **v)
{
	char place[REPORT_PLACE_SIZE], ip[TEXT_IP_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < d->model->n_subnets; i++)
		if (d->subnets[i].has_prefix)
			v[n++] = &d->subnets[i];
	qsort(v, n, sizeof(*v), by_prefix);
	for (size_t i = 1; i < n; i++) {
		const struct model_subnet *s = v[i]->subnet, *other = v[i - 1]->subnet;

		if (s->prefix == other->prefix && s->prefix_len == other->prefix_len)
			report_error(d->report, v[i]->at, "has the same prefix, %s/%u, as %s",
				text_ip(s->prefix, ip), s->prefix_len,
				report_place(v[i - 1]->at, place));
	}
}

struct named {
	const char *name;
	size_t place; /* in model->networks */
};

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	return r != 0 ? r : (x->place > y->place) - (x->place < y->place);
}

static int check_names(struct draft *d)
{
	size_t n = d->model->n_networks;
	struct named *v = arena_alloc(d->scratch, n, sizeof(*v));
	char place[REPORT_PLACE_SIZE];

	if (v == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		v[i] = (struct named){d->model->networks[i]->name, i};
	qsort(v, n, sizeof(*v), by_name);
	for (size_t i = 1; i < n; i++)
		if (v[i].name[0] != '\0' && strcmp(v[i].name, v[i - 1].name) == 0)
			report_error(d->report, d->network_at[v[i].place],
				"has the same name, \"%s\", as %s", v[i].name,
				report_place(d->network_at[v[i - 1].place], place));
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct model_pool *x = *(struct model_pool *const *)a;
	const struct model_pool *y = *(struct model_pool *const *)b;
	int r = range_compare(x->start, y->start);

	return r != 0 ? r : range_compare(x->index, y->index);
}

static void report_overlap(
	struct draft *d, const struct model_pool *p, const struct model_pool *other)
{
	char range[RANGE_TEXT_SIZE], place[REPORT_PLACE_SIZE];

	/* Blame the one that comes later in the file. */
	if (p->index < other->index) {
		const struct model_pool *first = p;

		p = other;
		other = first;
	}
	range_text(other->start, other->end, range);
	report_place(d->pool_at[other->index], place);
	if (p->subnet == other->subnet)
		report_error(d->report, d->pool_at[p->index], "overlaps %s, %s", range, place);
	else
		report_error(d->report, d->pool_at[p->index],
			"overlaps %s of subnet %u, %s: an address can be leased only once", range,
			other->subnet->id, place);
}

/* Compares each pool, in order of address, with the one that reaches furthest so far: of all pools,
 * and of those of its own subnet. */
static int check_overlaps(struct draft *d)
{
	struct model *m = d->model;
	const struct model_pool **own =
		arena_alloc(d->scratch, m->n_subnets, sizeof(const struct model_pool *));
	const struct model_pool *all = NULL;

	if (own == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_pools; i++) {
		const struct model_pool *p = m->pools[i], **mine = &own[p->subnet->index];

		if (*mine != NULL && p->start <= (*mine)->end)
			report_overlap(d, p, *mine);
		if (all != NULL && all->subnet != p->subnet && p->start <= all->end)
			report_overlap(d, p, all);
		if (*mine == NULL || p->end > (*mine)->end)
			*mine = p;
		if (all == NULL || p->end > all->end)
			all = p;
	}
	return 0;
}

/* Hands the sorted pools to their subnets and numbers them in this order. */
static int number_pools(struct draft *d)
{
	struct model *m = d->model;

	for (size_t i = 0; i < m->n_pools; i++) {
		struct model_pool *p = m->pools[i];
		struct model_subnet *s = p->subnet;

		if (s->pools == NULL) {
			s->pools = arena_alloc(d->arena, s->n_pools, sizeof(struct model_pool *));
			if (s->pools == NULL)
				return -ENOMEM;
			s->n_pools = 0;
		}
		s->pools[s->n_pools++] = p;
		p->index = (uint32_t)i;
		s->addresses += (uint64_t)(p->end - p->start) + 1;
		m->total_addresses += (uint64_t)(p->end - p->start) + 1;
	}
	return 0;
}

/* Not a mistake in Kea either, but nobody gets this address. */
static void check_out_of_pool(struct draft *d)
{
	char range[RANGE_TEXT_SIZE];

	for (size_t i = 0; i < d->model->n_hosts; i++) {
		const struct model_host *h = &d->model->hosts[i];
		const struct model_subnet *s = d->host_in[i];
		const struct model_pool *p;

		if (s == NULL || h->address == 0 || !s->params.reservations_out_of_pool)
			continue;
		p = model_pool_of(s, h->address);
		if (p != NULL)
			report_warning(d->report, d->host_at[i],
				"the address is not kept for this client: it is in the pool %s, "
				"and reservations-out-of-pool is true here",
				range_text(p->start, p->end, range));
	}
}

int check_draft(struct draft *d)
{
	struct draft_subnet **v =
		arena_alloc(d->scratch, d->model->n_subnets, sizeof(struct draft_subnet *));

	if (v == NULL)
		return -ENOMEM;
	check_ids(d, v);
	check_prefixes(d, v);
	qsort(d->model->pools, d->model->n_pools, sizeof(struct model_pool *), by_start);
	if (check_names(d) < 0 || check_overlaps(d) < 0)
		return -ENOMEM;
	if (number_pools(d) < 0)
		return -ENOMEM;
	check_out_of_pool(d);
	return 0;
}
