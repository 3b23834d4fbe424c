/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command: from the text of a request to the handler that answers it.
 */
#ifndef LESSOR_DAEMON_CONTROL_COMMAND_H
#define LESSOR_DAEMON_CONTROL_COMMAND_H

#include <jansson.h>

#include "daemon/control/answer.h"
#include "daemon/control/control.h"

/* A handler makes the whole answer, or begins a stream. args: "arguments", NULL if there were
 * none; lent until the handler returns. */
typedef void command_fn(struct control *ctl, const json_t *args, struct answer *a);

/* Executes the request in text, one JSON object of len octets. */
void command_run(struct control *ctl, const char *text, size_t len, struct answer *a);

/* cmd_config.c */
command_fn cmd_config_reload;
/* cmd_general.c */
command_fn cmd_build_report, cmd_list_commands, cmd_status_get, cmd_version_get;
/* cmd_lease.c, cmd_lease_list.c */
command_fn cmd_lease4_get, cmd_lease4_del, cmd_lease4_get_all, cmd_lease4_get_page;
/* cmd_lease_find.c */
command_fn cmd_lease4_get_by_hw_address, cmd_lease4_get_by_client_id, cmd_lease4_get_by_hostname,
	cmd_lease4_get_by_state;
/* cmd_history.c */
command_fn cmd_lease4_history_get;
/* cmd_lease_put.c, cmd_lease_wipe.c */
command_fn cmd_lease4_add, cmd_lease4_update, cmd_lease4_wipe;
/* cmd_subnet.c */
command_fn cmd_subnet4_list, cmd_network4_list;
/* cmd_statistic.c */
command_fn cmd_statistic_get, cmd_statistic_get_all, cmd_stat_lease4_get;

/* The k-th command's name in alphabetical order, NULL after the last. */
const char *command_name(size_t k);

#endif
