/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox: answers on their way out. Those that tell of a change wait until it is on disk, in a pair
 * also until the partner has it; the others leave at the end of the turn. Right before they leave
 * the rules of the pair are asked whether they still may.
 *
 * Changes and answers gather in one stage while the committer has another; of those whose commit is
 * done, the answers wait for the partner in the order of their commits. So batches grow with
 * the load, nothing waits for a timer, and a DISCOVER does not wait for the disk.
 */
#ifndef LESSOR_WORKERS_OUTBOX_H
#define LESSOR_WORKERS_OUTBOX_H

#include "shm/commit.h"
#include "workers/batch.h"
#include "workers/shelf.h"

struct outbox;

/* shelf: where answers that left are marked; NULL: there is no pair. The journal is lent. */
int outbox_new(const struct child *c, struct journal *j, struct shelf *shelf, struct outbox **ret,
	struct err *err);
/* Ends the committer after what it has at hand. o may be NULL. */
void outbox_free(struct outbox *o);

/* What is added from now on was decided under these rules. What stands under others is settled;
 * its answers do not leave. */
void outbox_under(struct outbox *o, uint64_t rules);

/* Where the changes of the next packets go, until the next call of outbox_go() or _flush(). */
struct commit *outbox_commit(const struct outbox *o);

/* How many more packets there is room for. */
unsigned outbox_room(const struct outbox *o);

/* The next answer to fill in. hold: it waits for what was gathered so far, and for the partner to
 * have the journal up to rests_on (0: for nothing more). */
struct answer *outbox_add(struct outbox *o, bool hold, uint64_t rests_on);

/* Sends what may leave, takes back what the committer has done, hands over what has gathered. */
void outbox_go(struct outbox *o);

/* Waits until every change is on disk, or undone: this process claims nothing any more. */
void outbox_flush(struct outbox *o);

/* outbox_flush(); then waits for the partner, as long as a client would not notice. */
void outbox_finish(struct outbox *o);

/* Readable when the committer has done something. */
int outbox_fd(const struct outbox *o);

#endif
