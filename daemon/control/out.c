/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out: one buffer that grows; what was sent is dropped from its front without moving the rest.
 */
#include "daemon/control/out.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "shm/base/text.h"

void out_fini(struct out *o)
{
	free(o->buf);
	*o = (struct out){0};
}

void out_drop(struct out *o, size_t n)
{
	o->start += n;
	if (o->start == o->end)
		o->start = o->end = 0;
}

/* Room for len more octets. */
static bool make_room(struct out *o, size_t len)
{
	size_t size = o->size != 0 ? o->size : 1024;
	char *buf;

	if (o->failed)
		return false;
	if (o->start > 0 && o->size - o->end < len) {
		memmove(o->buf, o->buf + o->start, out_waiting(o));
		o->end -= o->start;
		o->start = 0;
	}
	while (size - o->end < len)
		size *= 2;
	if (size == o->size)
		return true;
	buf = (char *)realloc(o->buf, size);
	if (buf == NULL) {
		o->failed = true;
		return false;
	}
	o->buf = buf;
	o->size = size;
	return true;
}

void out_text(struct out *o, const char *s, size_t len)
{
	if (len == 0 || !make_room(o, len))
		return;
	memcpy(o->buf + o->end, s, len);
	o->end += len;
}

void out_print(struct out *o, const char *fmt, ...)
{
	char text[OUT_PRINT_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > 0)
		out_text(o, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

static void separate(struct out *o)
{
	if (o->comma)
		out_text(o, ", ", 2);
	o->comma = true;
}

void out_open(struct out *o, char bracket)
{
	separate(o);
	out_text(o, &bracket, 1);
	o->comma = false;
}

void out_close(struct out *o, char bracket)
{
	out_text(o, &bracket, 1);
	o->comma = true;
}

void out_key(struct out *o, const char *name)
{
	out_string(o, name);
	out_text(o, ": ", 2);
	o->comma = false;
}

void out_json(struct out *o, const char *s, size_t len)
{
	separate(o);
	out_text(o, s, len);
}

void out_int(struct out *o, int64_t v)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%" PRId64, v);

	out_json(o, digits, (size_t)n);
}

void out_bool(struct out *o, bool v)
{
	out_json(o, v ? "true" : "false", v ? 4 : 5);
}

void out_string(struct out *o, const char *s)
{
	out_octets(o, span_of(s, strlen(s)));
}

/* Control characters, C1 too: text from clients must not reach a terminal as commands to it. */
static bool is_control(struct span s)
{
	return s.p[0] < 0x20 || s.p[0] == 0x7f || (s.p[0] == 0xc2 && s.p[1] < 0xa0);
}

/* Writes the first character of s and returns how many octets it took. */
static size_t write_character(struct out *o, struct span s)
{
	size_t len = text_utf8_length(s);
	char escape[8];

	if (len > 0 && !is_control(s)) {
		if (s.p[0] == '"' || s.p[0] == '\\')
			out_text(o, "\\", 1);
		out_text(o, (const char *)s.p, len);
		return len;
	}
	if (len == 2) /* C1 */
		snprintf(escape, sizeof(escape), "\\u%04x", s.p[1]);
	else
		snprintf(escape, sizeof(escape), "\\u%04x", s.p[0]);
	out_text(o, escape, 6);
	return len > 0 ? len : 1;
}

void out_octets(struct out *o, struct span s)
{
	size_t plain = 0;

	separate(o);
	out_text(o, "\"", 1);
	while (s.len > 0) {
		while (plain < s.len && s.p[plain] >= 0x20 && s.p[plain] < 0x7f &&
			s.p[plain] != '"' && s.p[plain] != '\\')
			plain++;
		out_text(o, (const char *)s.p, plain);
		s = span_of(s.p + plain, s.len - plain);
		plain = 0;
		if (s.len > 0) {
			size_t used = write_character(o, s);

			s = span_of(s.p + used, s.len - used);
		}
	}
	out_text(o, "\"", 1);
}

void out_key_int(struct out *o, const char *name, int64_t v)
{
	out_key(o, name);
	out_int(o, v);
}

void out_key_bool(struct out *o, const char *name, bool v)
{
	out_key(o, name);
	out_bool(o, v);
}

void out_key_string(struct out *o, const char *name, const char *s)
{
	out_key(o, name);
	out_string(o, s);
}
