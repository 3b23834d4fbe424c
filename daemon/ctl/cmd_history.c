/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_history: who had an address, or which addresses a client had, and when.
 */
#include "daemon/ctl/ctl.h"

#include <string.h>
#include <time.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"
#include "daemon/ctl/table.h"
#include "shm/base/text.h"

static void add_time(struct table *t, const json_t *v)
{
	time_t seconds = (time_t)json_integer_value(v);
	struct tm tm;
	char text[32];

	if (localtime_r(&seconds, &tm) == NULL ||
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		text[0] = '\0';
	table_add_text(t, text);
}

static void show(const struct ctl *c, const json_t *entries)
{
	static const char *const heads[] = {"TIME", "EVENT", "ADDRESS", "MAC", "CLIENT-ID",
		"HOSTNAME", "SUBNET"};
	static const char *const keys[] = {"event", "ip-address", "hw-address", "client-id",
		"hostname", "subnet-id"};
	struct table t;

	table_init(&t, heads, 7, c->colour);
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *e = json_array_get(entries, i);

		add_time(&t, json_object_get(e, "time"));
		for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++)
			table_add_json(&t, json_object_get(e, keys[k]));
	}
	table_flush(&t);
	table_fini(&t);
}

int cmd_history(const struct ctl *c)
{
	uint32_t address;
	bool is_ip = text_parse_ip(c->argv[0], &address) == 0;
	json_t *answer = call_get(c, "lease4-history-get",
		json_pack("{ss}", is_ip ? "ip-address" : "identifier", c->argv[0]));
	const json_t *entries =
		json_object_get(json_object_get(answer, "arguments"), "history");
	int rc = CTL_DONE;

	if (answer == NULL)
		return CTL_FAILED;
	if (call_result(answer) != CALL_SUCCESS && call_result(answer) != CALL_EMPTY) {
		call_complain(answer);
		rc = CTL_FAILED;
	} else if (c->json) {
		rc = print_json(entries);
	} else if (json_array_size(entries) == 0) {
		print_error("nothing is known of %s", c->argv[0]);
		rc = CTL_FAILED;
	} else {
		show(c, entries);
	}
	json_decref(answer);
	return rc;
}
