/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_stats: every statistic with its present value.
 */
#include "daemon/ctl/ctl.h"

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"
#include "daemon/ctl/table.h"

int cmd_stats(const struct ctl *c)
{
	static const char *const heads[] = {"STATISTIC", "VALUE"};
	json_t *answer = call_do(c, "statistic-get-all", NULL);
	json_t *all, *samples;
	int status = CTL_DONE;
	const char *name;
	struct table t;

	if (answer == NULL)
		return CTL_FAILED;
	all = json_object_get(answer, "arguments");
	if (!json_is_object(all)) {
		print_error("%s: an answer without statistics", c->socket);
		status = CTL_FAILED;
	} else if (c->json) {
		status = print_json(all);
	} else {
		table_init(&t, heads, 2, c->colour);
		json_object_foreach(all, name, samples) {
			table_add_text(&t, name);
			table_add_json(&t, json_array_get(json_array_get(samples, 0), 0));
		}
		table_flush(&t);
		table_fini(&t);
	}
	json_decref(answer);
	return status;
}
