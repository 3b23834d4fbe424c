/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup: what the model is asked for each packet, by binary search in tables made once at load.
 * The packet's way calls the model_ functions; they touch nothing but the model.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "daemon/conf/range.h"
#include "shm/base/text.h"

static int by_id(const void *a, const void *b)
{
	const struct model_subnet *x = *(struct model_subnet *const *)a;
	const struct model_subnet *y = *(struct model_subnet *const *)b;

	return range_compare(x->id, y->id);
}

static int by_interface(const void *a, const void *b)
{
	const struct model_subnet *x = *(struct model_subnet *const *)a;
	const struct model_subnet *y = *(struct model_subnet *const *)b;
	int r = strcmp(x->interface, y->interface);

	return r != 0 ? r : range_compare(x->index, y->index);
}

/* Outer prefixes before those inside them. */
static int by_prefix(const void *a, const void *b)
{
	const struct model_subnet *x = *(struct model_subnet *const *)a;
	const struct model_subnet *y = *(struct model_subnet *const *)b;
	int r = range_compare(x->prefix, y->prefix);

	return r != 0 ? r : range_compare(x->prefix_len, y->prefix_len);
}

static int by_start(const void *a, const void *b)
{
	const struct model_range *x = a, *y = b;
	int r = range_compare(x->start, y->start);

	return r != 0 ? r : range_compare(x->subnets.v[0]->index, y->subnets.v[0]->index);
}


static int by_number(const void *a, const void *b)
{
	return range_compare(*(const uint32_t *)a, *(const uint32_t *)b);
}

/* The subnets in an order of their own. */
static struct model_subnet **sorted(
	const struct draft *d, struct arena *arena, int (*order)(const void *, const void *))
{
	struct model_subnet **v = arena_alloc(arena, d->model->n_subnets, sizeof(*v));

	if (v == NULL)
		return NULL;
	memcpy(v, d->model->subnets, d->model->n_subnets * sizeof(*v));
	qsort(v, d->model->n_subnets, sizeof(*v), order);
	return v;
}

/* Whether every client may use s, so that no look-up goes on behind it. */
static bool is_open(const struct model_subnet *s)
{
	return s->guard.n == 0 && (s->network == NULL || s->network->guard.n == 0);
}

/* n subnets in order of look-up; what stands behind an open one is left out. */
static struct model_candidates candidates(struct model_subnet *const *v, size_t n)
{
	size_t used = 0;

	while (used < n && !is_open(v[used]))
		used++;
	return (struct model_candidates){used < n ? used + 1 : n, v};
}

static int build_interfaces(struct draft *d)
{
	struct model *m = d->model;
	struct model_subnet **v = sorted(d, d->arena, by_interface);

	m->links = arena_alloc(d->arena, m->n_subnets, sizeof(*m->links));
	if (v == NULL || m->links == NULL)
		return -ENOMEM;
	for (size_t i = 0, end; i < m->n_subnets; i = end) {
		for (end = i + 1; end < m->n_subnets; end++)
			if (strcmp(v[end]->interface, v[i]->interface) != 0)
				break;
		if (v[i]->interface[0] != '\0')
			m->links[m->n_links++] = (struct model_link){
				v[i]->interface, candidates(v + i, end - i)};
	}
	return 0;
}

/* Every pair of a relay's address and a subnet that names it, as ranges of one address. */
static struct model_range *relay_pairs(struct draft *d, size_t *ret_n)
{
	struct model *m = d->model;
	struct model_range *v;
	size_t n = 0;

	for (size_t i = 0; i < m->n_subnets; i++)
		n += d->subnets[i].relays != NULL ? d->subnets[i].relays->n : 0;
	v = arena_alloc(d->arena, n, sizeof(*v));
	*ret_n = n;
	n = 0;
	for (size_t i = 0; v != NULL && i < m->n_subnets; i++) {
		const struct tree_node *list = d->subnets[i].relays;

		for (size_t j = 0; list != NULL && j < list->n; j++, n++) {
			text_parse_ip(list->v[j].string, &v[n].start);
			v[n].end = v[n].start;
			v[n].subnets.v = &m->subnets[i];
		}
	}
	if (v != NULL)
		qsort(v, n, sizeof(*v), by_start);
	return v;
}

static int build_relays(struct draft *d)
{
	struct model *m = d->model;
	size_t n;
	struct model_range *v = relay_pairs(d, &n);
	struct model_subnet **subnets = arena_alloc(d->arena, n, sizeof(struct model_subnet *));

	if (v == NULL || subnets == NULL)
		return -ENOMEM;
	m->relay_ranges = v;
	for (size_t i = 0, end; i < n; i = end) {
		uint32_t address = v[i].start;
		size_t used = 0;

		for (end = i; end < n && v[end].start == address; end++)
			if (used == 0 || subnets[i + used - 1] != v[end].subnets.v[0])
				subnets[i + used++] = v[end].subnets.v[0];
		v[m->n_relay_ranges++] =
			(struct model_range){address, address, candidates(subnets + i, used)};
	}
	return 0;
}

/* The prefixes that hold the address which the sweep has come to: prefixes are disjoint or one
 * inside the other, so they are a stack. */
struct sweep {
	struct model *m;
	uint64_t at; /* the first address without a range so far */
	size_t depth;
	struct {
		uint32_t last;
		struct model_candidates subnets; /* this one and those around it */
	} stack[33];
};

/* Addresses up to, not including, end belong to what is on top of the stack. */
static void sweep_to(struct sweep *s, uint64_t end)
{
	struct model *m = s->m;
	struct model_range *before =
		m->n_prefix_ranges > 0 ? &m->prefix_ranges[m->n_prefix_ranges - 1] : NULL;

	if (s->depth > 0 && s->at < end) {
		struct model_candidates subnets = s->stack[s->depth - 1].subnets;

		if (before != NULL && before->subnets.v == subnets.v &&
			(uint64_t)before->end + 1 == s->at)
			before->end = (uint32_t)(end - 1);
		else
			m->prefix_ranges[m->n_prefix_ranges++] =
				(struct model_range){(uint32_t)s->at, (uint32_t)(end - 1), subnets};
	}
	if (s->at < end)
		s->at = end;
}

/* Closes the prefixes that end before this address. */
static void sweep_close(struct sweep *s, uint64_t address)
{
	while (s->depth > 0 && s->stack[s->depth - 1].last < address) {
		sweep_to(s, (uint64_t)s->stack[s->depth - 1].last + 1);
		s->depth--;
	}
	sweep_to(s, address);
}

/* Opens a prefix. Where nobody gets as far as to it, it has the list of the one around it. */
static int sweep_open(struct sweep *s, struct draft *d, struct model_subnet *subnet)
{
	struct model_candidates up = {0, NULL}, own;
	struct model_subnet **v;
	size_t k;

	if (s->depth > 0)
		up = s->stack[s->depth - 1].subnets;
	v = arena_alloc(d->arena, up.n + 1, sizeof(struct model_subnet *));
	if (v == NULL)
		return -ENOMEM;
	for (k = up.n; k > 0 && up.v[k - 1]->index > subnet->index; k--)
		v[k] = up.v[k - 1];
	v[k] = subnet;
	for (size_t i = 0; i < k; i++)
		v[i] = up.v[i];
	own = candidates(v, up.n + 1);
	s->stack[s->depth].last = subnet->prefix | ~subnet->mask;
	s->stack[s->depth++].subnets = k < own.n ? own : up;
	return 0;
}

static int build_prefixes(struct draft *d)
{
	struct model *m = d->model;
	struct model_subnet **v = sorted(d, d->scratch, by_prefix);
	struct sweep s = {.m = m};

	/* Each prefix opens one range and lets one that it interrupts go on. */
	m->prefix_ranges = arena_alloc(d->arena, 2 * m->n_subnets, sizeof(*m->prefix_ranges));
	if (v == NULL || m->prefix_ranges == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_subnets; i++) {
		sweep_close(&s, v[i]->prefix);
		if (sweep_open(&s, d, v[i]) < 0)
			return -ENOMEM;
	}
	sweep_close(&s, (uint64_t)UINT32_MAX + 1);
	return 0;
}

static int build_server_ids(struct draft *d)
{
	struct model *m = d->model;
	uint32_t *v = arena_alloc(d->arena, m->n_subnets, sizeof(*v));
	size_t n = 0;

	if (v == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_subnets; i++)
		if (m->subnets[i]->params.server_id != 0)
			v[n++] = m->subnets[i]->params.server_id;
	qsort(v, n, sizeof(*v), by_number);
	m->server_ids = v;
	for (size_t i = 0; i < n; i++)
		if (i == 0 || v[i] != v[m->n_server_ids - 1])
			v[m->n_server_ids++] = v[i];
	return 0;
}

int lookup_build(struct draft *d)
{
	d->model->by_id = sorted(d, d->arena, by_id);
	if (d->model->by_id == NULL || build_interfaces(d) < 0 || build_relays(d) < 0 ||
		build_prefixes(d) < 0)
		return -ENOMEM;
	return build_server_ids(d);
}

const struct model_subnet *model_subnet_by_id(const struct model *m, uint32_t id)
{
	const struct model_subnet key = {.id = id}, *p = &key;
	struct model_subnet *const *found =
		bsearch(&p, m->by_id, m->n_subnets, sizeof(*m->by_id), by_id);

	return found != NULL ? *found : NULL;
}

static struct model_candidates range_find(const struct model_range *v, size_t n, uint32_t addr)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (v[middle].end < addr)
			low = middle + 1;
		else if (v[middle].start > addr)
			n = middle;
		else
			return v[middle].subnets;
	}
	return (struct model_candidates){0, NULL};
}

struct model_candidates model_subnets_by_address(const struct model *m, uint32_t addr)
{
	return range_find(m->prefix_ranges, m->n_prefix_ranges, addr);
}

const struct model_subnet *model_subnet_by_address(const struct model *m, uint32_t addr)
{
	struct model_candidates c = model_subnets_by_address(m, addr);

	return c.n > 0 ? c.v[0] : NULL;
}

struct model_candidates model_subnets_by_relay(const struct model *m, uint32_t giaddr)
{
	return range_find(m->relay_ranges, m->n_relay_ranges, giaddr);
}

struct model_candidates model_subnets_by_interface(const struct model *m, const char *ifname)
{
	size_t low = 0, n = m->n_links;

	while (low < n) {
		size_t middle = low + (n - low) / 2;
		int r = strcmp(m->links[middle].interface, ifname);

		if (r == 0)
			return m->links[middle].subnets;
		if (r < 0)
			low = middle + 1;
		else
			n = middle;
	}
	return (struct model_candidates){0, NULL};
}

const struct model_pool *model_pool_of(const struct model_subnet *s, uint32_t addr)
{
	size_t low = 0, n = s->n_pools;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (s->pools[middle]->end < addr)
			low = middle + 1;
		else if (s->pools[middle]->start > addr)
			n = middle;
		else
			return s->pools[middle];
	}
	return NULL;
}

bool model_has_server_id(const struct model *m, uint32_t addr)
{
	return bsearch(&addr, m->server_ids, m->n_server_ids, sizeof(addr), by_number) != NULL;
}
