/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shelf: what a worker of a pair received in the last seconds and has not answered. A standby that
 * takes over answers it at once, and so does a node whose rules changed before an answer could
 * leave; clients would ask again only after seconds. The oldest are forgotten when it is full.
 */
#ifndef LESSOR_WORKERS_SHELF_H
#define LESSOR_WORKERS_SHELF_H

#include "workers/query.h"

struct shelf;

/* Holds about size octets of messages. NULL: no memory. */
struct shelf *shelf_new(size_t size);
void shelf_free(struct shelf *s);

/* Keeps a copy of the packet, taken at taken_ns (CLOCK_BOOTTIME); returns its ticket, never 0. */
uint64_t shelf_put(struct shelf *s, const struct packet *p, uint64_t taken_ns);

/* The packet of this ticket needs no answer any more; 0, or one that is forgotten: nothing. */
void shelf_done(struct shelf *s, uint64_t ticket);

/* The first packet behind *ticket (0: of all) that is not done and not older than oldest_ns; sets
 * *ticket. The payload is lent until the next shelf_put(). false: there is none. */
bool shelf_next(const struct shelf *s, uint64_t oldest_ns, uint64_t *ticket, struct packet *ret);

#endif
