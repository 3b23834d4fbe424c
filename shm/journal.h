/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal: the truth. An append-only LMDB table of changes by sequence number; what was appended
 * and committed is durable, and only that counts as a lease. Several processes append, one
 * transaction at a time. Sequence numbers start at 1 and have no gaps.
 */
#ifndef LESSOR_SHM_JOURNAL_H
#define LESSOR_SHM_JOURNAL_H

#include <stdatomic.h>

#include "shm/base/err.h"
#include "shm/record.h"

struct journal;

/* Opens, or makes, STATE_DIR/journal. One handle a process, opened after its fork. */
int journal_open(const char *state_dir, struct journal **ret, struct err *err);
void journal_close(struct journal *j);

/* A word that has to have this value while the transaction runs: the rules of a pair, under which
 * the changes were decided. Whoever changes the word and then calls journal_fence() knows that
 * nothing more comes under the old value. */
struct journal_guard {
	const _Atomic uint64_t *word;
	uint64_t value;
};

/* Appends n >= 1 encoded changes (change_encode()) as one durable transaction; they get the
 * numbers *ret_first .. *ret_first + n - 1. guard may be NULL. A failure appends nothing: no room
 * is -ENOSPC, a word that changed -ESTALE. */
int journal_append(struct journal *j, const struct span *changes, size_t n,
	const struct journal_guard *guard, uint64_t *ret_first, struct err *err);

/* Waits until no transaction is under way that began before; *ret_last: the last position. */
int journal_fence(struct journal *j, uint64_t *ret_last, struct err *err);

/* The same, but the first change has to get the number first, as it has in the partner's journal:
 * -ESTALE, and nothing is appended, if the journal does not end right before it. */
int journal_append_at(struct journal *j, const struct span *changes, size_t n, uint64_t first,
	struct err *err);

/* Hands the changes from position from on, at most max, to fn in order; c->lease.seq is the
 * position, c->entry the change as it was appended, spans live until fn returns. A negative result
 * of fn ends the reading and is returned. Returns the number of changes read. Positions trimmed
 * before are skipped. */
typedef int journal_fn(void *arg, const struct change *c);
int64_t journal_read(struct journal *j, uint64_t from, size_t max, journal_fn *fn, void *arg,
	struct err *err);

/* The first and the last position held; both 0 if nothing was ever appended, first = last + 1
 * if everything is trimmed. */
int journal_bounds(struct journal *j, uint64_t *ret_first, uint64_t *ret_last, struct err *err);

/* Whether the journal goes as far as the lease database beside it: an older journal would hand out
 * positions that are taken already. *ret_last: its last position. 0 or -EBADMSG with words. */
int journal_reaches(struct journal *j, uint64_t applied, uint64_t *ret_last, struct err *err);

/* Removes changes up to and including position, in one transaction that frees at most about max
 * of them; keeps the last one, which remembers the numbering. Returns whether more is left to
 * trim (1), all is done (0), or a negative code. */
int journal_trim(struct journal *j, uint64_t position, size_t max, struct err *err);

/* Removes every change; the next one gets the number position + 1. In one transaction: for a node
 * whose leases come from its partner as a whole, up to that position. */
int journal_reset(struct journal *j, uint64_t position, struct err *err);

/* Frees LMDB reader slots of processes that are gone. */
void journal_clear_dead(struct journal *j);

#endif
