/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path: the steps of one packet, in order, on one screen.
 */
#ifndef LESSOR_WORKERS_PATH_H
#define LESSOR_WORKERS_PATH_H

#include "workers/query.h"

/* Decodes q->packet and decides about it. VERDICT_AGAIN: run the commit and call it again. The
 * counters of what was received are moved once, at the first call (again: false). */
enum verdict path_walk(struct query *q, bool again);

#endif
