/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rights: the rules of a pair (authority.h) asked about records of the lease table, and what a new
 * row has to say for them. Without a pair everything is allowed, and nothing is written. Called by
 * whoever changes leases. The caller holds the record's claim.
 */
#ifndef LESSOR_SHM_RIGHTS_H
#define LESSOR_SHM_RIGHTS_H

#include "shm/table.h"

/* The rules in force in this region. */
static inline uint64_t rights_rules(const struct region *r)
{
	return authority_rules(&r->pair.authority);
}

/* Whether rules are those of a server without a partner: nobody else to think of. */
static inline bool rights_alone(uint64_t rules)
{
	return authority_mode(rules) == AUTHORITY_ALONE;
}

/* Whether this node may write changes of its own; if not, -EROFS with words for whoever asked. */
int rights_may_write(uint64_t rules, struct err *err);

/* What the record's last row says. */
struct authority_row rights_row(const struct region *r, uint32_t rec);

/* Whether a client may get the record's address. own: it is the client's already, who may have been
 * told of it; else nobody has it at present (table_available()). A lease that is over by time
 * alone has to be ended on disk, by reclaim, before somebody else gets the address: what an offer
 * overwrites is then never a binding. reserved: the address is this client's by both nodes'
 * configuration, so that it does not matter whose share it lies in. now: Unix time. */
bool rights_may_give(const struct region *r, uint64_t rules, uint32_t rec, bool own, bool reserved,
	uint32_t now);

/* Whether the lease may be ended on disk since its time is over, or its remembrance removed. */
bool rights_may_expire(const struct region *r, uint64_t rules, uint32_t rec, uint32_t now);
bool rights_may_remove(const struct region *r, uint64_t rules, uint32_t rec, uint32_t now);

/* The longest lease time, s, at most wanted, for the record's next row. same: it stays, or becomes
 * again, its client's. */
uint32_t rights_lifetime(const struct region *r, uint64_t rules, uint32_t rec, bool same,
	uint32_t now, uint32_t wanted);

/* Writes into l, which replaces the record's row, what a pair has to know of it. same: as above;
 * true also when its client gives it up. */
void rights_note(const struct region *r, uint64_t rules, uint32_t rec, bool same, uint32_t now,
	struct lease *l);

/* The same for an offer, which replaces no row: what is on disk stays known. */
void rights_offer(const struct region *r, uint64_t rules, uint32_t rec, struct lease *l);

#endif
