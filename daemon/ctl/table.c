/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table: columns are as wide as the widest cell of the rows printed together, and keep that width.
 */
#include "daemon/ctl/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ctl/print.h"

/* How many columns of the terminal a text takes: its code points. */
static size_t width_of(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

void table_init(struct table *t, const char *const *heads, size_t n_columns, bool colour)
{
	*t = (struct table){.heads = heads, .n_columns = n_columns, .colour = colour};
	for (size_t i = 0; heads != NULL && i < n_columns; i++)
		t->width[i] = width_of(heads[i]);
}

static void forget(struct table *t)
{
	for (size_t i = 0; i < t->n_cells; i++)
		free(t->cells[i]);
	t->n_cells = 0;
}

void table_fini(struct table *t)
{
	forget(t);
	free(t->cells);
}

static char *escape(const char *s, size_t n)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		print_no_memory();
	print_escaped(f, s, n);
	if (fclose(f) != 0)
		print_no_memory();
	return text;
}

void table_add(struct table *t, const char *s, size_t n)
{
	size_t *width = &t->width[t->n_cells % t->n_columns];
	char *text = escape(s, n);

	if (t->n_cells == t->max_cells) {
		t->max_cells = t->max_cells == 0 ? 64 : 2 * t->max_cells;
		t->cells = (char **)reallocarray(t->cells, t->max_cells, sizeof(*t->cells));
		if (t->cells == NULL)
			print_no_memory();
	}
	if (width_of(text) > *width)
		*width = width_of(text);
	t->cells[t->n_cells++] = text;
}

void table_add_text(struct table *t, const char *s)
{
	table_add(t, s, strlen(s));
}

void table_add_format(struct table *t, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		print_no_memory();
	table_add(t, text, (size_t)n);
	free(text);
}

void table_add_json(struct table *t, const json_t *v)
{
	if (json_is_string(v))
		table_add(t, json_string_value(v), json_string_length(v));
	else if (json_is_integer(v))
		table_add_format(t, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_real(v))
		table_add_format(t, "%g", json_real_value(v));
	else if (json_is_boolean(v))
		table_add_text(t, json_is_true(v) ? "yes" : "no");
	else
		table_add(t, "", 0);
}

static void print_row(const struct table *t, const char *const *cells, const char *style)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		const char *colour = style != NULL ? style : print_colour_of(cells[i]);
		size_t pad = t->width[i] + 2 - width_of(cells[i]);

		if (t->colour && colour != NULL)
			printf("%s%s%s", colour, cells[i], PRINT_PLAIN);
		else
			fputs(cells[i], stdout);
		if (i + 1 < t->n_columns)
			printf("%*s", (int)pad, "");
	}
	putchar('\n');
}

void table_flush(struct table *t)
{
	if (t->heads != NULL && !t->begun)
		print_row(t, t->heads, PRINT_BOLD);
	t->begun = true;
	for (size_t i = 0; i + t->n_columns <= t->n_cells; i += t->n_columns)
		print_row(t, (const char *const *)t->cells + i, NULL);
	forget(t);
}
