/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit: how many leases a subnet or class may have, and how many packets it may send (Kea's hook
 * limits), by counts that all workers share (shm/tally.h). Called by path.c, alloc.c and serve_*.c.
 */
#ifndef LESSOR_WORKERS_LIMIT_H
#define LESSOR_WORKERS_LIMIT_H

#include "workers/query.h"

/* Counts q's packet for its classes and its subnet as they are by now. true: it is one too many for
 * one of them, and shall be dropped, which is counted and logged. */
bool limit_is_over_rate(const struct query *q);

/* Whether a lease in s for q's client would be one too many for s or one of the client's classes;
 * q->limited says so then. Never for the record rec (or TABLE_NONE) that the client has there
 * already. Workers do not wait for each other between asking and holding an offer, so there may
 * be as many leases too many as there are other workers. */
bool limit_keeps_out(struct query *q, const struct model_subnet *s, uint32_t rec);

/* Whether leases are limited in q->subnet or one of the client's classes: then only those count
 * that are there, or offered. */
bool limit_is_watched(const struct query *q);

/* The event for a client that gets no address since limit_keeps_out() said so. */
void limit_note(const struct query *q);

/* The context of a lease: the client's classes whose leases are limited, as JSON text in buf; empty
 * if there are none. */
#define LIMIT_CONTEXT_SIZE 600
struct span limit_context(const struct query *q, char buf[LIMIT_CONTEXT_SIZE]);

/* Whether more of q->subnet's pools is in use, by others than q->rec's client, than its
 * adaptive-lease-time-threshold says. */
bool limit_is_crowded(const struct query *q);

#endif
