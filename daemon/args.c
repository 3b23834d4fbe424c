/* SPDX-License-Identifier: Apache-2.0 */
/*
 * args: reads the command line. Called by main() only.
 */
#include "daemon/args.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

enum {
	OPT_STATE_DIR = 256,
	OPT_RUN_DIR,
	OPT_LOG_FORMAT,
	OPT_NO_SANDBOX,
	OPT_VERSION,
	OPT_HELP,
};

static const struct option options[] = {
	{"state-dir", required_argument, NULL, OPT_STATE_DIR},
	{"run-dir", required_argument, NULL, OPT_RUN_DIR},
	{"log-format", required_argument, NULL, OPT_LOG_FORMAT},
	{"no-sandbox", no_argument, NULL, OPT_NO_SANDBOX},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

static void print_help(void)
{
	puts("Usage: lessord [-f] [-t] [-v] [-c FILE] [--state-dir DIR] [--run-dir DIR]\n"
	     "               [--log-format journal|plain|kea] [--version] [--help]\n"
	     "DHCPv4 server.\n\n"
	     "  -c FILE           configuration [" LESSOR_SYSCONFDIR "/lessor/lessor.conf]\n"
	     "  -f                stay in the foreground (it always does)\n"
	     "  -t                check the configuration and exit\n"
	     "  -v                log details\n"
	     "  --state-dir DIR   leases and journal [" LESSOR_STATEDIR "]\n"
	     "  --run-dir DIR     control socket [" LESSOR_RUNDIR "]\n"
	     "  --log-format F    journal, plain or kea [journal under systemd, else plain]\n\n"
	     "Exit status: 0 stopped, 1 configuration, 2 usage, 3 cannot run.");
}

static int usage(const char *what, const char *value)
{
	if (what != NULL)
		fprintf(stderr, "lessord: %s: %s\n", what, value);
	fputs("Try 'lessord --help'.\n", stderr);
	return EXIT_USAGE;
}

static int parse_format(const char *s, enum log_format *ret)
{
	static const struct {
		const char *name;
		enum log_format format;
	} formats[] = {{"journal", LOG_JOURNAL}, {"plain", LOG_PLAIN}, {"kea", LOG_KEA}};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(s, formats[i].name) == 0) {
			*ret = formats[i].format;
			return 0;
		}
	}
	return -EINVAL;
}

static void set(char **at, const char *value)
{
	free(*at);
	*at = strdup(value);
	if (*at == NULL) {
		fputs("lessord: out of memory\n", stderr);
		exit(EXIT_RUNTIME);
	}
}

/* One option; 0 to go on, -ECANCELED with the exit status. */
static int take(struct args *a, int opt, int *ret_exit)
{
	switch (opt) {
	case 'c':
		set(&a->config, optarg);
		return 0;
	case 'f':
		return 0;
	case 't':
		a->check = true;
		return 0;
	case 'v':
		a->debug = true;
		return 0;
	case OPT_STATE_DIR:
		set(&a->state_dir, optarg);
		return 0;
	case OPT_RUN_DIR:
		set(&a->run_dir, optarg);
		return 0;
	case OPT_LOG_FORMAT:
		if (parse_format(optarg, &a->format) == 0)
			return 0;
		*ret_exit = usage("unknown log format", optarg);
		return -ECANCELED;
	case OPT_NO_SANDBOX:
		a->sandbox = false;
		return 0;
	case OPT_VERSION:
		puts("lessord " PACKAGE_VERSION);
		*ret_exit = EXIT_STOPPED;
		return -ECANCELED;
	case OPT_HELP:
		print_help();
		*ret_exit = EXIT_STOPPED;
		return -ECANCELED;
	default:
		*ret_exit = usage(NULL, NULL);
		return -ECANCELED;
	}
}

int args_parse(int argc, char **argv, struct args *ret, int *ret_exit)
{
	struct args a = {.format = LOG_AUTO, .sandbox = true};
	int opt, rc = 0;

	set(&a.config, LESSOR_SYSCONFDIR "/lessor/lessor.conf");
	set(&a.state_dir, LESSOR_STATEDIR);
	set(&a.run_dir, LESSOR_RUNDIR);
	while (rc == 0 && (opt = getopt_long(argc, argv, "c:ftv", options, NULL)) != -1)
		rc = take(&a, opt, ret_exit);
	if (rc == 0 && optind < argc) {
		*ret_exit = usage("unexpected argument", argv[optind]);
		rc = -ECANCELED;
	}
	if (rc < 0)
		args_fini(&a);
	else
		*ret = a;
	return rc;
}

void args_fini(struct args *a)
{
	free(a->config);
	free(a->state_dir);
	free(a->run_dir);
}
