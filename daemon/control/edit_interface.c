/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit_interface: interfaces that shall be served, too.
 */
#include "daemon/control/edit_part.h"

/* Whether the list holds this value. */
static bool holds(const json_t *list, const json_t *wanted)
{
	size_t i;
	json_t *value;

	json_array_foreach(list, i, value)
		if (json_equal(value, wanted))
			return true;
	return false;
}

void edit_interface_add(struct edit *e)
{
	const json_t *sent = json_object_get(e->args, "interfaces");
	json_t *settings = json_object_get(e->config, "interfaces-config"), *list, *name;
	size_t i;

	if (!json_is_array(sent)) {
		edit_end(e, ANSWER_ERROR, "'interfaces' must be a list of names");
		return;
	}
	if (settings == NULL) {
		settings = json_object();
		edit_done(e, json_object_set_new(e->config, "interfaces-config", settings));
	}
	list = edit_list(e, settings, "interfaces");
	json_array_foreach(sent, i, name)
		if (!holds(list, name))
			edit_done(e, json_array_append(list, name));
	edit_end(e, ANSWER_SUCCESS, "Operation succeeded.");
}
