/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lessorctl: asks a running server over its control socket, and carries configurations and leases
 * over from other servers. Reads the command line and calls the
 * command; options may stand before or after it.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ctl/ctl.h"
#include "daemon/ctl/lease_text.h"
#include "daemon/ctl/print.h"
#include "shm/base/text.h"

enum {
	OPT_JSON = 256,
	OPT_SUBNET,
	OPT_STATE,
	OPT_CSV,
	OPT_FORCE,
	OPT_LENIENT,
	OPT_STATE_DIR,
	OPT_VERSION,
	OPT_HELP,
};

static const struct option options[] = {
	{"json", no_argument, NULL, OPT_JSON},
	{"subnet", required_argument, NULL, OPT_SUBNET},
	{"state", required_argument, NULL, OPT_STATE},
	{"csv", no_argument, NULL, OPT_CSV},
	{"force", no_argument, NULL, OPT_FORCE},
	{"lenient", no_argument, NULL, OPT_LENIENT},
	{"state-dir", required_argument, NULL, OPT_STATE_DIR},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

/* Options that not every command has. */
enum {
	HAS_CSV = 1,
	HAS_SUBNET = 2,
	HAS_STATE = 4,
	HAS_OUT = 8,
	HAS_CONFIG = 16,
	HAS_STATE_DIR = 32,
	HAS_FORCE = 64,
	HAS_LENIENT = 128,
};

struct command {
	const char *name, *verb;        /* verb: second word or NULL */
	int min_args, max_args;         /* after name and verb */
	int (*run)(const struct ctl *); /* NULL: not available in this version */
	unsigned has;                   /* set of HAS_... */
};

static const struct command commands[] = {
	{"status", NULL, 0, 0, cmd_status, 0},
	{"leases", NULL, 0, 0, cmd_leases, HAS_CSV | HAS_SUBNET | HAS_STATE},
	{"lease", "get", 1, 1, cmd_lease_get, 0},
	{"lease", "del", 1, 1, cmd_lease_del, 0},
	{"lease", "add", 0, 0, NULL, 0},
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
	{"explain", NULL, 0, 0, NULL, 0},
	{"history", NULL, 1, 1, cmd_history, 0},
	{"watch", NULL, 0, 0, NULL, 0},
	{"trace", NULL, 0, 0, NULL, 0},
	{"selftest", NULL, 0, 0, NULL, 0},
	{"import", "kea", 1, 1, cmd_import_kea, HAS_OUT | HAS_LENIENT},
	{"import", "isc", 1, 1, cmd_import_isc, HAS_OUT | HAS_LENIENT},
	{"import", "leases", 1, 1, cmd_import_leases, HAS_CONFIG | HAS_STATE_DIR | HAS_FORCE},
	{"export", "leases", 0, 0, cmd_export_leases, HAS_OUT | HAS_STATE_DIR},
	{"backup", NULL, 0, 0, NULL, 0},
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	puts("Usage: lessorctl [-s SOCKET] [--json] COMMAND\n"
	     "Asks and commands a running lessord; imports from other servers.\n\n"
	     "  status                     how the server is\n"
	     "  leases [--subnet ID] [--state S] [--csv]\n"
	     "                             list leases; S: assigned, declined, expired-reclaimed,\n"
	     "                             released\n"
	     "  lease get IP|MAC|CLIENT-ID the lease of an address, the leases of a client\n"
	     "  lease del IP               delete a lease\n"
	     "  ha status                  how the pair is\n"
	     "  ha maintenance-start|maintenance-cancel|handover|sync|continue|partner-down\n"
	     "                             what this node of the pair shall do\n"
	     "  stats                      counters\n"
	     "  subnets                    how full each subnet and pool is\n"
	     "  history IP|MAC|CLIENT-ID   who held an address, what a client held, and when\n"
	     "  reload                     read the configuration file again\n"
	     "  command NAME [JSON]        any control command, raw\n"
	     "  check FILE                 check a configuration file\n"
	     "  import kea FILE [-o OUT] [--lenient]\n"
	     "                             Kea's configuration to Lessor's\n"
	     "  import isc FILE [-o OUT] [--lenient]\n"
	     "                             ISC dhcpd's configuration, dhcpd.conf, to Lessor's\n"
	     "  import leases FILE [-c CONFIG] [--state-dir DIR] [--force]\n"
	     "                             leases of Kea or ISC dhcpd, while lessord does not run\n"
	     "  export leases [-o OUT] [--state-dir DIR]\n"
	     "                             all leases as Kea's lease file\n\n"
	     "  -s SOCKET   control socket [" LESSOR_RUNDIR "/control.sock]\n"
	     "  --json      print JSON\n"
	     "  --version   print the version\n\n"
	     "Exit status: 0 done, 1 not found or failed, 2 usage.");
}

static int usage(void)
{
	fputs("Try 'lessorctl --help'.\n", stderr);
	return CTL_USAGE;
}

static int parse_subnet(const char *s, int64_t *ret)
{
	unsigned long long id;

	if (s[0] == '\0' || strspn(s, "0123456789") != strlen(s))
		return -EINVAL;
	errno = 0;
	id = strtoull(s, NULL, 10);
	if (errno != 0 || id > UINT32_MAX)
		return -EINVAL;
	*ret = (int64_t)id;
	return 0;
}

/* One option; 0 to go on, -ECANCELED with the exit status. */
static int take(struct ctl *c, int opt, int *ret_exit)
{
	switch (opt) {
	case 's':
		c->socket = optarg;
		return 0;
	case 'o':
		c->out = optarg;
		return 0;
	case 'c':
		c->config = optarg;
		return 0;
	case OPT_JSON:
		c->json = true;
		return 0;
	case OPT_CSV:
		c->csv = true;
		return 0;
	case OPT_FORCE:
		c->force = true;
		return 0;
	case OPT_LENIENT:
		c->lenient = true;
		return 0;
	case OPT_STATE_DIR:
		c->state_dir = optarg;
		return 0;
	case OPT_SUBNET:
		if (parse_subnet(optarg, &c->subnet) == 0)
			return 0;
		print_error("--subnet: not the id of a subnet: %s", optarg);
		break;
	case OPT_STATE:
		if (lease_text_parse_state(optarg, &c->state) == 0)
			return 0;
		print_error("--state: not assigned, declined, expired-reclaimed or released: %s",
			optarg);
		break;
	case OPT_VERSION:
		puts("lessorctl " PACKAGE_VERSION);
		*ret_exit = CTL_DONE;
		return -ECANCELED;
	case OPT_HELP:
		print_help();
		*ret_exit = CTL_DONE;
		return -ECANCELED;
	default:
		break;
	}
	*ret_exit = usage();
	return -ECANCELED;
}

static void complain_verb(const char *name, const char *verb)
{
	char verbs[64] = "";

	for (size_t i = 0; i < N_COMMANDS; i++) {
		size_t len = strlen(verbs);

		if (strcmp(commands[i].name, name) == 0 && commands[i].verb != NULL)
			snprintf(verbs + len, sizeof(verbs) - len, "%s%s", len > 0 ? ", " : "",
				commands[i].verb);
	}
	print_error("%s: %s: one of %s", name, verb != NULL ? "unknown" : "incomplete", verbs);
}

static void complain_unknown(const char *name, const char *verb)
{
	const char *names[N_COMMANDS];
	const char *near;

	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0) {
			complain_verb(name, verb);
			return;
		}
		names[i] = commands[i].name;
	}
	near = text_nearest(name, names, N_COMMANDS);
	if (near != NULL)
		print_error("unknown command '%s': did you mean '%s'?", name, near);
	else
		print_error("unknown command '%s'", name);
}

/* The command of the n words; ret_words: of how many its name consists. */
static const struct command *find(int n, char **words, int *ret_words)
{
	for (size_t i = 0; i < N_COMMANDS; i++) {
		const struct command *cmd = &commands[i];

		if (strcmp(cmd->name, words[0]) != 0)
			continue;
		if (cmd->verb != NULL && (n < 2 || strcmp(cmd->verb, words[1]) != 0))
			continue;
		*ret_words = cmd->verb != NULL ? 2 : 1;
		return cmd;
	}
	return NULL;
}

/* What cannot go together, once all options are known; 0 or CTL_USAGE. */
static int check_use(const struct ctl *c, const struct command *cmd)
{
	const struct {
		const char *name;
		unsigned option;
		bool given;
	} given[] = {
		{"--csv", HAS_CSV, c->csv},
		{"--subnet", HAS_SUBNET, c->subnet != CTL_ANY},
		{"--state", HAS_STATE, c->state != CTL_ANY},
		{"-o", HAS_OUT, c->out != NULL},
		{"-c", HAS_CONFIG, c->config != NULL},
		{"--state-dir", HAS_STATE_DIR, c->state_dir != NULL},
		{"--force", HAS_FORCE, c->force},
		{"--lenient", HAS_LENIENT, c->lenient},
	};

	if (c->argc < cmd->min_args || c->argc > cmd->max_args) {
		print_error("%s: too %s arguments", cmd->name,
			c->argc < cmd->min_args ? "few" : "many");
		return usage();
	}
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		if (given[i].given && (cmd->has & given[i].option) == 0) {
			print_error("%s: '%s' has no such option", given[i].name, cmd->name);
			return usage();
		}
	}
	if (c->csv && c->json) {
		print_error("--csv and --json exclude each other");
		return usage();
	}
	return 0;
}

/* Reads options as optstring says; 0, or -ECANCELED with the exit status. */
static int parse(struct ctl *c, int argc, char **argv, const char *optstring, int *ret_exit)
{
	int opt, rc = 0;

	optind = 0; /* glibc: start anew */
	while (rc == 0 && (opt = getopt_long(argc, argv, optstring, options, NULL)) != -1)
		rc = take(c, opt, ret_exit);
	return rc;
}

/* words: the command's name, its arguments and more options, NULL behind them. */
static int run(struct ctl *c, int n, char **words)
{
	const struct command *cmd;
	int used = 0, status = CTL_DONE;

	if (n == 0) {
		print_error("no command given");
		return usage();
	}
	cmd = find(n, words, &used);
	if (cmd == NULL) {
		complain_unknown(words[0], n > 1 ? words[1] : NULL);
		return usage();
	}
	if (cmd->run == NULL) {
		print_error("%s%s%s: not available in this version", cmd->name,
			cmd->verb != NULL ? " " : "", cmd->verb != NULL ? cmd->verb : "");
		return CTL_USAGE;
	}
	/* the last word of the name stands where getopt expects the program's */
	if (parse(c, n - used + 1, words + used - 1, "s:o:c:", &status) < 0)
		return status;
	c->argc = n - used + 1 - optind;
	c->argv = words + used - 1 + optind;
	status = check_use(c, cmd);
	return status != 0 ? status : cmd->run(c);
}

int main(int argc, char **argv)
{
	struct ctl c = {
		.socket = LESSOR_RUNDIR "/control.sock",
		.subnet = CTL_ANY,
		.state = CTL_ANY,
		.colour = print_has_colour(),
	};
	int status = CTL_DONE;

	if (parse(&c, argc, argv, "+s:o:", &status) == 0)
		status = run(&c, argc - optind, argv + optind);
	/* a full disk shows only now */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		print_error("standard output: %s", strerror(errno));
		return CTL_FAILED;
	}
	return status;
}
