/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: reservations that were made at run time. Each is a change in the journal, carried over to
 * the table `hosts` of the lease database. What a reservation says is JSON text, which nobody
 * below the configuration looks into. Called by the reader and the loader.
 */
#ifndef LESSOR_SHM_HOST_H
#define LESSOR_SHM_HOST_H

#include "shm/journal.h"
#include "shm/leasedb.h"
#include "shm/region.h"

/* Writes the key of a reservation: subnet id in network order, kind and octets of the identifier.
 * Returns its length; id has at most HOST_ID_MAX octets. */
size_t host_key(uint32_t subnet_id, uint8_t type, struct span id, uint8_t buf[HOST_KEY_MAX]);

/* Hands every reservation to fn, ascending keys: those of the database with what stands in the
 * journal over them. c->lease.seq is the position. fn's negative result ends it. */
typedef int host_fn(void *arg, const struct change *c);
int host_each(const char *state_dir, struct journal *j, host_fn *fn, void *arg, struct err *err);

/* Makes n changes of reservations durable, in one transaction. */
int host_commit(struct region *r, struct journal *j, const struct change *changes, size_t n,
	struct err *err);

#endif
