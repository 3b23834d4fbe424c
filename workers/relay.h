/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay [9]: the port at which a relay wants its answers, and the suspicion that a relay does not
 * get them where they go. Called by reply and serve; sends nothing itself.
 */
#ifndef LESSOR_WORKERS_RELAY_H
#define LESSOR_WORKERS_RELAY_H

#include "workers/query.h"

/* The port of the answer to a query that came through a relay: the query's source port if the
 * relay asks for that (RFC 8357) or relay-reply-port is "source", else 67 (RFC 2131 4.1). */
uint16_t relay_port(const struct query *q);

/* A client asks again while its last offer is still held for it. If such clients come through one
 * relay that sends from a port at which it is not answered, and none of them takes an offer, the
 * relay is named in the journal. q may have come without a relay. */
void relay_note_repeat(const struct query *q);

/* A client takes an offer: answers come through its relay. */
void relay_note_taken(const struct query *q);

#endif
