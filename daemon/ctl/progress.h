/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress: a bar on a terminal for what takes over a second. Called by the commands that read or
 * write many leases. Silent where standard error is no terminal.
 */
#ifndef LESSOR_DAEMON_CTL_PROGRESS_H
#define LESSOR_DAEMON_CTL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	const char *what; /* "reading" */
	size_t total;
	uint64_t next_ns; /* when to draw it again */
	bool terminal, drawn;
};

void progress_begin(struct progress *p, const char *what, size_t total);
void progress_show(struct progress *p, size_t done);

/* Removes the bar. */
void progress_end(struct progress *p);

#endif
