/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask: what the control process asks of the supervisor, over a pair of SOCK_SEQPACKET sockets made
 * for it at its fork; one message a request, one an answer. The whole contract between the two.
 */
#ifndef LESSOR_DAEMON_CONTROL_ASK_H
#define LESSOR_DAEMON_CONTROL_ASK_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#define ASK_TEXT_MAX 32768 /* octets of an answer's text; mistakes beyond it are in the log */

enum ask_kind {
	ASK_RELOAD = 1, /* read the configuration file again and put it in force */
	ASK_STOP = 2,   /* stop the server; there is no answer */
};

struct ask_request {
	uint32_t kind;   /* enum ask_kind */
	uint32_t status; /* of ASK_STOP: the server's exit status, up to 255 */
};

struct ask_answer {
	uint32_t failed;         /* 0: done, it is in force; else nothing has changed */
	char text[ASK_TEXT_MAX]; /* why not, lines; as much of it as the message holds */
};

struct ask;

/* The control process's side. fd: its end of the pair. */
int ask_start(sd_event *loop, int fd, struct ask **ret);
void ask_stop(struct ask *a);

/* Sends a request; one at a time. -EBUSY: another one is under way; -EPIPE: there is nobody. */
int ask_send(struct ask *a, const struct ask_request *request);

/* The answer to the request that was sent, NULL: it is not there yet. Lent until ask_take(), which
 * makes room for the next request. */
const struct ask_answer *ask_answer_get(const struct ask *a);
void ask_take(struct ask *a);

#endif
