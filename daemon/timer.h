/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer: one-shot timers of the supervisor's loop.
 */
#ifndef LESSOR_DAEMON_TIMER_H
#define LESSOR_DAEMON_TIMER_H

#include <stdint.h>
#include <systemd/sd-event.h>

/* Calls handler in ms milliseconds instead of what *source waited for. Without memory for that the
 * server ends: one that forgets to start a child again would only seem to run. */
void timer_set(sd_event *event, sd_event_source **source, uint64_t ms,
	sd_event_time_handler_t handler, void *arg);
void timer_clear(sd_event_source **source);

#endif
