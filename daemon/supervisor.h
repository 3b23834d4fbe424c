/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervisor: the only privileged process. It knows the children, the interfaces and the
 * configuration in force; it serves nobody and never touches a database. This header is for the
 * supervisor's own files.
 */
#ifndef LESSOR_DAEMON_SUPERVISOR_H
#define LESSOR_DAEMON_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "daemon/children.h"
#include "daemon/control/ask.h"
#include "daemon/generation.h"
#include "daemon/interfaces.h"
#include "daemon/netif.h"
#include "daemon/partner.h"
#include "daemon/place.h"
#include "daemon/requests.h"
#include "daemon/spawn.h"

/* What a reader is at work for. */
struct renewal {
	enum ask_kind kind; /* 0: nothing */
	int in_fd, out_fd;
};

enum supervisor_phase {
	PHASE_LOADING,  /* the loader fills the table */
	PHASE_STARTING, /* everything is started, control has not answered yet */
	PHASE_READY,    /* the service manager has been told */
	PHASE_STOPPING,
};

struct supervisor {
	struct spawn_base base;
	struct place place;
	sd_event *event;
	struct region *region;
	struct generation *generation; /* in force: of every child that is started from now on */
	struct netif *netif;
	enum supervisor_phase phase;
	bool reload_wanted; /* a request that came while loading, or during another change */
	bool hosts_wanted;  /* the same, since reservations have come from the partner */
	struct child_proc procs[REGION_SLOTS];
	struct child_post store, control, ha;
	struct partner partner;
	int test_fds[2]; /* of the self test: the control process's end, the workers' */
	struct requests requests;
	struct renewal renewal;
	char renewal_text[ASK_TEXT_MAX]; /* what the request is answered with when it is done */
	bool renewing; /* a new generation is in force, its control process not started yet */
	struct interface interfaces[REGION_INTERFACES]; /* by their number in the region */
	struct log_limit trouble; /* with interfaces that are served all the same */
	sd_event_source *interfaces_retry, *ready_source, *stop_timer;
	unsigned stop_step;
	enum args_exit exit_status;
	uint64_t reloaded_us; /* CLOCK_MONOTONIC, of a reload that is not reported yet */
};

/* Runs the server until it is asked to stop. Returns enum args_exit. */
int supervisor_run(const struct args *args);

#endif
