/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer: the frame around every answer. "arguments" comes first, so that result and text can
 * tell how a long answer ended.
 */
#include "daemon/control/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void answer_stream_end(struct answer *a)
{
	if (a->end != NULL)
		a->end(a);
	free(a->state);
	a->state = NULL;
	a->end = NULL;
	a->more = NULL;
}

void answer_fini(struct answer *a)
{
	out_fini(&a->out);
	answer_stream_end(a);
	*a = (struct answer){0};
}

static void __attribute__((format(printf, 3, 0)))
write_end(struct answer *a, enum answer_result result, const char *fmt, va_list ap)
{
	char *text;

	out_key_int(&a->out, "result", result);
	if (fmt != NULL) {
		if (vasprintf(&text, fmt, ap) < 0) {
			a->out.failed = true;
			return;
		}
		out_key_string(&a->out, "text", text);
		free(text);
	}
	out_close(&a->out, '}');
}

void answer_text(struct answer *a, enum answer_result result, const char *fmt, ...)
{
	va_list ap;

	out_open(&a->out, '{');
	va_start(ap, fmt);
	write_end(a, result, fmt, ap);
	va_end(ap);
}

void answer_json(
	struct answer *a, enum answer_result result, const json_t *arguments, const char *text)
{
	char *json;

	if (arguments == NULL) {
		answer_text(a, result, "%s", text);
		return;
	}
	json = json_dumps(arguments, JSON_COMPACT);
	answer_begin(a);
	if (json != NULL)
		out_json(&a->out, json, strlen(json));
	else
		a->out.failed = true;
	answer_end(a, result, "%s", text);
	free(json);
}

void answer_begin(struct answer *a)
{
	out_open(&a->out, '{');
	out_key(&a->out, "arguments");
}

void answer_end(struct answer *a, enum answer_result result, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_end(a, result, fmt, ap);
	va_end(ap);
}

void *answer_stream(struct answer *a, enum answer_progress (*more)(struct answer *a), size_t size)
{
	a->state = calloc(1, size);
	if (a->state == NULL)
		answer_text(a, ANSWER_ERROR, "out of memory");
	else
		a->more = more;
	return a->state;
}
