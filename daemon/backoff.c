/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backoff: see backoff.h. Called by children.c; reads no clock.
 */
#include "daemon/backoff.h"

#define FIRST_MS   100
#define MAX_MS     500
#define HEALTHY_MS 2000

uint32_t backoff_next(struct backoff *b, uint64_t alive_ms)
{
	uint32_t delay = FIRST_MS;

	if (alive_ms >= HEALTHY_MS)
		b->failures = 0;
	b->failures++;
	if (b->failures == 1)
		return 0;
	for (unsigned i = 2; i < b->failures && delay < MAX_MS; i++)
		delay *= 2;
	return delay < MAX_MS ? delay : MAX_MS;
}
