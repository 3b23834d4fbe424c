/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term: what a node of a pair must not forget: STATE/pair, a small file that is written durably
 * as a whole. Called by ha. It judges nothing: fsm.h says what the parts mean.
 */
#ifndef LESSOR_HA_TERM_H
#define LESSOR_HA_TERM_H

#include "ha/fsm.h"
#include "shm/base/err.h"
#include "shm/journal.h"

struct term {
	struct fsm_durable durable;
	uint8_t uuid[FSM_UUID_SIZE]; /* of this store */
	uint64_t incarnation;
	uint64_t writes; /* of the file, so far */
	struct fsm_runs runs; /* of the journal, as far as they are older than its entries */
};

/* Reads the file; without one, makes a new store's identity (nothing is written yet). A damaged
 * one is refused: what it promised is not known. */
int term_read(const char *state_dir, struct term *ret, struct err *err);

/* Writes it, and counts in t->writes; when it returns 0 it is on disk. If not, the one of before is
 * still there. */
int term_write(const char *state_dir, struct term *t, struct err *err);

/* Adds the runs that the journal has marks of and forgets those behind its end. */
int term_add_runs(
        struct term *t, struct journal *j, uint64_t first, uint64_t last, struct err *err);

#endif
