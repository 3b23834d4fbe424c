/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_kea: a configuration of ISC Kea's DHCPv4 server (1.8 to 3.3) to one of Lessor's. Called by
 * cmd_import_kea.c. It writes no file; what it cannot carry over it reports, each thing, in one
 * pass.
 */
#ifndef LESSOR_DAEMON_CTL_IMPORT_KEA_H
#define LESSOR_DAEMON_CTL_IMPORT_KEA_H

#include <stdbool.h>

#include "daemon/conf/arena.h"
#include "daemon/conf/report.h"
#include "daemon/conf/tree.h"

/* Reads file and what it includes, and makes the settings of Lessor that do the same. Warnings tell
 * what has no effect here; errors, what changes the answers to clients and cannot be carried over:
 * these are warnings too if lenient. *ret_root is made in the arena, its nodes without parents.
 * Returns 0 or -EINVAL (reported); the program ends if there is no memory. */
int import_kea(const char *file, bool lenient, struct arena *arena, struct report *r,
	struct tree_node **ret_root);

#endif
