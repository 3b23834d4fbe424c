/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_ha: the pair: how it is, and what its operator wants of it.
 */
#include "daemon/ctl/ctl.h"

#include <stdio.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"
#include "daemon/ctl/table.h"

static void add(struct table *t, const char *name, const json_t *value)
{
	if (value == NULL)
		return;
	table_add_text(t, name);
	table_add_json(t, value);
}

static void show(const struct ctl *c, const json_t *servers, const json_t *pair)
{
	const json_t *local = json_object_get(servers, "local");
	const json_t *remote = json_object_get(servers, "remote");
	struct table t;

	table_init(&t, NULL, 2, c->colour);
	add(&t, "Node", json_object_get(local, "server-name"));
	add(&t, "Role", json_object_get(local, "role"));
	add(&t, "State", json_object_get(pair, "state"));
	add(&t, "Reason", json_object_get(pair, "reason"));
	add(&t, "State for Kea", json_object_get(local, "state"));
	add(&t, "Term", json_object_get(pair, "term"));
	add(&t, "Partner", json_object_get(remote, "server-name"));
	add(&t, "Partner's state", json_object_get(remote, "last-state"));
	add(&t, "Connected", json_object_get(pair, "linked"));
	add(&t, "Copy under way", json_object_get(pair, "copying"));
	add(&t, "Held by partner", json_object_get(pair, "acked"));
	add(&t, "Changes behind", json_object_get(pair, "lag"));
	add(&t, "Round trip (us)", json_object_get(pair, "round-trip-us"));
	add(&t, "Clock skew (us)", json_object_get(pair, "clock-skew-us"));
	add(&t, "Alarms", json_object_get(pair, "alarms"));
	table_flush(&t);
	table_fini(&t);
}

int cmd_ha_status(const struct ctl *c)
{
	json_t *answer = call_do(c, "status-get", NULL);
	const json_t *args = json_object_get(answer, "arguments");
	const json_t *ha = json_array_get(json_object_get(args, "high-availability"), 0);
	const json_t *pair = json_object_get(json_object_get(args, "lessor"), "pair");
	int rc = CTL_DONE;

	if (answer == NULL)
		return CTL_FAILED;
	if (ha == NULL) {
		print_error("%s: no pair is configured", c->socket);
		rc = CTL_FAILED;
	} else if (c->json) {
		rc = print_json(ha);
	} else {
		show(c, json_object_get(ha, "ha-servers"), pair);
	}
	json_decref(answer);
	return rc;
}

static int ask(const struct ctl *c, const char *command)
{
	json_t *answer = call_do(c, command, NULL);
	const char *text = json_string_value(json_object_get(answer, "text"));
	int rc = CTL_DONE;

	if (answer == NULL)
		return CTL_FAILED;
	if (c->json)
		rc = print_json(answer);
	else
		printf("%s\n", text != NULL ? text : "done");
	json_decref(answer);
	return rc;
}

int cmd_ha_maintenance_start(const struct ctl *c)
{
	return ask(c, "ha-maintenance-start");
}

int cmd_ha_maintenance_cancel(const struct ctl *c)
{
	return ask(c, "ha-maintenance-cancel");
}

int cmd_ha_continue(const struct ctl *c)
{
	return ask(c, "ha-continue");
}

int cmd_ha_sync(const struct ctl *c)
{
	return ask(c, "ha-sync");
}

int cmd_ha_handover(const struct ctl *c)
{
	return ask(c, "ha-handover");
}

int cmd_ha_partner_down(const struct ctl *c)
{
	return ask(c, "ha-partner-down");
}
