/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot: takes a full copy of the partner's leases: beside our own, and in force in one step
 * when it is complete. Until then, and if it never is, what we have stays as it is. Called by ha
 * on a node that serves nobody when the switch comes.
 */
#ifndef LESSOR_HA_SNAPSHOT_H
#define LESSOR_HA_SNAPSHOT_H

#include "ha/proto.h"
#include "shm/child.h"
#include "shm/journal.h"
#include "shm/leasedb.h"

enum snapshot_phase {
	SNAPSHOT_OFF,
	SNAPSHOT_WANTED, /* waits for its beginning; what still comes of another stream is not ours
			  */
	SNAPSHOT_ROWS,
	SNAPSHOT_CHANGES, /* all rows are there, changes make it exact */
};

struct snapshot {
	const struct child *child;
	struct journal *journal;
	enum snapshot_phase phase;
	struct leasedb *db;
	uint64_t position; /* of the last change that is in it */
	uint64_t until;    /* before which it must not be used */
	uint64_t rows;
	uint32_t last;        /* address of the last row */
	int64_t shift_s;      /* added to times, see apply_shift() */
	struct fsm_runs runs; /* of the partner's journal up to position */
};

/* Waits for a copy that is to be used when it has reached until; 0: as soon as it is exact. */
void snapshot_want(struct snapshot *s, uint64_t until, int64_t shift_s);
/* Throws away what was taken so far. */
void snapshot_stop(struct snapshot *s);

/* The five kinds of frames; -EPROTO: not in this order. */
int snapshot_begin(struct snapshot *s, struct span payload, struct err *err);
int snapshot_rows(struct snapshot *s, struct span payload, struct err *err);
int snapshot_hosts(struct snapshot *s, struct span payload, struct err *err);
int snapshot_end(struct snapshot *s, struct span payload);
int snapshot_changes(struct snapshot *s, struct span payload, struct err *err);

/* Whether one is wanted or under way: frames are for it. */
static inline bool snapshot_is_on(const struct snapshot *s)
{
	return s->phase != SNAPSHOT_OFF;
}

/* Whether it may be put in force now. */
bool snapshot_is_complete(const struct snapshot *s);

/* Puts it in force: databases, journal, table. 0; -EBUSY: the lease database is being written, try
 * again soon; else a negative code after which this process must end: its successor finishes it. */
int snapshot_switch(struct snapshot *s, struct err *err);

#endif
