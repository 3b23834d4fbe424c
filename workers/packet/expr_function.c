/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_function: what is written like a function: member(), match(), ifelse() and those that make
 * octets of octets. Called by expr_parse.c while an expression is compiled.
 */
#include <errno.h>
#include <string.h>

#include "workers/packet/expr_compile.h"
#include "workers/packet/expr_regex.h"

#define VENDOR_CLASS "VENDOR_CLASS_"

static size_t more(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Packets that have option 60 = name. */
static void is_vendor(struct expr_compile *c, const char *name, struct expr_part *part)
{
	struct expr_part option = *part, value;

	expr_emit_u8(c, EXPR_OP_OPTION);
	expr_emit_u8(c, OPT_VENDOR_CLASS);
	expr_part_end(c, &option);
	value = expr_part_begin(c);
	value.is_constant = true;
	expr_emit_const(c, span_of(name, strlen(name)));
	expr_part_end(c, &value);
	expr_emit_u8(c, EXPR_OP_EQUAL);
	part->key = expr_key_equal(c, &option, &value);
	part->need = 2;
}

static void is_member(struct expr_compile *c, const char *name, struct expr_part *part)
{
	int class = c->names->class_number(c->names->arg, name);
	size_t prefix = strlen(VENDOR_CLASS);

	part->test = true;
	if (class >= 0) {
		expr_list_add(c, &c->members, &class, sizeof(class));
		expr_emit_u8(c, EXPR_OP_MEMBER);
		expr_emit_u32(c, (uint32_t)class);
		part->varies = true;
	} else if (strncmp(name, VENDOR_CLASS, prefix) == 0 && name[prefix] != '\0') {
		is_vendor(c, name + prefix, part);
	} else {
		expr_fail(c, part->column, "define it above the class that asks for it",
			"class '%.60s' is neither built in nor defined before", name);
	}
}

/* known, unknown */
struct expr_part expr_function_known(struct expr_compile *c)
{
	struct expr_part part = expr_part_begin(c);

	is_member(c, expr_is_word(c, "known") ? "KNOWN" : "UNKNOWN", &part);
	expr_next(c);
	expr_part_end(c, &part);
	return part;
}

/* Whether a string is next; it is a mistake if not. */
static bool is_string(struct expr_compile *c)
{
	if (c->token.kind != EXPR_TOKEN_STRING)
		expr_fail_token(c, "a string in single quotes");
	return c->r == 0;
}

struct expr_part expr_function_member(struct expr_compile *c)
{
	struct expr_part part = expr_part_begin(c);
	char name[EXPR_NAME_SIZE];

	expr_next(c);
	expr_expect(c, '(');
	if (is_string(c)) {
		if (c->token.len >= sizeof(name))
			expr_fail(c, c->token.column, NULL, "no class has a name that long");
		expr_token_text(c, name);
		is_member(c, name, &part);
		expr_next(c);
	}
	expr_expect(c, ')');
	expr_part_end(c, &part);
	return part;
}

/* The number of the pattern that is next. */
static uint32_t pattern(struct expr_compile *c)
{
	size_t n = c->patterns.len / sizeof(struct expr_regex *);
	struct expr_regex *re = NULL;
	struct err err = {0};
	int r;

	if (!is_string(c))
		return 0;
	r = expr_regex_compile(span_of(c->token.p, c->token.len), &re, &err);
	if (r == -ENOMEM)
		c->r = err_set(c->err, r, NULL, "out of memory");
	else if (r < 0)
		expr_fail(c, c->token.column, err.cure, "%s", err.text);
	if (r < 0)
		return 0;
	expr_list_add(c, &c->patterns, &re, sizeof(struct expr_regex *));
	if (c->r < 0)
		expr_regex_free(re);
	expr_next(c);
	return (uint32_t)n;
}

struct expr_part expr_function_match(struct expr_compile *c)
{
	struct expr_part part = expr_part_begin(c), value;
	uint32_t n;

	expr_next(c);
	expr_expect(c, '(');
	n = pattern(c);
	expr_expect(c, ',');
	value = expr_parse_octets(c);
	expr_expect(c, ')');
	expr_emit_u8(c, EXPR_OP_MATCH);
	expr_emit_u32(c, n);
	part.test = true;
	/* equal code could mean another pattern in another expression */
	part.varies = true;
	part.need = value.need;
	expr_part_end(c, &part);
	return part;
}

/* Only the one of both values that is needed is worked out. */
struct expr_part expr_function_ifelse(struct expr_compile *c)
{
	struct expr_part part = expr_part_begin(c), condition, value, otherwise;
	size_t unless, end;

	expr_next(c);
	expr_expect(c, '(');
	condition = expr_parse_test(c);
	unless = expr_emit_jump(c, EXPR_OP_UNLESS);
	expr_expect(c, ',');
	value = expr_parse_octets(c);
	end = expr_emit_jump(c, EXPR_OP_JUMP);
	expr_land(c, unless);
	expr_expect(c, ',');
	otherwise = expr_parse_octets(c);
	expr_land(c, end);
	expr_expect(c, ')');
	part.need = more(condition.need, more(value.need, otherwise.need));
	part.varies = condition.varies || value.varies || otherwise.varies;
	part.extent = expr_extent_either(value.extent, otherwise.extent);
	expr_part_end(c, &part);
	return part;
}

struct function {
	const char *name;
	uint8_t op;
	const char *args; /* b: a test, s: octets, i: an integer, l: an integer or "all" */
};

static const struct function functions[] = {
	{"substring", EXPR_OP_SUBSTRING, "sil"},
	{"split", EXPR_OP_SPLIT, "ssi"},
	{"concat", EXPR_OP_CONCAT, "ss"},
	{"sifelse", EXPR_OP_SELECT, "bss"},
	{"lcase", EXPR_OP_LCASE, "s"},
	{"ucase", EXPR_OP_UCASE, "s"},
	{"hexstring", EXPR_OP_HEXSTRING, "ss"},
	{"addrtotext", EXPR_OP_ADDRTOTEXT, "s"},
	{"int8totext", EXPR_OP_INT8TOTEXT, "s"},
	{"int16totext", EXPR_OP_INT16TOTEXT, "s"},
	{"int32totext", EXPR_OP_INT32TOTEXT, "s"},
	{"uint8totext", EXPR_OP_UINT8TOTEXT, "s"},
	{"uint16totext", EXPR_OP_UINT16TOTEXT, "s"},
	{"uint32totext", EXPR_OP_UINT32TOTEXT, "s"},
};

static int32_t integer(struct expr_compile *c, bool or_all)
{
	if (or_all && expr_is_word(c, "all")) {
		expr_next(c);
		return EXPR_LENGTH_ALL;
	}
	return (int32_t)expr_expect_int(c, INT32_MIN, INT32_MAX);
}

static struct expr_part call(struct expr_compile *c, const struct function *f)
{
	struct expr_part part = expr_part_begin(c), args[3];
	int32_t numbers[2];
	size_t n_args = 0, n_numbers = 0;

	expr_next(c);
	expr_expect(c, '(');
	for (const char *a = f->args; *a != '\0'; a++) {
		if (a > f->args)
			expr_expect(c, ',');
		if (*a == 'i' || *a == 'l') {
			numbers[n_numbers++] = integer(c, *a == 'l');
			continue;
		}
		args[n_args] = *a == 'b' ? expr_parse_test(c) : expr_parse_octets(c);
		part.varies = part.varies || args[n_args].varies;
		part.need = more(part.need, n_args + args[n_args].need);
		n_args++;
	}
	expr_expect(c, ')');
	expr_emit_u8(c, f->op);
	for (size_t i = 0; i < n_numbers; i++)
		expr_emit_u32(c, (uint32_t)numbers[i]);
	if (f->op == EXPR_OP_CONCAT)
		part.extent = expr_extent_sum(args[0].extent, args[1].extent);
	else if (f->op == EXPR_OP_SELECT)
		part.extent = expr_extent_either(args[1].extent, args[2].extent);
	else
		part.extent = expr_extent_function((enum expr_op)f->op, args[0].extent,
			n_numbers > 0 ? numbers[n_numbers - 1] : 0);
	expr_part_end(c, &part);
	return part;
}

bool expr_function_other(struct expr_compile *c, struct expr_part *ret)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (!expr_is_word(c, functions[i].name))
			continue;
		*ret = call(c, &functions[i]);
		return true;
	}
	return false;
}

const char *expr_function_name(size_t i)
{
	return i < sizeof(functions) / sizeof(functions[0]) ? functions[i].name : NULL;
}
