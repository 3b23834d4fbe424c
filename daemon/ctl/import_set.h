/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_set: the leases of an import, gathered from one or more files: what each entry comes to,
 * settled with the configuration, and the counts to show for it. Called by import_leases.c.
 */
#ifndef LESSOR_DAEMON_CTL_IMPORT_SET_H
#define LESSOR_DAEMON_CTL_IMPORT_SET_H

#include "daemon/conf/model.h"
#include "daemon/ctl/leases_sink.h"
#include "shm/stretch.h"

#define IMPORT_BAD_MAX 100 /* more entries that cannot be used stop an import */

/* What becomes of an entry that no later one replaces. */
enum import_fate {
	IMPORT_KEPT,
	IMPORT_DELETED,   /* the file says that the address has no lease any more */
	IMPORT_ENDED,     /* longer ago than hold-reclaimed-time */
	IMPORT_NO_SUBNET, /* sanity-checks.lease-checks, or in no subnet at all */
	IMPORT_FATES,
};

struct import_set {
	const struct model *model;
	const char *file; /* the one that is being read, for messages */
	uint32_t now;     /* Unix time */
	void (*progress)(void *arg, size_t done);
	void *progress_arg;

	struct stretch leases; /* seq: number of the entry * IMPORT_FATES + fate */
	uint64_t read, bad, reported, fixed, shortened, replaced;
	uint64_t fates[IMPORT_FATES]; /* after import_set_settle() */
};

/* The sink for a reader; s outlives it. */
struct leases_sink import_set_sink(struct import_set *s);

/* When all files are read: counts, and leaves in s->leases, sorted, what is kept. */
void import_set_settle(struct import_set *s);

void import_set_fini(struct import_set *s);

#endif
