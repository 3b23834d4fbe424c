/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_stats: every statistic of Kea's with its present value, then Lessor's own counters.
 */
#include "daemon/ctl/ctl.h"

#include <stdint.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"
#include "daemon/ctl/table.h"

static void show(const struct ctl *c, const json_t *statistics, const json_t *own)
{
	static const char *const heads[] = {"STATISTIC", "VALUE"};
	const char *name;
	json_t *value;
	struct table t;

	table_init(&t, heads, 2, c->colour);
	json_object_foreach((json_t *)(uintptr_t)statistics, name, value) {
		table_add_text(&t, name);
		table_add_json(&t, json_array_get(json_array_get(value, 0), 0));
	}
	json_object_foreach((json_t *)(uintptr_t)own, name, value) {
		table_add_text(&t, name);
		table_add_json(&t, value);
	}
	table_flush(&t);
	table_fini(&t);
}

int cmd_stats(const struct ctl *c)
{
	json_t *answer = call_do(c, "statistic-get-all", NULL);
	json_t *status = answer != NULL ? call_do(c, "status-get", NULL) : NULL;
	json_t *all = json_object_get(answer, "arguments");
	json_t *own = json_object_get(
		json_object_get(json_object_get(status, "arguments"), "lessor"), "counters");
	int rc = CTL_DONE;

	if (answer == NULL || status == NULL) {
		rc = CTL_FAILED;
	} else if (!json_is_object(all) || !json_is_object(own)) {
		print_error("%s: an answer without statistics", c->socket);
		rc = CTL_FAILED;
	} else if (c->json) {
		json_object_update_missing(all, own);
		rc = print_json(all);
	} else {
		show(c, all, own);
	}
	json_decref(status);
	json_decref(answer);
	return rc;
}
