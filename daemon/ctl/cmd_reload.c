/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_reload: has the server read its configuration file again; returns when that serves.
 */
#include "daemon/ctl/ctl.h"

#include <stdio.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"

int cmd_reload(const struct ctl *c)
{
	json_t *answer = call_do(c, "config-reload", NULL);
	const char *text;
	int rc = CTL_DONE;

	if (answer == NULL)
		return CTL_FAILED;
	text = json_string_value(json_object_get(answer, "text"));
	if (c->json)
		rc = print_json(answer);
	else
		puts(text != NULL ? text : "done");
	json_decref(answer);
	return rc;
}
