/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_command: any command of the control channel; prints the whole answer as JSON.
 */
#include "daemon/ctl/ctl.h"

#include <string.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"

int cmd_command(const struct ctl *c)
{
	json_t *args = NULL, *answer;
	json_error_t why;
	int status;

	if (c->argc > 1) {
		args = json_loads(c->argv[1], JSON_DECODE_ANY, &why);
		if (args == NULL) {
			print_error("command: arguments are not JSON: %s", why.text);
			return CTL_USAGE;
		}
	}
	answer = call_get(c, c->argv[0], args);
	if (answer == NULL)
		return CTL_FAILED;
	status = print_json(answer);
	if (call_result(answer) != CALL_SUCCESS) {
		call_complain(answer);
		status = CTL_FAILED;
	}
	json_decref(answer);
	return status;
}
