/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waiter: a thread of a worker of a pair that sleeps until the rules, the permit or what the
 * partner holds change (pair_wait()), since the worker sleeps in ppoll().
 */
#ifndef LESSOR_WORKERS_WAITER_H
#define LESSOR_WORKERS_WAITER_H

#include <stdbool.h>

#include "shm/base/err.h"
#include "shm/region.h"

struct waiter;

/* Starts the thread, which blocks all signals. 0, or a negative code with err. */
int waiter_start(struct waiter **ret, struct region *r, struct err *err);
/* w may be NULL. */
void waiter_stop(struct waiter *w);

/* To be called before the worker looks at what it then waits for: from now on a change makes the
 * descriptor readable. */
void waiter_arm(struct waiter *w);
int waiter_fd(const struct waiter *w);

#endif
