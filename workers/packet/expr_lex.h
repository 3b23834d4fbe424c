/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_lex: the words of class expressions. Pure; called by the expr_*.c files only, while a
 * configuration is read.
 */
#ifndef LESSOR_WORKERS_PACKET_EXPR_LEX_H
#define LESSOR_WORKERS_PACKET_EXPR_LEX_H

#include <stddef.h>
#include <stdint.h>

enum expr_token_kind {
	EXPR_TOKEN_END,     /* of the text */
	EXPR_TOKEN_WORD,    /* a keyword or an option's name */
	EXPR_TOKEN_STRING,  /* 'text': p and len are what is between the quotes */
	EXPR_TOKEN_HEX,     /* 0x...: p and len are the digits */
	EXPR_TOKEN_INT,     /* value */
	EXPR_TOKEN_ADDRESS, /* addr, addr_len */
	EXPR_TOKEN_SIGN,    /* one of ( ) [ ] . , + *, and = for == */
	EXPR_TOKEN_BAD,     /* nothing that is known */
};

struct expr_token {
	enum expr_token_kind kind;
	const char *p; /* lent from the text */
	size_t len;
	size_t column; /* from 1 */
	char sign;
	int64_t value; /* cut to what it can hold */
	uint8_t addr[16];
	uint8_t addr_len;   /* 4 or 16 */
	const char *reason; /* what is wrong with EXPR_TOKEN_BAD */
};

/* Reads the token at or behind offset *pos of text and moves *pos behind it; at the end, and where
 * nothing can be made of the text, *pos stays. */
void expr_lex_next(const char *text, size_t *pos, struct expr_token *ret);

#endif
