/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_token: see json_token.h. Texts end with a NUL and hold none, so that each step looks at one
 * octet and stops there.
 */
#include "daemon/conf/json_token.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/file.h"
#include "shm/base/text.h"

void json_token_init(struct json_token *t, struct arena *arena, struct report *r)
{
	memset(t, 0, sizeof(*t));
	t->arena = arena;
	t->report = r;
}

static struct json_token_input *input(struct json_token *t)
{
	return &t->inputs[t->n_inputs - 1];
}

void json_token_where(const struct json_token *t, const char **ret_file, uint32_t *ret_line)
{
	const struct json_token_input *in = &t->inputs[t->n_inputs > 0 ? t->n_inputs - 1 : 0];

	*ret_file = in->file;
	*ret_line = in->line;
}

void json_token_fail(struct json_token *t, const char *fmt, ...)
{
	char text[512];
	const char *file;
	uint32_t line;
	va_list ap;

	if (t->error != 0)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_token_where(t, &file, &line);
	report_file_error(t->report, file, line, "%s", text);
	t->error = -EINVAL;
}

void json_token_warn(struct json_token *t, const char *fmt, ...)
{
	struct tree_node at = {.type = TREE_NULL};
	char text[512];
	va_list ap;

	if (t->error != 0)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_token_where(t, &at.file, &at.line);
	report_warning(t->report, &at, "%s", text);
}

void json_token_unexpected(struct json_token *t, const char *expected)
{
	int c = json_token_peek(t);

	if (c == JSON_TOKEN_END)
		json_token_fail(t, "expected %s, but this is the end", expected);
	else
		json_token_fail(t, "expected %s, got '%c'", expected, c);
}

static void open_input(struct json_token *t, const char *file, bool is_first)
{
	char *text = NULL;
	size_t len = 0;
	int r;

	if (t->n_inputs == JSON_TOKEN_FILES) {
		json_token_fail(t, "\"%s\" is included %d files deep: does it include itself?",
			file, JSON_TOKEN_FILES);
		return;
	}
	r = file_read(file, &text, &len);
	if (r < 0 && is_first)
		report_file_error(t->report, file, 0, "cannot read it: %s", strerror(-r));
	else if (r < 0)
		json_token_fail(t, "cannot read \"%s\": %s", file, strerror(-r));
	if (r < 0) {
		t->error = r == -ENOMEM ? r : -EINVAL;
		return;
	}
	t->inputs[t->n_inputs++] = (struct json_token_input){file, text, text, 1};
	if (memchr(text, '\0', len) != NULL)
		json_token_fail(t, "the file holds a NUL octet: not a text file");
}

void json_token_open(struct json_token *t, const char *file)
{
	const char *name = arena_strdup(t->arena, file);

	t->may_include = true;
	if (name == NULL)
		t->error = -ENOMEM;
	else
		open_input(t, name, true);
}

void json_token_set(struct json_token *t, const char *text, const char *name)
{
	t->inputs[t->n_inputs++] = (struct json_token_input){name, NULL, text, 1};
}

void json_token_end(struct json_token *t)
{
	struct tree_node at = {.type = TREE_NULL, .file = t->comment_file, .line = t->comment_line};

	if (t->comments > 0 && t->error == 0)
		report_warning(t->report, &at,
			"comments are not carried over: this one%s; a \"comment\" in a map is",
			t->comments > 1 ? " and those that follow" : "");
	while (t->n_inputs > 0)
		free(t->inputs[--t->n_inputs].text);
}

void json_token_take(struct json_token *t)
{
	if (t->error == 0)
		input(t)->p++;
}

static void count_comment(struct json_token *t)
{
	if (t->comments++ == 0)
		json_token_where(t, &t->comment_file, &t->comment_line);
}

/* Over the comment that begins here; false: none does. */
static bool skip_comment(struct json_token *t)
{
	struct json_token_input *in = input(t);
	const char *p = in->p;

	if (p[0] == '#' || (p[0] == '/' && p[1] == '/')) {
		count_comment(t);
		in->p = p + strcspn(p, "\n");
		return true;
	}
	if (p[0] != '/' || p[1] != '*')
		return false;
	count_comment(t);
	p = strstr(p + 2, "*/");
	if (p == NULL) {
		json_token_fail(t, "the comment that begins here never ends");
		return true;
	}
	for (; in->p < p; in->p++)
		in->line += *in->p == '\n';
	in->p += 2;
	return true;
}

/* Opens the file that is included here; false: none is. */
static bool skip_include(struct json_token *t)
{
	static const char word[] = "<?include";
	struct json_token_input *in = input(t);
	const char *name = in->p, *end;

	if (strncmp(name, word, sizeof(word) - 1) != 0)
		return false;
	if (!t->may_include) {
		json_token_fail(t, "nothing can be included here");
		return true;
	}
	name += sizeof(word) - 1;
	name += strspn(name, " \t");
	end = *name == '"' ? name + 1 + strcspn(name + 1, "\"\n") : name;
	if (*end != '"' || end < name + 2 ||
		strncmp(end + 1 + strspn(end + 1, " \t"), "?>", 2) != 0) {
		json_token_fail(t, "expected <?include \"FILE\"?>");
		return true;
	}
	in->p = end + 1 + strspn(end + 1, " \t") + 2;
	name = file_beside(t->arena, in->file, name + 1, (size_t)(end - name - 1));
	if (name == NULL)
		t->error = -ENOMEM;
	else
		open_input(t, name, false);
	return true;
}

int json_token_peek(struct json_token *t)
{
	while (t->error == 0) {
		struct json_token_input *in = input(t);

		if (*in->p == '\n')
			in->line++;
		if (*in->p != '\0' && strchr(" \t\r\n", *in->p) != NULL)
			in->p++;
		else if (*in->p == '\0' && t->n_inputs > 1)
			free(t->inputs[--t->n_inputs].text);
		else if (*in->p == '\0')
			return JSON_TOKEN_END;
		else if (!skip_comment(t) && !skip_include(t))
			return (unsigned char)*in->p;
	}
	return JSON_TOKEN_END;
}

bool json_token_word(struct json_token *t, const char *word)
{
	size_t len = strlen(word);
	struct json_token_input *in;

	if (t->error != 0)
		return false;
	in = input(t);
	if (strncmp(in->p, word, len) != 0 || isalnum((unsigned char)in->p[len]))
		return false;
	in->p += len;
	return true;
}

bool json_token_number(struct json_token *t, int64_t *ret_integer, double *ret_real)
{
	struct json_token_input *in = input(t);
	const char *p = in->p + (in->p[0] == '-'), *start = in->p;
	size_t digits = strspn(p, "0123456789");
	bool real = false, good = digits > 0 ? p[0] != '0' || digits == 1 : p[0] == '.';

	p += digits;
	if (*p == '.') { /* Kea takes .5 and 5. too */
		real = true;
		p++;
		good = good && digits + strspn(p, "0123456789") > 0;
		p += strspn(p, "0123456789");
	}
	if (*p == 'e' || *p == 'E') {
		real = true;
		p++;
		p += *p == '+' || *p == '-';
		good = good && isdigit((unsigned char)*p);
		p += strspn(p, "0123456789");
	}
	if (!good || isalnum((unsigned char)*p) || *p == '.') {
		json_token_fail(t, "expected a number");
		return false;
	}
	in->p = p;
	errno = 0;
	if (real)
		*ret_real = strtod(start, NULL);
	else
		*ret_integer = strtoll(start, NULL, 10);
	if ((real && !isfinite(*ret_real)) || (!real && errno == ERANGE))
		json_token_fail(t, "a number too large");
	return real;
}

static uint32_t hex4(const char *s)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < 4; i++) {
		char c = s[i];

		if (!isxdigit((unsigned char)c))
			return UINT32_MAX;
		v = v << 4 |
			(uint32_t)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

static char *put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*out++ = (char)(0xe0 | c >> 12);
		} else {
			*out++ = (char)(0xf0 | c >> 18);
			*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

/* The escape at s, behind its backslash, into *out; returns its end. */
static const char *unescape(struct json_token *t, const char *s, char **out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *simple = *s != '\0' ? strchr(from, *s) : NULL;
	uint32_t c, low;

	if (simple != NULL) {
		*(*out)++ = to[simple - from];
		return s + 1;
	}
	c = *s == 'u' ? hex4(s + 1) : UINT32_MAX;
	if (c != UINT32_MAX)
		s += 5;
	if (c >= 0xd800 && c < 0xdc00 && s[0] == '\\' && s[1] == 'u') {
		low = hex4(s + 2);
		if (low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
			s += 6;
		}
	}
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
		json_token_fail(t, c == 0 ? "\\u0000 cannot be kept" : "unknown escape in a text");
		return s;
	}
	*out = put_utf8(*out, c);
	return s;
}

/* The end of the string that begins behind its quote at s; NULL: it is no string, and reported. */
static const char *find_quote(struct json_token *t, const char *s, bool *ret_plain)
{
	const char *p = s, *end;

	*ret_plain = true;
	while (*p != '"' && (unsigned char)*p >= 0x20) {
		if (*p == '\\')
			*ret_plain = false;
		p += *p == '\\' && (unsigned char)p[1] >= 0x20 ? 2 : 1;
	}
	if (*p != '"') {
		json_token_fail(t,
			*p == '\0' || *p == '\n'
				? "the text that begins here does not end in this line"
				: "a control character in a text");
		return NULL;
	}
	end = p;
	for (p = s; p < end;) {
		size_t len = text_utf8_length(span_of(p, (size_t)(end - p)));

		if (len == 0) {
			json_token_fail(t, "a text that is not UTF-8: convert the file with iconv");
			return NULL;
		}
		p += len;
	}
	return end;
}

const char *json_token_string(struct json_token *t)
{
	struct json_token_input *in = input(t);
	const char *s = in->p + 1, *end;
	bool plain;
	char *text, *out;

	if (t->error != 0)
		return NULL;
	end = find_quote(t, s, &plain);
	if (end == NULL)
		return NULL;
	out = text = arena_strndup(t->arena, s, (size_t)(end - s));
	if (text == NULL) {
		t->error = -ENOMEM;
		return NULL;
	}
	while (!plain && s < end && t->error == 0) {
		if (*s == '\\')
			s = unescape(t, s + 1, &out);
		else
			*out++ = *s++;
	}
	if (!plain)
		*out = '\0';
	in->p = end + 1;
	return text;
}
