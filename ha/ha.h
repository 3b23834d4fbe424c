/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ha: the process of the pair: gives the state machine its events with their time and carries out
 * what it answers. Started by the supervisor where high-availability is configured.
 */
#ifndef LESSOR_HA_HA_H
#define LESSOR_HA_HA_H

#include "shm/child.h"

/* Runs until SIGTERM; c->listen_fd: where the partner connects. Returns enum child_exit. */
int ha_run(const struct child *c);

#endif
