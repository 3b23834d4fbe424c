/* SPDX-License-Identifier: Apache-2.0 */
/*
 * committer: the worker's second thread. It waits for the disk, so that the worker does not: while
 * it commits, the worker answers what needs no commit and gathers the next changes.
 */
#ifndef LESSOR_WORKERS_COMMITTER_H
#define LESSOR_WORKERS_COMMITTER_H

#include <stdbool.h>

#include "shm/commit.h"

struct committer;

/* Starts the thread, which blocks all signals. 0, or a negative code with err. */
int committer_start(struct committer **ret, struct err *err);

/* Ends the thread after what it has at hand. c may be NULL. */
void committer_stop(struct committer *c);

/* Hands m over, which is not empty: nothing of it may be touched until it is given back. One at a
 * time. */
void committer_submit(struct committer *c, struct commit *m);

/* Whether m is back from commit_append(): its result, and err if it is negative. The caller
 * settles it. Does not wait. */
bool committer_done(struct committer *c, int *ret_rc, struct err *err);

/* Whether something is handed over and not back yet. */
bool committer_is_busy(const struct committer *c);

/* Waits until what was handed over is back; its result, as above. */
int committer_wait(struct committer *c, struct err *err);

/* Readable when something is back. */
int committer_fd(const struct committer *c);

#endif
