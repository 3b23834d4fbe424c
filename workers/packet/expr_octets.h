/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_octets: the functions of class expressions that make octets of octets. Pure; called by
 * expr_eval.c for each packet.
 */
#ifndef LESSOR_WORKERS_PACKET_EXPR_OCTETS_H
#define LESSOR_WORKERS_PACKET_EXPR_OCTETS_H

#include <stdint.h>

#include "shm/base/wire.h"
#include "workers/packet/expr.h"
#include "workers/packet/expr_code.h"

/* Values lie in s, behind what is used of it, or are part of the arguments. Functions that return
 * int return 0, -ENOBUFS (s is full) or -EBADMSG (v has a length that the function does not
 * take). */

/* v in network order. */
int expr_octets_be32(struct expr_scratch *s, uint32_t v, struct span *ret);
int expr_octets_concat(struct expr_scratch *s, struct span a, struct span b, struct span *ret);
/* op: EXPR_OP_LCASE or EXPR_OP_UCASE. */
int expr_octets_case(struct expr_scratch *s, struct span v, enum expr_op op, struct span *ret);
/* Pairs of hex digits with sep between. */
int expr_octets_hex(struct expr_scratch *s, struct span v, struct span sep, struct span *ret);
/* An address of 4 or 16 octets as text; empty stays empty. */
int expr_octets_address(struct expr_scratch *s, struct span v, struct span *ret);
/* op: one of EXPR_OP_INT8TOTEXT to EXPR_OP_UINT32TOTEXT; empty stays empty. */
int expr_octets_int(struct expr_scratch *s, struct span v, enum expr_op op, struct span *ret);
/* The .text of an option; type: enum optdef_type, flags: EXPR_TEXT_*. */
int expr_octets_text(struct expr_scratch *s, struct span v, uint8_t type, uint8_t flags,
	struct span *ret);

/* A part of v. start < 0: from the end; len < 0: the octets before start. Empty if start lies
 * outside of v. */
struct span expr_octets_substring(struct span v, int32_t start, int32_t len);
/* The n-th part of v, from 1, where each octet of delimiters separates; empty if there is none. */
struct span expr_octets_split(struct span v, struct span delimiters, int32_t n);

#endif
