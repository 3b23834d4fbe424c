/* SPDX-License-Identifier: Apache-2.0 */
/*
 * region: the one shared mapping of a server, made by the supervisor before the first fork and
 * inherited by every child at the same place. Room for each area is reserved generously; memory
 * is used only where something was written.
 */
#ifndef LESSOR_SHM_REGION_H
#define LESSOR_SHM_REGION_H

#include <net/if.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "shm/base/err.h"
#include "shm/base/hash.h"
#include "shm/counter.h"
#include "shm/pair.h"

#define REGION_SLOTS      256 /* processes that may live at one time; slot 0 is nobody */
#define REGION_INTERFACES 256
#define REGION_BUCKET_ENTRIES 7 /* of a bucket of the client index */

enum region_role {
	ROLE_NONE,
	ROLE_WORKER,
	ROLE_STORE,
	ROLE_CONTROL,
	ROLE_LOADER,
	ROLE_REPAIR,
	ROLE_HA,
	ROLE_READER,
	ROLES,
};

/* What is known of the process in a slot. pid, role, started_s: written by the supervisor. */
struct region_slot {
	_Alignas(64) _Atomic(pid_t) pid;
	_Atomic uint32_t role;       /* enum region_role */
	_Atomic uint32_t interface;  /* of a worker: number in region.interfaces */
	_Atomic uint32_t started_s;  /* Unix time */
	/* Every change of this process up to here is in the table. Written by the process. */
	_Atomic uint64_t published;
};

enum region_interface_state {
	INTERFACE_UNUSED,
	INTERFACE_MISSING,    /* configured, not there */
	INTERFACE_DOWN,       /* there, but down or without carrier */
	INTERFACE_NO_ADDRESS, /* up, without an IPv4 address to identify the server by */
	INTERFACE_READY,
};

/* An interface as the supervisor last saw it. */
struct region_interface {
	_Alignas(64) char name[IFNAMSIZ];
	_Atomic uint32_t state;   /* enum region_interface_state */
	_Atomic uint32_t address; /* server identifier, host byte order */
	_Atomic uint32_t mtu;
};

#define REGION_ORIGINS 16

/* Who has disabled the service, and until when; both written by the control process. */
struct region_origin {
	_Atomic uint32_t id; /* Kea's number of the origin, 0: free */
	_Atomic uint64_t until_ns; /* monotonic; UINT64_MAX: until it is enabled again */
};

/* Areas, as offsets from the region's start; each fits max_... elements. */
struct region_areas {
	uint64_t directory, pages, records, extras, index, pools, tallies, tally_places, traces;
	uint32_t max_pages, max_records, max_extras;
	uint32_t directory_mask, index_mask; /* number of entries or buckets - 1 */
	uint64_t pools_size;                 /* octets */
};

struct region {
	uint64_t size;
	int fd; /* of the mapping, the same number in each process that was given it */
	struct hash_key key;       /* of the client index */
	uint32_t started_s;        /* Unix time of the server's start */
	_Atomic uint32_t reloaded_s, generation;
	struct region_areas areas;

	/* Bump pointers: the next element never used yet. */
	_Alignas(64) _Atomic uint32_t next_page, next_record, next_extra, next_tally;
	_Atomic uint64_t next_pool_octet;

	/* Positions of the journal: committed by anyone, carried over to the lease database. */
	_Alignas(64) _Atomic uint64_t committed;
	_Alignas(64) _Atomic uint64_t applied;
	_Atomic uint32_t apply_wanted; /* futex: somebody waits for applied, the store shall hurry */
	_Atomic uint64_t hold_after;    /* of a backup: see carry.h */
	_Atomic uint64_t hold_until_ns; /* monotonic; 0: there is none */

	struct pair pair;

	/* Interfaces, some of them unused again; one past the highest number ever used. */
	_Atomic uint32_t interfaces_end;
	struct region_interface interfaces[REGION_INTERFACES];
	struct region_slot slots[REGION_SLOTS];
	_Atomic uint32_t died[ROLES]; /* processes that ended by themselves; by the supervisor */

	/* The service is disabled up to this time (service.h); what workers look at. */
	_Alignas(64) _Atomic uint64_t disabled_until_ns;
	struct region_origin origins[REGION_ORIGINS];
	_Atomic uint32_t test_waits;     /* a packet of the self test waits (workers/selftest.h) */
	_Atomic uint64_t trace_until_ns; /* monotonic: somebody looks at decisions (trace.h) */
	_Atomic uint64_t reset[COUNTER_COUNT]; /* see counter_value() */
	struct counter_block counters[REGION_SLOTS];
};

/* Makes the region. addresses: how many addresses the configuration's pools hold, leases: how
 * many leases the database holds; the areas are laid out for several times as many. */
int region_create(uint64_t addresses, uint64_t leases, struct region **ret, struct err *err);

/* Unmaps it in this process. */
void region_free(struct region *r);

static inline void *region_at(const struct region *r, uint64_t offset)
{
	return (char *)(uintptr_t)r + offset;
}

#endif
