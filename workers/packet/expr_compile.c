/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_compile: the border of the compiler: the caller's text in, one block with the program out;
 * and what all its files do: read tokens, write code, report. What the text means stands in
 * expr_parse.c.
 */
#include "workers/packet/expr_compile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workers/packet/expr_regex.h"

#define SHOWN_MAX 40 /* characters of the text in a message */

void expr_fail(struct expr_compile *c, size_t column, const char *cure, const char *fmt, ...)
{
	char words[256];
	va_list ap;

	if (c->r < 0)
		return;
	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	c->r = err_set(c->err, -EINVAL, cure, "column %zu: %s", column, words);
	c->token.kind = EXPR_TOKEN_END;
}

void expr_fail_token(struct expr_compile *c, const char *expected)
{
	size_t end = c->pos, start = c->token.column - 1;
	bool cut = end - start > SHOWN_MAX;
	char shown[SHOWN_MAX + 1];

	if (c->token.kind == EXPR_TOKEN_END) {
		expr_fail(c, c->token.column, NULL, "%s is missing at the end", expected);
		return;
	}
	snprintf(shown, sizeof(shown), "%.*s", (int)(end - start), c->text + start);
	for (char *p = shown; *p != '\0'; p++)
		*p = *p < ' ' || *p > '~' ? '?' : *p;
	expr_fail(c, c->token.column, NULL, "%s is missing before %s%s", expected, shown,
		cut ? "..." : "");
}

void expr_warn(struct expr_compile *c, size_t column, const char *fmt, ...)
{
	char words[256], line[288];
	va_list ap;

	if (c->r < 0 || c->warn == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	snprintf(line, sizeof(line), "column %zu: %s", column, words);
	c->warn(c->warn_arg, line);
}

void expr_next(struct expr_compile *c)
{
	if (c->r < 0)
		return;
	expr_lex_next(c->text, &c->pos, &c->token);
	if (c->token.kind == EXPR_TOKEN_BAD)
		expr_fail(c, c->token.column, NULL, "%s", c->token.reason);
}

bool expr_is_sign(const struct expr_compile *c, char sign)
{
	return c->token.kind == EXPR_TOKEN_SIGN && c->token.sign == sign;
}

bool expr_is_word(const struct expr_compile *c, const char *word)
{
	return c->token.kind == EXPR_TOKEN_WORD && strlen(word) == c->token.len &&
		memcmp(word, c->token.p, c->token.len) == 0;
}

void expr_expect(struct expr_compile *c, char sign)
{
	const char expected[] = {'\'', sign, '\'', '\0'};

	if (expr_is_sign(c, sign))
		expr_next(c);
	else
		expr_fail_token(c, expected);
}

int64_t expr_expect_int(struct expr_compile *c, int64_t min, int64_t max)
{
	int64_t v = c->token.value;

	if (c->token.kind != EXPR_TOKEN_INT)
		expr_fail_token(c, "an integer");
	else if (v < min || v > max)
		expr_fail(c, c->token.column, NULL, "%lld is not within %lld and %lld",
			(long long)v, (long long)min, (long long)max);
	if (c->r < 0)
		return 0;
	expr_next(c);
	return v;
}

void expr_token_text(const struct expr_compile *c, char buf[EXPR_NAME_SIZE])
{
	size_t len = c->token.len < EXPR_NAME_SIZE ? c->token.len : EXPR_NAME_SIZE - 1;

	memcpy(buf, c->token.p, len);
	buf[len] = '\0';
}

void expr_list_add(struct expr_compile *c, struct expr_list *list, const void *p, size_t len)
{
	size_t size = list->size > 0 ? list->size : 256;
	void *grown;

	if (c->r < 0)
		return;
	while (size < list->len + len)
		size *= 2;
	if (size > list->size) {
		grown = realloc(list->p, size);
		if (grown == NULL) {
			c->r = err_set(c->err, -ENOMEM, NULL, "out of memory");
			c->token.kind = EXPR_TOKEN_END;
			return;
		}
		list->p = grown;
		list->size = size;
	}
	if (len > 0)
		memcpy((uint8_t *)list->p + list->len, p, len);
	list->len += len;
}

void expr_emit_u8(struct expr_compile *c, uint8_t v)
{
	expr_list_add(c, &c->code, &v, 1);
}

void expr_emit_u32(struct expr_compile *c, uint32_t v)
{
	uint8_t b[4];

	wire_set_be32(b, v);
	expr_list_add(c, &c->code, b, sizeof(b));
}

void expr_emit_const(struct expr_compile *c, struct span v)
{
	expr_emit_u8(c, EXPR_OP_CONST);
	expr_emit_u32(c, (uint32_t)v.len);
	expr_list_add(c, &c->code, v.p, v.len);
}

size_t expr_emit_jump(struct expr_compile *c, enum expr_op op)
{
	expr_emit_u8(c, (uint8_t)op);
	expr_emit_u32(c, 0);
	return c->code.len;
}

void expr_land(struct expr_compile *c, size_t jump)
{
	if (c->r == 0)
		wire_set_be32((uint8_t *)c->code.p + jump - 4, (uint32_t)(c->code.len - jump));
}

struct expr_part expr_part_begin(const struct expr_compile *c)
{
	return (struct expr_part){.column = c->token.column, .from = c->code.len,
		.extent = EXPR_EXTENT_ANY};
}

void expr_part_end(const struct expr_compile *c, struct expr_part *part)
{
	part->to = c->code.len;
	part->need = part->need > 0 ? part->need : 1;
}

/* Everything in one block: first what has the strictest alignment. */
static struct expr *build(struct expr_compile *c, enum expr_kind kind, const struct expr_key *key)
{
	size_t values = key->n * sizeof(struct span);
	struct expr *e = (struct expr *)calloc(1, sizeof(*e) + values + c->patterns.len +
		c->members.len + c->code.len);
	uint8_t *at = (uint8_t *)(e + 1);
	struct span *ret_values = (struct span *)(void *)at;

	if (e == NULL)
		return NULL;
	at += values;
	e->kind = kind;
	e->patterns = (struct expr_regex **)(void *)at;
	e->n_patterns = c->patterns.len / sizeof(*e->patterns);
	if (c->patterns.len > 0)
		memcpy(at, c->patterns.p, c->patterns.len);
	at += c->patterns.len;
	e->members = (const int *)(void *)at;
	e->n_members = c->members.len / sizeof(*e->members);
	if (c->members.len > 0)
		memcpy(at, c->members.p, c->members.len);
	at += c->members.len;
	e->code = span_of(at, c->code.len);
	memcpy(at, c->code.p, c->code.len);
	e->values = ret_values;
	e->n_values = expr_key_values(c, key, e->code, ret_values);
	if (key->n > 0)
		e->operand = span_of(at + key->from, key->to - key->from);
	c->patterns.len = 0;
	return e;
}

static void check_kind(struct expr_compile *c, const struct expr_part *part, enum expr_kind kind)
{
	if (part->test && kind == EXPR_VALUE)
		expr_fail(c, part->column, "write what octets it shall give, as in ifelse(..., "
			"'a', 'b')", "this is a test, but octets are needed");
	else if (!part->test && kind == EXPR_TEST)
		expr_fail(c, part->column, "compare it with ==, or ask for .exists",
			"these are octets, but a test is needed");
	if (part->need > EXPR_STACK)
		expr_fail(c, part->column, NULL, "too deeply nested");
}

int expr_compile(const char *text, enum expr_kind kind, const struct expr_names *names,
	void (*warn)(void *arg, const char *line), void *warn_arg, struct expr **ret,
	struct err *err)
{
	struct expr_compile c = {.text = text, .names = names, .warn = warn, .warn_arg = warn_arg,
		.err = err};
	struct expr_part part;
	struct expr *e = NULL;

	if (strnlen(text, EXPR_TEXT_MAX + 1) > EXPR_TEXT_MAX)
		return err_set(err, -EINVAL, NULL, "longer than %d characters", EXPR_TEXT_MAX);
	expr_next(&c);
	part = expr_parse(&c);
	check_kind(&c, &part, kind);
	if (c.r == 0) {
		e = build(&c, kind, &part.key);
		if (e == NULL)
			c.r = err_set(err, -ENOMEM, NULL, "out of memory");
	}
	for (size_t i = 0; i < c.patterns.len / sizeof(struct expr_regex *); i++)
		expr_regex_free(((struct expr_regex **)c.patterns.p)[i]);
	free(c.patterns.p);
	free(c.members.p);
	free(c.constants.p);
	free(c.code.p);
	if (c.r < 0)
		return c.r;
	*ret = e;
	return 0;
}

void expr_free(struct expr *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->n_patterns; i++)
		expr_regex_free(e->patterns[i]);
	free(e);
}

int expr_member(const struct expr *e, size_t i)
{
	return i < e->n_members ? e->members[i] : -1;
}
