/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leasedb_part: what leasedb.c (leases) and leasedb_host.c (reservations) share: one environment,
 * two sets of tables. Included by these two only.
 */
#ifndef LESSOR_SHM_LEASEDB_PART_H
#define LESSOR_SHM_LEASEDB_PART_H

#include "shm/env.h"
#include "shm/leasedb.h"

enum {
	LEASES,
	META,
	LEASES_OTHER,
	HOSTS,
	HOSTS_OTHER,
};

struct leasedb {
	struct env *env;
	char *path;
};

/* The table of leases in force, and the other one. A database that cannot be read has none. */
int leasedb_find_tables(struct env_txn *t, unsigned *ret_current, unsigned *ret_other);

/* The table of reservations of the same set. */
static inline unsigned hosts_beside(unsigned leases)
{
	return leases == LEASES ? HOSTS : HOSTS_OTHER;
}

#endif
