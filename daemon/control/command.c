/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command: checks the frame of a request (command, arguments, service) and looks its handler up.
 */
#include "daemon/control/command.h"

#include <string.h>

static const struct command {
	const char *name;
	command_fn *run;
	enum model_role role; /* that a client needs for it */
} commands[] = {
	/* ascending names */
	{"build-report", cmd_build_report, MODEL_ROLE_READ},
	{"class-add", cmd_class_add, MODEL_ROLE_CONFIGURE},
	{"class-del", cmd_class_del, MODEL_ROLE_CONFIGURE},
	{"class-get", cmd_class_get, MODEL_ROLE_READ},
	{"class-list", cmd_class_list, MODEL_ROLE_READ},
	{"class-update", cmd_class_update, MODEL_ROLE_CONFIGURE},
	{"config-backend-pull", cmd_config_backend_pull, MODEL_ROLE_OPERATE},
	{"config-get", cmd_config_get, MODEL_ROLE_CONFIGURE}, /* it holds passwords */
	{"config-hash-get", cmd_config_hash_get, MODEL_ROLE_READ},
	{"config-reload", cmd_config_reload, MODEL_ROLE_CONFIGURE},
	{"config-set", cmd_config_set, MODEL_ROLE_CONFIGURE},
	{"config-test", cmd_config_test, MODEL_ROLE_OPERATE},
	{"config-write", cmd_config_write, MODEL_ROLE_CONFIGURE},
	{"dhcp-disable", cmd_dhcp_disable, MODEL_ROLE_OPERATE},
	{"dhcp-enable", cmd_dhcp_enable, MODEL_ROLE_OPERATE},
	{"ha-continue", cmd_ha_continue, MODEL_ROLE_OPERATE},
	{"ha-handover", cmd_ha_handover, MODEL_ROLE_OPERATE},
	{"ha-heartbeat", cmd_ha_heartbeat, MODEL_ROLE_READ},
	{"ha-maintenance-cancel", cmd_ha_maintenance_cancel, MODEL_ROLE_OPERATE},
	{"ha-maintenance-notify", cmd_ha_maintenance_notify, MODEL_ROLE_OPERATE},
	{"ha-maintenance-start", cmd_ha_maintenance_start, MODEL_ROLE_OPERATE},
	{"ha-partner-down", cmd_ha_partner_down, MODEL_ROLE_OPERATE},
	{"ha-reset", cmd_ha_reset, MODEL_ROLE_OPERATE},
	{"ha-scopes", cmd_ha_scopes, MODEL_ROLE_OPERATE},
	{"ha-sync", cmd_ha_sync, MODEL_ROLE_OPERATE},
	{"ha-sync-complete-notify", cmd_ha_sync_complete_notify, MODEL_ROLE_OPERATE},
	{"interface-add", cmd_interface_add, MODEL_ROLE_CONFIGURE},
	{"interface-list", cmd_interface_list, MODEL_ROLE_READ},
	{"interface-redetect", cmd_interface_redetect, MODEL_ROLE_OPERATE},
	{"kea-lfc-start", cmd_kea_lfc_start, MODEL_ROLE_OPERATE},
	{"lease4-add", cmd_lease4_add, MODEL_ROLE_OPERATE},
	{"lease4-del", cmd_lease4_del, MODEL_ROLE_OPERATE},
	{"lease4-get", cmd_lease4_get, MODEL_ROLE_READ},
	{"lease4-get-all", cmd_lease4_get_all, MODEL_ROLE_READ},
	{"lease4-get-by-client-id", cmd_lease4_get_by_client_id, MODEL_ROLE_READ},
	{"lease4-get-by-hostname", cmd_lease4_get_by_hostname, MODEL_ROLE_READ},
	{"lease4-get-by-hw-address", cmd_lease4_get_by_hw_address, MODEL_ROLE_READ},
	{"lease4-get-by-state", cmd_lease4_get_by_state, MODEL_ROLE_READ},
	{"lease4-get-page", cmd_lease4_get_page, MODEL_ROLE_READ},
	{"lease4-history-get", cmd_lease4_history_get, MODEL_ROLE_READ},
	{"lease4-resend-ddns", cmd_lease4_resend_ddns, MODEL_ROLE_OPERATE},
	{"lease4-update", cmd_lease4_update, MODEL_ROLE_OPERATE},
	{"lease4-wipe", cmd_lease4_wipe, MODEL_ROLE_OPERATE},
	{"leases-reclaim", cmd_leases_reclaim, MODEL_ROLE_OPERATE},
	{"lessor-backup", cmd_lessor_backup, MODEL_ROLE_CONFIGURE}, /* it is everything */
	{"lessor-explain", cmd_lessor_explain, MODEL_ROLE_READ},
	{"lessor-selftest", cmd_lessor_selftest, MODEL_ROLE_OPERATE},
	{"lessor-talkers", cmd_lessor_talkers, MODEL_ROLE_READ},
	{"lessor-trace", cmd_lessor_trace, MODEL_ROLE_READ},
	{"list-commands", cmd_list_commands, MODEL_ROLE_READ},
	{"network4-add", cmd_network4_add, MODEL_ROLE_CONFIGURE},
	{"network4-del", cmd_network4_del, MODEL_ROLE_CONFIGURE},
	{"network4-get", cmd_network4_get, MODEL_ROLE_READ},
	{"network4-list", cmd_network4_list, MODEL_ROLE_READ},
	{"network4-subnet-add", cmd_network4_subnet_add, MODEL_ROLE_CONFIGURE},
	{"network4-subnet-del", cmd_network4_subnet_del, MODEL_ROLE_CONFIGURE},
	{"reservation-add", cmd_reservation_add, MODEL_ROLE_CONFIGURE},
	{"reservation-del", cmd_reservation_del, MODEL_ROLE_CONFIGURE},
	{"reservation-get", cmd_reservation_get, MODEL_ROLE_READ},
	{"reservation-get-all", cmd_reservation_get_all, MODEL_ROLE_READ},
	{"reservation-get-by-address", cmd_reservation_get_by_address, MODEL_ROLE_READ},
	{"reservation-get-by-hostname", cmd_reservation_get_by_hostname, MODEL_ROLE_READ},
	{"reservation-get-by-id", cmd_reservation_get_by_id, MODEL_ROLE_READ},
	{"reservation-get-page", cmd_reservation_get_page, MODEL_ROLE_READ},
	{"reservation-update", cmd_reservation_update, MODEL_ROLE_CONFIGURE},
	{"server-tag-get", cmd_server_tag_get, MODEL_ROLE_READ},
	{"shutdown", cmd_shutdown, MODEL_ROLE_CONFIGURE},
	{"stat-lease4-get", cmd_stat_lease4_get, MODEL_ROLE_READ},
	{"statistic-get", cmd_statistic_get, MODEL_ROLE_READ},
	{"statistic-get-all", cmd_statistic_get_all, MODEL_ROLE_READ},
	{"statistic-global-get-all", cmd_statistic_global_get_all, MODEL_ROLE_READ},
	{"statistic-remove", cmd_statistic_reset, MODEL_ROLE_OPERATE},
	{"statistic-remove-all", cmd_statistic_reset_all, MODEL_ROLE_OPERATE},
	{"statistic-reset", cmd_statistic_reset, MODEL_ROLE_OPERATE},
	{"statistic-reset-all", cmd_statistic_reset_all, MODEL_ROLE_OPERATE},
	{"statistic-sample-age-set", cmd_statistic_sample_age_set, MODEL_ROLE_OPERATE},
	{"statistic-sample-age-set-all", cmd_statistic_sample_age_set_all, MODEL_ROLE_OPERATE},
	{"statistic-sample-count-set", cmd_statistic_sample_count_set, MODEL_ROLE_OPERATE},
	{"statistic-sample-count-set-all", cmd_statistic_sample_count_set_all, MODEL_ROLE_OPERATE},
	{"status-get", cmd_status_get, MODEL_ROLE_READ},
	{"subnet4-add", cmd_subnet4_add, MODEL_ROLE_CONFIGURE},
	{"subnet4-del", cmd_subnet4_del, MODEL_ROLE_CONFIGURE},
	{"subnet4-delta-add", cmd_subnet4_delta_add, MODEL_ROLE_CONFIGURE},
	{"subnet4-delta-del", cmd_subnet4_delta_del, MODEL_ROLE_CONFIGURE},
	{"subnet4-get", cmd_subnet4_get, MODEL_ROLE_READ},
	{"subnet4-list", cmd_subnet4_list, MODEL_ROLE_READ},
	{"subnet4-select-test", cmd_subnet4_select_test, MODEL_ROLE_READ},
	{"subnet4-update", cmd_subnet4_update, MODEL_ROLE_CONFIGURE},
	{"version-get", cmd_version_get, MODEL_ROLE_READ},
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

static bool check_keys(const json_t *request, struct answer *a)
{
	static const char *const known[] = {"command", "arguments", "service", "remote-address"};
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)request, key, value) {
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

static const struct command *find(const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "command"));

	for (size_t i = 0; name != NULL && i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

enum model_role command_role(const json_t *request)
{
	const struct command *c = find(request);

	/* what is no command does nothing but get an error */
	return c != NULL ? c->role : MODEL_ROLE_READ;
}

void command_run(struct control *ctl, const json_t *request, struct answer *a)
{
	const char *name = json_string_value(json_object_get(request, "command"));
	const struct command *c = find(request);

	if (name == NULL) {
		answer_text(a, ANSWER_ERROR, "no 'command' with a string in the request");
		return;
	}
	if (!check_keys(request, a) || !check_service(json_object_get(request, "service"), a))
		return;
	if (c != NULL)
		c->run(ctl, json_object_get(request, "arguments"), a);
	else
		answer_text(a, ANSWER_UNSUPPORTED, "'%s' command not supported.", name);
}

json_t *command_parse(const char *text, size_t len, struct answer *a)
{
	json_error_t error;
	json_t *request = json_loadb(text, len, 0, &error);

	if (json_is_object(request))
		return request;
	answer_text(a, ANSWER_ERROR, "line %d, column %d: %s", error.line, error.column,
		error.text);
	json_decref(request);
	return NULL;
}
