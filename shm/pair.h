/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair: what the ha process and the others tell each other through the region's head: that the
 * journal grew, how far the partner holds it, how far it may be trimmed, how the pair is, and what
 * an operator wants. Called by everybody; nothing here waits, but pair_wait().
 */
#ifndef LESSOR_SHM_PAIR_H
#define LESSOR_SHM_PAIR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "shm/authority.h"

struct child;
struct region;

#define PAIR_TEXT 32

/* How the pair is, for people. Times in their units; ages count from when it was written. */
struct pair_status {
	uint64_t written_ns; /* clock_mono_ns() */
	uint64_t heard_ns;   /* when the partner was last heard, 0: never */
	uint64_t term;
	uint64_t committed, acked;           /* ends of our journal, here and at the partner */
	uint64_t partner_committed, applied; /* the same of the partner's journal */
	uint64_t lag_ns;                     /* for how long the partner has not held all */
	uint64_t round_trip_ns;              /* 0: not known */
	int64_t skew_us;                     /* partner's clock minus ours */
	bool linked;
	bool copying; /* a full copy is under way */
	char state[PAIR_TEXT], kea_state[PAIR_TEXT], partner_kea_state[PAIR_TEXT];
	char reason[64];  /* of the last transition */
	char alarms[128]; /* "" if there are none */
};

enum pair_wish {
	PAIR_WISH_NONE,
	PAIR_WISH_PARTNER_DOWN,
	PAIR_WISH_MAINTENANCE,
	PAIR_WISH_MAINTENANCE_END,
	PAIR_WISH_HANDOVER,
	PAIR_WISH_RESYNC,
};

#define PAIR_IDS 32

/* In the region's head. All zero: there is no pair. */
struct pair {
	struct authority authority;
	_Alignas(
		64) _Atomic uint64_t retain; /* changes up to here are not needed for the partner */
	_Atomic uint64_t retain_max; /* how many changes are kept for it; 0: there is no pair */
	_Atomic uint32_t refill;     /* the table does not show the lease database: replaced */
	_Atomic uint32_t asleep;     /* the ha process waits for the journal to grow */
	_Atomic uint32_t changes; /* futex: counts changes of the authority */
	_Atomic uint32_t waiters;
	_Atomic uint64_t wish;    /* ticket << 8 | enum pair_wish, as asked for last */
	_Atomic uint64_t granted; /* ticket << 16 | errno value: the result of that wish */
	_Atomic uint32_t partner_ids[PAIR_IDS]; /* its server identifiers, host byte order; 0: none */
	_Atomic uint32_t version; /* of status: odd while it is being written */
	struct pair_status status;
};

/* To be called after each commit: wakes the ha process if it waits for that. */
void pair_journal_grew(const struct child *c);

/* Called by the ha process: reservations have come from the partner. The supervisor puts a
 * configuration in force that has them. */
void pair_hosts_changed(const struct child *c);

/* Called by the ha process after each change of the authority: wakes all that wait for one. */
void pair_changed(struct region *r);

/* Waits until pair_changed() is called, or was since the last call with this *seen; at most
 * timeout_ms. *seen begins as anything. Returns whether it was called. */
bool pair_wait(struct region *r, uint32_t *seen, unsigned timeout_ms);

/* Whether the partner goes by this server identifier (host byte order). */
bool pair_is_partner(const struct region *r, uint32_t id);

/* Up to where the journal may be trimmed, when the lease database is complete up to applied. */
uint64_t pair_trim_limit(const struct region *r, uint64_t applied);

void pair_write_status(struct region *r, const struct pair_status *s);
/* false: none was ever written. */
bool pair_read_status(const struct region *r, struct pair_status *ret);

/* Asks the ha process for something; returns a ticket. -EBUSY in *ret: another wish waits. */
int pair_ask(const struct child *c, enum pair_wish wish, uint64_t *ret_ticket);
/* true: it was decided; *ret_result: 0 or a negative code. */
bool pair_granted(const struct region *r, uint64_t ticket, int *ret_result);

/* The ha process's side: the wish that waits, PAIR_WISH_NONE: none; then its result. */
enum pair_wish pair_wish(const struct region *r, uint64_t *ret_ticket);
void pair_grant(struct region *r, uint64_t ticket, int result);

#endif
