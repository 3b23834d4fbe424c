/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_subnets: how full each subnet is, and each of its pools where they are counted apart.
 */
#include "daemon/ctl/ctl.h"

#include <stdio.h>
#include <string.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"
#include "daemon/ctl/table.h"

static json_int_t sample(const json_t *statistics, const char *name)
{
	return json_integer_value(json_array_get(
		json_array_get(json_object_get(statistics, name), 0), 0));
}

/* One row; of: "subnet[1]" or "subnet[1].pool[0]". false: nothing is counted under that name. */
static bool add_row(struct table *t, const json_t *statistics, const char *of, const char *id,
	const char *prefix, const char *network)
{
	json_int_t total, assigned;
	char name[96];

	snprintf(name, sizeof(name), "%s.total-addresses", of);
	if (json_object_get(statistics, name) == NULL)
		return false;
	total = sample(statistics, name);
	snprintf(name, sizeof(name), "%s.assigned-addresses", of);
	assigned = sample(statistics, name);
	snprintf(name, sizeof(name), "%s.declined-addresses", of);
	table_add_text(t, id);
	table_add_text(t, prefix);
	table_add_text(t, network);
	table_add_format(t, "%lld", (long long)total);
	table_add_format(t, "%lld", (long long)assigned);
	table_add_format(t, "%lld", (long long)sample(statistics, name));
	if (total > 0)
		table_add_format(t, "%.1f %%", 100.0 * (double)assigned / (double)total);
	else
		table_add_text(t, "-");
	return true;
}

static void add_subnet(struct table *t, const json_t *statistics, const json_t *subnet)
{
	long long id = (long long)json_integer_value(json_object_get(subnet, "id"));
	const char *network = json_string_value(json_object_get(subnet, "shared-network-name"));
	const char *prefix = json_string_value(json_object_get(subnet, "subnet")), *key;
	char of[64], text[32];
	json_t *value;
	size_t len;

	snprintf(of, sizeof(of), "subnet[%lld]", id);
	snprintf(text, sizeof(text), "%lld", id);
	add_row(t, statistics, of, text, prefix != NULL ? prefix : "?",
		network != NULL ? network : "");
	len = (size_t)snprintf(of, sizeof(of), "subnet[%lld].pool[", id);
	/* pool-id 0 alone is what the subnet's own row says */
	json_object_foreach((json_t *)(uintptr_t)statistics, key, value) {
		const char *end = strstr(key, "].total-addresses");

		if (strncmp(key, of, len) != 0 || end == NULL || strcmp(key + len, "0]") == 0)
			continue;
		snprintf(of, sizeof(of), "%.*s]", (int)(end - key), key);
		snprintf(text, sizeof(text), "  pool %.*s", (int)(end - key - (long)len), key + len);
		add_row(t, statistics, of, "", text, "");
		len = (size_t)snprintf(of, sizeof(of), "subnet[%lld].pool[", id);
	}
}

static int show(const struct ctl *c, const json_t *subnets, const json_t *statistics)
{
	static const char *const heads[] = {"ID", "SUBNET", "NETWORK", "TOTAL", "ASSIGNED",
		"DECLINED", "USED"};
	struct table t;

	table_init(&t, heads, 7, c->colour);
	for (size_t i = 0; i < json_array_size(subnets); i++)
		add_subnet(&t, statistics, json_array_get(subnets, i));
	table_flush(&t);
	table_fini(&t);
	return CTL_DONE;
}

int cmd_subnets(const struct ctl *c)
{
	json_t *answer = call_get(c, "subnet4-list", NULL);
	json_t *all = answer != NULL ? call_do(c, "statistic-get-all", NULL) : NULL;
	json_t *subnets = json_object_get(json_object_get(answer, "arguments"), "subnets");
	int rc = CTL_FAILED;

	if (answer != NULL && all != NULL) {
		if (!json_is_array(subnets))
			print_error("%s: an answer without subnets", c->socket);
		else if (c->json)
			rc = print_json(subnets);
		else
			rc = show(c, subnets, json_object_get(all, "arguments"));
	}
	json_decref(all);
	json_decref(answer);
	return rc;
}
