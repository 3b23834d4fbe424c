/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_selftest: whether the server leases addresses; for health checks.
 */
#include "daemon/ctl/ctl.h"

#include <stdio.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"

static double ms(const json_t *arguments, const char *key)
{
	return (double)json_integer_value(json_object_get(arguments, key)) / 1000;
}

static void show(const json_t *answer)
{
	const json_t *arguments = json_object_get(answer, "arguments");
	const char *text = json_string_value(json_object_get(answer, "text"));

	print_escaped(stdout, text != NULL ? text : "",
		text != NULL ? json_string_length(json_object_get(answer, "text")) : 0);
	if (!json_is_true(json_object_get(arguments, "standby")))
		printf(": offer %.1f ms, lease %.1f ms, release %.1f ms", ms(arguments, "offer-us"),
			ms(arguments, "lease-us"), ms(arguments, "release-us"));
	putchar('\n');
}

int cmd_selftest(const struct ctl *c)
{
	json_t *args =
		c->subnet != CTL_ANY ? json_pack("{sI}", "subnet-id", (json_int_t)c->subnet) : NULL;
	json_t *answer = call_do(c, "lessor-selftest", args);
	int rc = CTL_DONE;

	if (answer == NULL)
		return CTL_FAILED;
	if (c->json)
		rc = print_json(json_object_get(answer, "arguments"));
	else
		show(answer);
	json_decref(answer);
	return rc;
}
