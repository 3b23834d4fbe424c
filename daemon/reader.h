/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader: a short-lived, confined child that reads what the supervisor shall not: configurations
 * that clients send. It says whether they can be used and hands back what the next generation is
 * made of. Also the form of what it hands back.
 */
#ifndef LESSOR_DAEMON_READER_H
#define LESSOR_DAEMON_READER_H

#include <stddef.h>

#include "shm/base/err.h"
#include "shm/child.h"

#define READER_INPUT_MAX ((size_t)64 << 20) /* octets that a client may send */

/* Does what c->task (enum ask_kind) needs with c->in_fd and writes the result to c->out_fd. Returns
 * enum child_exit. */
int reader_run(const struct child *c);

/* Writes the reservations made at run time to fd, as JSON: {"hosts": [{"subnet-id": 1, "host":
 * {...}}, ...]}; *ret_n: how many. For a child: it opens the databases. */
int reader_write_hosts(const char *state_dir, int fd, size_t *ret_n, struct err *err);

/* What came of it. */
struct reader_result {
	unsigned failed;    /* enum answer_result */
	const char *text;   /* mistakes or warnings, lines; of an edit as in ask.h */
	const char *config; /* the configuration as model_read() prints it; "": not asked for */
	const char *hosts; /* the reservations made at run time, JSON */
	char *memory; /* of all texts, on the heap */
};

/* Takes the result from the descriptor. 0, or a negative code: the reader wrote no whole one. */
int reader_result_take(int fd, struct reader_result *ret);
void reader_result_fini(struct reader_result *r);

#endif
