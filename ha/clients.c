/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clients: a single packet that both nodes hear and the active leaves alone must not look like a
 * failure: what is unanswered is news for less time than the active's silence takes to count.
 */
#include "ha/clients.h"

#include "shm/base/clock.h"

#define SILENT_NS     (1500 * CLOCK_NS_PER_MS)
#define UNANSWERED_NS (500 * CLOCK_NS_PER_MS)
#define NEWS_NS       (700 * CLOCK_NS_PER_MS)

static bool any_ready(const struct region *r)
{
	uint32_t end = atomic_load(&r->interfaces_end);

	for (uint32_t i = 0; i < end; i++)
		if (atomic_load(&r->interfaces[i].state) == INTERFACE_READY)
			return true;
	return false;
}

void clients_look(struct clients *c, const struct region *r, uint64_t partner_end, uint64_t now_ns)
{
	uint64_t received = counter_sum(r, COUNTER_RECEIVED), heard = counter_sum(r, COUNTER_STANDBY);

	if (received != c->received || c->moved_ns == 0)
		c->moved_ns = now_ns;
	if (heard != c->heard) {
		c->heard_ns = now_ns;
		if (c->since_ns == 0)
			c->since_ns = now_ns;
	}
	if (partner_end != c->partner_end || now_ns - c->heard_ns > NEWS_NS)
		c->since_ns = 0;
	c->received = received;
	c->heard = heard;
	c->partner_end = partner_end;
	c->gone = !any_ready(r) || now_ns - c->moved_ns > SILENT_NS;
	c->unanswered = c->since_ns != 0 && now_ns - c->since_ns > UNANSWERED_NS;
}
