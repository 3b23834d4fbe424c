/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply [9]: the answer to a query as octets, and where it goes (RFC 2131 4.1).
 */
#ifndef LESSOR_WORKERS_REPLY_H
#define LESSOR_WORKERS_REPLY_H

#include "workers/batch.h"
#include "workers/query.h"

/* Whether q's answer goes back through a relay. */
bool reply_is_relayed(const struct query *q);

/* Fills in a from q. */
void reply_make(const struct query *q, struct answer *a);

#endif
