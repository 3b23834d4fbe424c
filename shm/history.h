/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history: who had which address when, in files of STATE_DIR/history that the store process only
 * appends to; the oldest go when all together are too large. Renewals are not kept: a binding
 * begins, and ends. Nobody waits for it: it is written when the journal is carried over.
 */
#ifndef LESSOR_SHM_HISTORY_H
#define LESSOR_SHM_HISTORY_H

#include "shm/base/err.h"
#include "shm/record.h"

enum history_event {
	HISTORY_NONE,
	HISTORY_ASSIGNED,
	HISTORY_EXPIRED,
	HISTORY_RELEASED,
	HISTORY_DECLINED, /* the client's identity is not in it */
	HISTORY_DELETED,  /* nor here */
};

struct history_entry {
	uint8_t event;   /* enum history_event */
	uint32_t time;   /* Unix time */
	uint64_t seq;    /* journal position */
	struct lease lease; /* address, subnet_id, valid_lft, hardware address, client_id, hostname */
};

/* What is worth an entry in a change from the journal; now: for what carries no time. */
enum history_event history_of(const struct change *c, uint32_t now, struct history_entry *ret);

/* "assigned", "expired"...; "unknown" for other numbers. */
const char *history_event_name(uint8_t event);

struct history;

/* Opens it for appending, and mends what a crash left at its end. max_mib: how much is kept.
 * Entries up to position `last` of the journal may be there already and are not added again. */
int history_open(const char *state_dir, uint32_t max_mib, uint64_t last, struct history **ret,
	struct err *err);
void history_close(struct history *h);

/* Adds an entry, buffered. The first failure stays and is what history_sync() returns. */
void history_add(struct history *h, const struct history_entry *e);

/* Everything that was added is on disk: 0, or a negative code. */
int history_sync(struct history *h, struct err *err);

/* Where a reader stands; zeroed: at the beginning. */
struct history_place {
	uint32_t file;
	uint64_t offset;
};

/* Hands the entries from *place on to fn, in order, some octets of them; spans live until fn
 * returns. Returns 1: there may be more, 0: that was all, or a negative code. */
typedef void history_fn(void *arg, const struct history_entry *e);
int history_read(const char *state_dir, struct history_place *place, history_fn *fn, void *arg,
	struct err *err);

#endif
