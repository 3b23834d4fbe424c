/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reclaim: a hand that goes round the lease table and puts an end to what has ended: offers that
 * lapsed, leases that expired, those whose time of remembrance is over. Called by the store.
 */
#ifndef LESSOR_SHM_RECLAIM_H
#define LESSOR_SHM_RECLAIM_H

#include "shm/commit.h"

struct reclaim {
	const struct child *child;
	struct commit *commit;
	uint32_t hold_s; /* hold-reclaimed-time */
	uint32_t hand;   /* the next record to look at */
	uint64_t rules;  /* of the pair, during a call */
};

/* Looks at the next part of the table, so that ten calls go round it once (a very large table:
 * more calls). now: Unix time. A full commit ends the call early. 0 or a negative code. */
int reclaim_some(struct reclaim *c, uint32_t now, struct err *err);

#endif
