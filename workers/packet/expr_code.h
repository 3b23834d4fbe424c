/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_code: the program that a class expression is compiled to. Shared by the expr_*.c files; not
 * for anybody else.
 *
 * A program is a run of instructions: one octet of enum expr_op, then its operands, integers of
 * four octets in network order unless another size stands there. It works on a stack of octet
 * strings and truth values. Jumps only lead forward, so that each instruction is carried out once
 * at most; the compiler has counted how deep the stack gets. All that an operand of a comparison
 * depends on stands in its instructions: equal code, equal value.
 */
#ifndef LESSOR_WORKERS_PACKET_EXPR_CODE_H
#define LESSOR_WORKERS_PACKET_EXPR_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "shm/base/wire.h"
#include "workers/packet/expr.h"

#define EXPR_STACK 64 /* values that wait at one time */

/* s, t: octets, b: a truth value, taken from the stack, the topmost last. */
enum expr_op {
	/* fetch a value, or a part of one */
	EXPR_OP_CONST,      /* length, octets: -> s */
	EXPR_OP_OPTION,     /* u8 code: -> s, absent if the packet has none */
	EXPR_OP_SUB,        /* u8 skip, u8 code: s -> its sub-option behind skip octets, or absent */
	EXPR_OP_ABSENT,     /* s -> absent */
	EXPR_OP_ENTERPRISE, /* u8 code: -> enterprise number of option 124 or 125, or absent */
	EXPR_OP_VENDOR,     /* u8 code: -> what the first enterprise of 124 or 125 has, or absent */
	EXPR_OP_VENDOR_OF,  /* u8 code, enterprise: the same if it is this one, else absent */
	EXPR_OP_TUPLE,      /* u8 i: s -> i-th tuple of s, or absent */
	EXPR_OP_FIELD,      /* u8 enum expr_field: -> s */
	/* judge, and jump */
	EXPR_OP_EXISTS,     /* s -> b: not absent */
	EXPR_OP_EQUAL,      /* s t -> b */
	EXPR_OP_MEMBER,     /* class: -> b */
	EXPR_OP_MATCH,      /* pattern: s -> b */
	EXPR_OP_NOT,        /* b -> b */
	EXPR_OP_AND,        /* b b -> b */
	EXPR_OP_OR,         /* b b -> b */
	EXPR_OP_JUMP,       /* distance, from behind the instruction: jumps */
	EXPR_OP_UNLESS,     /* distance: b -> ; jumps if false */
	EXPR_OP_AND_THEN,   /* distance: b -> b and jumps if false, b -> if true */
	EXPR_OP_OR_ELSE,    /* distance: b -> b and jumps if true, b -> if false */
	EXPR_OP_SELECT,     /* b s t -> s if b, else t */
	/* make octets of octets */
	EXPR_OP_TEXT,       /* u8 enum optdef_type, u8 EXPR_TEXT_*: s -> text */
	EXPR_OP_CONCAT,     /* s t -> st */
	EXPR_OP_SUBSTRING,  /* start, length: s -> s */
	EXPR_OP_SPLIT,      /* n: s delimiters -> s */
	EXPR_OP_LCASE,      /* s -> s */
	EXPR_OP_UCASE,      /* s -> s */
	EXPR_OP_HEXSTRING,  /* s separator -> s */
	EXPR_OP_ADDRTOTEXT, /* s -> s */
	EXPR_OP_INT8TOTEXT, /* s -> s; the six in this order */
	EXPR_OP_INT16TOTEXT,
	EXPR_OP_INT32TOTEXT,
	EXPR_OP_UINT8TOTEXT,
	EXPR_OP_UINT16TOTEXT,
	EXPR_OP_UINT32TOTEXT,
};

#define EXPR_LENGTH_ALL INT32_MAX /* of EXPR_OP_SUBSTRING: to the end */

#define EXPR_TEXT_ARRAY    1
#define EXPR_TEXT_COMPRESS 2

enum expr_field {
	EXPR_FIELD_IFACE, /* pkt: */
	EXPR_FIELD_SRC,
	EXPR_FIELD_DST,
	EXPR_FIELD_LEN,
	EXPR_FIELD_MAC, /* pkt4: */
	EXPR_FIELD_HLEN,
	EXPR_FIELD_HTYPE,
	EXPR_FIELD_CIADDR,
	EXPR_FIELD_GIADDR,
	EXPR_FIELD_YIADDR,
	EXPR_FIELD_SIADDR,
	EXPR_FIELD_MSGTYPE,
	EXPR_FIELD_TRANSID,
};

struct expr_regex;

/* One block of memory, but for the patterns; never written to after compilation. */
struct expr {
	enum expr_kind kind;
	struct span code;
	struct span operand; /* part of code; p NULL: no key */
	const struct span *values;
	size_t n_values;
	const int *members;
	size_t n_members;
	struct expr_regex **patterns; /* owned */
	size_t n_patterns;
};

/* What an operator of the language makes of octets; expr_octets.c. Values lie in s, or are part of
 * the arguments. Return 0, -ENOBUFS (s is full) or -EBADMSG (no value of the length that is
 * needed). */

int expr_octets_be32(struct expr_scratch *s, uint32_t v, struct span *ret);
int expr_octets_concat(struct expr_scratch *s, struct span a, struct span b, struct span *ret);
int expr_octets_case(struct expr_scratch *s, struct span v, enum expr_op op, struct span *ret);
int expr_octets_hex(struct expr_scratch *s, struct span v, struct span sep, struct span *ret);
int expr_octets_address(struct expr_scratch *s, struct span v, struct span *ret);
int expr_octets_int(struct expr_scratch *s, struct span v, enum expr_op op, struct span *ret);
int expr_octets_text(struct expr_scratch *s, struct span v, uint8_t type, uint8_t flags,
	struct span *ret);
struct span expr_octets_substring(struct span v, int32_t start, int32_t len);
struct span expr_octets_split(struct span v, struct span delimiters, int32_t n);

#endif
