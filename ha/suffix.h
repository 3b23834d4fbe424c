/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suffix: what the partner wrote while the nodes served apart, merged into our leases as it comes
 * (ha/merge.h). Called by ha on the leader, whose workers go on meanwhile. Every address that the
 * partner changed gets a change in our journal, also if our row stands: so the partner has our
 * state when it has our journal.
 */
#ifndef LESSOR_HA_SUFFIX_H
#define LESSOR_HA_SUFFIX_H

#include "ha/fsm.h"
#include "ha/proto.h"
#include "shm/commit.h"

struct suffix {
	const struct child *child;
	struct commit *commit;
	const struct fsm *fsm;  /* for our own runs */
	uint64_t first;         /* the journals part here */
	uint64_t next;          /* position of the partner's next change */
	uint64_t partner_acked; /* of its journal, as it knew */
	int64_t shift_s;        /* added to its times, see apply_shift() */
	struct fsm_runs runs;   /* of the partner's journal */
	uint64_t conflicts;     /* addresses that two clients held, so far */
	struct journal *journal; /* ours */
	uint64_t own_end;       /* where it ended at the start */
	bool knows_own;         /* own_hosts are read */
	size_t n_own_hosts;
	uint64_t *own_hosts;    /* hashes of the reservations that we changed alone */
};

/* Begins with the partner's change at position first. hello: what it said of itself. */
void suffix_start(
        struct suffix *s, uint64_t first, int64_t shift_s, const struct fsm_message *hello);

/* Frees what it keeps. */
void suffix_stop(struct suffix *s);

/* Merges a frame; -EPROTO: not the next one. What was merged is committed when it returns 0. */
int suffix_take(struct suffix *s, struct span payload, struct err *err);

#endif
