/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_regex: PCRE2 held to the language of ECMAScript (ECMA-262, RegExp), and to a bounded number
 * of steps, in memory on the stack. A compiled pattern is only read.
 */
#include "workers/packet/expr_regex.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define STEPS_MAX   10000 /* places that the matcher goes on from: some 0.15 ms */
#define DEPTH_MAX   1000  /* those that it may have to come back to */
#define HEAP_KIB    96    /* what they take; PCRE2 begins with 20 KiB and doubles that */
#define MEMORY      (240 * 1024) /* 20, 40, 80 and 96 KiB, and contexts */
#define NESTING_MAX 50           /* parentheses */

struct expr_regex {
	pcre2_code *code;
	pcre2_match_context *limits;
};

/* The memory of one match: what is taken is given back all at once, by forgetting it. */
struct arena {
	uint8_t *p;
	size_t left;
};

static int bad(struct err *err, size_t at, const char *what)
{
	return err_set(err, -EINVAL, NULL, "character %zu of the pattern: %s", at + 1, what);
}

/* PCRE2 gives many letters a meaning that ECMAScript does not. */
static int check_escape(struct span s, size_t i, bool in_class, bool *back, struct err *err)
{
	uint8_t c = i + 1 < s.len ? s.p[i + 1] : 0;
	bool more_digits = i + 2 < s.len && s.p[i + 2] >= '0' && s.p[i + 2] <= '9';

	if (c >= '0' && c <= '9' && (more_digits || (in_class && c != '0')))
		return bad(err, i, "octal numbers are not supported, write \\x and two hex digits");
	*back = *back || (c >= '1' && c <= '9');
	if (c == 'v')
		return bad(err, i, "\\v is not supported, write \\x0b");
	if (((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) &&
		strchr(in_class ? "bcdfnrtuxDSsWw" : "bBcdfnrtuxDSsWw", c) == NULL)
		return bad(err, i, "ECMAScript knows no \\ before this letter");
	return 0;
}

static bool is_quantifier_end(uint8_t c)
{
	return c == '*' || c == '+' || c == '?' || c == '}';
}

/* Outside of [...]: no verbs, no groups but (?: (?= (?!, no possessive quantifiers. */
static int check_sign(struct span s, size_t i, bool after_escape, struct err *err)
{
	uint8_t next = i + 1 < s.len ? s.p[i + 1] : 0, third = i + 2 < s.len ? s.p[i + 2] : 0;

	if (s.p[i] == '(' && next == '*')
		return bad(err, i, "ECMAScript knows no (*");
	if (s.p[i] == '(' && next == '?' && third != ':' && third != '=' && third != '!')
		return bad(err, i, "ECMAScript knows (?: (?= and (?! only");
	if (s.p[i] == '+' && i > 0 && !after_escape && is_quantifier_end(s.p[i - 1]))
		return bad(err, i, "ECMAScript knows no + behind a quantifier");
	return 0;
}

/* The octets of a class name at i, "[:alpha:]", 0: there is none. */
static size_t class_name(struct span s, size_t i)
{
	size_t end = i + 2;

	if (s.len - i < 4 || s.p[i] != '[' || s.p[i + 1] != ':')
		return 0;
	while (end < s.len && s.p[end] >= 'a' && s.p[end] <= 'z')
		end++;
	return s.len - end >= 2 && s.p[end] == ':' && s.p[end + 1] == ']' ? end + 2 - i : 0;
}

/* Refuses what PCRE2 has beyond ECMAScript, so that no pattern silently means something else.
 * *ret_back: it has back references. */
static int check(struct span s, bool *ret_back, struct err *err)
{
	bool in_class = false, after_escape = false;
	int r = 0;

	*ret_back = false;
	for (size_t i = 0; i < s.len && r == 0; i++) {
		size_t name = in_class ? class_name(s, i) : 0;

		if (s.p[i] == '\\') {
			r = check_escape(s, i++, in_class, ret_back, err);
			after_escape = true;
			continue;
		}
		if (name > 0)
			i += name - 1;
		else if (in_class)
			in_class = s.p[i] != ']';
		else if (s.p[i] == '[')
			in_class = true;
		else
			r = check_sign(s, i, after_escape, err);
		after_escape = false;
	}
	return r;
}

/* \r and \n both end a line, so that . takes neither of them. */
static pcre2_compile_context *new_options(void)
{
	pcre2_compile_context *options = pcre2_compile_context_create(NULL);

	if (options != NULL) {
		pcre2_set_newline(options, PCRE2_NEWLINE_ANYCRLF);
		pcre2_set_parens_nest_limit(options, NESTING_MAX);
	}
	return options;
}

/* What groups match is kept only where something asks for it: that takes much of the memory. */
static int compile(struct span pattern, bool back, pcre2_code **ret, struct err *err)
{
	uint32_t flags = PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY |
		PCRE2_ALT_BSUX | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF |
		PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C |
		(back ? 0 : PCRE2_NO_AUTO_CAPTURE);
	pcre2_compile_context *options = new_options();
	uint8_t words[128] = {0};
	size_t at = 0;
	int code = 0;

	if (options == NULL)
		return -ENOMEM;
	*ret = pcre2_compile(pattern.p, pattern.len, flags, &code, &at, options);
	pcre2_compile_context_free(options);
	if (*ret != NULL)
		return 0;
	if (code == PCRE2_ERROR_HEAP_FAILED)
		return -ENOMEM;
	pcre2_get_error_message(code, words, sizeof(words));
	return bad(err, at, (const char *)words);
}

int expr_regex_compile(struct span pattern, struct expr_regex **ret, struct err *err)
{
	struct expr_regex *re;
	bool back;
	int r;

	if (pattern.len > EXPR_REGEX_MAX)
		return err_set(err, -EINVAL, NULL, "the pattern is longer than %d octets",
			EXPR_REGEX_MAX);
	r = check(pattern, &back, err);
	if (r < 0)
		return r;
	re = (struct expr_regex *)calloc(1, sizeof(*re));
	if (re == NULL)
		return -ENOMEM;
	r = compile(pattern, back, &re->code, err);
	if (r == 0)
		re->limits = pcre2_match_context_create(NULL);
	if (r < 0 || re->limits == NULL) {
		expr_regex_free(re);
		return r < 0 ? r : -ENOMEM;
	}
	pcre2_set_match_limit(re->limits, STEPS_MAX);
	pcre2_set_depth_limit(re->limits, DEPTH_MAX);
	pcre2_set_heap_limit(re->limits, HEAP_KIB);
	*ret = re;
	return 0;
}

void expr_regex_free(struct expr_regex *re)
{
	if (re == NULL)
		return;
	pcre2_match_context_free(re->limits);
	pcre2_code_free(re->code);
	free(re);
}

static void *arena_take(size_t size, void *arg)
{
	struct arena *arena = (struct arena *)arg;
	void *p = arena->p;

	size = (size + 15) & ~(size_t)15;
	if (size > arena->left)
		return NULL;
	arena->p += size;
	arena->left -= size;
	return p;
}

static void arena_give(void *p, void *arg)
{
	(void)p;
	(void)arg;
}

int expr_regex_match(const struct expr_regex *re, struct span s)
{
	_Alignas(16) uint8_t memory[MEMORY];
	struct arena arena = {memory, sizeof(memory)};
	pcre2_general_context *heap = pcre2_general_context_create(arena_take, arena_give, &arena);
	pcre2_match_data *data = pcre2_match_data_create(1, heap);
	int r = pcre2_match(re->code, s.len > 0 ? s.p : (const uint8_t *)"", s.len, 0, 0, data,
		re->limits);

	if (r == PCRE2_ERROR_NOMATCH)
		return 0;
	return r >= 0 ? 1 : -ELOOP;
}
