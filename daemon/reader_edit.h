/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_edit: what the reader does for ASK_EDIT, up to the new configuration's text.
 */
#ifndef LESSOR_DAEMON_READER_EDIT_H
#define LESSOR_DAEMON_READER_EDIT_H

#include "daemon/control/answer.h"
#include "shm/child.h"

/* Carries out the command in c->in_fd, {"command": name, "arguments": map}, on the configuration
 * in c->config_fd. ANSWER_SUCCESS: *ret_config is the changed one, as {"Dhcp4": ...}, not checked,
 * and *ret_text what the client is told once it is in force (ask.h); else *ret_config is NULL and
 * *ret_text says why not. Both are the caller's to free; NULL for lack of memory. */
enum answer_result reader_edit(const struct child *c, char **ret_config, char **ret_text);

#endif
