/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lessorctl: asks a running server over its control socket, and carries configurations and leases
 * over from other servers. Reads the command line and calls the
 * command; options may stand before or after it.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ctl/command.h"
#include "daemon/ctl/lease_text.h"
#include "daemon/ctl/print.h"
#include "shm/base/text.h"

#define NAMES_MAX 64

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

/* An option whose value its command reads. */
static int take_value(struct ctl *c, size_t option)
{
	if (c->n_values == CTL_VALUES) {
		print_error("more than %d options", CTL_VALUES);
		return -E2BIG;
	}
	c->values[c->n_values++] = (struct ctl_value){command_values[option].name, optarg};
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
		command_help();
		*ret_exit = CTL_DONE;
		return -ECANCELED;
	default:
		if (opt >= OPT_VALUE && take_value(c, (size_t)(opt - OPT_VALUE)) == 0)
			return 0;
		break;
	}
	*ret_exit = usage();
	return -ECANCELED;
}

static void complain_verb(const char *name, const char *verb)
{
	char verbs[256] = "";

	for (size_t i = 0; i < n_commands; i++) {
		size_t len = strlen(verbs);

		if (strcmp(commands[i].name, name) == 0 && commands[i].verb != NULL)
			snprintf(verbs + len, sizeof(verbs) - len, "%s%s", len > 0 ? ", " : "",
				commands[i].verb);
	}
	print_error("%s: %s: one of %s", name, verb != NULL ? "unknown" : "incomplete", verbs);
}

static void complain_unknown(const char *name, const char *verb)
{
	const char *names[NAMES_MAX];
	const char *near;

	for (size_t i = 0; i < n_commands && i < NAMES_MAX; i++) {
		if (strcmp(commands[i].name, name) == 0) {
			complain_verb(name, verb);
			return;
		}
		names[i] = commands[i].name;
	}
	near = text_nearest(name, names, n_commands < NAMES_MAX ? n_commands : NAMES_MAX);
	if (near != NULL)
		print_error("unknown command '%s': did you mean '%s'?", name, near);
	else
		print_error("unknown command '%s'", name);
}

/* The command of the n words; ret_words: of how many its name consists. */
static const struct command *find(int n, char **words, int *ret_words)
{
	for (size_t i = 0; i < n_commands; i++) {
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

static int check_values(const struct ctl *c, const struct command *cmd)
{
	for (size_t i = 0; i < c->n_values; i++) {
		for (size_t k = 0; k < n_command_values; k++) {
			if (strcmp(c->values[i].name, command_values[k].name) != 0 ||
				(cmd->has & command_values[k].has) != 0)
				continue;
			print_error("--%s: '%s' has no such option", c->values[i].name, cmd->name);
			return CTL_USAGE;
		}
	}
	return 0;
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
	if (check_values(c, cmd) != 0)
		return usage();
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
	while (rc == 0 && (opt = getopt_long(argc, argv, optstring, command_options, NULL)) != -1)
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
