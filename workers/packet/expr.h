/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr: Kea's client class expressions, compiled once and evaluated without memory of their own.
 * Pure; called by the configuration reader (compile) and by classify.c (evaluate).
 */
#ifndef LESSOR_WORKERS_PACKET_EXPR_H
#define LESSOR_WORKERS_PACKET_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/base/err.h"
#include "shm/base/wire.h"
#include "workers/packet/msg.h"

#define EXPR_SCRATCH  8192    /* octets of intermediate values of one evaluation */
#define EXPR_TEXT_MAX 1048576 /* octets of an expression's text */

struct expr;
struct optdef;

enum expr_kind {
	EXPR_TEST,  /* a class's test: true or false */
	EXPR_VALUE, /* a template-test or an identifier: octets */
};

/* What the compiler asks the configuration about. */
struct expr_names {
	void *arg;
	/* Code of the option of this name in the file's own definitions, < 0: none; standard
	 * names are known to the compiler. */
	int (*option_code)(void *arg, const char *name);
	/* Number of the class of this name, < 0: none that is built in, defined before, or spawned
	 * by one that is (SPAWN_x_y). */
	int (*class_number)(void *arg, const char *name);
	/* The file's own definition of this code, lent for the call, NULL: none. Gives what .text
	 * and sub-options of such an option need. May be NULL: there are no definitions. */
	const struct optdef *(*option_def)(void *arg, uint8_t code);
};

/* Compiles text. Returns 0 and *ret, which the caller frees; or a negative code with err naming
 * the column (from 1), what is wrong and what would be right. warn (may be NULL) is told, with a
 * column, what is allowed but cannot be meant, such as a comparison of two lengths that always
 * differ. member('VENDOR_CLASS_x') needs no class of that name. */
int expr_compile(const char *text, enum expr_kind kind, const struct expr_names *names,
	void (*warn)(void *arg, const char *line), void *warn_arg, struct expr **ret,
	struct err *err);
void expr_free(struct expr *e);

/* The i-th class number that the expression asks membership of, < 0: there are no more. */
int expr_member(const struct expr *e, size_t i);

/* A test that can hold only where an operand has one of a few constant values, as in
 * "option[77].hex == 'LAB' and ...": *ret_operand is a name for the operand that is equal for
 * equal operands (any octets; lent), *ret_values the constants (lent). Returns the number of
 * constants; 0: no such operand, the test has to be evaluated. The operand can be evaluated by
 * expr_operand(). */
size_t expr_key(const struct expr *e, struct span *ret_operand, const struct span **ret_values);

/* What an expression is evaluated about. */
struct expr_packet {
	const struct msg *msg;
	const char *iface;
	uint32_t src, dst;       /* IPv4, host byte order */
	const uint64_t *classes; /* bit set by class number */
};

/* Values are added behind used, which the caller sets to 0 when it needs none of them any more,
 * and before the first use. */
struct expr_scratch {
	size_t used;
	uint8_t buf[EXPR_SCRATCH];
};

/* 1: holds, 0: does not, negative: cannot be evaluated; the client is not a member then. -EBADMSG:
 * a function's argument has a wrong length; -ENOBUFS: scratch is used up; -ELOOP: a pattern needs
 * more time or memory than it may take; -EINVAL: not a test. Leaves nothing in s. */
int expr_test(const struct expr *e, const struct expr_packet *p, struct expr_scratch *s);

/* The octets of an EXPR_VALUE; they lie in the packet, in e or in s. 0 or negative as above. */
int expr_value(const struct expr *e, const struct expr_packet *p, struct expr_scratch *s,
	struct span *ret);

/* The value of the operand that expr_key() named, where and with errors as above. */
int expr_operand(const struct expr *e, const struct expr_packet *p, struct expr_scratch *s,
	struct span *ret);

#endif
