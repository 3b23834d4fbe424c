/* SPDX-License-Identifier: Apache-2.0 */
/*
 * requests: what the control process asks for (daemon/control/ask.h), and when it is answered: as
 * soon as the new configuration serves.
 */
#ifndef LESSOR_DAEMON_REQUESTS_H
#define LESSOR_DAEMON_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "daemon/control/answer.h"
#include "shm/base/err.h"

struct supervisor;

/* The supervisor's end of the pair of the control process that was started last. */
struct requests {
	int fd; /* -1: none */
	sd_event_source *io;
	bool pending; /* a request is not answered yet */
};


/* Makes a new pair, in place of the one before. Returns the control process's end, which the
 * caller closes after the fork, or a negative code. */
int requests_open(struct supervisor *sv, struct err *err);
void requests_close(struct supervisor *sv);

/* Answers the request that is pending, if there is one, that it has failed. */
void requests_failed(struct supervisor *sv, const char *text);

/* The same for another reason than a mistake or failure. */
void requests_refused(struct supervisor *sv, enum answer_result why, const char *text);

/* Answers that it is done, with a text, and with the size of a file. */
void requests_done(struct supervisor *sv, const char *text, size_t size);

#endif
