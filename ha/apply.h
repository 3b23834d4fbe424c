/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply: the partner's changes become ours, [d] of a change's way: one journal transaction under
 * the same numbers, then the table in shared memory, which is so always ready to serve from.
 * Called by ha on a node that serves nobody: no other process changes leases meanwhile.
 */
#ifndef LESSOR_HA_APPLY_H
#define LESSOR_HA_APPLY_H

#include "ha/fsm.h"
#include "shm/child.h"
#include "shm/journal.h"

#define APPLY_MAX 8192 /* changes of a transaction */

struct apply;

/* The journal is lent. NULL: no memory. */
struct apply *apply_new(const struct child *c, struct journal *j);
void apply_free(struct apply *a);

/* Begins: the next change has to be that at position next. shift_s is added to the times of
 * leases (apply_shift()). What was gathered is thrown away. */
void apply_start(struct apply *a, uint64_t next);

/* Seconds to add to times that the partner wrote, whose clock is offset_us ahead of ours and that
 * not more wrong than error_us: rounded so that no lease ends earlier than its client was told. 0
 * for clocks that agree. */
int64_t apply_shift(int64_t offset_us, uint64_t error_us);
void apply_set_shift(struct apply *a, int64_t shift_s);

/* Gathers the change at position. -EPROTO: not the next one; -ENOBUFS: full, run it first; or
 * what change_decode() says. */
int apply_add(struct apply *a, uint64_t position, struct span entry);

/* Makes what was gathered durable and visible. *ret_position: the last one, 0 if there was none;
 * ret_run: the newest mark among them, start 0 if there was none. On failure nothing has changed,
 * and what was gathered is kept, so that it can be tried again. */
int apply_run(struct apply *a, uint64_t *ret_position, struct fsm_run *ret_run, struct err *err);

#endif
