/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page: health and a status page. Called by http_request.c.
 */
#include "config.h"

#include "daemon/control/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/model.h"
#include "daemon/control/statistic.h"
#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "shm/service.h"

#define SUBNETS_MAX 50 /* the fullest ones are shown */

const char *page_health(const struct control *ctl)
{
	const struct region *r = ctl->child->region;
	bool ready = false, worker = false;

	for (size_t i = 0; i < REGION_INTERFACES; i++)
		ready |= atomic_load(&r->interfaces[i].state) == INTERFACE_READY;
	for (size_t i = 1; i < REGION_SLOTS; i++)
		worker |= atomic_load(&r->slots[i].role) == ROLE_WORKER &&
			atomic_load(&r->slots[i].pid) != 0;
	if (ctl->stopping)
		return "stopping";
	if (service_is_disabled(r))
		return "the service is disabled";
	if (!ready)
		return "no interface is ready";
	return worker ? NULL : "no worker runs";
}

/* Text from the configuration, as text. */
static void escape(struct out *o, const char *s)
{
	for (; *s != '\0'; s++) {
		if (strchr("<>&\"'", *s) != NULL)
			out_print(o, "&#%d;", *s);
		else
			out_text(o, s, 1);
	}
}

static void write_interfaces(const struct region *r, struct out *o)
{
	char ip[TEXT_IP_SIZE];

	out_print(o, "<h2>Interfaces</h2><table><tr><th>Name<th>Address<th>State\n");
	for (size_t i = 0; i < REGION_INTERFACES; i++) {
		const struct region_interface *f = &r->interfaces[i];
		uint32_t state = atomic_load(&f->state);

		if (state == INTERFACE_UNUSED)
			continue;
		out_print(o, "<tr><td>");
		escape(o, f->name);
		out_print(o, "<td>%s<td>%s\n", text_ip(atomic_load(&f->address), ip),
			state == INTERFACE_READY ? "ready" : "not ready");
	}
	out_print(o, "</table>\n");
}

struct use {
	const struct model_subnet *subnet;
	uint64_t total, assigned, declined;
};

static double share(const struct use *u)
{
	return u->total > 0 ? (double)u->assigned / (double)u->total : 0;
}

static int fuller_first(const void *a, const void *b)
{
	double x = share((const struct use *)a), y = share((const struct use *)b);

	return (x < y) - (x > y);
}

static void write_subnet(const struct use *u, struct out *o)
{
	const struct model_subnet *s = u->subnet;
	char ip[TEXT_IP_SIZE];

	out_print(o, "<tr><td>%" PRIu32 "<td>%s/%u<td>", s->id, text_ip(s->prefix, ip), s->prefix_len);
	if (s->network != NULL)
		escape(o, s->network->name);
	out_print(o, "<td class=n>%" PRIu64 "<td class=n>%" PRIu64 "<td class=n>%" PRIu64
		"<td class=n>%.1f %%\n", u->total, u->assigned, u->declined, 100 * share(u));
}

static void write_subnets(struct control *ctl, struct out *o)
{
	const struct model *m = ctl->child->model;
	struct use *v = (struct use *)calloc(m->n_subnets + 1, sizeof(*v));

	if (v == NULL)
		return;
	for (size_t i = 0; i < m->n_subnets; i++) {
		uint64_t values[STATISTIC_VALUES];

		statistic_sum_subnet(ctl, m->subnets[i], values);
		v[i] = (struct use){m->subnets[i], values[STATISTIC_TOTAL],
			values[STATISTIC_ASSIGNED], values[STATISTIC_DECLINED]};
	}
	qsort(v, m->n_subnets, sizeof(*v), fuller_first);
	out_print(o, "<h2>Subnets</h2><p>%zu, the fullest first%s</p><table><tr><th>Id<th>Prefix"
		"<th>Network<th>Addresses<th>Leased<th>Declined<th>Use\n", m->n_subnets,
		m->n_subnets > SUBNETS_MAX ? "; the others are in /metrics" : "");
	for (size_t i = 0; i < m->n_subnets && i < SUBNETS_MAX; i++)
		write_subnet(&v[i], o);
	out_print(o, "</table>\n");
	free(v);
}

void page_write(struct control *ctl, struct out *o)
{
	const struct region *r = ctl->child->region;
	const char *why = page_health(ctl);

	usage_refresh(&ctl->usage, ctl->child);
	out_print(o, "<!DOCTYPE html>\n<html lang=en><meta charset=utf-8><title>Lessor</title><style>"
		"body{font:15px sans-serif;margin:2em}table{border-collapse:collapse}"
		"th,td{text-align:left;padding:.2em 1em .2em 0;border-bottom:1px solid #ccc}"
		".n{text-align:right}</style>\n<h1>Lessor %s</h1><p>%s%s. Up for %u s, generation "
		"%u, configuration in force for %u s.</p>\n", PACKAGE_VERSION,
		why == NULL ? "Serving" : "Not serving: ", why == NULL ? "" : why,
		clock_wall_s() - r->started_s, atomic_load(&r->generation),
		clock_wall_s() - atomic_load(&r->reloaded_s));
	out_print(o, "<p>%" PRIu64 " addresses are leased, %" PRIu64 " of them declined. %" PRIu64
		" packets received, %" PRIu64 " sent, %" PRIu64 " dropped.</p>\n",
		ctl->usage.all.assigned, ctl->usage.all.declined,
		counter_sum(r, COUNTER_RECEIVED), counter_sum(r, COUNTER_SENT),
		counter_sum(r, COUNTER_RECEIVE_DROP));
	write_interfaces(r, o);
	write_subnets(ctl, o);
	out_print(o, "<p><a href=metrics>Metrics</a></p></html>\n");
}
