/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command: checks the frame of a request (command, arguments, service) and looks its handler up.
 */
#include "daemon/control/command.h"

#include <string.h>

static const struct {
	const char *name;
	command_fn *run;
} commands[] = {
	/* ascending names */
	{"build-report", cmd_build_report},
	{"config-reload", cmd_config_reload},
	{"lease4-add", cmd_lease4_add},
	{"lease4-del", cmd_lease4_del},
	{"lease4-get", cmd_lease4_get},
	{"lease4-get-all", cmd_lease4_get_all},
	{"lease4-get-by-client-id", cmd_lease4_get_by_client_id},
	{"lease4-get-by-hostname", cmd_lease4_get_by_hostname},
	{"lease4-get-by-hw-address", cmd_lease4_get_by_hw_address},
	{"lease4-get-by-state", cmd_lease4_get_by_state},
	{"lease4-get-page", cmd_lease4_get_page},
	{"lease4-history-get", cmd_lease4_history_get},
	{"lease4-update", cmd_lease4_update},
	{"lease4-wipe", cmd_lease4_wipe},
	{"list-commands", cmd_list_commands},
	{"network4-list", cmd_network4_list},
	{"stat-lease4-get", cmd_stat_lease4_get},
	{"statistic-get", cmd_statistic_get},
	{"statistic-get-all", cmd_statistic_get_all},
	{"status-get", cmd_status_get},
	{"subnet4-list", cmd_subnet4_list},
	{"version-get", cmd_version_get},
};

#define N_COMMANDS (sizeof(commands) / sizeof(*commands))

const char *command_name(size_t k)
{
	return k < N_COMMANDS ? commands[k].name : NULL;
}

/* false: the service is not this server's; the answer says so. */
static bool check_service(const json_t *service, struct answer *a)
{
	const char *name;

	if (service == NULL)
		return true;
	if (!json_is_array(service)) {
		answer_text(a, ANSWER_ERROR, "service value must be a list");
		return false;
	}
	if (json_array_size(service) > 1) {
		answer_text(a, ANSWER_ERROR, "service value has more than one item");
		return false;
	}
	if (json_array_size(service) == 0)
		return true;
	name = json_string_value(json_array_get(service, 0));
	if (name != NULL && strcmp(name, "dhcp4") == 0)
		return true;
	answer_text(a, ANSWER_ERROR, "unsupported service '%s', expected 'dhcp4'",
		name != NULL ? name : "?");
	return false;
}

static bool check_keys(json_t *request, struct answer *a)
{
	static const char *const known[] = {"command", "arguments", "service", "remote-address"};
	const char *key;
	json_t *value;

	json_object_foreach(request, key, value) {
		bool found = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			found |= strcmp(key, known[i]) == 0;
		if (!found) {
			answer_text(a, ANSWER_ERROR, "unsupported parameter '%s' in the command",
				key);
			return false;
		}
	}
	return true;
}

static void dispatch(struct control *ctl, json_t *request, struct answer *a)
{
	const char *name = json_string_value(json_object_get(request, "command"));

	if (name == NULL) {
		answer_text(a, ANSWER_ERROR, "no 'command' with a string in the request");
		return;
	}
	if (!check_keys(request, a) || !check_service(json_object_get(request, "service"), a))
		return;
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0) {
			commands[i].run(ctl, json_object_get(request, "arguments"), a);
			return;
		}
	}
	answer_text(a, ANSWER_UNSUPPORTED, "'%s' command not supported.", name);
}

void command_run(struct control *ctl, const char *text, size_t len, struct answer *a)
{
	json_error_t error;
	json_t *request = json_loadb(text, len, 0, &error);

	if (json_is_object(request))
		dispatch(ctl, request, a);
	else
		answer_text(a, ANSWER_ERROR, "line %d, column %d: %s", error.line, error.column,
			error.text);
	json_decref(request);
}
