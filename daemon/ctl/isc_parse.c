/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isc_parse: see isc_parse.h. The first mistake of a file ends its reading: after a lost bracket
 * nothing means what it seems to.
 */
#include "daemon/ctl/isc_parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/file.h"

#define WORDS_MAX 100000 /* of one statement: lists of addresses may be long */

struct parser {
	const char *file;
	struct isc_lex lex;
	struct isc_token t; /* the token at hand */
	struct arena *arena;
	struct report *report;
	unsigned includes; /* how deep */
	struct isc_token *words;
	size_t n, room;
};

static int parse_file(const char *file, unsigned includes, struct arena *arena, struct report *r,
	struct isc_stmt *into, unsigned depth);

static int fail(struct parser *p, uint32_t line, const char *what)
{
	report_file_error(p->report, p->file, line, "%s", what);
	return -EINVAL;
}

static void next(struct parser *p)
{
	p->t = isc_lex_next(&p->lex);
}

static int add_word(struct parser *p)
{
	if (p->n == p->room) {
		size_t room = p->room > 0 ? p->room * 2 : 64;
		struct isc_token *more =
			(struct isc_token *)realloc(p->words, room * sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		p->words = more;
		p->room = room;
	}
	p->words[p->n++] = p->t;
	return p->n < WORDS_MAX ? 0 : fail(p, p->t.line, "this statement does not end");
}

/* Up to ';', '{' or '}'. In the definition of an option braces are no block. */
static int read_words(struct parser *p)
{
	unsigned braces = 0;
	int rc = 0;

	p->n = 0;
	for (; rc == 0; next(p)) {
		bool option = p->n > 0 && isc_is_word(&p->words[0], "option");

		if (p->t.type == ISC_END)
			return fail(p, p->t.line, "the file ends within a statement or block");
		if (p->t.type == ISC_BAD)
			return fail(p, p->t.line,
				"a quote without an end, or a character that "
				"has no meaning");
		if (isc_is_mark(&p->t, ';'))
			return 0;
		if (option && isc_is_mark(&p->t, '{'))
			braces++;
		else if (braces > 0 && isc_is_mark(&p->t, '}'))
			braces--;
		else if (isc_is_mark(&p->t, '{') || isc_is_mark(&p->t, '}'))
			return 0;
		rc = add_word(p);
	}
	return rc;
}

static struct isc_stmt *add_stmt(struct parser *p, struct isc_stmt *parent, uint32_t line)
{
	struct isc_stmt *s = (struct isc_stmt *)arena_alloc(p->arena, 1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->file = p->file;
	s->line = line;
	s->n = p->n;
	s->t = (struct isc_token *)arena_alloc(p->arena, p->n, sizeof(*s->t));
	if (s->t == NULL)
		return NULL;
	if (p->n > 0)
		memcpy(s->t, p->words, p->n * sizeof(*s->t));
	if (parent->last != NULL)
		parent->last->next = s;
	else
		parent->first = s;
	parent->last = s;
	return s;
}

static int include(struct parser *p, struct isc_stmt *parent, uint32_t line, unsigned depth)
{
	const char *file;

	if (p->n != 2 || p->words[1].type != ISC_STRING ||
		memchr(p->words[1].text.p, '\0', p->words[1].text.len) != NULL)
		return fail(p, line, "expected include \"FILE\";");
	if (p->includes == ISC_INCLUDE_MAX)
		return fail(p, line, "too many files include one another");
	file = file_beside(
		p->arena, p->file, (const char *)p->words[1].text.p, p->words[1].text.len);
	if (file == NULL)
		return -ENOMEM;
	return parse_file(file, p->includes + 1, p->arena, p->report, parent, depth);
}

/* Statements up to '}', or to the end of the file if depth is 0 in this file. */
static int read_stmts(struct parser *p, struct isc_stmt *parent, unsigned depth, bool inner)
{
	while (p->t.type != ISC_END && !isc_is_mark(&p->t, '}')) {
		uint32_t line = p->t.line;
		struct isc_stmt *s;
		int rc = read_words(p);

		if (rc < 0)
			return rc;
		if (isc_is_mark(&p->t, '}'))
			return fail(p, p->t.line, "';' is missing before '}'");
		if (isc_is_mark(&p->t, ';') && p->n > 0 && isc_is_word(&p->words[0], "include")) {
			rc = include(p, parent, line, depth);
		} else if (p->n > 0 || isc_is_mark(&p->t, '{')) {
			s = add_stmt(p, parent, line);
			if (s == NULL)
				return -ENOMEM;
			s->block = isc_is_mark(&p->t, '{');
			if (s->block && depth == ISC_DEPTH_MAX)
				return fail(p, line, "too many blocks inside one another");
			if (s->block) {
				next(p);
				rc = read_stmts(p, s, depth + 1, true);
			}
		}
		if (rc < 0)
			return rc;
		next(p); /* behind ';' or '}' */
	}
	if (inner != isc_is_mark(&p->t, '}'))
		return fail(p, p->t.line,
			inner ? "the file ends within a block" : "a '}' without its '{'");
	return 0;
}

static int parse_text(
	struct parser *p, char *text, size_t len, struct isc_stmt *into, unsigned depth)
{
	int rc;

	isc_lex_init(&p->lex, text, len);
	next(p);
	rc = read_stmts(p, into, depth, false);
	free(p->words);
	return rc;
}

static int parse_file(const char *file, unsigned includes, struct arena *arena, struct report *r,
	struct isc_stmt *into, unsigned depth)
{
	struct parser p = {.file = file, .arena = arena, .report = r, .includes = includes};
	char *text, *copy;
	size_t len;
	int rc = file_read(file, &text, &len);

	if (rc == -ENOMEM)
		return rc;
	if (rc < 0)
		return fail(&p, 0, strerror(-rc));
	copy = (char *)arena_alloc(arena, len + 1, 1);
	if (copy != NULL)
		memcpy(copy, text, len);
	free(text);
	return copy != NULL ? parse_text(&p, copy, len, into, depth) : -ENOMEM;
}

int isc_parse(const char *file, struct arena *arena, struct report *r, struct isc_stmt *ret_root)
{
	*ret_root = (struct isc_stmt){.file = file, .line = 1, .block = true};
	return parse_file(file, 0, arena, r, ret_root, 0);
}

int isc_parse_text(const char *file, char *text, size_t len, struct arena *arena, struct report *r,
	struct isc_stmt *ret_root)
{
	struct parser p = {.file = file, .arena = arena, .report = r};

	*ret_root = (struct isc_stmt){.file = file, .line = 1, .block = true};
	return parse_text(&p, text, len, ret_root, 0);
}
