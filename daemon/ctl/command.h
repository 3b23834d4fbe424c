/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command: the commands and options of lessorctl. main.c reads the command line by it; a test
 * compares the completion of the shells with it.
 */
#ifndef LESSOR_DAEMON_CTL_COMMAND_H
#define LESSOR_DAEMON_CTL_COMMAND_H

#include <getopt.h>

#include "daemon/ctl/ctl.h"

/* What getopt_long() returns for an option without a letter. */
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
	OPT_VALUE, /* and above: command_values in their order */
};

extern const struct option command_options[];

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
	HAS_MAC = 256,
	HAS_CLIENT = 512,    /* --client-id */
	HAS_LEASE = 1024,    /* what only a new lease is given */
	HAS_PACKET = 2048,   /* what only a packet is given */
};

struct command {
	const char *name, *verb; /* verb: second word or NULL */
	int min_args, max_args;  /* after name and verb */
	int (*run)(const struct ctl *);
	unsigned has;            /* set of HAS_... */
};

extern const struct command commands[];
extern const size_t n_commands;

/* An option whose value is kept as it is, in ctl.values. */
struct command_value {
	const char *name;
	unsigned has; /* the one of HAS_... that allows it */
};

extern const struct command_value command_values[];
extern const size_t n_command_values;

void command_help(void);

#endif
