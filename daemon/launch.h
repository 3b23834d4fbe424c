/* SPDX-License-Identifier: Apache-2.0 */
/*
 * launch: from an entry of the table of processes to a process of its role.
 */
#ifndef LESSOR_DAEMON_LAUNCH_H
#define LESSOR_DAEMON_LAUNCH_H

#include "daemon/children.h"

/* "worker", "store"... */
const char *launch_name(enum region_role role);

/* Starts the process of p, whose role, generation, ports, post and repairs are set, in slot; sets
 * p->pid. 0 or a negative code. */
int launch(struct child_proc *p, uint32_t slot, struct err *err);

#endif
