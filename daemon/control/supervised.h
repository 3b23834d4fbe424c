/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervised: commands that the supervisor carries out. Their answer comes when it is done. Called
 * by command handlers.
 */
#ifndef LESSOR_DAEMON_CONTROL_SUPERVISED_H
#define LESSOR_DAEMON_CONTROL_SUPERVISED_H

#include <jansson.h>

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
	json_t *arguments;  /* the same, NULL: none */
	bool sent;
};

/* Sends the request as soon as nobody else's is under way. fd and arguments of what, which is
 * copied, are taken over. */
void supervised_start(const struct supervised *what, struct answer *a);

/* config in a sealed text as "Dhcp4" of a map. Returns its descriptor or a negative code. */
int supervised_pack(const json_t *config);

/* Answers with s->text and s->arguments. */
supervised_fn supervised_told;

#endif
