/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reuse [7]: renewals that come so early that the lease need not be written anew (cache-threshold,
 * cache-max-age). Called by serve_request.c; changes nothing but counters.
 */
#ifndef LESSOR_WORKERS_REUSE_H
#define LESSOR_WORKERS_REUSE_H

#include "workers/query.h"

/* q->rec is claimed for a request that would make it l, for q->lifetime. Whether the lease that
 * stands there, written and young enough, tells its client the same: then q->lifetime is what is
 * left of it, seconds, and a reuse is counted. */
bool reuse_lease(struct query *q, const struct lease *l);

#endif
