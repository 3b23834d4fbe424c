/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interfaces: which interfaces are served, through which ports and by which workers: brings what
 * runs into line with the configuration in force and with what the kernel says.
 */
#ifndef LESSOR_DAEMON_INTERFACES_H
#define LESSOR_DAEMON_INTERFACES_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "shm/base/err.h"

struct supervisor;
struct ports;
struct child_post;

struct interface {
	char name[IFNAMSIZ]; /* "": this number is unused */
	bool wanted;         /* by the configuration in force */
	bool automatic;      /* because of "*": it may have no address without anybody minding */
	uint32_t only;       /* serve this address only, 0: the first one */
	struct ports *ports; /* NULL: not open */
	uint32_t n_workers;
	struct child_post *workers;
};

/* Brings everything into line. renew: with children of the generation in force. What fails is
 * logged and tried again; with err (while the server starts) the first failure is returned. */
int interfaces_update(struct supervisor *sv, bool renew, struct err *err);

/* Reads the state of the interfaces again, then interfaces_update(). */
void interfaces_refresh(struct supervisor *sv);

/* Closes all ports, whose workers are gone. */
void interfaces_fini(struct supervisor *sv);

#endif
