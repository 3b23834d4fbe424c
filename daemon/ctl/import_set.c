/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_set: see import_set.h. Entries that are dropped stay in the set until the end, as empty
 * rows, since they replace what stood for their address before.
 */
#include "daemon/ctl/import_set.h"

#include <errno.h>

#include "daemon/ctl/print.h"
#include "shm/base/text.h"

#define REPORT_MAX 100 /* lines of one kind; the counts tell of the rest */

static int add(struct import_set *s, uint32_t address, struct span row, enum import_fate fate)
{
	s->read++;
	return stretch_add(&s->leases, address, row, s->read * IMPORT_FATES + fate);
}

static int add_none(struct import_set *s, uint32_t address, enum import_fate fate)
{
	return add(s, address, span_of("", 0), fate);
}

static void warn(struct import_set *s, uint32_t line, const struct lease *l, const char *what)
{
	char ip[TEXT_IP_SIZE];

	if (s->reported++ < REPORT_MAX)
		print_line("%s:%u: warning: %s: %s", s->file, line, text_ip(l->address, ip), what);
}

/* Subnet and pool by the configuration. Returns what the entry comes to. */
static enum import_fate settle_subnet(struct import_set *s, uint32_t line, struct lease *l)
{
	const struct model_subnet *subnet = model_subnet_by_id(s->model, l->subnet_id);
	enum model_lease_checks checks = s->model->lease_checks;
	const struct model_pool *pool;
	bool unknown = subnet == NULL, has_none = l->subnet_id == 0;

	if (!unknown && (l->address & subnet->mask) != subnet->prefix)
		subnet = NULL;
	if (subnet == NULL &&
		(has_none || checks == MODEL_CHECK_FIX || checks == MODEL_CHECK_FIX_DEL)) {
		subnet = model_subnet_by_address(s->model, l->address);
		s->fixed += subnet != NULL && !has_none;
	}
	if (subnet == NULL && (has_none || checks >= MODEL_CHECK_FIX_DEL)) {
		warn(s, line, l,
			has_none ? "in no subnet of the configuration: dropped"
				 : "wrong subnet: dropped");
		return IMPORT_NO_SUBNET;
	}
	if (subnet == NULL && checks != MODEL_CHECK_NONE)
		warn(s, line, l,
			unknown ? "its subnet is not configured" : "it does not lie in its subnet");
	if (subnet == NULL)
		return IMPORT_KEPT;
	l->subnet_id = subnet->id;
	pool = model_pool_of(subnet, l->address);
	if (pool != NULL)
		l->pool_id = pool->id;
	return IMPORT_KEPT;
}

static int take_lease(void *arg, uint32_t line, const struct lease *given)
{
	struct import_set *s = (struct import_set *)arg;
	struct lease l = *given;
	uint8_t buf[RECORD_MAX];
	enum import_fate fate;
	size_t len;

	if (lease_end(&l) < s->now && s->now - lease_end(&l) > s->model->hold_reclaimed_time)
		return add_none(s, l.address, IMPORT_ENDED);
	fate = settle_subnet(s, line, &l);
	if (fate != IMPORT_KEPT)
		return add_none(s, l.address, fate);
	len = record_encode(&l, buf, sizeof(buf));
	if (len == 0) { /* each part but this one is short enough */
		warn(s, line, &l, "user_context is too long for this server: left out");
		s->shortened++;
		l.context.len = 0;
		len = record_encode(&l, buf, sizeof(buf));
	}
	return add(s, l.address, span_of(buf, len), IMPORT_KEPT);
}

static int take_gone(void *arg, uint32_t line, uint32_t address)
{
	(void)line;
	return add_none((struct import_set *)arg, address, IMPORT_DELETED);
}

static int take_bad(void *arg, uint32_t line, const char *reason)
{
	struct import_set *s = (struct import_set *)arg;

	s->read++;
	if (s->bad++ < REPORT_MAX)
		print_line("%s:%u: %s", s->file, line, reason);
	return 0;
}

static void show_progress(void *arg, size_t done)
{
	const struct import_set *s = (const struct import_set *)arg;

	s->progress(s->progress_arg, done);
}

struct leases_sink import_set_sink(struct import_set *s)
{
	return (struct leases_sink){s, take_lease, take_gone, take_bad, show_progress};
}

void import_set_settle(struct import_set *s)
{
	struct stretch *v = &s->leases;
	size_t all = v->n, n = 0;

	stretch_sort(v);
	s->replaced = all - v->n;
	for (size_t i = 0; i < v->n; i++) {
		enum import_fate fate = (enum import_fate)(v->items[i].seq % IMPORT_FATES);

		s->fates[fate]++;
		if (fate == IMPORT_KEPT)
			v->items[n++] = v->items[i];
	}
	v->n = n;
}

void import_set_fini(struct import_set *s)
{
	stretch_fini(&s->leases);
}
