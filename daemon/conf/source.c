/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: copies files line by line into one text, follows strings and comments just far enough to
 * know an include and a number when it sees them, and writes an L behind what needs 64 bits.
 */
#include "daemon/conf/source.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/file.h"

#define INCLUDE_DEPTH_MAX 10

enum state {
	IN_CODE,
	IN_STRING,
	IN_COMMENT,
};

struct copier {
	struct arena *arena;
	struct report *report;
	struct source *out;
	size_t len, size;    /* of out->text */
	uint32_t lines_size; /* of out->lines */
	unsigned depth;
	enum state state;
	struct source_line since; /* where the string or comment began */
	int error; /* the first one; all later calls do nothing */
};

static int copy_file(struct copier *c, const char *file, const struct source_line *from);

static void put(struct copier *c, const char *s, size_t len)
{
	if (c->error != 0)
		return;
	if (c->size - c->len <= len) {
		size_t size = (c->size + len + 4096) * 2;
		char *text = realloc(c->out->text, size);

		if (text == NULL) {
			c->error = -ENOMEM;
			return;
		}
		c->out->text = text;
		c->size = size;
	}
	memcpy(c->out->text + c->len, s, len);
	c->len += len;
	c->out->text[c->len] = '\0';
}

static void put_line_start(struct copier *c, const char *file, uint32_t line)
{
	struct source *s = c->out;

	if (c->error != 0)
		return;
	if (s->n_lines == c->lines_size) {
		uint32_t size = c->lines_size * 2 + 1024;
		struct source_line *lines = reallocarray(s->lines, size, sizeof(*lines));

		if (lines == NULL) {
			c->error = -ENOMEM;
			return;
		}
		s->lines = lines;
		c->lines_size = size;
	}
	s->lines[s->n_lines++] = (struct source_line){file, line};
}

static bool is_name(char ch)
{
	return isalnum((unsigned char)ch) || ch == '-' || ch == '_' || ch == '*';
}

/* Copies the number at s; returns its end. */
static const char *copy_number(struct copier *c, const char *s, const char *end)
{
	const char *p = s;
	bool hex = end - s > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	unsigned long long value;

	if (hex)
		p += 2;
	while (p < end && (hex ? isxdigit((unsigned char)*p) : isdigit((unsigned char)*p)))
		p++;
	if (p < end && !hex && strchr(".eE", *p) != NULL) {
		while (p < end && (isdigit((unsigned char)*p) || strchr(".eE+-", *p) != NULL))
			p++;
		put(c, s, (size_t)(p - s));
		return p;
	}
	put(c, s, (size_t)(p - s));
	value = strtoull(s, NULL, hex ? 16 : 10);
	if (value > INT32_MAX && (p == end || !is_name(*p)))
		put(c, "L", 1);
	return p;
}

/* Copies one token, or one octet of a string or comment; returns its end. */
static const char *copy_token(struct copier *c, const char *s, const char *end)
{
	const char *p = s + 1;

	if (c->state == IN_STRING) {
		if (*s == '\\' && p < end)
			p++;
		else if (*s == '"')
			c->state = IN_CODE;
	} else if (c->state == IN_COMMENT) {
		if (*s == '*' && p < end && *p == '/') {
			c->state = IN_CODE;
			p++;
		}
	} else if (*s == '#' || (*s == '/' && p < end && *p == '/')) {
		p = end;
	} else if (*s == '/' && p < end && *p == '*') {
		c->state = IN_COMMENT;
		p++;
	} else if (*s == '"') {
		c->state = IN_STRING;
	} else if (isdigit((unsigned char)*s)) {
		return copy_number(c, s, end);
	} else if (is_name(*s) && *s != '-') {
		while (p < end && is_name(*p))
			p++;
	} else if (*s == '.') {
		while (p < end && isdigit((unsigned char)*p))
			p++;
	}
	put(c, s, (size_t)(p - s));
	return p;
}

/* If the line includes another file, returns its name (in the arena) and the rest of the line. */
static const char *find_include(
	struct copier *c, const char *s, const char *end, const char *file, const char **ret_rest)
{
	static const char word[] = "@include";
	const char *quote, *name;

	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	if ((size_t)(end - s) < sizeof(word) || memcmp(s, word, sizeof(word) - 1) != 0)
		return NULL;
	s += sizeof(word) - 1;
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	if (s == end || *s++ != '"')
		return NULL;
	quote = memchr(s, '"', (size_t)(end - s));
	if (quote == NULL)
		return NULL;
	name = file_beside(c->arena, file, s, (size_t)(quote - s));
	if (name == NULL) {
		c->error = -ENOMEM;
		return NULL;
	}
	*ret_rest = quote + 1;
	return name;
}

static void copy_text(struct copier *c, const char *s, const char *end, const char *file)
{
	for (uint32_t line = 1; s < end && c->error == 0; line++) {
		const char *eol = memchr(s, '\n', (size_t)(end - s)), *other = NULL;

		if (eol == NULL)
			eol = end;
		if (c->state == IN_CODE)
			other = find_include(c, s, eol, file, &s);
		if (other != NULL) {
			struct source_line from = {file, line};
			int r = copy_file(c, other, &from);

			if (c->error == 0)
				c->error = r;
		}
		put_line_start(c, file, line);
		while (s < eol) {
			enum state before = c->state;

			s = copy_token(c, s, eol);
			if (before == IN_CODE && c->state != IN_CODE)
				c->since = (struct source_line){file, line};
		}
		put(c, "\n", 1);
		s = eol + 1;
	}
}

/* from: the line that includes the file, NULL: the first one. */
static int copy_file(struct copier *c, const char *file, const struct source_line *from)
{
	struct source_line at = from != NULL ? *from : (struct source_line){file, 0};
	char *text = NULL;
	size_t len = 0;
	int r;

	if (c->depth == INCLUDE_DEPTH_MAX) {
		report_file_error(c->report, at.file, at.line,
			"\"%s\" is included %d files deep: does it include itself?", file,
			INCLUDE_DEPTH_MAX);
		return -EINVAL;
	}
	r = file_read(file, &text, &len);
	if (r < 0 && from == NULL)
		report_file_error(c->report, file, 0, "cannot read it: %s", strerror(-r));
	else if (r < 0)
		report_file_error(
			c->report, at.file, at.line, "cannot read \"%s\": %s", file, strerror(-r));
	if (r < 0)
		return r == -ENOMEM ? r : -EINVAL;
	if (memchr(text, '\0', len) != NULL) {
		report_file_error(c->report, file, 0, "holds a NUL octet: not a text file");
		free(text);
		return -EINVAL;
	}
	c->depth++;
	copy_text(c, text, text + len, file);
	c->depth--;
	free(text);
	return c->error;
}

int source_read(const char *file, struct arena *arena, struct report *r, struct source *ret)
{
	struct copier c = {.arena = arena, .report = r, .out = ret};
	char *name = arena_strdup(arena, file);
	int error;

	memset(ret, 0, sizeof(*ret));
	if (name == NULL)
		return -ENOMEM;
	put(&c, "", 0);
	error = copy_file(&c, name, NULL);
	if (error == 0 && c.state != IN_CODE) {
		report_file_error(r, c.since.file, c.since.line, "%s that begins here never ends",
			c.state == IN_STRING ? "the text" : "the comment");
		error = -EINVAL;
	}
	return error;
}

struct source_line source_where(const struct source *s, unsigned line)
{
	if (line > s->n_lines)
		line = s->n_lines;
	return line > 0 ? s->lines[line - 1] : (struct source_line){"", 0};
}

void source_fini(struct source *s)
{
	free(s->text);
	free(s->lines);
}
