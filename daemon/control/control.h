/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control: the process that answers commands on RUN/control.sock and over HTTP. It changes leases
 * by the same commit as a worker and never holds one up.
 */
#ifndef LESSOR_DAEMON_CONTROL_CONTROL_H
#define LESSOR_DAEMON_CONTROL_CONTROL_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "daemon/control/ask.h"
#include "daemon/control/usage.h"
#include "shm/commit.h"

/* What command handlers work with. */
struct control {
	const struct child *child;
	struct journal *journal; /* a process opens an environment of LMDB once at a time */
	struct commit *commit;
	struct usage usage;
	sd_event *loop;
	unsigned busy;   /* clients whose command is not answered yet */
	size_t requests; /* octets that commands hold while they arrive */
	bool testing;    /* a self test is under way */
	unsigned supervised; /* commands that wait for the supervisor */
	bool stopping;
	unsigned stop_waits;
	struct ask *ask; /* to the supervisor */
};

/* A client's command is answered, or the client is gone: counts it out of busy. */
void control_served(struct control *ctl);

/* Runs until SIGTERM; c->listen_fd is the listening socket. Returns enum child_exit. */
int control_run(const struct child *c);

#endif
