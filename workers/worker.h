/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker: the process that serves one interface, alone or with others.
 */
#ifndef LESSOR_WORKERS_WORKER_H
#define LESSOR_WORKERS_WORKER_H

#include "shm/child.h"

/* Runs until SIGTERM; what it has taken from its sockets by then is still answered. Returns enum
 * child_exit. */
int worker_run(const struct child *c);

#endif
