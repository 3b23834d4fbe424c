/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print: a host name may hold whatever a client sent, also sequences that reprogram a terminal:
 * hence the escapes, here and nowhere else.
 */
#include "daemon/ctl/print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/ctl/ctl.h"

bool print_has_colour(void)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return (no == NULL || no[0] == '\0') && term != NULL && strcmp(term, "dumb") != 0 &&
	       isatty(STDOUT_FILENO);
}

const char *print_colour_of(const char *word)
{
	static const struct {
		const char *word, *colour;
	} words[] = {
		{"assigned", PRINT_GREEN},
		{"ready", PRINT_GREEN},
		{"serving", PRINT_GREEN},
		{"declined", PRINT_RED},
		{"failed", PRINT_RED},
		{"disabled", PRINT_RED},
		{"missing", PRINT_RED},
		{"down", PRINT_RED},
		{"no-address", PRINT_YELLOW},
		{"retrying", PRINT_YELLOW},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].colour;
	return NULL;
}

void print_escaped(FILE *f, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;

	for (size_t i = 0; i < n; i++) {
		/* U+0080 to U+009F are control characters too: C2 80 to C2 9F */
		bool c1 = p[i] == 0xc2 && i + 1 < n && p[i + 1] < 0xa0;

		if (p[i] == '\\')
			fputs("\\\\", f);
		else if (c1)
			fprintf(f, "\\x%02x", p[++i]);
		else if (p[i] < 0x20 || p[i] == 0x7f)
			fprintf(f, "\\x%02x", p[i]);
		else
			fputc(p[i], f);
	}
}

static void __attribute__((format(printf, 2, 0)))
print_text(const char *before, const char *fmt, va_list ap)
{
	char *text, *line;

	if (vasprintf(&text, fmt, ap) < 0)
		print_no_memory();
	fflush(stdout);
	fputs(before, stderr);
	line = text;
	for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		print_escaped(stderr, line, (size_t)(end - line));
		fputs("\n  ", stderr);
	}
	print_escaped(stderr, line, strlen(line));
	fputc('\n', stderr);
	free(text);
}

void print_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_text("lessorctl: ", fmt, ap);
	va_end(ap);
}

void print_line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_text("", fmt, ap);
	va_end(ap);
}

void print_err(const struct err *e)
{
	if (e->cure[0] != '\0')
		print_error("%s (%s)", e->text, e->cure);
	else
		print_error("%s", e->text);
}

int print_json(const json_t *v)
{
	int rc = json_dumpf(v, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);

	putchar('\n');
	return rc < 0 ? CTL_FAILED : CTL_DONE;
}

void print_no_memory(void)
{
	fputs("lessorctl: out of memory\n", stderr);
	exit(CTL_FAILED);
}
