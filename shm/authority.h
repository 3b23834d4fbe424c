/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authority: what this node of a pair may tell clients at this moment. The ha process writes it,
 * workers ask before they decide and again right before they transmit. Pure questions about a few
 * words in the region's head: no clock, no waiting. Without a pair each costs one load.
 */
#ifndef LESSOR_SHM_AUTHORITY_H
#define LESSOR_SHM_AUTHORITY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum authority_mode {
	AUTHORITY_ALONE,        /* no pair is configured: everything is allowed */
	AUTHORITY_SILENT,       /* nothing leaves for clients: standby, catching up, handing over */
	AUTHORITY_ACTIVE,       /* in sync: whole pool, full times, replies wait for the partner */
	AUTHORITY_RESTRICTED,   /* partner out of reach, fate unknown */
	AUTHORITY_PARTNER_DOWN, /* the operator vouches that the partner serves nobody */
};

/* In the head of the region; all zero: no pair. `rules` is written last and read first, with the
 * words that change only together with it in between. Only the ha process writes. */
struct authority {
	/* term << 8 | enum authority_mode. A reply computed under one value is never sent under
	 * another: it is computed again. */
	_Alignas(64) _Atomic uint64_t rules;
	_Atomic uint64_t permit_until_ns;  /* CLOCK_BOOTTIME; ACTIVE sends only before it */
	_Atomic uint64_t acked;            /* journal position that the partner holds durably */
	_Atomic uint64_t no_reuse_until_ns; /* CLOCK_BOOTTIME; after a step of the wall clock */
	/* These change only together with rules. */
	_Atomic uint32_t node;           /* 0 or 1, which of the two we are */
	_Atomic uint32_t mclt_s;         /* how far an end may run ahead of what is held */
	/* Doubt: a node may have told clients of leases that nobody knows any more (the partner is
	 * down, or a disk is lost), but of none since doubt_s, Unix time; 0: no doubt, and under
	 * PARTNER_DOWN: there never was a partner. What our journal says up to doubt_after that
	 * node knew. */
	_Atomic uint32_t doubt_s;
	_Atomic uint64_t doubt_after;
};

/* Beyond MCLT, before an address is taken from somebody unknown: for ends rounded up to
 * seconds, and by the error of the measured clock difference, on either node. */
#define AUTHORITY_SLACK_S 10

#define AUTHORITY_NOBODY 2 /* owner of a free address: neither node, it is changing hands */

/* What the last row of an address says that matters to the pair. A row holds acked_end,
 * reuse_after and sure; owner comes from the share (shm/share.h). All zero but owner: the address
 * was never used. While a pair is configured a lease that ends early becomes a released row, never
 * none: a row that is gone could not say that the partner does not know of it yet. */
struct authority_row {
	uint64_t seq;         /* position of the row, 0: there is none */
	uint32_t end_s;       /* Unix time of its binding's end, rounded up; UINT32_MAX: never */
	uint32_t acked_end_s; /* latest end of the same binding that the partner was known to hold
				 when the row was written; 0: none */
	uint32_t reuse_after_s; /* nobody else gets the address before this Unix time */
	uint8_t owner;        /* 0, 1 or AUTHORITY_NOBODY */
	bool binding;         /* assigned (ended or not by time alone); false: free, expired,
				 released, declined */
	bool sure;            /* its client may be told of it under restricted rules */
};

enum authority_verdict {
	AUTHORITY_SEND,
	AUTHORITY_HOLD,  /* not acknowledged yet, or no permit at this moment: ask again */
	AUTHORITY_AGAIN, /* the rules changed: do not send; compute again under the new ones */
};

/* The rules in force, to be kept with a reply from its decision to its transmission. */
static inline uint64_t authority_rules(const struct authority *a)
{
	return atomic_load_explicit(&a->rules, memory_order_acquire);
}

static inline enum authority_mode authority_mode(uint64_t rules)
{
	return (enum authority_mode)(rules & 0xff);
}

/* Whether a reply that tells of a lease, computed under rules and resting on the journal up to
 * seq (0: it tells of no lease), may be transmitted at now_ns (CLOCK_BOOTTIME). Asked for each
 * reply right before its transmission, for repeated and cached ones too (I1, I4). Only the ACTIVE
 * answers out of the table: under other rules each ACK has a journal entry of its own, or a merge
 * that changes the row meanwhile would not know of it. */
enum authority_verdict authority_may_send(const struct authority *a, uint64_t rules, uint64_t seq,
	uint64_t now_ns);

/* Whether the address may be given to a client that has no binding of it (I2, I3). The caller has
 * made sure that it is not in use by its own table (table_available()). now_s: Unix time. */
bool authority_may_grant_new(const struct authority *a, uint64_t rules,
	const struct authority_row *row, uint32_t now_s, uint64_t now_ns);

/* Whether the client of the row may be given the same address again, or more time on it. If not,
 * it may still get it as anybody may: authority_may_grant_new(). Leases that end by time alone
 * stay bindings while the rules are RESTRICTED: nothing is gained by journaling their end. */
bool authority_may_extend(const struct authority *a, uint64_t rules,
	const struct authority_row *row);

/* Whether an address of ours that we know nothing of may be refused by a NAK; a NAK because
 * another client is known to hold the address is always allowed (I7). */
bool authority_may_nak(uint64_t rules);

/* The longest lease time in seconds, at most wanted_s, for a binding whose latest end that the
 * partner holds is acked_end_s (authority_next()), 0: none. UINT32_MAX: for ever (I1). */
uint32_t authority_limit_lifetime(const struct authority *a, uint64_t rules, uint32_t acked_end_s,
	uint32_t now_s, uint32_t wanted_s);

/* acked_end and sure of the row that replaces row. same: for the same client, whether it goes on,
 * ends or is released. Written into every row while a pair is configured. */
struct authority_facts {
	uint32_t acked_end_s;
	bool sure;
};
struct authority_facts authority_next(const struct authority *a, uint64_t rules,
	const struct authority_row *row, bool same, uint32_t now_s, uint64_t now_ns);

/* The writer's side, for the ha process alone. */

struct authority_change {
	enum authority_mode mode;
	uint64_t term;
	uint32_t node, mclt_s, doubt_s;
	uint64_t doubt_after;
};
void authority_publish(struct authority *a, const struct authority_change *change);
void authority_permit(struct authority *a, uint64_t until_ns);
void authority_acked(struct authority *a, uint64_t position);
void authority_no_reuse(struct authority *a, uint64_t until_ns);

#endif
