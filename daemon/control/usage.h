/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: how many leases each subnet and pool has, counted by a pass over the table at most once
 * a second. Gauges are computed, so they cannot drift.
 */
#ifndef LESSOR_DAEMON_CONTROL_USAGE_H
#define LESSOR_DAEMON_CONTROL_USAGE_H

#include <stddef.h>
#include <stdint.h>

#include "shm/child.h"

struct usage_count {
	uint64_t assigned; /* leases that have not ended; declined ones too */
	uint64_t declined;
	uint64_t expired;  /* ended, and remembered for their clients */
	uint64_t released; /* given back, and remembered */
};

struct usage {
	uint64_t counted_ns;        /* monotonic; 0: never */
	struct usage_count all;
	struct usage_count *subnet; /* by model_subnet.index */
	struct usage_count *pool;   /* by model_pool.index */
};

/* 0 or -ENOMEM. */
int usage_init(struct usage *u, const struct child *c);
void usage_fini(struct usage *u);

/* Counts again, if the last time is a second ago. */
void usage_refresh(struct usage *u, const struct child *c);

#endif
