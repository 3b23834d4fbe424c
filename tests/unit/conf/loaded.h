/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loaded: a configuration written into a directory of its own, loaded, and what was said about it.
 * Each test runs in a process of its own, which works in that directory.
 */
#ifndef LESSOR_TESTS_UNIT_CONF_LOADED_H
#define LESSOR_TESTS_UNIT_CONF_LOADED_H

#include <stddef.h>

#include "daemon/conf/model.h"

struct loaded {
	struct model *model; /* NULL: refused */
	unsigned errors, warnings;
	char said[65536]; /* the lines, warnings with "warning: " in front */
};

/* A new directory becomes the working one, once a process. */
void loaded_enter(void);
void loaded_leave(void);

/* Writes a file into the working directory. */
void loaded_write(const char *name, const char *text);

/* Loads what is there; free it with loaded_free(). */
struct loaded *loaded_file(const char *name);

/* Writes text as t.conf and loads it. */
struct loaded *loaded_text(const char *text);

/* The same; fails the test if anything is said. */
struct loaded *loaded_good(const char *text);

void loaded_free(struct loaded *l);

/* The candidate that a look-up comes to first, NULL: none. */
const struct model_subnet *loaded_first(struct model_candidates c);

#endif
