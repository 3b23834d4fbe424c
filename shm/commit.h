/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit: lease changes on their way into the table: gathered under claims, made durable by one
 * journal transaction, then published in the table and released; or, if that fails, undone.
 * The only way by which a lease changes, whoever asks: worker, store or control.
 */
#ifndef LESSOR_SHM_COMMIT_H
#define LESSOR_SHM_COMMIT_H

#include <stdbool.h>

#include "shm/child.h"
#include "shm/journal.h"
#include "shm/pool.h"
#include "shm/table.h"

#define COMMIT_MAX 1024

struct commit;

/* A gatherer of up to COMMIT_MAX changes of the process c; the journal is lent. NULL: no memory. */
struct commit *commit_new(const struct child *c, struct journal *j);
void commit_free(struct commit *m);

/* Changes that are added from now on were decided under these rules (authority.h): nothing is
 * appended if others are in force by then. To be called while m is empty, before the first
 * change of each batch; at first the rules are those of a server without a partner. */
void commit_under(struct commit *m, uint64_t rules);

/* Adds a change of a record that the caller has claimed; the claim is the gatherer's from now
 * on. Returns 0, -ENOSPC (full: run it first) or -EMSGSIZE (breaks a limit of the record); the
 * claim stays the caller's then. What l refers to is copied. */
int commit_put(struct commit *m, uint32_t rec, const struct lease *l);

/* Removes the row. In a pair, what the partner may not know to be over stays, as one that
 * is nobody's (lease_is_removed()). */
int commit_delete(struct commit *m, uint32_t rec);

/* commit_put() of a row that says itself what a pair has to know of it: the result of a merge. */
int commit_put_merged(struct commit *m, uint32_t rec, const struct lease *l);

/* Position of the last change that was appended, once commit_append() has succeeded. */
uint64_t commit_last(const struct commit *m);

/* Positions up to seq are in the journal: tells whoever waits for them. */
void commit_raise(struct region *r, uint64_t seq);

size_t commit_count(const struct commit *m);

/* Makes all changes durable and visible: 0. On failure none is: a negative code and err, the
 * records are as before; -ESTALE and -EROFS: the rules of the pair changed, or let this node write
 * nothing. The gatherer is empty either way, no claim is held. */
int commit_run(struct commit *m, struct err *err);

/* commit_run() in two halves, for a process that gathers the next changes meanwhile. The first may
 * run in another thread: it touches nothing but m, which must not be empty, and the journal. The
 * second takes its result. A process settles its commits in the order in which it appended
 * them, one before the next is appended. */
int commit_append(struct commit *m, struct err *err);
void commit_settle(struct commit *m, int rc);

#endif
