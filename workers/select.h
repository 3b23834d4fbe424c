/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select [5]: which subnet a packet belongs to, and the server identifier used with its client.
 */
#ifndef LESSOR_WORKERS_SELECT_H
#define LESSOR_WORKERS_SELECT_H

#include "workers/query.h"

/* Fills q->subnet (NULL: none fits whose guards the client passes) and q->server_id. */
void select_subnet(struct query *q);

/* Whether the message's option 54, if there is one, names this server, or its partner: while this
 * node serves, clients that chose the other one are its clients, too. */
bool select_is_for_us(const struct query *q);

/* Whether the client passes the guards of s and its shared network. */
bool select_may_use(const struct query *q, const struct model_subnet *s);

/* Walks the subnets that the client may use: the selected one, then the other members of its shared
 * network. Begin with a walk that is all zero; NULL after the last. */
struct select_walk {
	size_t next; /* 0: the selected one, else 1 + the place of a member */
};
const struct model_subnet *select_next(const struct query *q, struct select_walk *w);

/* Whether both are one subnet or members of one shared network. */
bool select_same_network(const struct model_subnet *a, const struct model_subnet *b);

/* Whether this address is one of the server's own. */
bool select_is_own(const struct query *q, uint32_t address);

#endif
