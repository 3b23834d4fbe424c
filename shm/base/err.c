/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err: formats an error into its fixed space. Uses no heap, so that it works when memory is short.
 */
#include "shm/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int err_set(struct err *e, int code, const char *cure, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return code;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	snprintf(e->cure, sizeof(e->cure), "%s", cure != NULL ? cure : "");
	return code;
}

int err_prefix(struct err *e, const char *fmt, ...)
{
	char old[sizeof(e->text)];
	va_list ap;
	int n;

	if (e == NULL)
		return 0;
	snprintf(old, sizeof(old), "%s", e->text);
	va_start(ap, fmt);
	n = vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n + 2 < sizeof(e->text)) {
		size_t room = sizeof(e->text) - (size_t)n - 2;

		memcpy(e->text + n, ": ", 2);
		memcpy(e->text + n + 2, old, room);
		e->text[sizeof(e->text) - 1] = '\0';
	}
	return e->code;
}

void err_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "lessor: bug at %s:%d: %s\n", file, line, what);
	abort();
}
