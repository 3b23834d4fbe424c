/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start: the way from nothing to ready.
 */
#ifndef LESSOR_DAEMON_START_H
#define LESSOR_DAEMON_START_H

#include <stdbool.h>

#include "shm/base/err.h"

struct model;
struct supervisor;
struct generation_texts;

/* Everything up to the loader, which is running then. Model and texts are taken over. */
int start_begin(struct supervisor *sv, struct model *model, const struct generation_texts *texts,
	struct err *err);

/* The loader has ended: opens the sockets and starts everybody, or ends the loop. */
void start_loaded(struct supervisor *sv, bool done);

#endif
