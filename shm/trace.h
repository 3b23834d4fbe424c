/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace: what workers decide, packet by packet, while somebody asks for it: each worker writes
 * records of a fixed size into a ring of its slot; a reader copies them and sees what it has
 * missed. While nobody asks it costs a worker one load a packet.
 */
#ifndef LESSOR_SHM_TRACE_H
#define LESSOR_SHM_TRACE_H

#include <stdbool.h>

#include "shm/region.h"

#define TRACE_RECORDS 4096 /* of a ring */

/* A decision. Numbers are those of workers/query.h and of enum counter. */
struct trace_record {
	uint64_t time_ns; /* monotonic: when its batch was taken */
	uint32_t xid, address, subnet_id, giaddr; /* addresses in host byte order, 0: none */
	uint16_t interface; /* number in region.interfaces */
	uint16_t reason;    /* of a drop */
	uint8_t type, verdict, answer, origin;
	uint8_t hlen;
	uint8_t hwaddr[16];
};

/* In the region: one for each slot, of which only those are touched that are written to. */
struct trace_ring {
	_Alignas(64) _Atomic uint64_t written; /* records ever; the k-th is at k % TRACE_RECORDS */
	struct {
		_Atomic uint64_t number; /* + 1; 0 while it is being written */
		struct trace_record record;
	} v[TRACE_RECORDS];
};

/* Whether a worker shall write records. now_ns: monotonic, may be a batch old. */
static inline bool trace_is_wanted(const struct region *r, uint64_t now_ns)
{
	return atomic_load_explicit(&r->trace_until_ns, memory_order_relaxed) > now_ns;
}

/* Asks for records for the next seconds; to be asked again with each reading. */
void trace_want(struct region *r);

/* Adds a record to the ring of a slot; called by its process alone. */
void trace_add(struct region *r, uint32_t slot, const struct trace_record *record);

/* How many records were ever added to a slot's ring. */
uint64_t trace_written(const struct region *r, uint32_t slot);

/* Copies record number k, counted from 0. false: it is overwritten. */
bool trace_read(const struct region *r, uint32_t slot, uint64_t k, struct trace_record *ret);

#endif
