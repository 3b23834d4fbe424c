/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: two nodes served apart; what each of them has of one address becomes the one row that
 * stands. Pure, and the same whichever node asks. Called by the ha process of the leader for each
 * entry that the follower sends, and by the tests.
 */
#ifndef LESSOR_HA_MERGE_H
#define LESSOR_HA_MERGE_H

#include <stdbool.h>
#include <stdint.h>

#include "shm/record.h"

/* One node's last row of an address. Times are Unix times of the node that merges: the caller has
 * converted the other's (fsm_own_time()). Spans of the lease are lent. */
struct merge_row {
	bool present;           /* false: the address has no row; the rest but changed is 0 */
	bool changed;           /* the row's position lies behind the last one both share */
	bool acked;             /* its writer knew the partner to hold it */
	bool sure;              /* as in struct authority_row */
	uint8_t writer;         /* node, and term, of the run that the row lies in */
	uint64_t term;
	uint32_t acked_end_s;   /* as in struct authority_row */
	uint32_t reuse_after_s; /* nobody else gets the address before */
	struct lease lease;
};

/* The row that stands, in this order:
 *   a row that no client can have been told of counts as not there (its writer was active, and
 *     could neither get it acknowledged nor tell of it under restricted rules);
 *   changed on one side only: that one; on neither: they are equal;
 *   the same client on both: the later end; but if one side's lease is over by something that
 *     happened after the other's exchange: over, and nobody else's before the largest end told;
 *   one is a lease, one is over or never was: the lease; a decline counts by its time;
 *   both over: what happened later;
 *   two clients, one after the other: the later;
 *   two clients at once: the higher term keeps it, *ret_conflict is set (only after PARTNER-DOWN).
 * Equal arguments in either order give equal results, and merging a result again with one of its
 * sides gives the result. *ret: spans lent from a or b; acked and changed mean nothing in it,
 * acked_end_s and sure are what the row that node `merger` commits has to say. ret_conflict may be
 * NULL. a is node 0's, b is node 1's. */
void merge_rows(const struct merge_row *a, const struct merge_row *b, unsigned int merger,
	struct merge_row *ret, bool *ret_conflict);

/* Whether two rows are of one client: equal client identifiers; where one has none, equal hardware
 * addresses (RFC 2131 4.2). */
bool merge_same_client(const struct lease *a, const struct lease *b);

#endif
