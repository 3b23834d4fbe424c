/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leases_sink: what the readers of other servers' lease files hand their leases to. Made by
 * import_set.c, and by tests.
 */
#ifndef LESSOR_DAEMON_CTL_LEASES_SINK_H
#define LESSOR_DAEMON_CTL_LEASES_SINK_H

#include "shm/record.h"

/* Entries of a file in its order; a later one for an address replaces an earlier one. A negative
 * result ends the reading and is returned by the reader. */
struct leases_sink {
	void *arg;
	/* A lease. Its spans live until the function returns; their lengths are within the limits
	 * of record.h each, but not together. subnet_id 0: the file has none. */
	int (*lease)(void *arg, uint32_t line, const struct lease *l);
	/* The address has no lease any more. */
	int (*gone)(void *arg, uint32_t line, uint32_t address);
	/* An entry that cannot be used, and why. */
	int (*bad)(void *arg, uint32_t line, const char *reason);
	/* How many octets are read; called now and then. */
	void (*progress)(void *arg, size_t done);
};

#endif
