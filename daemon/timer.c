/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer: see timer.h.
 */
#include "daemon/timer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/args.h"
#include "shm/base/log.h"

#define US_PER_MS   1000
#define ACCURACY_US 1000

void timer_set(sd_event *event, sd_event_source **source, uint64_t ms,
	sd_event_time_handler_t handler, void *arg)
{
	int rc;

	timer_clear(source);
	rc = sd_event_add_time_relative(
		event, source, CLOCK_MONOTONIC, ms * US_PER_MS, ACCURACY_US, handler, arg);
	if (rc < 0) {
		LOG(EV_SERVER_FAILED, "timer: %s", strerror(-rc));
		exit(EXIT_RUNTIME);
	}
}

void timer_clear(sd_event_source **source)
{
	*source = sd_event_source_disable_unref(*source);
}
