/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop: see stop.h. A step begins when the one before it is over; whoever is not done in the
 * time of its step is killed, which loses nothing: the journal has every acknowledged lease.
 */
#include "daemon/stop.h"

#include <signal.h>

#include "daemon/notify.h"
#include "daemon/supervisor.h"
#include "daemon/timer.h"

#define STEP_MS 500

static const enum region_role steps[] = {ROLE_WORKER, ROLE_CONTROL, ROLE_HA, ROLE_STORE};

#define N_STEPS (sizeof(steps) / sizeof(steps[0]))

static int on_step_timeout(sd_event_source *source, uint64_t usec, void *arg)
{
	struct supervisor *sv = (struct supervisor *)arg;

	(void)source;
	(void)usec;
	for (unsigned i = 0; i < N_STEPS && i <= sv->stop_step; i++)
		children_signal(sv, steps[i], SIGKILL);
	return 0;
}

static bool anybody(const struct supervisor *sv)
{
	for (uint32_t i = 1; i < REGION_SLOTS; i++)
		if (sv->procs[i].state == PROC_RUNNING)
			return true;
	return false;
}

static bool step_over(const struct supervisor *sv)
{
	for (uint32_t i = 1; i < REGION_SLOTS; i++)
		if (sv->procs[i].state == PROC_RUNNING && sv->procs[i].role == steps[sv->stop_step])
			return false;
	return true;
}

void stop_begin(struct supervisor *sv)
{
	if (sv->phase == PHASE_STOPPING)
		return;
	sv->phase = PHASE_STOPPING;
	notify_stopping(sv);
	/* these two only write what is thrown away with this process */
	children_signal(sv, ROLE_LOADER, SIGKILL);
	children_signal(sv, ROLE_READER, SIGKILL);
	children_signal(sv, ROLE_REPAIR, SIGKILL);
	children_signal(sv, steps[0], SIGTERM);
	timer_set(sv->event, &sv->stop_timer, STEP_MS, on_step_timeout, sv);
	stop_go_on(sv);
}

void stop_go_on(struct supervisor *sv)
{
	while (sv->stop_step < N_STEPS && step_over(sv)) {
		sv->stop_step++;
		if (sv->stop_step == N_STEPS)
			break;
		children_signal(sv, steps[sv->stop_step], SIGTERM);
		timer_set(sv->event, &sv->stop_timer, STEP_MS, on_step_timeout, sv);
	}
	if (!anybody(sv))
		sd_event_exit(sv->event, EXIT_STOPPED);
}
