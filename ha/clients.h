/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clients: whether clients reach this node. An active that has lost only its clients' network keeps
 * its heartbeats, so nobody would serve; the standby hears what stays unanswered. Called by ha.
 */
#ifndef LESSOR_HA_CLIENTS_H
#define LESSOR_HA_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "shm/region.h"

struct clients {
	uint64_t received, moved_ns; /* packets taken from the sockets, and when one was last */
	uint64_t heard, heard_ns;    /* of these, those that are the partner's to answer */
	uint64_t since_ns;           /* they are not answered since, 0: nothing is open */
	uint64_t partner_end;        /* of its journal */
	bool gone, unanswered;       /* as last found */
};

/* Looks at the counters; partner_end: the end of the partner's journal as last told. To be called
 * several times a second. Sets gone: no interface is up, or nothing has come for a while;
 * unanswered: clients ask, and the partner changes nothing. One alone means nothing. */
void clients_look(struct clients *c, const struct region *r, uint64_t partner_end, uint64_t now_ns);

#endif
