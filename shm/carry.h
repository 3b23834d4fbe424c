/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carry: brings the lease database up to the journal's end: reads a stretch of the journal,
 * keeps the last change of each address, and writes them in address order, so that every page of
 * the database is written once. Called by the store alone.
 */
#ifndef LESSOR_SHM_CARRY_H
#define LESSOR_SHM_CARRY_H

#include <stdbool.h>

#include "shm/base/err.h"
#include "shm/history.h"
#include "shm/journal.h"
#include "shm/region.h"

/* Carries over what is committed, up to CARRY_MAX changes, moves region->applied, and trims the
 * journal behind it. hurry: as fast as the disk allows; otherwise every other moment is left to the
 * workers' commits. history (NULL: none is kept) gets what is worth an entry. Returns the number of
 * changes (0: there were none) or a negative code. */
#define CARRY_MAX 262144
int64_t carry_run(struct region *r, struct journal *j, const char *state_dir,
	struct history *history, bool hurry, struct err *err);

/* Keeps the changes behind `position` in the journal for the next 30 s, although the lease database
 * has them, for a backup that reads leases first and then what changed meanwhile. There is one such
 * hold; carry_begin_hold() begins one at the applied position, which is returned (-EBUSY: the store
 * is carrying at this moment), and carry_renew_hold() says whether it is still that one. */
int carry_begin_hold(struct region *r, const char *state_dir, uint64_t *ret_position,
	struct err *err);
bool carry_renew_hold(struct region *r, uint64_t position);

#endif
