/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervised: commands that the supervisor carries out. Their answer comes when it is done. Called
 * by command handlers.
 */
#ifndef LESSOR_DAEMON_CONTROL_SUPERVISED_H
#define LESSOR_DAEMON_CONTROL_SUPERVISED_H

#include "daemon/control/answer.h"
#include "daemon/control/control.h"

struct supervised;

/* Makes the answer of a command that has succeeded. */
typedef void supervised_fn(
	const struct supervised *s, const struct ask_answer *answer, struct answer *a);

struct supervised {
	struct control *ctl;
	struct ask_request request;
	int fd;             /* goes with the request, -1: none */
	const char *failed; /* in front of what went wrong, "" for nothing */
	supervised_fn *done;
	char text[512];     /* for done */
	bool sent;
};

/* Sends the request as soon as nobody else's is under way. what is copied, its
 * fd taken over. */
void supervised_start(const struct supervised *what, struct answer *a);

/* Answers with s->text. */
supervised_fn supervised_told;

#endif
