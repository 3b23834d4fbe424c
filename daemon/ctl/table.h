/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table: aligned columns on standard output, in pieces, so that a table may be of any length.
 * Called by the commands.
 */
#ifndef LESSOR_DAEMON_CTL_TABLE_H
#define LESSOR_DAEMON_CTL_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS 8

struct table {
	const char *const *heads; /* NULL: no line of heads */
	size_t n_columns;
	bool colour;
	bool begun;                  /* heads are printed */
	size_t width[TABLE_COLUMNS]; /* of all cells so far; never shrinks */
	char **cells;                /* row by row, escaped */
	size_t n_cells, max_cells;
};

/* heads (may be NULL) have to live as long as the table. */
void table_init(struct table *t, const char *const *heads, size_t n_columns, bool colour);
void table_fini(struct table *t);

/* The next cell, left to right, row after row. */
void table_add(struct table *t, const char *s, size_t n);
void table_add_text(struct table *t, const char *s);
void table_add_format(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void table_add_json(struct table *t, const json_t *v); /* string or number; else an empty cell */

/* Prints the rows added so far, heads before the first, and forgets them. */
void table_flush(struct table *t);

#endif
