/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_statistic: shows Kea's statistics, each with one sample, the present one.
 */
#include "daemon/control/command.h"

#include <string.h>

#include "daemon/conf/model.h"
#include "daemon/control/statistic.h"
#include "shm/base/clock.h"

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
	size_t end;  /* of those to show */
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
		statistic_each_global(all->ctl, write_statistic, &w);
		all->begun = true;
	}
	while (all->next < all->end) {
		if (out_full(&a->out))
			return ANSWER_MORE;
		statistic_each_of_subnet(all->ctl, m->by_id[all->next++], write_statistic, &w);
	}
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, NULL);
	return ANSWER_DONE;
}

static void show_all(struct control *ctl, bool subnets, struct answer *a)
{
	struct all *all = (struct all *)answer_stream(a, write_some, sizeof(*all));

	if (all == NULL)
		return;
	usage_refresh(&ctl->usage, ctl->child);
	all->ctl = ctl;
	all->end = subnets ? ctl->child->model->n_subnets : 0;
	clock_stamp(all->now);
}

void cmd_statistic_get_all(struct control *ctl, const json_t *args, struct answer *a)
{
	(void)args;
	show_all(ctl, true, a);
}

void cmd_statistic_global_get_all(struct control *ctl, const json_t *args, struct answer *a)
{
	(void)args;
	show_all(ctl, false, a);
}

void cmd_statistic_get(struct control *ctl, const json_t *args, struct answer *a)
{
	const char *name = json_string_value(json_object_get(args, "name"));
	const struct model_subnet *subnet;
	struct writing w = {.out = &a->out, .only = name};

	if (name == NULL) {
		answer_text(a, ANSWER_ERROR, "Missing mandatory 'name' parameter.");
		return;
	}
	usage_refresh(&ctl->usage, ctl->child);
	clock_stamp(w.now);
	answer_begin(a);
	out_open(&a->out, '{');
	statistic_each_global(ctl, write_statistic, &w);
	/* not in statistic-get-all: exporters for Kea 2 stop at the name (doc/design.md) */
	write_statistic(&w, "assigned-addresses", ctl->usage.all.assigned);
	subnet = statistic_subnet(ctl, name);
	if (subnet != NULL)
		statistic_each_of_subnet(ctl, subnet, write_statistic, &w);
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
	uint64_t v[STATISTIC_VALUES];

	statistic_sum_subnet(ctl, s, v);
	out_open(o, '[');
	out_int(o, s->id);
	out_int(o, (int64_t)v[STATISTIC_TOTAL]);
	out_int(o, (int64_t)v[STATISTIC_CUMULATIVE]);
	out_int(o, (int64_t)v[STATISTIC_ASSIGNED]);
	out_int(o, (int64_t)v[STATISTIC_DECLINED]);
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
