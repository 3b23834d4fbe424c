/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command: from the text of a request to the handler that answers it.
 */
#ifndef LESSOR_DAEMON_CONTROL_COMMAND_H
#define LESSOR_DAEMON_CONTROL_COMMAND_H

#include <jansson.h>

#include "daemon/conf/model.h"
#include "daemon/control/answer.h"
#include "daemon/control/control.h"

/* A handler makes the whole answer, or begins a stream. args: "arguments", NULL if there were
 * none; lent until the handler returns. */
typedef void command_fn(struct control *ctl, const json_t *args, struct answer *a);

/* Reads the request in text, one JSON object of len octets. The caller gives it back with
 * json_decref(). NULL: it is none, and the answer says why. */
json_t *command_parse(const char *text, size_t len, struct answer *a);

/* What a client must be allowed to do for this request. */
enum model_role command_role(const json_t *request);

/* Executes it. */
void command_run(struct control *ctl, const json_t *request, struct answer *a);

/* cmd_backup.c */
command_fn cmd_lessor_backup;
/* cmd_config.c */
command_fn cmd_config_get, cmd_config_reload, cmd_config_set, cmd_config_test, cmd_config_write;
/* cmd_host.c */
command_fn cmd_reservation_add, cmd_reservation_del, cmd_reservation_get,
	cmd_reservation_get_all, cmd_reservation_get_by_address, cmd_reservation_get_by_hostname,
	cmd_reservation_get_by_id, cmd_reservation_get_page, cmd_reservation_update;
/* cmd_edit.c */
command_fn cmd_class_add, cmd_class_del, cmd_class_get, cmd_class_list, cmd_class_update,
	cmd_interface_add, cmd_network4_add, cmd_network4_del, cmd_network4_get,
	cmd_network4_subnet_add, cmd_network4_subnet_del, cmd_subnet4_add, cmd_subnet4_del,
	cmd_subnet4_delta_add, cmd_subnet4_delta_del, cmd_subnet4_get, cmd_subnet4_update;
/* cmd_explain.c */
command_fn cmd_lessor_explain;
/* cmd_general.c */
command_fn cmd_build_report, cmd_config_backend_pull, cmd_config_hash_get, cmd_interface_list,
	cmd_interface_redetect, cmd_kea_lfc_start, cmd_list_commands, cmd_server_tag_get,
	cmd_status_get, cmd_version_get;
/* cmd_selftest.c */
command_fn cmd_lessor_selftest;
/* cmd_service.c */
command_fn cmd_dhcp_disable, cmd_dhcp_enable, cmd_leases_reclaim, cmd_shutdown;
/* cmd_lease.c, cmd_lease_list.c */
command_fn cmd_lease4_get, cmd_lease4_del, cmd_lease4_resend_ddns, cmd_lease4_get_all,
	cmd_lease4_get_page;
/* Removes the lease of a record that is claimed, and commits. 0 or a negative code with err; the
 * claim is gone either way. */
int cmd_lease_remove(struct control *ctl, uint32_t rec, struct err *err);
/* cmd_lease_find.c */
command_fn cmd_lease4_get_by_hw_address, cmd_lease4_get_by_client_id, cmd_lease4_get_by_hostname,
	cmd_lease4_get_by_state;
/* cmd_history.c */
command_fn cmd_lease4_history_get;
/* cmd_lease_put.c, cmd_lease_wipe.c */
command_fn cmd_lease4_add, cmd_lease4_update, cmd_lease4_wipe;
/* cmd_subnet.c, cmd_select.c */
command_fn cmd_subnet4_list, cmd_subnet4_select_test, cmd_network4_list;
/* cmd_statistic.c */
command_fn cmd_statistic_get, cmd_statistic_get_all, cmd_statistic_global_get_all,
	cmd_stat_lease4_get;
/* cmd_trace.c */
command_fn cmd_lessor_talkers, cmd_lessor_trace;
/* cmd_statistic_set.c */
command_fn cmd_statistic_reset, cmd_statistic_reset_all, cmd_statistic_sample_age_set,
	cmd_statistic_sample_age_set_all, cmd_statistic_sample_count_set,
	cmd_statistic_sample_count_set_all;

/* cmd_ha.c */
command_fn cmd_ha_continue, cmd_ha_handover, cmd_ha_heartbeat, cmd_ha_maintenance_cancel,
	cmd_ha_maintenance_notify, cmd_ha_maintenance_start, cmd_ha_partner_down, cmd_ha_reset,
	cmd_ha_scopes, cmd_ha_sync, cmd_ha_sync_complete_notify;
/* Parts of status-get: nothing if no pair is configured. */
void cmd_ha_write_status(const struct control *ctl, struct out *o);
void cmd_ha_write_pair(const struct control *ctl, struct out *o);

/* The k-th command's name in alphabetical order, NULL after the last. */
const char *command_name(size_t k);

#endif
