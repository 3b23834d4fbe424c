/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table: every lease and offer of the server, in shared memory, where workers decide.
 *
 * A record is attached to an address for good when the address is used for the first time; a
 * directory of pages (256 addresses each) leads from address to record, a hash index from client
 * to records. Who wants to change a record claims it by one compare-and-swap, writes, and
 * releases it; a reader copies and checks the sequence word. A claim that is held while its
 * change is being committed keeps everybody else from deciding about that address. A claim
 * carries its owner's slot, so that what a killed process left is found (repair.h).
 */
#ifndef LESSOR_SHM_TABLE_H
#define LESSOR_SHM_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "shm/record.h"
#include "shm/region.h"

#define TABLE_INLINE 36

/* States of a record beyond enum lease_state. */
#define TABLE_FREE  16 /* nobody's */
#define TABLE_OFFER 17 /* offered to its client, not leased */

/* Which of its pool's queues the address stands in. */
#define TABLE_QUEUED_FREE    1
#define TABLE_QUEUED_EXPIRED 2

struct table_record {
	_Atomic uint32_t claim;   /* slot of the process that changes it, 0: nobody */
	_Atomic uint32_t version; /* odd while it is being written */
	_Atomic uint32_t address; /* for good; 0: not attached yet, nothing else counts */
	uint32_t subnet_id, pool_id;
	uint32_t cltt, valid_lft;
	uint32_t offer_until;     /* Unix time up to which it is held for its client, 0: no offer */
	uint64_t seq;             /* journal position of the row on disk, 0: there is none */
	uint32_t extra;           /* number of the extra block + 1, 0: none; for good */
	uint8_t state;            /* enum lease_state, TABLE_FREE or TABLE_OFFER */
	uint8_t flags;            /* LEASE_... */
	_Atomic uint8_t queued;   /* TABLE_QUEUED_... */
	uint8_t htype, hlen;
	uint8_t client_id_len, hostname_len, agent_len;
	uint16_t context_len;
	uint8_t hwaddr[6];         /* what is longer goes on in var */
	uint8_t var[TABLE_INLINE]; /* client-id, hostname...; or in the extra block, if too long */
};

/* A lease copied out of the table; lease's spans point into var. */
struct table_copy {
	struct lease lease;
	uint8_t state; /* as in table_record */
	uint32_t offer_until;
	uint8_t var[RECORD_VAR_MAX];
};

/* Whether it is a lease of any state, as people understand it: see table_has_lease(). */
static inline bool table_copy_has_lease(const struct table_copy *c)
{
	return c->state <= LEASE_RELEASED && c->lease.seq != 0 && !lease_is_removed(&c->lease);
}

/* Who a client is: by client identifier if it sends one that counts, else by hardware address
 * (RFC 2131 4.2, RFC 6842). key is what the index is asked for. */
struct table_client {
	struct span client_id; /* empty: none, or match-client-id is off */
	uint8_t htype, hlen;
	const uint8_t *hwaddr;
};

/* Number of the record attached to address, TABLE_NONE if it never was used. */
#define TABLE_NONE UINT32_MAX
uint32_t table_find(const struct region *r, uint32_t address);

/* The record of this client in this subnet, TABLE_NONE if it has none: equal client identifiers;
 * where one side has none, equal hardware types and addresses. */
uint32_t table_find_client(const struct region *r, uint32_t subnet_id,
	const struct table_client *client);

/* The same, but not this record: a client can have a lease, and an offer of a reserved address. */
uint32_t table_find_other(const struct region *r, uint32_t subnet_id,
	const struct table_client *client, uint32_t rec);

/* Copies a record as one consistent state. false if it is being written for longer than a
 * writer that lives would take (its writer was killed; it is being repaired). */
bool table_read(const struct region *r, uint32_t rec, struct table_copy *ret);

/* Claims a record for slot. false: somebody else has it. */
bool table_claim(struct region *r, uint32_t rec, uint32_t slot);
void table_release(struct region *r, uint32_t rec);
uint32_t table_owner(const struct region *r, uint32_t rec);

/* Attaches a record to an address that has none, claimed by slot. Returns its number, or
 * TABLE_NONE if somebody else was faster or the table is full. */
uint32_t table_attach(struct region *r, uint32_t address, uint32_t slot);

/* Whether a claimed or unclaimed record may be given to another client at this time: free, an
 * offer that lapsed, a lease that ended, was released or reclaimed, a decline whose time is over. */
bool table_available(const struct table_record *t, uint32_t now);

/* Whether the record belongs to this client (offer or lease of any state but declined). */
bool table_is_client(const struct region *r, const struct table_record *t,
	const struct table_client *client);

/* The same, and it is not only an offer: a row on disk says so. */
bool table_has_row_of(const struct region *r, const struct table_record *t,
	const struct table_client *client);

/* Whether there is a lease of any state, as people understand it: a committed row, no offer, not
 * removed. */
static inline bool table_has_lease(const struct table_record *t)
{
	return t->state <= LEASE_RELEASED && t->seq != 0 &&
		(t->state != LEASE_RELEASED || t->hlen != 0 || t->client_id_len != 0);
}

/* Whether an address in this state counts as used, for limits and thresholds (tally.h). */
static inline bool table_is_counted(uint8_t state)
{
	return state == LEASE_ASSIGNED || state == LEASE_DECLINED || state == TABLE_OFFER;
}

/* The writers below need the claim. */

/* Makes sure that there is room for l's variable part, so that table_offer() and table_put()
 * cannot fail. 0 or -ENOSPC: the area of extra blocks is used up. */
int table_reserve(struct region *r, uint32_t rec, const struct lease *l);

/* Holds the address for its client of before until then. */
void table_hold(struct region *r, uint32_t rec, uint32_t offer_until);

/* Makes the record an offer to l's client; l->address is the record's. The row on disk, if any,
 * stays until the offer lapses; what a pair needs to know of it is l's (rights_offer()). */
void table_offer(struct region *r, uint32_t rec, const struct lease *l, uint32_t offer_until);

/* Makes the record what a committed change says. */
void table_put(struct region *r, uint32_t rec, const struct lease *l);

/* Makes the record nobody's: its lease was deleted (committed), or its offer lapsed. */
void table_clear(struct region *r, uint32_t rec);

static inline struct table_record *table_record(const struct region *r, uint32_t rec)
{
	return (struct table_record *)region_at(r, r->areas.records) + rec;
}

/* Enters a record into the client index again: after its writer was killed in between. */
void table_reindex(struct region *r, uint32_t rec);

static inline uint32_t table_size(const struct region *r)
{
	uint32_t n = atomic_load_explicit(&r->next_record, memory_order_acquire);

	return n < r->areas.max_records ? n : r->areas.max_records;
}

#endif
