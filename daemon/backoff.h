/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backoff: how long to wait before a process that died is started again. Pure.
 */
#ifndef LESSOR_DAEMON_BACKOFF_H
#define LESSOR_DAEMON_BACKOFF_H

#include <stdint.h>

struct backoff {
	unsigned failures; /* in a row */
};

/* A process died that had lived for alive_ms. Returns the milliseconds from its death to the
 * start of its successor: none the first time, then 100, doubled up to 500: clients
 * behind it are never left alone for a second. One that lived for 2 s counts as the first again. */
uint32_t backoff_next(struct backoff *b, uint64_t alive_ms);

#endif
