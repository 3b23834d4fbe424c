/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_kea: a configuration of ISC Kea's DHCPv4 server (1.8 to 3.3) to one of Lessor's. Called by
 * lessorctl, and for what clients of the control channel send. It writes no file; what it cannot
 * carry over it reports, each thing, in one pass.
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
 * Returns 0, -EINVAL (reported) or -ENOMEM. */
int import_kea(const char *file, bool lenient, struct arena *arena, struct report *r,
	struct tree_node **ret_root);

/* The same from JSON text with the map "Dhcp4" that came over the control channel, NUL at its end:
 * Lessor's own parameters may stand in it, as config-get shows them, and settings of Kea for which
 * this version has nothing that changes an answer are warnings. Parents of nodes are set, their
 * file is NULL. trial: it may be a
 * template for other hosts, so that Kea's block about the other server is left out. */
int import_command(const char *text, bool trial, struct arena *arena, struct report *r,
	struct tree_node **ret_root);

#endif
