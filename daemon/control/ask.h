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

#define ASK_TEXT_MAX 32768 /* octets of an answer's text; mistakes beyond it are left out */
#define ASK_NAME_MAX 1024

enum ask_kind {
	ASK_RELOAD = 1, /* read the configuration file again and put it in force */
	ASK_STOP = 2,   /* stop the server; there is no answer */
	ASK_TEST = 3,   /* check the configuration that comes along, as a sealed text */
	ASK_SET = 4,    /* the same, and put it in force */
	ASK_WRITE = 5,  /* write the configuration in force to a file */
	ASK_HOSTS = 6,  /* make the changes of reservations in the sealed text that comes along */
	ASK_EDIT = 7,   /* change the configuration in force by the command in the sealed text,
			 * {"command": name, "arguments": map} */
	ASK_REFRESH = 8, /* the supervisor's own: reservations have come from the partner */
};

struct ask_request {
	uint32_t kind;   /* enum ask_kind */
	uint32_t status; /* of ASK_STOP: the server's exit status, up to 255 */
	char name[ASK_NAME_MAX]; /* of ASK_WRITE: the file, "": the server's own */
};

struct ask_answer {
	uint32_t failed; /* 0: done, it is in force; else enum answer_result: nothing has changed */
	char hash[68];   /* of the configuration in force now */
	uint64_t size;   /* of ASK_WRITE: octets of the file */
	/* Lines: why not, or warnings; as much as the message holds. Of an ASK_EDIT that is done:
	 * what its client is told, {"text": ..., "arguments": ...}. */
	char text[ASK_TEXT_MAX];
};

struct ask;

/* The control process's side. fd: its end of the pair. */
int ask_start(sd_event *loop, int fd, struct ask **ret);
void ask_stop(struct ask *a);

/* Sends a request, with a descriptor unless fd is -1; one at a time. -EBUSY: another one is under
 * way; -EPIPE: there is nobody. */
int ask_send(struct ask *a, const struct ask_request *request, int fd);

/* The answer to the request that was sent, NULL: it is not there yet. Lent until ask_take(), which
 * makes room for the next request. */
const struct ask_answer *ask_answer_get(const struct ask *a);
void ask_take(struct ask *a);

#endif
