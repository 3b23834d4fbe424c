/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit: commands that show or change a part of the configuration, carried out on its JSON. Called
 * by the control process for those that show, by the reader for those that change. Pure: no file,
 * no other process; whether a changed configuration can be used is found out by its caller.
 */
#ifndef LESSOR_DAEMON_CONTROL_EDIT_H
#define LESSOR_DAEMON_CONTROL_EDIT_H

#include <jansson.h>
#include <stdbool.h>

#include "daemon/control/answer.h"

#define EDIT_TEXT_SIZE 1024

struct edit {
	json_t *config; /* as model_read() prints it; changed in place; NULL: there was no memory */
	const json_t *args; /* "arguments" of the command, NULL: none; untrusted */
	enum answer_result result; /* not ANSWER_SUCCESS: the configuration is to be thrown away */
	char text[EDIT_TEXT_SIZE];
	json_t *told; /* "arguments" of the answer, which the caller gives back; NULL: none */
	bool no_memory;
};

/* Carries out the command on e, of which config and args are set and the rest is zero. e->text says
 * what came of it. */
void edit_run(struct edit *e, const char *command);

#endif
