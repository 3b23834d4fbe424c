/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select [5]: which subnet a packet belongs to, and the server identifier used with its client.
 */
#ifndef LESSOR_WORKERS_SELECT_H
#define LESSOR_WORKERS_SELECT_H

#include "workers/query.h"

/* Fills q->subnet (NULL: none fits) and q->server_id. */
void select_subnet(struct query *q);

/* Whether the message's option 54, if there is one, names this server. */
bool select_is_for_us(const struct query *q);

/* The k-th subnet that may serve the client: the selected one, then the other members of its
 * shared network. NULL after the last. */
const struct model_subnet *select_sibling(const struct model_subnet *selected, size_t k);

/* Whether both are one subnet or members of one shared network. */
bool select_same_network(const struct model_subnet *a, const struct model_subnet *b);

/* Whether this address is one of the server's own. */
bool select_is_own(const struct query *q, uint32_t address);

#endif
