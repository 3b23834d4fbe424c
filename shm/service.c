/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service: a table of origins, and the latest of their times in one word: a worker looks at that
 * alone, and at the clock only while it is set.
 */
#include "shm/service.h"

#include <errno.h>

#include "shm/base/clock.h"

/* An origin's place, or a free one; NULL: all are taken. */
static struct region_origin *place_of(struct region *r, uint32_t origin)
{
	struct region_origin *unused = NULL;

	for (size_t i = 0; i < REGION_ORIGINS; i++) {
		uint32_t id = atomic_load(&r->origins[i].id);

		if (id == origin)
			return &r->origins[i];
		/* one whose time is over is free again */
		if (id == 0 || atomic_load(&r->origins[i].until_ns) <= clock_mono_ns())
			unused = &r->origins[i];
	}
	return unused;
}

static void settle(struct region *r)
{
	uint64_t latest = 0;

	for (size_t i = 0; i < REGION_ORIGINS; i++) {
		uint64_t until = atomic_load(&r->origins[i].until_ns);

		if (atomic_load(&r->origins[i].id) != 0 && until > latest)
			latest = until;
	}
	atomic_store(&r->disabled_until_ns, latest);
}

int service_disable(struct region *r, uint32_t origin, uint64_t period_s)
{
	struct region_origin *o = place_of(r, origin);
	uint64_t now = clock_mono_ns(), until = UINT64_MAX;

	if (o == NULL)
		return -ENOSPC;
	if (period_s > 0 && period_s < (UINT64_MAX - now) / CLOCK_NS_PER_S)
		until = now + period_s * CLOCK_NS_PER_S;
	if (atomic_load(&o->id) != origin)
		atomic_store(&o->id, 0); /* its time must not become the one of before's */
	atomic_store(&o->until_ns, until);
	atomic_store(&o->id, origin);
	settle(r);
	return 0;
}

void service_enable(struct region *r, uint32_t origin)
{
	for (size_t i = 0; i < REGION_ORIGINS; i++)
		if (atomic_load(&r->origins[i].id) == origin)
			atomic_store(&r->origins[i].id, 0);
	settle(r);
}

bool service_disabled_by(const struct region *r, uint32_t first, uint32_t end)
{
	for (size_t i = 0; i < REGION_ORIGINS; i++) {
		uint32_t id = atomic_load(&r->origins[i].id);

		if (id != 0 && id >= first && id < end &&
			atomic_load(&r->origins[i].until_ns) > clock_mono_ns())
			return true;
	}
	return false;
}

bool service_is_disabled(const struct region *r)
{
	uint64_t until = atomic_load_explicit(&r->disabled_until_ns, memory_order_relaxed);

	return until != 0 && until > clock_mono_ns();
}
