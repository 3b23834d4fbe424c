/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_compile: what the files of the compiler share: the token that is looked at, the code so far,
 * and what is known about a part of an expression. Not for anybody else.
 */
#ifndef LESSOR_WORKERS_PACKET_EXPR_COMPILE_H
#define LESSOR_WORKERS_PACKET_EXPR_COMPILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workers/packet/expr_code.h"
#include "workers/packet/expr_lex.h"

#define EXPR_NESTING_MAX 40 /* parentheses, functions and not inside each other */
#define EXPR_NAME_SIZE   256

/* Lengths that octets can have: from min to max, and perhaps none at all. */
struct expr_extent {
	size_t min, max;
	bool or_none;
};

/* A part that can hold only where the octets of an operand are one of n constants, which are a
 * list in expr_compile.constants. n 0: nothing is known. */
struct expr_key {
	size_t from, to; /* the operand's code */
	size_t n;
	size_t first, last;
};

/* A part of the expression that has been compiled. */
struct expr_part {
	size_t column;
	size_t from, to;  /* its code */
	size_t need;      /* depth of the stack while it is worked out */
	bool test;        /* true or false, else octets */
	bool is_constant; /* one EXPR_OP_CONST */
	bool varies;      /* not a matter of the packet's octets alone */
	struct expr_extent extent; /* of octets */
	struct expr_key key;       /* of a test */
};

struct expr_constant {
	uint32_t at, len; /* octets in the code */
	size_t next;      /* index of the next one in its list */
};

/* Grows; elements of one type one after the other. */
struct expr_list {
	void *p;
	size_t len, size; /* octets */
};

/* The first mistake ends the work: later calls do nothing, and the token is EXPR_TOKEN_END. */
struct expr_compile {
	const char *text;
	size_t pos;
	struct expr_token token;
	const struct expr_names *names;
	void (*warn)(void *arg, const char *line);
	void *warn_arg;
	struct err *err;
	int r; /* 0, or what expr_compile() returns */
	unsigned nesting;
	struct expr_list code;      /* uint8_t */
	struct expr_list constants; /* struct expr_constant */
	struct expr_list members;   /* int */
	struct expr_list patterns;  /* struct expr_regex *, owned */
};

/* expr_compile.c: mistakes, tokens, code. */

void expr_fail(struct expr_compile *c, size_t column, const char *cure, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The present token is not what was expected. */
void expr_fail_token(struct expr_compile *c, const char *expected);
void expr_warn(struct expr_compile *c, size_t column, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

void expr_next(struct expr_compile *c);
bool expr_is_sign(const struct expr_compile *c, char sign);
bool expr_is_word(const struct expr_compile *c, const char *word);
/* Goes on behind the sign; it is a mistake if it is not there. */
void expr_expect(struct expr_compile *c, char sign);
/* An integer within these bounds, and on behind it; 0 after a mistake. */
int64_t expr_expect_int(struct expr_compile *c, int64_t min, int64_t max);
/* Copies the present token's text, cut if it is too long. */
void expr_token_text(const struct expr_compile *c, char buf[EXPR_NAME_SIZE]);

/* Appends an element; -ENOMEM is a mistake like others. */
void expr_list_add(struct expr_compile *c, struct expr_list *list, const void *p, size_t len);
void expr_emit_u8(struct expr_compile *c, uint8_t v); /* an instruction, too */
void expr_emit_u32(struct expr_compile *c, uint32_t v);
void expr_emit_const(struct expr_compile *c, struct span v);
/* A jump; where it leads is said by the call of expr_land() with its value. */
size_t expr_emit_jump(struct expr_compile *c, enum expr_op op);
void expr_land(struct expr_compile *c, size_t jump);

/* A part that begins here, at the present token. */
struct expr_part expr_part_begin(const struct expr_compile *c);
/* The part's code ends here, and is one value more on the stack. */
void expr_part_end(const struct expr_compile *c, struct expr_part *part);

/* expr_parse.c: the grammar. */

/* The whole expression. */
struct expr_part expr_parse(struct expr_compile *c);
/* What stands inside parentheses, and has to be octets, or a test. */
struct expr_part expr_parse_octets(struct expr_compile *c);
struct expr_part expr_parse_test(struct expr_compile *c);

/* expr_function.c: what is written like a function. The present token is its name. */

struct expr_part expr_function_member(struct expr_compile *c);
struct expr_part expr_function_known(struct expr_compile *c);
struct expr_part expr_function_match(struct expr_compile *c);
struct expr_part expr_function_ifelse(struct expr_compile *c);
/* Any other function; false if there is none of that name. */
bool expr_function_other(struct expr_compile *c, struct expr_part *ret);
/* The names of those, NULL behind the last. */
const char *expr_function_name(size_t i);

/* expr_packet.c: operands that are taken from the packet. The present token is the word that they
 * begin with. */

struct expr_part expr_packet_option(struct expr_compile *c);
struct expr_part expr_packet_relay(struct expr_compile *c);
struct expr_part expr_packet_vendor(struct expr_compile *c);
struct expr_part expr_packet_vendor_class(struct expr_compile *c);
struct expr_part expr_packet_field(struct expr_compile *c);

/* expr_extent.c: lengths. */

#define EXPR_EXTENT_ANY ((struct expr_extent){0, SIZE_MAX, false})

struct expr_extent expr_extent_of(size_t len);
struct expr_extent expr_extent_sum(struct expr_extent a, struct expr_extent b);
struct expr_extent expr_extent_either(struct expr_extent a, struct expr_extent b);
/* Of the function op of arg, whose first integer is n. */
struct expr_extent expr_extent_function(enum expr_op op, struct expr_extent arg, int64_t n);
/* Warns if a == b can never hold. */
void expr_extent_compare(struct expr_compile *c, const struct expr_part *a,
	const struct expr_part *b);

/* expr_key.c: what a test's truth says about operands. */

struct expr_key expr_key_equal(struct expr_compile *c, const struct expr_part *a,
	const struct expr_part *b);
struct expr_key expr_key_and(const struct expr_key *a, const struct expr_key *b);
struct expr_key expr_key_or(struct expr_compile *c, const struct expr_key *a,
	const struct expr_key *b);
/* The constants, each once, as spans in code, into ret, which has room for key->n. Returns how
 * many. */
size_t expr_key_values(const struct expr_compile *c, const struct expr_key *key, struct span code,
	struct span *ret);

#endif
