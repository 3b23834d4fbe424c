/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics_pair: the part of the metrics page (metrics.h) that is about the pair.
 */
#ifndef LESSOR_DAEMON_CONTROL_METRICS_PAIR_H
#define LESSOR_DAEMON_CONTROL_METRICS_PAIR_H

#include "daemon/control/out.h"
#include "shm/region.h"

/* Writes all of it, some 3 KB; nothing if there is no pair. */
void metrics_pair(struct out *o, const struct region *r);

#endif
