/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_statistic: Kea's statistics. Counters are summed over the processes, gauges computed. What
 * belongs to a feature that is not there (the lease cache) is 0, because it never happens.
 */
#include "daemon/control/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/conf/model.h"
#include "shm/base/clock.h"

/* Takes every statistic; name is the writer's until it returns. */
typedef void statistic_fn(void *arg, const char *name, uint64_t value);

enum pool_value {
	TOTAL,
	NOW_ASSIGNED,
	CUMULATIVE,
	DECLINED,
	RECLAIMED,
	RECLAIMED_DECLINED,
	FAILED, /* the rest: of subnets only */
	FAILED_NETWORK,
	FAILED_SUBNET,
	FAILED_CLASSES,
	CONFLICTS,
	NEVER,
	N_VALUES,
};

static const struct {
	const char *name;
	enum pool_value value;
	bool subnet_only;
} per_pool[] = {
	{"total-addresses", TOTAL, false},
	{"assigned-addresses", NOW_ASSIGNED, false},
	{"cumulative-assigned-addresses", CUMULATIVE, false},
	{"declined-addresses", DECLINED, false},
	{"reclaimed-leases", RECLAIMED, false},
	{"reclaimed-declined-addresses", RECLAIMED_DECLINED, false},
	{"v4-allocation-fail", FAILED, true},
	{"v4-allocation-fail-shared-network", FAILED_NETWORK, true},
	{"v4-allocation-fail-subnet", FAILED_SUBNET, true},
	{"v4-allocation-fail-no-pools", NEVER, true},
	{"v4-allocation-fail-classes", FAILED_CLASSES, true},
	{"v4-reservation-conflicts", CONFLICTS, true},
	{"v4-lease-reuses", NEVER, true},
};

#define N_PER_POOL (sizeof(per_pool) / sizeof(*per_pool))

/* Adds the figures of one pool. */
static void add_pool(const struct control *ctl, const struct model_pool *p, uint64_t v[N_VALUES])
{
	const struct pool_range *pool = &ctl->child->pools->v[p->index];
	uint64_t failed = pool_counted(pool, POOL_FAILED);

	v[TOTAL] += (uint64_t)p->end - p->start + 1;
	v[NOW_ASSIGNED] += ctl->usage.pool[p->index].assigned;
	v[CUMULATIVE] += pool_counted(pool, POOL_ASSIGNED);
	v[DECLINED] += ctl->usage.pool[p->index].declined;
	v[RECLAIMED] += pool_counted(pool, POOL_RECLAIMED);
	v[RECLAIMED_DECLINED] += pool_counted(pool, POOL_RECLAIMED_DECLINED);
	v[FAILED] += failed;
	v[FAILED_CLASSES] += pool_counted(pool, POOL_FAILED_CLASSES);
	v[CONFLICTS] += pool_counted(pool, POOL_CONFLICTS);
	v[p->subnet->network != NULL ? FAILED_NETWORK : FAILED_SUBNET] += failed;
}

static void sum_subnet(const struct control *ctl, const struct model_subnet *s,
	uint64_t v[N_VALUES])
{
	memset(v, 0, N_VALUES * sizeof(*v));
	for (size_t i = 0; i < s->n_pools; i++)
		add_pool(ctl, s->pools[i], v);
	/* leases outside every pool count too */
	v[NOW_ASSIGNED] = ctl->usage.subnet[s->index].assigned;
	v[DECLINED] = ctl->usage.subnet[s->index].declined;
}

static void each_of_pools(const struct control *ctl, const struct model_subnet *s,
	statistic_fn *fn, void *arg)
{
	char name[96];

	for (size_t i = 0; i < s->n_pools; i++) {
		uint64_t v[N_VALUES] = {0};
		bool first = true;

		/* pools of one id are one to Kea: summed at the first of them */
		for (size_t k = 0; k < s->n_pools; k++) {
			if (s->pools[k]->id != s->pools[i]->id)
				continue;
			first = k >= i;
			if (!first)
				break;
			add_pool(ctl, s->pools[k], v);
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

static void each_of_subnet(const struct control *ctl, const struct model_subnet *s,
	statistic_fn *fn, void *arg)
{
	uint64_t v[N_VALUES];
	char name[96];

	sum_subnet(ctl, s, v);
	for (size_t k = 0; k < N_PER_POOL; k++) {
		snprintf(name, sizeof(name), "subnet[%" PRIu32 "].%s", s->id, per_pool[k].name);
		fn(arg, name, v[per_pool[k].value]);
	}
	each_of_pools(ctl, s, fn, arg);
}

/* The global ones that statistic-get-all has. */
static void each_global(struct control *ctl, statistic_fn *fn, void *arg)
{
	for (int c = 0; c < COUNTER_COUNT; c++) {
		const char *name = counter_kea_name((enum counter)c);

		if (name != NULL)
			fn(arg, name, counter_sum(ctl->child->region, (enum counter)c));
	}
	fn(arg, "declined-addresses", ctl->usage.all.declined);
}

struct writing {
	struct out *out;
	const char *only; /* NULL: all */
	char now[CLOCK_STAMP_SIZE];
};

/* One sample, the present one. */
static void write_statistic(void *arg, const char *name, uint64_t value)
{
	struct writing *w = (struct writing *)arg;

	if (w->only != NULL && strcmp(w->only, name) != 0)
		return;
	out_key(w->out, name);
	out_open(w->out, '[');
	out_open(w->out, '[');
	out_int(w->out, (int64_t)value);
	out_string(w->out, w->now);
	out_close(w->out, ']');
	out_close(w->out, ']');
}

/* All statistics on their way to a reader. */
struct all {
	struct control *ctl;
	size_t next; /* in model.by_id */
	bool begun;
	char now[CLOCK_STAMP_SIZE];
};

/* Some of the subnets: hundreds of thousands of names are not made in one go. */
static enum answer_progress write_some(struct answer *a)
{
	struct all *all = (struct all *)a->state;
	const struct model *m = all->ctl->child->model;
	struct writing w = {.out = &a->out};

	memcpy(w.now, all->now, sizeof(w.now));
	if (!all->begun) {
		answer_begin(a);
		out_open(&a->out, '{');
		each_global(all->ctl, write_statistic, &w);
		all->begun = true;
	}
	while (all->next < m->n_subnets) {
		if (out_full(&a->out))
			return ANSWER_MORE;
		each_of_subnet(all->ctl, m->by_id[all->next++], write_statistic, &w);
	}
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, NULL);
	return ANSWER_DONE;
}

void cmd_statistic_get_all(struct control *ctl, const json_t *args, struct answer *a)
{
	struct all *all = (struct all *)answer_stream(a, write_some, sizeof(*all));

	(void)args;
	if (all == NULL)
		return;
	usage_refresh(&ctl->usage, ctl->child);
	all->ctl = ctl;
	clock_stamp(all->now);
}

void cmd_statistic_get(struct control *ctl, const json_t *args, struct answer *a)
{
	const char *name = json_string_value(json_object_get(args, "name"));
	const struct model_subnet *subnet = NULL;
	struct writing w = {.out = &a->out, .only = name};
	uint32_t id;

	if (name == NULL) {
		answer_text(a, ANSWER_ERROR, "Missing mandatory 'name' parameter.");
		return;
	}
	usage_refresh(&ctl->usage, ctl->child);
	clock_stamp(w.now);
	answer_begin(a);
	out_open(&a->out, '{');
	each_global(ctl, write_statistic, &w);
	/* not in statistic-get-all: exporters for Kea 2 stop at the name (doc/design.md) */
	write_statistic(&w, "assigned-addresses", ctl->usage.all.assigned);
	if (sscanf(name, "subnet[%" SCNu32 "]", &id) == 1)
		subnet = model_subnet_by_id(ctl->child->model, id);
	if (subnet != NULL)
		each_of_subnet(ctl, subnet, write_statistic, &w);
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, NULL);
}

/* Reads the range of subnet ids asked for. false: the answer says what is wrong. */
static bool read_range(const json_t *args, struct answer *a, json_int_t *ret_first,
	json_int_t *ret_last)
{
	const json_t *id = json_object_get(args, "subnet-id");
	const json_t *range = json_object_get(args, "subnet-range");

	*ret_first = 1;
	*ret_last = UINT32_MAX;
	if (id == NULL && range == NULL)
		return true;
	if (id != NULL && range == NULL && json_integer_value(id) > 0) {
		*ret_first = *ret_last = json_integer_value(id);
		return true;
	}
	*ret_first = json_integer_value(json_object_get(range, "first-subnet-id"));
	*ret_last = json_integer_value(json_object_get(range, "last-subnet-id"));
	if (id == NULL && *ret_first > 0 && *ret_first <= *ret_last)
		return true;
	answer_text(a, ANSWER_ERROR, "needs either 'subnet-id' or 'subnet-range' with "
		"'first-subnet-id' <= 'last-subnet-id', numbers above 0");
	return false;
}

static void write_row(const struct control *ctl, const struct model_subnet *s, struct out *o)
{
	uint64_t v[N_VALUES];

	sum_subnet(ctl, s, v);
	out_open(o, '[');
	out_int(o, s->id);
	out_int(o, (int64_t)v[TOTAL]);
	out_int(o, (int64_t)v[CUMULATIVE]);
	out_int(o, (int64_t)v[NOW_ASSIGNED]);
	out_int(o, (int64_t)v[DECLINED]);
	out_close(o, ']');
}

/* Writes columns and rows; returns the number of rows. */
static size_t write_result_set(const struct control *ctl, json_int_t first, json_int_t last,
	struct out *o)
{
	static const char *const columns[] = {"subnet-id", "total-addresses",
		"cumulative-assigned-addresses", "assigned-addresses", "declined-addresses"};
	const struct model *m = ctl->child->model;
	char now[CLOCK_STAMP_SIZE];
	size_t n = 0;

	out_key(o, "columns");
	out_open(o, '[');
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		out_string(o, columns[i]);
	out_close(o, ']');
	out_key(o, "rows");
	out_open(o, '[');
	for (size_t i = 0; i < m->n_subnets; i++) {
		if (m->by_id[i]->id >= first && m->by_id[i]->id <= last) {
			write_row(ctl, m->by_id[i], o);
			n++;
		}
	}
	out_close(o, ']');
	clock_stamp(now);
	out_key_string(o, "timestamp", now);
	return n;
}

void cmd_stat_lease4_get(struct control *ctl, const json_t *args, struct answer *a)
{
	const struct model *m = ctl->child->model;
	json_int_t first, last;
	size_t rows = 0;

	if (!read_range(args, a, &first, &last))
		return;
	usage_refresh(&ctl->usage, ctl->child);
	for (size_t i = 0; i < m->n_subnets; i++)
		rows += m->by_id[i]->id >= first && m->by_id[i]->id <= last;
	answer_begin(a);
	out_open(&a->out, '{');
	if (rows > 0) {
		out_key(&a->out, "result-set");
		out_open(&a->out, '{');
		write_result_set(ctl, first, last, &a->out);
		out_close(&a->out, '}');
	}
	out_close(&a->out, '}');
	if (json_object_get(args, "subnet-id") != NULL)
		answer_end(a, rows > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY,
			"stat-lease4-get[subnet-id=%lld]: %zu rows found", (long long)first, rows);
	else if (json_object_get(args, "subnet-range") != NULL)
		answer_end(a, rows > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY,
			"stat-lease4-get[subnets %lld through %lld]: %zu rows found",
			(long long)first, (long long)last, rows);
	else
		answer_end(a, rows > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY,
			"stat-lease4-get[all subnets]: %zu rows found", rows);
}
