/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isc_lex: see isc_lex.h. A quote that does not end in its line is a mistake, so that one
 * forgotten quote does not swallow the rest of the file.
 */
#include "daemon/ctl/isc_lex.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "shm/base/text.h"

#define MARKS "{}();,=!~"

void isc_lex_init(struct isc_lex *l, char *text, size_t len)
{
	l->p = (uint8_t *)text;
	l->end = l->p + len;
	l->line = 1;
}

static void skip_blanks(struct isc_lex *l)
{
	for (; l->p < l->end; l->p++) {
		if (*l->p == '#') {
			while (l->p < l->end && *l->p != '\n')
				l->p++;
			if (l->p == l->end)
				return;
		}
		if (*l->p == '\n')
			l->line++;
		else if (!isspace(*l->p))
			return;
	}
}

static int digit_of(uint8_t c, int base)
{
	int v = isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : 99;

	return v < base ? v : -1;
}

/* At most max digits at *p. -1: there is none. */
static int digits(uint8_t **p, const uint8_t *end, int base, int max)
{
	int v = -1;

	for (; max > 0 && *p < end && digit_of(**p, base) >= 0; max--, (*p)++)
		v = (v < 0 ? 0 : v) * base + digit_of(**p, base);
	return v;
}

/* The octet that a backslash stands for; *p is behind the backslash, and is moved on. */
static uint8_t escape(uint8_t **p, const uint8_t *end)
{
	static const char names[] = "tnrb", octets[] = "\t\n\r\b";
	int v = digits(p, end, 8, 3);
	const char *name;
	uint8_t c;

	if (v >= 0)
		return (uint8_t)v;
	c = *(*p)++;
	if (c == 'x' && (v = digits(p, end, 16, 2)) >= 0)
		return (uint8_t)v;
	name = c != '\0' ? strchr(names, c) : NULL;
	return name != NULL ? (uint8_t)octets[name - names] : c;
}

static struct isc_token string(struct isc_lex *l)
{
	struct isc_token t = {ISC_STRING, l->line, {NULL, 0}};
	uint8_t *start = ++l->p, *to = start;

	while (l->p < l->end && *l->p != '"' && *l->p != '\n') {
		if (*l->p != '\\' || l->p + 1 == l->end || l->p[1] == '\n') {
			*to++ = *l->p++;
			continue;
		}
		l->p++;
		*to++ = escape(&l->p, l->end);
	}
	t.text = span_of(start, (size_t)(to - start));
	if (l->p == l->end || *l->p != '"')
		t.type = ISC_BAD;
	else
		l->p++;
	return t;
}

static bool in_word(uint8_t c)
{
	return c > 0x20 && c < 0x7f && strchr(MARKS "\"#", c) == NULL;
}

struct isc_token isc_lex_next(struct isc_lex *l)
{
	struct isc_token t = {ISC_END, 0, {NULL, 0}};
	uint8_t *start;

	skip_blanks(l);
	t.line = l->line;
	if (l->p == l->end)
		return t;
	if (*l->p == '"')
		return string(l);
	start = l->p++;
	t.type = ISC_BAD;
	if (in_word(*start)) {
		t.type = ISC_WORD;
		while (l->p < l->end && in_word(*l->p))
			l->p++;
	} else if (*start != '\0' && strchr(MARKS, *start) != NULL) {
		t.type = ISC_MARK;
	}
	t.text = span_of(start, (size_t)(l->p - start));
	return t;
}

bool isc_is_mark(const struct isc_token *t, char mark)
{
	return t->type == ISC_MARK && t->text.p[0] == (uint8_t)mark;
}

bool isc_is_word(const struct isc_token *t, const char *word)
{
	return t->type == ISC_WORD && strlen(word) == t->text.len &&
		strncasecmp((const char *)t->text.p, word, t->text.len) == 0;
}

bool isc_number(const struct isc_token *t, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (t->type != ISC_WORD)
		return false;
	for (size_t i = 0; i < t->text.len; i++) {
		uint8_t c = t->text.p[i];

		if (!isdigit(c) || (uint64_t)(c - '0') > max ||
			v > (max - (uint64_t)(c - '0')) / 10)
			return false;
		v = v * 10 + (uint64_t)(c - '0');
	}
	*ret = v;
	return true;
}

bool isc_octets(const struct isc_token *t, uint8_t *buf, size_t size, size_t *ret_len)
{
	const uint8_t *p, *end;
	size_t n = 0;

	if (t->type != ISC_WORD)
		return false;
	p = t->text.p;
	end = p + t->text.len;
	while (p < end && n < size) {
		int v = digit_of(*p++, 16);

		if (v >= 0 && p < end && digit_of(*p, 16) >= 0)
			v = v * 16 + digit_of(*p++, 16);
		if (v < 0 || (p < end && (*p != ':' || p + 1 == end)))
			return false;
		buf[n++] = (uint8_t)v;
		p += p < end;
	}
	*ret_len = n;
	return p == end;
}

bool isc_address(const struct isc_token *t, uint32_t *ret)
{
	char buf[TEXT_IP_SIZE];

	if (t->type != ISC_WORD || t->text.len >= sizeof(buf))
		return false;
	memcpy(buf, t->text.p, t->text.len);
	buf[t->text.len] = '\0';
	return text_parse_ip(buf, ret) == 0;
}
