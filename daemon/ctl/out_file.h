/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out_file: what -o names: standard output if nothing, else a file that appears whole or not at
 * all. Called by import and export, which also say what went wrong with it.
 */
#ifndef LESSOR_DAEMON_CTL_OUT_FILE_H
#define LESSOR_DAEMON_CTL_OUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct out_file {
	const char *path; /* NULL: standard output */
	char *temporary;  /* beside it */
	FILE *f;
};

/* Opens it, as secret as the file like (NULL: for its owner and group). What goes wrong, also in
 * out_file_close(), is printed. Returns 0 or a negative errno value. */
int out_file_open(const char *path, const char *like, struct out_file *ret);

/* Ends it: gives it its name if good, else removes it. */
int out_file_close(struct out_file *o, bool good);

#endif
