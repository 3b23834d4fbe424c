/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan: a push-down automaton over RFC 8259's grammar, one octet at a time. What it
 * remembers of the nesting is one bit a level.
 */
#include "daemon/control/json_scan.h"

#include <string.h>

enum state {
	START,
	FIRST_KEY, /* or the end of an empty object */
	KEY,
	COLON,
	FIRST_VALUE, /* or the end of an empty list */
	VALUE,
	AFTER, /* a value */
	STRING,
	ESCAPE,
	HEX,
	NUMBER,
	LITERAL,
	END,
	BROKEN,
};

void json_scan_init(struct json_scan *s)
{
	*s = (struct json_scan){.state = START, .line = 1};
}

static void fail(struct json_scan *s, const char *error)
{
	s->state = BROKEN;
	s->error = error;
}

static bool is_list(const struct json_scan *s)
{
	return (s->lists[s->depth / 64] >> s->depth % 64 & 1) != 0;
}

static void open_level(struct json_scan *s, bool list)
{
	uint64_t bit;

	if (s->depth == JSON_SCAN_DEPTH) {
		fail(s, "nested too deeply");
		return;
	}
	s->depth++;
	bit = UINT64_C(1) << s->depth % 64;
	s->lists[s->depth / 64] &= ~bit;
	if (list)
		s->lists[s->depth / 64] |= bit;
	s->state = list ? FIRST_VALUE : FIRST_KEY;
}

static void close_level(struct json_scan *s)
{
	s->depth--;
	s->state = s->depth == 0 ? END : AFTER;
}

static void begin_string(struct json_scan *s, bool key)
{
	s->state = STRING;
	s->in_key = key;
}

static void begin_literal(struct json_scan *s, const char *rest)
{
	s->state = LITERAL;
	s->rest = rest;
}

static void value_step(struct json_scan *s, char c)
{
	if (++s->values > JSON_SCAN_VALUES)
		fail(s, "too many values");
	else if (c == '"')
		begin_string(s, false);
	else if (c == '{' || c == '[')
		open_level(s, c == '[');
	else if (c == '-' || (c >= '0' && c <= '9'))
		s->state = NUMBER;
	else if (c == 't')
		begin_literal(s, "rue");
	else if (c == 'f')
		begin_literal(s, "alse");
	else if (c == 'n')
		begin_literal(s, "ull");
	else
		fail(s, "expected a value");
}

static void after_step(struct json_scan *s, char c)
{
	bool list = is_list(s);

	if (c == ',')
		s->state = list ? VALUE : KEY;
	else if (c == (list ? ']' : '}'))
		close_level(s);
	else
		fail(s, list ? "expected ',' or ']'" : "expected ',' or '}'");
}

/* States between tokens, where white space means nothing. */
static void structure_step(struct json_scan *s, char c)
{
	if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
		return;
	switch (s->state) {
	case START:
		if (c == '{')
			open_level(s, false);
		else
			fail(s, "expected '{'");
		break;
	case FIRST_KEY:
	case KEY:
		if (c == '"')
			begin_string(s, true);
		else if (c == '}' && s->state == FIRST_KEY)
			close_level(s);
		else
			fail(s, "expected a name in double quotes");
		break;
	case COLON:
		if (c == ':')
			s->state = VALUE;
		else
			fail(s, "expected ':'");
		break;
	case FIRST_VALUE:
		if (c == ']')
			close_level(s);
		else
			value_step(s, c);
		break;
	case VALUE:
		value_step(s, c);
		break;
	default:
		after_step(s, c);
	}
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static void string_step(struct json_scan *s, char c)
{
	if (s->state == HEX) {
		if (!is_hex(c))
			fail(s, "expected four hexadecimal digits after \\u");
		else if (--s->digits == 0)
			s->state = STRING;
	} else if (s->state == ESCAPE) {
		s->digits = 4;
		if (c == '\0' || strchr("\"\\/bfnrtu", c) == NULL)
			fail(s, "unknown escape in a string");
		else
			s->state = c == 'u' ? HEX : STRING;
	} else if (c == '\\') {
		s->state = ESCAPE;
	} else if (c == '"') {
		s->state = s->in_key ? COLON : AFTER;
	} else if ((unsigned char)c < 0x20) {
		fail(s, "control character in a string");
	}
}

static void step(struct json_scan *s, char c)
{
	switch (s->state) {
	case STRING:
	case ESCAPE:
	case HEX:
		string_step(s, c);
		break;
	case LITERAL:
		if (c != *s->rest)
			fail(s, "expected a value");
		else if (*++s->rest == '\0')
			s->state = AFTER;
		break;
	case NUMBER:
		if ((c >= '0' && c <= '9') || (c != '\0' && strchr("+-.eE", c) != NULL))
			break;
		s->state = AFTER;
		structure_step(s, c);
		break;
	default:
		structure_step(s, c);
	}
}

enum json_scan_result json_scan_feed(struct json_scan *s, const char *data, size_t len,
	size_t *ret_used)
{
	size_t i;

	for (i = 0; i < len && s->state != END; i++) {
		s->column++;
		if (data[i] == '\n') {
			s->line++;
			s->column = 0;
		}
		step(s, data[i]);
		if (s->state == BROKEN)
			return JSON_SCAN_ERROR;
	}
	*ret_used = i;
	return s->state == END ? JSON_SCAN_DONE : JSON_SCAN_MORE;
}

bool json_scan_is_object(const char *text, size_t len)
{
	struct json_scan s;
	size_t used;

	json_scan_init(&s);
	return json_scan_feed(&s, text, len, &used) == JSON_SCAN_DONE && used == len;
}
