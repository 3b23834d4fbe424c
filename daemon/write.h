/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write: the configuration in force into its file, or into another one beside it.
 */
#ifndef LESSOR_DAEMON_WRITE_H
#define LESSOR_DAEMON_WRITE_H

#include <stddef.h>

#include "shm/base/err.h"

/* Writes config, JSON as model_read() prints it, in libconfig's syntax to the file name, "" for
 * main_file: a name without a folder, or in main_file's own. The file appears whole or not at all,
 * with owner and mode of the one that it replaces, a new one with those of main_file. Symbolic
 * links are not followed. Returns 0 and the size, or a negative code. */
int write_config(const char *main_file, const char *name, const char *config, size_t *ret_size,
	struct err *err);

#endif
