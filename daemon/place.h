/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place: where a server lives: its state directory and the lock on it, its run directory and the
 * control socket in it.
 */
#ifndef LESSOR_DAEMON_PLACE_H
#define LESSOR_DAEMON_PLACE_H

#include "daemon/sandbox.h"

struct place {
	int lock_fd;
	int listen_fd; /* RUN/control.sock */
};

/* Makes the state directory if it is missing, gives it to the user, and locks it. A predecessor
 * that is about to end is waited for; -EBUSY if it stays. */
int place_lock(
	const char *state_dir, const struct sandbox_user *user, struct place *p, struct err *err);

/* Makes the run directory if it is missing and listens on its control socket, which replaces
 * what a dead server left. -EADDRINUSE if a living one answers there. */
int place_listen(const char *run_dir, struct place *p, struct err *err);

/* Closes both and removes the socket. */
void place_close(const char *run_dir, struct place *p);

/* Connects to the control socket, without blocking. Returns the descriptor or a negative code. */
int place_connect(const char *run_dir);

#endif
