/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally: what is counted of one subnet or one class of clients: its leases, as they come and go in
 * the lease table; packets, for a rate limit; and for a subnet the figures of addresses outside
 * every pool. Entries are made by the supervisor for each generation and stay for good.
 *
 * A lease names its classes in its context, as Kea's hook limits has it:
 * {"ISC":{"client-classes":["a","b"]}}; those that have no tally do not count.
 */
#ifndef LESSOR_SHM_TALLY_H
#define LESSOR_SHM_TALLY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "shm/base/wire.h"
#include "shm/pool.h"
#include "shm/region.h"

#define TALLY_ENTRIES (1U << 16)
#define TALLY_PLACES  (2 * TALLY_ENTRIES) /* of the hash table that leads to them */

struct tally {
	_Alignas(64) uint64_t key; /* tally_subnet_key() or tally_class_key(); for good */
	_Atomic uint64_t leases; /* upper half: changes so far; lower half: leases and offers */
	_Atomic uint64_t window; /* ms of its first packet << 24 | packets in it */
	_Atomic uint64_t outside[POOL_COUNTERS], reset[POOL_COUNTERS];
};

static inline uint64_t tally_subnet_key(uint32_t id)
{
	return id;
}

/* name: printable, without quotes and backslashes, so that it is the same in JSON. */
static inline uint64_t tally_class_key(struct span name)
{
	static const struct hash_key fixed = {UINT64_C(0x6c6573736f72), UINT64_C(0x74616c6c79)};

	return hash_bytes(&fixed, name.p, name.len) | UINT64_C(1) << 63;
}

/* Makes the entries that are not there yet. Called by the supervisor alone. -ENOSPC: too many. */
int tally_build(struct region *r, const uint64_t *keys, size_t n, struct err *err);

/* NULL: there is no such entry. */
struct tally *tally_find(const struct region *r, uint64_t key);

/* Leases, declined addresses and offers that count now. */
static inline uint32_t tally_leases(const struct tally *t)
{
	return (uint32_t)atomic_load_explicit(&t->leases, memory_order_relaxed);
}

/* --- leases: for table.c --- */

#define TALLY_MAX 9 /* entries of one lease: its subnet, and eight classes */

struct tally_set {
	unsigned n;
	struct tally *v[TALLY_MAX];
};

/* The entries of a lease; context: its JSON text. */
void tally_of(const struct region *r, uint32_t subnet_id, struct span context,
	struct tally_set *ret);

/* A lease has left the entries of from and come to those of to. */
void tally_move(const struct tally_set *from, const struct tally_set *to);

/* Counts all leases of the table anew: a process that was killed between a record and its tally
 * leaves a difference. An entry that changes meanwhile is left for the next time. 0, -ENOMEM, or
 * -EAGAIN: a record was being written, nothing is done. */
int tally_recount(struct region *r);

/* --- packets --- */

/* Whether one more packet at now_ms (monotonic) is within max in each span of period_ms, which
 * begins with the first packet after the span before. */
bool tally_admits(const struct tally *t, uint32_t max, uint64_t period_ms, uint64_t now_ms);

/* Counts one packet; false: another worker's has filled the span. max <= TALLY_PACKETS_MAX. */
#define TALLY_PACKETS_MAX 0xffffffU
bool tally_packet(struct tally *t, uint32_t max, uint64_t period_ms, uint64_t now_ms);

/* --- addresses outside every pool --- */

/* Counts at the pool that holds address, else at the subnet. */
void tally_count(const struct region *r, const struct pools *pools, uint32_t address,
	uint32_t subnet_id, enum pool_counter c);

/* What addresses of this subnet outside every pool come to: since the start; since the reset. */
uint64_t tally_counted(const struct region *r, uint32_t subnet_id, enum pool_counter c);
uint64_t tally_value(const struct region *r, uint32_t subnet_id, enum pool_counter c);
void tally_reset(struct region *r, uint32_t subnet_id, enum pool_counter c);

#endif
