/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command: the tables, and the text of --help.
 */
#include "config.h"

#include "daemon/ctl/command.h"

#include <stdio.h>
#include <string.h>

const struct option command_options[] = {
	{"json", no_argument, NULL, OPT_JSON},
	{"subnet", required_argument, NULL, OPT_SUBNET},
	{"state", required_argument, NULL, OPT_STATE},
	{"csv", no_argument, NULL, OPT_CSV},
	{"force", no_argument, NULL, OPT_FORCE},
	{"lenient", no_argument, NULL, OPT_LENIENT},
	{"state-dir", required_argument, NULL, OPT_STATE_DIR},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, OPT_HELP},
	{"mac", required_argument, NULL, OPT_VALUE},
	{"client-id", required_argument, NULL, OPT_VALUE + 1},
	{"hostname", required_argument, NULL, OPT_VALUE + 2},
	{"lifetime", required_argument, NULL, OPT_VALUE + 3},
	{"giaddr", required_argument, NULL, OPT_VALUE + 4},
	{"iface", required_argument, NULL, OPT_VALUE + 5},
	{"ciaddr", required_argument, NULL, OPT_VALUE + 6},
	{"requested", required_argument, NULL, OPT_VALUE + 7},
	{"server-id", required_argument, NULL, OPT_VALUE + 8},
	{"type", required_argument, NULL, OPT_VALUE + 9},
	{"option", required_argument, NULL, OPT_VALUE + 10},
	{"circuit-id", required_argument, NULL, OPT_VALUE + 11},
	{"remote-id", required_argument, NULL, OPT_VALUE + 12},
	{"class", required_argument, NULL, OPT_VALUE + 13},
	{NULL, 0, NULL, 0},
};

const struct command_value command_values[] = {
	{"mac", HAS_MAC},
	{"client-id", HAS_CLIENT},
	{"hostname", HAS_LEASE},
	{"lifetime", HAS_LEASE},
	{"giaddr", HAS_PACKET},
	{"iface", HAS_PACKET},
	{"ciaddr", HAS_PACKET},
	{"requested", HAS_PACKET},
	{"server-id", HAS_PACKET},
	{"type", HAS_PACKET},
	{"option", HAS_PACKET},
	{"circuit-id", HAS_PACKET},
	{"remote-id", HAS_PACKET},
	{"class", HAS_PACKET},
};

const size_t n_command_values = sizeof(command_values) / sizeof(command_values[0]);

const struct command commands[] = {
	{"status", NULL, 0, 0, cmd_status, 0},
	{"leases", NULL, 0, 0, cmd_leases, HAS_CSV | HAS_SUBNET | HAS_STATE},
	{"lease", "get", 1, 1, cmd_lease_get, 0},
	{"lease", "del", 1, 1, cmd_lease_del, 0},
	{"lease", "add", 1, 1, cmd_lease_add, HAS_MAC | HAS_CLIENT | HAS_SUBNET | HAS_LEASE},
	{"stats", NULL, 0, 0, cmd_stats, 0},
	{"command", NULL, 1, 2, cmd_command, 0},
	{"check", NULL, 1, 1, cmd_check, 0},
	{"subnets", NULL, 0, 0, cmd_subnets, 0},
	{"reload", NULL, 0, 0, cmd_reload, 0},
	{"ha", "status", 0, 0, cmd_ha_status, 0},
	{"ha", "maintenance-start", 0, 0, cmd_ha_maintenance_start, 0},
	{"ha", "maintenance-cancel", 0, 0, cmd_ha_maintenance_cancel, 0},
	{"ha", "continue", 0, 0, cmd_ha_continue, 0},
	{"ha", "sync", 0, 0, cmd_ha_sync, 0},
	{"ha", "handover", 0, 0, cmd_ha_handover, 0},
	{"ha", "partner-down", 0, 0, cmd_ha_partner_down, 0},
	{"explain", NULL, 0, 0, cmd_explain, HAS_MAC | HAS_CLIENT | HAS_PACKET},
	{"history", NULL, 1, 1, cmd_history, 0},
	{"watch", NULL, 0, 0, cmd_watch, 0},
	{"trace", NULL, 0, 0, cmd_trace, HAS_MAC},
	{"selftest", NULL, 0, 0, cmd_selftest, HAS_SUBNET},
	{"import", "kea", 1, 1, cmd_import_kea, HAS_OUT | HAS_LENIENT},
	{"import", "isc", 1, 1, cmd_import_isc, HAS_OUT | HAS_LENIENT},
	{"import", "leases", 1, 1, cmd_import_leases, HAS_CONFIG | HAS_STATE_DIR | HAS_FORCE},
	{"export", "leases", 0, 0, cmd_export_leases, HAS_OUT | HAS_STATE_DIR},
	{"backup", NULL, 1, 1, cmd_backup, 0},
};

const size_t n_commands = sizeof(commands) / sizeof(commands[0]);

void command_help(void)
{
	puts("Usage: lessorctl [-s SOCKET] [--json] COMMAND\n"
	     "Asks and commands a running lessord; imports from other servers.\n\n"
	     "  status                     how the server is\n"
	     "  leases [--subnet ID] [--state S] [--csv]\n"
	     "                             list leases; S: assigned, declined, expired-reclaimed,\n"
	     "                             released\n"
	     "  lease get IP|MAC|CLIENT-ID the lease of an address, the leases of a client\n"
	     "  lease del IP               delete a lease\n"
	     "  lease add IP --mac M [--client-id ID] [--hostname NAME] [--subnet ID] [--lifetime S]\n"
	     "                             make a lease\n"
	     "  ha status                  how the pair is\n"
	     "  ha maintenance-start|maintenance-cancel|handover|sync|continue|partner-down\n"
	     "                             what this node of the pair shall do\n"
	     "  stats                      counters\n"
	     "  subnets                    how full each subnet and pool is\n"
	     "  history IP|MAC|CLIENT-ID   who held an address, what a client held, and when\n"
	     "  reload                     read the configuration file again\n"
	     "  explain --mac M [--client-id ID] [--giaddr IP] [--iface NAME] [--ciaddr IP]\n"
	     "          [--requested IP] [--server-id IP] [--type discover|request|inform]\n"
	     "          [--option CODE=VALUE]... [--circuit-id ID] [--remote-id ID] [--class C]...\n"
	     "                             what a client would get and why, without any effect\n"
	     "  watch                      live view of the server; q ends it\n"
	     "  trace [--mac M]            what the server decides, live, packet by packet\n"
	     "  selftest [--subnet ID]     lease, check and release an address through the server\n"
	     "  command NAME [JSON]        any control command, raw\n"
	     "  check FILE                 check a configuration file\n"
	     "  import kea FILE [-o OUT] [--lenient]\n"
	     "                             Kea's configuration to Lessor's\n"
	     "  import isc FILE [-o OUT] [--lenient]\n"
	     "                             ISC dhcpd's configuration, dhcpd.conf, to Lessor's\n"
	     "  import leases FILE [-c CONFIG] [--state-dir DIR] [--force]\n"
	     "                             leases of Kea or ISC dhcpd, while lessord does not run\n"
	     "  export leases [-o OUT] [--state-dir DIR]\n"
	     "                             all leases as Kea's lease file\n"
	     "  backup FILE                copy of all that is stored, while the server runs\n\n"
	     "  -s SOCKET   control socket [" LESSOR_RUNDIR "/control.sock]\n"
	     "  --json      print JSON\n"
	     "  --version   print the version\n\n"
	     "Exit status: 0 done, 1 not found or failed, 2 usage.");
}

const char *ctl_value(const struct ctl *c, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < c->n_values; i++)
		if (strcmp(c->values[i].name, name) == 0)
			value = c->values[i].value;
	return value;
}
