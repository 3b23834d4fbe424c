/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call: one command to the server, one answer. Called by the commands.
 */
#ifndef LESSOR_DAEMON_CTL_CALL_H
#define LESSOR_DAEMON_CTL_CALL_H

#include <jansson.h>

#include "daemon/ctl/ctl.h"
#include "shm/base/err.h"

enum {
	CALL_SUCCESS = 0,
	CALL_EMPTY = 3, /* done, but nothing was found */
};

/* Sends the command with args (taken over, NULL: none). The caller frees the answer: an object with
 * an integer "result". Returns 0 or a negative errno value. */
int call_send(const struct ctl *c, const char *command, json_t *args, json_t **ret_answer,
	struct err *err);

/* The same, with what went wrong printed on standard error: NULL if there is no answer. */
json_t *call_get(const struct ctl *c, const char *command, json_t *args);

/* The same; also NULL, with the server's reason printed, when the result is not 0. */
json_t *call_do(const struct ctl *c, const char *command, json_t *args);

/* The "result" of an answer. */
json_int_t call_result(const json_t *answer);

/* Prints the reason that the answer gives on standard error. */
void call_complain(const json_t *answer);

#endif
