/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state: the state directory of a server that does not run, kept from starting meanwhile. Called
 * by import and export; the rest of the program runs as the service user then.
 */
#ifndef LESSOR_DAEMON_CTL_STATE_H
#define LESSOR_DAEMON_CTL_STATE_H

#include "daemon/place.h"
#include "shm/offline.h"

struct state {
	const char *dir;
	struct place place;
	struct offline offline; /* after state_open() */
};

/* Locks the directory, which is made if it is missing, and becomes the service user. What goes
 * wrong, a server that runs first of all, is printed. *ret needs state_give_back() in any case. */
int state_take(const char *dir, struct state *ret);

/* Opens the databases. What goes wrong is printed. */
int state_open(struct state *s);

void state_give_back(struct state *s);

#endif
