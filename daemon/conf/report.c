/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report: puts the place in front of a reason. What a file says may be anything: control
 * characters in it never reach a terminal, and a reason stays one line.
 */
#include "daemon/conf/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "daemon/conf/tree.h"

static void __attribute__((format(printf, 4, 0)))
emit(struct report *r, bool is_error, const char *place, const char *fmt, va_list ap)
{
	char line[2048];
	int n = snprintf(line, sizeof(line), "%s: ", place);

	if (n >= 0 && (size_t)n < sizeof(line))
		vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	for (char *p = line; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	if (is_error)
		r->errors++;
	r->line(r->arg, is_error, line);
}

static const char *place_of(const struct tree_node *at, char *buf, size_t size)
{
	char path[TREE_PATH_SIZE];

	tree_path(at, path);
	if (at->file == NULL) { /* it came over the control channel: lines tell nothing */
		snprintf(buf, size, "%s", path[0] != '\0' ? path : "Dhcp4");
		return buf;
	}
	snprintf(buf, size, "%s:%u%s%s", at->file, at->line, path[0] != '\0' ? ": " : "", path);
	return buf;
}

void report_error(struct report *r, const struct tree_node *at, const char *fmt, ...)
{
	char place[1024];
	va_list ap;

	va_start(ap, fmt);
	emit(r, true, place_of(at, place, sizeof(place)), fmt, ap);
	va_end(ap);
}

void report_warning(struct report *r, const struct tree_node *at, const char *fmt, ...)
{
	char place[1024];
	va_list ap;

	va_start(ap, fmt);
	emit(r, false, place_of(at, place, sizeof(place)), fmt, ap);
	va_end(ap);
}

void report_file_error(struct report *r, const char *file, uint32_t line, const char *fmt, ...)
{
	char place[1024];
	va_list ap;

	if (file == NULL && line > 0)
		snprintf(place, sizeof(place), "line %u", line);
	else if (file == NULL)
		snprintf(place, sizeof(place), "Dhcp4");
	else if (line > 0)
		snprintf(place, sizeof(place), "%s:%u", file, line);
	else
		snprintf(place, sizeof(place), "%s", file);
	va_start(ap, fmt);
	emit(r, true, place, fmt, ap);
	va_end(ap);
}

const char *report_place(const struct tree_node *at, char buf[REPORT_PLACE_SIZE])
{
	char path[TREE_PATH_SIZE];

	tree_path(at, path);
	if (at->file == NULL)
		snprintf(buf, REPORT_PLACE_SIZE, "%s", path);
	else
		snprintf(buf, REPORT_PLACE_SIZE, "%s at %s:%u", path, at->file, at->line);
	return buf;
}
