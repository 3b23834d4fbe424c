/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stretch: rows for the lease database, gathered in any order, written in order of address, the
 * last row of each address alone (and changes of reservations, in their order), so that every page of the database is written once. Called by
 * carry.c, offline.c and lessorctl's import; memory grows with the rows.
 */
#ifndef LESSOR_SHM_STRETCH_H
#define LESSOR_SHM_STRETCH_H

#include "shm/journal.h"
#include "shm/leasedb.h"

struct stretch_item {
	uint32_t address;
	uint32_t len; /* of the row, 0: the address has no lease any more */
	uint64_t seq; /* a later one replaces an earlier one */
	size_t at;    /* where the row begins in bytes */
};

/* All zero: empty. */
struct stretch {
	struct stretch_item *items;
	size_t n, room;
	uint8_t *bytes;
	size_t used, size;
	struct change *hosts; /* of reservations, in the order of the journal */
	size_t n_hosts, hosts_room;
	uint64_t last; /* the seq added last */
};

/* Copies a row (as record_encode() wrote it, or empty). 0 or -ENOMEM. */
int stretch_add(struct stretch *s, uint32_t address, struct span row, uint64_t seq);

/* The same for a change of the journal: a journal_fn whose argument is a stretch. */
int stretch_take(void *s, const struct change *c);

/* Sorts by address and leaves the item with the highest seq of each. */
void stretch_sort(struct stretch *s);

/* Writes the next items of a sorted stretch from *at on, which is moved, as one transaction: at
 * most max of them (and STRETCH_SLICE), since LMDB keeps in memory what it changes. The transaction
 * of the last item, or the only one of a stretch without items, moves the database's applied position to s->last. */
#define STRETCH_SLICE 4096
int stretch_write(
	const struct stretch *s, size_t *at, size_t max, struct leasedb *db, struct err *err);

void stretch_fini(struct stretch *s);

#endif
