/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_status: how this node is. Shows what the server tells and leaves out what it does not.
 */
#include "daemon/ctl/ctl.h"

#include <stdio.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"
#include "daemon/ctl/table.h"

static void add_age(struct table *t, const char *name, const json_t *seconds)
{
	json_int_t s = json_integer_value(seconds);

	if (!json_is_integer(seconds))
		return;
	table_add_text(t, name);
	if (s >= 86400)
		table_add_format(t, "%" JSON_INTEGER_FORMAT " d %02d:%02d:%02d", s / 86400,
			(int)(s / 3600 % 24), (int)(s / 60 % 60), (int)(s % 60));
	else
		table_add_format(t, "%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60),
			(int)(s % 60));
}

static void add_value(struct table *t, const char *name, const json_t *v)
{
	if (v == NULL)
		return;
	table_add_text(t, name);
	table_add_json(t, v);
}

static void add_ha(struct table *t, const json_t *status)
{
	const json_t *ha = json_array_get(json_object_get(status, "high-availability"), 0);
	const json_t *servers = json_object_get(ha, "ha-servers");
	const json_t *local = json_object_get(servers, "local");
	const json_t *remote = json_object_get(servers, "remote");

	add_value(t, "HA mode", json_object_get(ha, "ha-mode"));
	add_value(t, "HA role", json_object_get(local, "role"));
	add_value(t, "HA state", json_object_get(local, "state"));
	add_value(t, "Partner", json_object_get(remote, "server-name"));
	add_value(t, "Partner state", json_object_get(remote, "last-state"));
}

static void print_summary(const struct ctl *c, const json_t *status)
{
	const json_t *lessor = json_object_get(status, "lessor");
	const json_t *journal = json_object_get(lessor, "journal");
	const json_t *disabled =
		json_object_get(json_object_get(status, "dhcp-state"), "globally-disabled");
	struct table t;

	table_init(&t, NULL, 2, c->colour);
	add_value(&t, "Version", json_object_get(lessor, "version"));
	add_value(&t, "Process", json_object_get(status, "pid"));
	add_age(&t, "Uptime", json_object_get(status, "uptime"));
	add_age(&t, "Since reload", json_object_get(status, "reload"));
	add_value(&t, "Generation", json_object_get(lessor, "generation"));
	if (disabled != NULL) {
		table_add_text(&t, "Service");
		table_add_text(&t, json_is_true(disabled) ? "disabled" : "serving");
	}
	add_value(&t, "Sockets",
		json_object_get(json_object_get(status, "sockets"), "status"));
	add_value(&t, "Committed", json_object_get(journal, "committed"));
	add_value(&t, "Applied", json_object_get(journal, "applied"));
	add_ha(&t, status);
	table_flush(&t);
	table_fini(&t);
}

/* A list of maps as a table: a column per key. */
static void print_list(const struct ctl *c, const json_t *list, const char *const *heads,
	const char *const *keys)
{
	struct table t;

	if (json_array_size(list) == 0)
		return;
	table_init(&t, heads, 3, c->colour);
	for (size_t i = 0; i < json_array_size(list); i++)
		for (size_t k = 0; k < 3; k++)
			table_add_json(&t, json_object_get(json_array_get(list, i), keys[k]));
	putchar('\n');
	table_flush(&t);
	table_fini(&t);
}

int cmd_status(const struct ctl *c)
{
	static const char *const interface_heads[] = {"INTERFACE", "STATE", "ADDRESS"};
	static const char *const interface_keys[] = {"name", "state", "address"};
	static const char *const child_heads[] = {"ROLE", "PID", "INTERFACE"};
	static const char *const child_keys[] = {"role", "pid", "interface"};
	json_t *answer = call_do(c, "status-get", NULL);
	const json_t *status, *lessor;
	int rc = CTL_DONE;

	if (answer == NULL)
		return CTL_FAILED;
	status = json_object_get(answer, "arguments");
	lessor = json_object_get(status, "lessor");
	if (!json_is_object(status)) {
		print_error("%s: an answer without a status", c->socket);
		rc = CTL_FAILED;
	} else if (c->json) {
		rc = print_json(status);
	} else {
		print_summary(c, status);
		print_list(c, json_object_get(lessor, "interfaces"), interface_heads,
			interface_keys);
		print_list(c, json_object_get(lessor, "children"), child_heads, child_keys);
	}
	json_decref(answer);
	return rc;
}
