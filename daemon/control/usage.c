/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: reads state words without claims: a count is as good as its moment.
 */
#include "daemon/control/usage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/model.h"
#include "shm/base/clock.h"
#include "shm/pool.h"
#include "shm/table.h"

int usage_init(struct usage *u, const struct child *c)
{
	*u = (struct usage){0};
	u->subnet = (struct usage_count *)calloc(c->model->n_subnets + 1, sizeof(*u->subnet));
	u->pool = (struct usage_count *)calloc(c->model->n_pools + 1, sizeof(*u->pool));
	return u->subnet != NULL && u->pool != NULL ? 0 : -ENOMEM;
}

void usage_fini(struct usage *u)
{
	free(u->subnet);
	free(u->pool);
}

/* Where to count a lease of this state; NULL: nowhere. */
static uint64_t *place_of(struct usage_count *c, uint8_t state, bool ended)
{
	if (state == LEASE_RELEASED)
		return &c->released;
	if (state == LEASE_EXPIRED || (state == LEASE_ASSIGNED && ended))
		return &c->expired;
	return state <= LEASE_DECLINED && !ended ? &c->assigned : NULL;
}

static void count(struct usage_count *c, uint8_t state, bool ended)
{
	uint64_t *place = place_of(c, state, ended);

	if (place == NULL)
		return;
	++*place;
	c->declined += state == LEASE_DECLINED;
}

static void count_record(struct usage *u, const struct child *c, const struct table_record *t,
	bool ended)
{
	const struct model_subnet *s = model_subnet_by_id(c->model, t->subnet_id);
	const struct pool_range *pool = pool_of(c->pools, t->address);

	count(&u->all, t->state, ended);
	if (s != NULL)
		count(&u->subnet[s->index], t->state, ended);
	if (pool != NULL)
		count(&u->pool[pool - c->pools->v], t->state, ended);
}

void usage_refresh(struct usage *u, const struct child *c)
{
	uint64_t now_ns = clock_mono_ns();
	uint32_t now = clock_wall_s(), size = table_size(c->region);

	if (u->counted_ns != 0 && now_ns - u->counted_ns < CLOCK_NS_PER_S)
		return;
	u->counted_ns = now_ns;
	u->all = (struct usage_count){0};
	memset(u->subnet, 0, c->model->n_subnets * sizeof(*u->subnet));
	memset(u->pool, 0, c->model->n_pools * sizeof(*u->pool));
	for (uint32_t rec = 0; rec < size; rec++) {
		const struct table_record *t = table_record(c->region, rec);
		bool ended = t->valid_lft != RECORD_INFINITE &&
			(uint64_t)t->cltt + t->valid_lft <= now;

		if (t->address != 0 && table_has_lease(t))
			count_record(u, c, t, ended);
	}
}
