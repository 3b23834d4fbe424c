/* SPDX-License-Identifier: Apache-2.0 */
/*
 * args: the command line of lessord.
 */
#ifndef LESSOR_DAEMON_ARGS_H
#define LESSOR_DAEMON_ARGS_H

#include <stdbool.h>

#include "shm/base/log.h"

struct args {
	char *config, *state_dir, *run_dir; /* copies: argv makes room for the process title */
	enum log_format format;
	bool debug;
	bool check;   /* -t */
	bool sandbox; /* false: children keep their system calls */
};

/* Exit statuses of lessord. */
enum args_exit {
	EXIT_STOPPED = 0,
	EXIT_CONFIG = 1,
	EXIT_USAGE = 2,
	EXIT_RUNTIME = 3,
};

/* Reads the command line. Returns 0, or -ECANCELED when there is nothing to run: help or version
 * was printed, or a mistake was reported; *ret_exit says which, and is untouched otherwise. */
int args_parse(int argc, char **argv, struct args *ret, int *ret_exit);
void args_fini(struct args *a);

#endif
