/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_isc: ISC dhcpd's configuration (dhcpd.conf) to Lessor's. Called by cmd_import.c.
 */
#ifndef LESSOR_DAEMON_CTL_IMPORT_ISC_H
#define LESSOR_DAEMON_CTL_IMPORT_ISC_H

#include "daemon/conf/tree.h"
#include "daemon/ctl/isc_parse.h"

/* Reads file and what it includes, and makes settings that do the same. Warnings tell what has no
 * effect here; errors, what changes the answers to clients and cannot be carried over: these are
 * warnings too if lenient. *ret_root is made in the arena, its nodes without parents. Returns 0 or
 * -EINVAL (reported); the program ends if there is no memory. */
int import_isc(const char *file, bool lenient, struct arena *arena, struct report *r,
	struct tree_node **ret_root);

/* The second half of it: from statements. */
int import_isc_stmts(struct isc_stmt *root, bool lenient, struct arena *arena, struct report *r,
	struct tree_node **ret_root);

#endif
