/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: the text of a libconfig file with its includes put in, and where each line came from.
 * Called by tree_libconfig.c alone. It takes care of what libconfig 1.5 does wrong: integers
 * beyond 32 bits lose their upper half in silence, and an unreadable include ends the process.
 */
#ifndef LESSOR_DAEMON_CONF_SOURCE_H
#define LESSOR_DAEMON_CONF_SOURCE_H

#include <stdint.h>

#include "daemon/conf/arena.h"
#include "daemon/conf/report.h"

struct source_line {
	const char *file;
	uint32_t line;
};

struct source {
	char *text; /* on the heap, ends with a NUL */
	uint32_t n_lines;
	struct source_line *lines; /* on the heap; [i] belongs to line i + 1 of text */
};

/* Reads file. `@include "other"` at the start of a line is replaced by other, which is looked for
 * beside the file that names it. File names are kept in the arena. Returns 0, or -EINVAL
 * (reported) or -ENOMEM; ret is set in any case and needs source_fini(). */
int source_read(const char *file, struct arena *arena, struct report *r, struct source *ret);

/* Where line (from 1) of the text came from. */
struct source_line source_where(const struct source *s, unsigned line);

void source_fini(struct source *s);

#endif
