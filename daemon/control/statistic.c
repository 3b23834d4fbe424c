/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statistic: counters are summed over the processes, gauges computed.
 */
#include "daemon/control/statistic.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shm/tally.h"

static const struct {
	const char *name;
	enum statistic_value value;
	bool subnet_only;
} per_pool[] = {
	{"total-addresses", STATISTIC_TOTAL, false},
	{"assigned-addresses", STATISTIC_ASSIGNED, false},
	{"cumulative-assigned-addresses", STATISTIC_CUMULATIVE, false},
	{"declined-addresses", STATISTIC_DECLINED, false},
	{"reclaimed-leases", STATISTIC_RECLAIMED, false},
	{"reclaimed-declined-addresses", STATISTIC_RECLAIMED_DECLINED, false},
	{"v4-allocation-fail", STATISTIC_FAILED, true},
	{"v4-allocation-fail-shared-network", STATISTIC_FAILED_NETWORK, true},
	{"v4-allocation-fail-subnet", STATISTIC_FAILED_SUBNET, true},
	{"v4-allocation-fail-no-pools", STATISTIC_NEVER, true},
	{"v4-allocation-fail-classes", STATISTIC_FAILED_CLASSES, true},
	{"v4-reservation-conflicts", STATISTIC_CONFLICTS, true},
	{"v4-lease-reuses", STATISTIC_REUSED, true},
};

#define N_PER_POOL (sizeof(per_pool) / sizeof(*per_pool))

/* The counter of a pool behind a statistic, + 1; 0: none. */
static const uint8_t counter_behind[STATISTIC_VALUES] = {
	[STATISTIC_CUMULATIVE] = POOL_ASSIGNED + 1,
	[STATISTIC_RECLAIMED] = POOL_RECLAIMED + 1,
	[STATISTIC_RECLAIMED_DECLINED] = POOL_RECLAIMED_DECLINED + 1,
	[STATISTIC_REUSED] = POOL_REUSED + 1,
	/* one counter behind the three: they are reset together */
	[STATISTIC_FAILED] = POOL_FAILED + 1,
	[STATISTIC_FAILED_NETWORK] = POOL_FAILED + 1,
	[STATISTIC_FAILED_SUBNET] = POOL_FAILED + 1,
	[STATISTIC_FAILED_CLASSES] = POOL_FAILED_CLASSES + 1,
	[STATISTIC_CONFLICTS] = POOL_CONFLICTS + 1,
};

/* Adds the figures of one pool. */
static void add_pool(const struct control *ctl, const struct model_pool *p, enum pool_view view,
	uint64_t v[STATISTIC_VALUES])
{
	const struct pool_range *pool = &ctl->child->pools->v[p->index];
	uint64_t failed = pool_value(pool, POOL_FAILED, view);

	v[STATISTIC_TOTAL] += (uint64_t)p->end - p->start + 1;
	v[STATISTIC_ASSIGNED] += ctl->usage.pool[p->index].assigned;
	v[STATISTIC_CUMULATIVE] += pool_value(pool, POOL_ASSIGNED, view);
	v[STATISTIC_DECLINED] += ctl->usage.pool[p->index].declined;
	v[STATISTIC_RECLAIMED] += pool_value(pool, POOL_RECLAIMED, view);
	v[STATISTIC_RECLAIMED_DECLINED] += pool_value(pool, POOL_RECLAIMED_DECLINED, view);
	v[STATISTIC_REUSED] += pool_value(pool, POOL_REUSED, view);
	v[STATISTIC_FAILED] += failed;
	v[STATISTIC_FAILED_CLASSES] += pool_value(pool, POOL_FAILED_CLASSES, view);
	v[STATISTIC_CONFLICTS] += pool_value(pool, POOL_CONFLICTS, view);
	v[p->subnet->network != NULL ? STATISTIC_FAILED_NETWORK : STATISTIC_FAILED_SUBNET] += failed;
}

void statistic_sum_subnet(const struct control *ctl, const struct model_subnet *s,
	uint64_t v[STATISTIC_VALUES])
{
	memset(v, 0, STATISTIC_VALUES * sizeof(*v));
	for (size_t i = 0; i < s->n_pools; i++)
		add_pool(ctl, s->pools[i], POOL_OF_SUBNET, v);
	/* leases outside every pool count too */
	for (size_t i = 0; i < STATISTIC_VALUES; i++)
		if (counter_behind[i] != 0)
			v[i] += tally_value(ctl->child->region, s->id,
				(enum pool_counter)(counter_behind[i] - 1));
	v[STATISTIC_ASSIGNED] = ctl->usage.subnet[s->index].assigned;
	v[STATISTIC_DECLINED] = ctl->usage.subnet[s->index].declined;
}

static void each_of_pools(const struct control *ctl, const struct model_subnet *s,
	statistic_fn *fn, void *arg)
{
	char name[96];

	for (size_t i = 0; i < s->n_pools; i++) {
		uint64_t v[STATISTIC_VALUES] = {0};
		bool first = true;

		/* pools of one id are one to Kea: summed at the first of them */
		for (size_t k = 0; k < s->n_pools; k++) {
			if (s->pools[k]->id != s->pools[i]->id)
				continue;
			first = k >= i;
			if (!first)
				break;
			add_pool(ctl, s->pools[k], POOL_AS_POOL, v);
		}
		for (size_t k = 0; first && k < N_PER_POOL; k++) {
			if (per_pool[k].subnet_only)
				continue;
			snprintf(name, sizeof(name), "subnet[%" PRIu32 "].pool[%" PRIu32 "].%s",
				s->id, s->pools[i]->id, per_pool[k].name);
			fn(arg, name, v[per_pool[k].value]);
		}
	}
}

void statistic_each_of_subnet(const struct control *ctl, const struct model_subnet *s,
	statistic_fn *fn, void *arg)
{
	uint64_t v[STATISTIC_VALUES];
	char name[96];

	statistic_sum_subnet(ctl, s, v);
	for (size_t k = 0; k < N_PER_POOL; k++) {
		snprintf(name, sizeof(name), "subnet[%" PRIu32 "].%s", s->id, per_pool[k].name);
		fn(arg, name, v[per_pool[k].value]);
	}
	each_of_pools(ctl, s, fn, arg);
}

void statistic_each_global(struct control *ctl, statistic_fn *fn, void *arg)
{
	for (int c = 0; c < COUNTER_COUNT; c++) {
		const char *name = counter_kea_name((enum counter)c);

		if (name != NULL)
			fn(arg, name, counter_value(ctl->child->region, (enum counter)c));
	}
	fn(arg, "declined-addresses", ctl->usage.all.declined);
}

const struct model_subnet *statistic_subnet(const struct control *ctl, const char *name)
{
	uint32_t id;

	if (sscanf(name, "subnet[%" SCNu32 "]", &id) != 1)
		return NULL;
	return model_subnet_by_id(ctl->child->model, id);
}

struct search {
	const char *name;
	bool found;
};

static void compare(void *arg, const char *name, uint64_t value)
{
	struct search *s = (struct search *)arg;

	(void)value;
	s->found = s->found || strcmp(name, s->name) == 0;
}

bool statistic_is_known(struct control *ctl, const char *name)
{
	const struct model_subnet *subnet = statistic_subnet(ctl, name);
	struct search s = {name, strcmp(name, "assigned-addresses") == 0};

	statistic_each_global(ctl, compare, &s);
	if (subnet != NULL)
		statistic_each_of_subnet(ctl, subnet, compare, &s);
	return s.found;
}

static void reset_pool(const struct control *ctl, const struct model_pool *p, enum pool_view view,
	enum statistic_value value)
{
	if (counter_behind[value] != 0)
		pool_reset(&ctl->child->pools->v[p->index],
			(enum pool_counter)(counter_behind[value] - 1), view);
}

/* Resets what statistic_each_of_subnet() shows under this name; NULL: all of it. */
static void reset_subnet(const struct control *ctl, const struct model_subnet *s, const char *name)
{
	const char *last = name != NULL ? strrchr(name, '.') : NULL;
	uint32_t id = 0;
	bool of_pool = name != NULL &&
		sscanf(name, "subnet[%*u].pool[%" SCNu32 "]", &id) == 1;

	for (size_t k = 0; k < N_PER_POOL; k++) {
		if (last != NULL && strcmp(last + 1, per_pool[k].name) != 0)
			continue;
		if (!of_pool && counter_behind[per_pool[k].value] != 0)
			tally_reset(ctl->child->region, s->id,
				(enum pool_counter)(counter_behind[per_pool[k].value] - 1));
		for (size_t i = 0; i < s->n_pools; i++) {
			if (name == NULL || !of_pool)
				reset_pool(ctl, s->pools[i], POOL_OF_SUBNET, per_pool[k].value);
			if (name == NULL || (of_pool && s->pools[i]->id == id))
				reset_pool(ctl, s->pools[i], POOL_AS_POOL, per_pool[k].value);
		}
	}
}

bool statistic_reset(struct control *ctl, const char *name)
{
	const struct model_subnet *subnet = statistic_subnet(ctl, name);

	if (!statistic_is_known(ctl, name))
		return false;
	if (subnet != NULL)
		reset_subnet(ctl, subnet, name);
	for (int c = 0; c < COUNTER_COUNT; c++) {
		const char *kea_name = counter_kea_name((enum counter)c);

		if (kea_name != NULL && strcmp(kea_name, name) == 0)
			counter_reset(ctl->child->region, (enum counter)c);
	}
	return true;
}

void statistic_reset_all(struct control *ctl)
{
	const struct model *m = ctl->child->model;

	for (int c = 0; c < COUNTER_COUNT; c++)
		if (counter_kea_name((enum counter)c) != NULL)
			counter_reset(ctl->child->region, (enum counter)c);
	for (size_t i = 0; i < m->n_subnets; i++)
		reset_subnet(ctl, m->subnets[i], NULL);
}
