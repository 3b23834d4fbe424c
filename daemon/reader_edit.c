/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_edit: a command that changes a part of the configuration in force. Called by reader.c in
 * the child. Its input is what a client has sent.
 */
#include "daemon/reader_edit.h"

#include <string.h>

#include "daemon/control/edit.h"
#include "daemon/control/packed.h"

/* A value as text; it is taken over. */
static char *dump(json_t *value)
{
	char *text = value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;

	json_decref(value);
	return text;
}

enum answer_result reader_edit(const struct child *c, char **ret_config, char **ret_text)
{
	json_t *sent = packed_read(c->in_fd);
	const char *command = json_string_value(json_object_get(sent, "command"));
	struct edit e = {.config = sent != NULL ? packed_read(c->config_fd) : NULL,
		.args = json_object_get(sent, "arguments")};

	*ret_config = *ret_text = NULL;
	edit_run(&e, command != NULL ? command : "");
	if (e.result == ANSWER_SUCCESS) {
		*ret_config = dump(json_pack("{s:O}", "Dhcp4", e.config));
		*ret_text = dump(json_pack("{s:s, s:O*}", "text", e.text, "arguments", e.told));
	} else {
		*ret_text = strdup(e.text);
	}
	json_decref(e.told);
	json_decref(e.config);
	json_decref(sent);
	return e.result;
}
