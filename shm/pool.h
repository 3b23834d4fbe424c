/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool: finds an address to give, in constant time. Each pool has a queue of addresses that were
 * used and are free again, a mark up to which it was never used, and a queue of addresses that
 * ended but are still remembered for their last client, longest ago first. They are taken in
 * this order, so that the most recently ended are reused last (RFC 2131 4.3.1). Or, where addresses
 * shall not be foreseen, a few places are tried at random first. The queues are
 * hints: whether an address is free is decided on its record, under its claim.
 */
#ifndef LESSOR_SHM_POOL_H
#define LESSOR_SHM_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "shm/region.h"

struct pool_state; /* in the region */

struct pool_range {
	uint32_t start, end; /* first and last address, host byte order */
	struct pool_state *state;
};

/* The pools of one generation; the order is the configuration's: ascending, disjoint. */
struct pools {
	size_t n;
	struct pool_range *v;
};

/* Finds or makes the state of each range (start and end are set) in the region. Called by the
 * supervisor alone. A range that was there before keeps its state. */
int pool_build(struct region *r, struct pools *pools, struct err *err);

/* The pool that holds address, NULL: none. */
const struct pool_range *pool_of(const struct pools *pools, uint32_t address);

/* Where addresses come from, in the order in which they are to be tried. */
enum pool_source {
	POOL_FREE,    /* used before, free again */
	POOL_FRESH,   /* never used */
	POOL_ENDED,   /* remembered for their last client */
	POOL_SOURCES,
};

/* Takes an address of this source that nobody has at this time: returns its record, claimed by
 * slot, or TABLE_NONE if there is none. */
uint32_t pool_take(struct region *r, const struct pool_range *pool, enum pool_source source,
	uint32_t slot, uint32_t now);

/* The same, but an address that nobody ever had or is remembered for, at a random place that only
 * who knows the region's key can foresee. TABLE_NONE: none was found in a few tries, although there
 * may be one. */
uint32_t pool_take_random(struct region *r, const struct pool_range *pool, uint32_t slot);

/* Releases a claimed record and, if its state says so, puts its address into the queue where it
 * belongs, unless it stands there already. The claim goes first: who takes the address out of the
 * queue must be able to claim it. */
void pool_release(struct region *r, const struct pools *pools, uint32_t rec);

/* What is counted of each pool since its state was made. */
enum pool_counter {
	POOL_ASSIGNED,           /* new leases */
	POOL_RECLAIMED,          /* leases that ended, declined ones too */
	POOL_RECLAIMED_DECLINED,
	POOL_REUSED,             /* leases told again without a write */
	/* these at the first pool of the subnet */
	POOL_FAILED,             /* no address was free */
	POOL_FAILED_CLASSES,     /* ... because of the client's classes */
	POOL_CONFLICTS,          /* a reserved address was another client's */
	POOL_COUNTERS,
};

/* pool may be NULL: an address outside every pool is not counted. */
void pool_count(const struct pool_range *pool, enum pool_counter c);
uint64_t pool_counted(const struct pool_range *pool, enum pool_counter c);

/* The same since the last pool_reset(). A pool's statistics and its subnet's, which sum up the
 * pools, are reset each for itself. */
enum pool_view {
	POOL_AS_POOL,
	POOL_OF_SUBNET,
	POOL_VIEWS,
};
uint64_t pool_value(const struct pool_range *pool, enum pool_counter c, enum pool_view view);
void pool_reset(const struct pool_range *pool, enum pool_counter c, enum pool_view view);

/* Queues every address that is free or ended and stands in no queue: after a process was killed
 * in between, or a reservation has gone. Returns how many there were. */
uint32_t pool_requeue(struct region *r, const struct pool_range *pool, uint32_t slot);

#endif
