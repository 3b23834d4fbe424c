/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reserve [6]: what is reserved for a packet's client, and which addresses are for others. Which
 * reservations count is up to the flags of the subnet (reservations-in-subnet, -global,
 * -out-of-pool).
 */
#ifndef LESSOR_WORKERS_RESERVE_H
#define LESSOR_WORKERS_RESERVE_H

#include "workers/query.h"

/* The client's global reservation, NULL: none; for early-global-reservations-lookup. */
const struct model_host *reserve_global(struct query *q);

/* Fills q->ids, q->reserved and q->host: the client's reservation in the selected subnet, else in
 * another one of its network, else a global one. */
void reserve_find(struct query *q);

/* The client's reservation that counts in s: the subnet's own, else a global one; NULL: none. */
const struct model_host *reserve_host(const struct query *q, const struct model_subnet *s);

/* The address that is reserved for the client in s, 0: none. */
uint32_t reserve_address(const struct query *q, const struct model_subnet *s);

/* The address that is reserved for the client, in the selected subnet or, if it has none there, in
 * another one of its network that it may use; sets *ret_subnet. 0: none. */
uint32_t reserve_choose(const struct query *q, const struct model_subnet **ret_subnet);

/* Whether address, in this pool of s (NULL: outside every pool), is reserved for somebody else. */
bool reserve_is_others(const struct query *q, const struct model_subnet *s,
	const struct model_pool *pool, uint32_t address);

/* Counts and logs that the address reserved for the client in s cannot be given to it. */
void reserve_conflict(const struct query *q, const struct model_subnet *s, uint32_t address);

#endif
