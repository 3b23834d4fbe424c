/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_parse: the grammar of class expressions: operators by how tightly they bind, and constants.
 * Emits code as it reads; what words begin stands in expr_function.c and expr_packet.c. Recursion is
 * bounded by EXPR_NESTING_MAX.
 */
#include <string.h>

#include "shm/base/text.h"
#include "workers/packet/expr_compile.h"

/* From the loosest. */
enum binding {
	BIND_NONE,
	BIND_SOR,
	BIND_OR,
	BIND_SAND,
	BIND_AND,
	BIND_EQUAL,
	BIND_PLUS,
	BIND_OPERAND,
};

struct operator {
	const char *word; /* NULL: sign */
	char sign;
	uint8_t binding;
	uint8_t op;
};

static const struct operator operators[] = {
	{"sor", 0, BIND_SOR, EXPR_OP_OR},
	{"or", 0, BIND_OR, EXPR_OP_OR_ELSE},
	{"sand", 0, BIND_SAND, EXPR_OP_AND},
	{"and", 0, BIND_AND, EXPR_OP_AND_THEN},
	{NULL, '=', BIND_EQUAL, EXPR_OP_EQUAL},
	{NULL, '+', BIND_PLUS, EXPR_OP_CONCAT},
};

static struct expr_part binary(struct expr_compile *c, enum binding min);

static size_t more(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void want(struct expr_compile *c, const struct expr_part *part, bool test)
{
	if (test && !part->test)
		expr_fail(c, part->column, "compare it with ==, or ask for .exists",
			"octets stand where true or false is needed");
	else if (!test && part->test)
		expr_fail(c, part->column, NULL, "true or false stands where octets are needed");
}

/* Takes what stands inside parentheses, a function or behind "not". */
static struct expr_part nested(struct expr_compile *c, enum binding min)
{
	struct expr_part part;

	if (c->nesting >= EXPR_NESTING_MAX)
		expr_fail(c, c->token.column, NULL,
			"more than %d parentheses, functions and 'not' inside each other",
			EXPR_NESTING_MAX);
	c->nesting++;
	part = binary(c, min);
	c->nesting--;
	return part;
}

struct expr_part expr_parse_octets(struct expr_compile *c)
{
	struct expr_part part = nested(c, BIND_NONE);

	want(c, &part, false);
	return part;
}

struct expr_part expr_parse_test(struct expr_compile *c)
{
	struct expr_part part = nested(c, BIND_NONE);

	want(c, &part, true);
	return part;
}

static uint8_t hex_digit(char digit)
{
	return (uint8_t)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
}

/* An odd number of digits has a 0 in front of it. */
static size_t emit_hex(struct expr_compile *c, const char *digits, size_t n)
{
	size_t len = (n + 1) / 2, i = 0;

	expr_emit_u8(c, EXPR_OP_CONST);
	expr_emit_u32(c, (uint32_t)len);
	if (n % 2 == 1)
		expr_emit_u8(c, hex_digit(digits[i++]));
	for (; i < n; i += 2)
		expr_emit_u8(c, (uint8_t)(hex_digit(digits[i]) << 4 | hex_digit(digits[i + 1])));
	return len;
}

static struct expr_part constant(struct expr_compile *c)
{
	struct expr_part part = expr_part_begin(c);
	const struct expr_token *t = &c->token;
	size_t len = 4;

	part.is_constant = true;
	if (t->kind == EXPR_TOKEN_STRING) {
		len = t->len;
		expr_emit_const(c, span_of(t->p, len));
		expr_next(c);
	} else if (t->kind == EXPR_TOKEN_HEX) {
		len = emit_hex(c, t->p, t->len);
		expr_next(c);
	} else if (t->kind == EXPR_TOKEN_ADDRESS) {
		len = t->addr_len;
		expr_emit_const(c, span_of(t->addr, len));
		expr_next(c);
	} else {
		expr_emit_u8(c, EXPR_OP_CONST);
		expr_emit_u32(c, 4);
		expr_emit_u32(c, (uint32_t)expr_expect_int(c, 0, UINT32_MAX));
	}
	part.extent = expr_extent_of(len);
	expr_part_end(c, &part);
	return part;
}

/* Words that an operand begins with, but for functions. */
static const struct {
	const char *word;
	struct expr_part (*parse)(struct expr_compile *c);
} words[] = {
	{"option", expr_packet_option},
	{"relay4", expr_packet_relay},
	{"vendor", expr_packet_vendor},
	{"vendor-class", expr_packet_vendor_class},
	{"pkt", expr_packet_field},
	{"pkt4", expr_packet_field},
	{"member", expr_function_member},
	{"known", expr_function_known},
	{"unknown", expr_function_known},
	{"match", expr_function_match},
	{"ifelse", expr_function_ifelse},
};

#define N_WORDS (sizeof(words) / sizeof(words[0]))

static void unknown_word(struct expr_compile *c)
{
	const char *names[64], *name, *near;
	char text[EXPR_NAME_SIZE];
	size_t n = 0;

	for (; n < N_WORDS; n++)
		names[n] = words[n].word;
	while (n < 64 && (name = expr_function_name(n - N_WORDS)) != NULL)
		names[n++] = name;
	expr_token_text(c, text);
	near = text_nearest(text, names, n);
	expr_fail(c, c->token.column, NULL, "'%.60s' is no word of expressions%s%s%s", text,
		near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
		near != NULL ? "'?" : "");
}

static struct expr_part word(struct expr_compile *c)
{
	struct expr_part part = expr_part_begin(c);

	for (size_t i = 0; i < N_WORDS; i++) {
		if (expr_is_word(c, words[i].word))
			return words[i].parse(c);
	}
	if (!expr_function_other(c, &part))
		unknown_word(c);
	return part;
}

/* A "not" is known to be a test's, however loosely what it denies binds. */
static struct expr_part operand(struct expr_compile *c)
{
	struct expr_part part = expr_part_begin(c);

	if (expr_is_sign(c, '(')) {
		expr_next(c);
		part = nested(c, BIND_NONE);
		expr_expect(c, ')');
	} else if (expr_is_word(c, "not")) {
		size_t column = c->token.column;

		expr_next(c);
		part = nested(c, BIND_EQUAL);
		want(c, &part, true);
		expr_emit_u8(c, EXPR_OP_NOT);
		part.column = column;
		part.key = (struct expr_key){0};
		expr_part_end(c, &part);
	} else if (c->token.kind == EXPR_TOKEN_WORD) {
		part = word(c);
	} else if (c->token.kind == EXPR_TOKEN_SIGN || c->token.kind == EXPR_TOKEN_END) {
		expr_fail_token(c, "a value or a test");
	} else {
		part = constant(c);
	}
	return part;
}

static const struct operator *operator_here(const struct expr_compile *c, enum binding min)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		const struct operator *o = &operators[i];

		if (o->word != NULL ? expr_is_word(c, o->word) : expr_is_sign(c, o->sign))
			return o->binding >= min ? o : NULL;
	}
	return NULL;
}

/* What is known about both sides, put together. */
static void combine(struct expr_compile *c, const struct operator *o, struct expr_part *left,
	const struct expr_part *right)
{
	bool lazy = o->op == EXPR_OP_AND_THEN || o->op == EXPR_OP_OR_ELSE;
	bool any = o->binding == BIND_OR || o->binding == BIND_SOR;
	bool tests = o->binding < BIND_EQUAL;

	want(c, left, tests);
	want(c, right, tests);
	left->need = more(left->need, right->need + (lazy ? 0 : 1));
	left->varies = left->varies || right->varies;
	if (any) {
		left->key = expr_key_or(c, &left->key, &right->key);
	} else if (tests) {
		left->key = expr_key_and(&left->key, &right->key);
	} else if (o->op == EXPR_OP_EQUAL) {
		expr_extent_compare(c, left, right);
		left->key = expr_key_equal(c, left, right);
		left->test = true;
	} else {
		left->extent = expr_extent_sum(left->extent, right->extent);
	}
	left->is_constant = false;
	expr_part_end(c, left);
}

/* Operators that bind at least as tightly as min, from left to right. */
static struct expr_part binary(struct expr_compile *c, enum binding min)
{
	struct expr_part left = operand(c), right;
	const struct operator *o;

	while ((o = operator_here(c, min)) != NULL) {
		bool lazy = o->op == EXPR_OP_AND_THEN || o->op == EXPR_OP_OR_ELSE;
		size_t jump = 0;

		expr_next(c);
		if (lazy)
			jump = expr_emit_jump(c, (enum expr_op)o->op);
		right = binary(c, (enum binding)(o->binding + 1));
		if (lazy)
			expr_land(c, jump);
		else
			expr_emit_u8(c, o->op);
		combine(c, o, &left, &right);
	}
	return left;
}

struct expr_part expr_parse(struct expr_compile *c)
{
	struct expr_part part = binary(c, BIND_NONE);

	if (c->token.kind != EXPR_TOKEN_END)
		expr_fail_token(c, "the end, or an operator,");
	return part;
}
