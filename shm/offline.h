/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offline: journal and lease database of a server that does not run, for lessorctl. The caller
 * holds STATE/lessor.lock (daemon/place.h), so that nobody else writes to them.
 */
#ifndef LESSOR_SHM_OFFLINE_H
#define LESSOR_SHM_OFFLINE_H

#include "shm/journal.h"
#include "shm/stretch.h"

struct offline {
	struct journal *journal;
	struct leasedb *db;
	uint64_t leases; /* in the database */
};

/* Opens, or makes, both, and carries over what the journal still holds: the database is complete
 * then. Fails where a server would refuse to start with them. */
int offline_open(const char *state_dir, struct offline *ret, struct err *err);

/* Puts leases into the database, over what it has for their addresses. leases: sorted, with at
 * least one item; its seqs are overwritten. progress (may be NULL) is told how many are written.
 * A failure may leave some of them written; the same call again completes them. */
int offline_put(struct offline *o, struct stretch *leases, void (*progress)(void *arg, size_t done),
	void *arg, struct err *err);

void offline_close(struct offline *o);

#endif
