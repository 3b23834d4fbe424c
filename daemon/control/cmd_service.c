/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_service: switches the service off and on, stops the server, puts an end to old leases.
 */
#include "daemon/control/command.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/conf/model.h"
#include "shm/base/clock.h"
#include "shm/reclaim.h"
#include "shm/service.h"

/* The number of the origin that the arguments name, as "origin-id", "origin", or not at all. false:
 * the answer says what is wrong. */
static bool read_origin(const json_t *args, struct answer *a, uint32_t *ret_origin)
{
	const json_t *origin = json_object_get(args, "origin"), *id;
	const char *name = json_string_value(origin);
	json_int_t number = SERVICE_USER;

	id = json_object_get(args, "origin-id");
	if (id == NULL && json_is_integer(origin))
		id = origin;
	if (id != NULL)
		number = json_is_integer(id) ? json_integer_value(id) : 0;
	else if (name != NULL && strcmp(name, "ha-partner") == 0)
		number = SERVICE_REMOTE;
	else if (origin != NULL && (name == NULL || strcmp(name, "user") != 0))
		number = 0;
	*ret_origin = (uint32_t)number;
	if (number >= SERVICE_USER && number < SERVICE_END)
		return true;
	answer_text(a, ANSWER_ERROR,
		"'origin' has to be \"user\" or \"ha-partner\", 'origin-id' a number from 1 to %d",
		SERVICE_END - 1);
	return false;
}

void cmd_dhcp_disable(struct control *ctl, const json_t *args, struct answer *a)
{
	const json_t *period = json_object_get(args, "max-period");
	json_int_t seconds = period != NULL ? json_integer_value(period) : 0;
	uint32_t origin;

	if (args != NULL && !json_is_object(args)) {
		answer_text(a, ANSWER_ERROR, "arguments for the 'dhcp-disable' command must be "
			"a map");
		return;
	}
	if (!read_origin(args, a, &origin))
		return;
	if (period != NULL && seconds <= 0)
		answer_text(a, ANSWER_ERROR, "'max-period' must be a positive number of seconds");
	else if (service_disable(ctl->child->region, origin, (uint64_t)seconds) < 0)
		answer_text(a, ANSWER_ERROR, "too many origins have disabled the service");
	else if (period != NULL)
		answer_text(a, ANSWER_SUCCESS, "DHCPv4 service disabled for %lld seconds",
			(long long)seconds);
	else
		answer_text(a, ANSWER_SUCCESS, "DHCPv4 service disabled");
}

void cmd_dhcp_enable(struct control *ctl, const json_t *args, struct answer *a)
{
	uint32_t origin;

	if (args != NULL && !json_is_object(args)) {
		answer_text(a, ANSWER_ERROR, "arguments for the 'dhcp-enable' command must be "
			"a map");
		return;
	}
	if (!read_origin(args, a, &origin))
		return;
	service_enable(ctl->child->region, origin);
	if (service_is_disabled(ctl->child->region))
		answer_text(a, ANSWER_SUCCESS,
			"DHCP service of this origin enabled, it is disabled by another one");
	else
		answer_text(a, ANSWER_SUCCESS, "DHCP service successfully enabled");
}

void cmd_shutdown(struct control *ctl, const json_t *args, struct answer *a)
{
	const json_t *value = json_object_get(args, "exit-value");
	json_int_t status = value != NULL ? json_integer_value(value) : 0;
	struct ask_request request = {.kind = ASK_STOP};
	int rc;

	if ((value != NULL && !json_is_integer(value)) || status < 0 || status > 255) {
		answer_text(a, ANSWER_ERROR, "'exit-value' must be a number from 0 to 255");
		return;
	}
	request.status = (uint32_t)status;
	rc = ask_send(ctl->ask, &request, -1);
	if (rc < 0)
		answer_text(a, ANSWER_ERROR, "the supervisor cannot be asked: %s", strerror(-rc));
	else
		answer_text(a, ANSWER_SUCCESS, "Shutting down.");
}

/* Goes once round the table, a part in each turn of the loop. */
static enum answer_progress reclaim_part(struct answer *a)
{
	struct reclaim *r = (struct reclaim *)a->state;
	uint32_t before = r->hand, size = table_size(r->child->region);
	struct err err;

	if (reclaim_some(r, clock_wall_s(), &err) < 0) {
		answer_text(a, ANSWER_ERROR, "leases could not be written: %s", err.text);
		return ANSWER_DONE;
	}
	if (r->hand < size && r->hand > before)
		return ANSWER_MORE;
	answer_text(a, ANSWER_SUCCESS, "Reclamation of expired leases is complete.");
	return ANSWER_DONE;
}

void cmd_leases_reclaim(struct control *ctl, const json_t *args, struct answer *a)
{
	const json_t *remove = json_object_get(args, "remove");
	struct reclaim *r;

	if (!json_is_boolean(remove)) {
		answer_text(a, ANSWER_ERROR, "Missing mandatory 'remove' parameter, true or "
			"false.");
		return;
	}
	r = (struct reclaim *)answer_stream(a, reclaim_part, sizeof(*r));
	if (r == NULL)
		return;
	*r = (struct reclaim){.child = ctl->child, .commit = ctl->commit};
	if (json_is_false(remove))
		r->hold_s = ctl->child->model->hold_reclaimed_time;
}
