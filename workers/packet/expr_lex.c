/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_lex: cuts the text of a class expression into words. Knows no grammar: which word may stand
 * where is the parser's matter.
 */
#include "workers/packet/expr_lex.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS  " \t\n"
#define DIGITS  "0123456789"
#define HEX     DIGITS "abcdefABCDEF"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SIGNS   "()[].,+*"

static bool one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static size_t bad(struct expr_token *t, const char *reason)
{
	t->kind = EXPR_TOKEN_BAD;
	t->reason = reason;
	return 0;
}

/* The following return how many octets the token takes, 0 where it is bad. */

static size_t lex_string(struct expr_token *t)
{
	t->p++;
	t->len = strcspn(t->p, "'\n");
	if (t->p[t->len] != '\'')
		return bad(t, "a string without a closing ' in its line");
	t->kind = EXPR_TOKEN_STRING;
	return t->len + 2;
}

static size_t lex_hex(struct expr_token *t)
{
	t->p += 2;
	t->len = strspn(t->p, HEX);
	t->kind = EXPR_TOKEN_HEX;
	return t->len + 2;
}

/* Digits with dots or colons, len octets of them. */
static size_t lex_address(struct expr_token *t, size_t len)
{
	char text[INET6_ADDRSTRLEN];
	bool v6 = memchr(t->p, ':', len) != NULL;

	if (len >= sizeof(text))
		return bad(t, "no address");
	memcpy(text, t->p, len);
	text[len] = '\0';
	if (inet_pton(v6 ? AF_INET6 : AF_INET, text, t->addr) != 1)
		return bad(t, v6 ? "no IPv6 address" : "no IPv4 address");
	t->kind = EXPR_TOKEN_ADDRESS;
	t->addr_len = v6 ? 16 : 4;
	t->len = len;
	return len;
}

static size_t lex_int(struct expr_token *t)
{
	size_t sign = *t->p == '-' ? 1 : 0;

	t->len = sign + strspn(t->p + sign, DIGITS);
	if (t->len == sign)
		return bad(t, "'-' without a number");
	t->kind = EXPR_TOKEN_INT;
	t->value = strtoll(t->p, NULL, 10);
	return t->len;
}

static size_t lex_word(struct expr_token *t)
{
	t->len = strspn(t->p, LETTERS DIGITS "-_");
	t->kind = EXPR_TOKEN_WORD;
	return t->len;
}

static size_t lex_sign(struct expr_token *t)
{
	t->kind = EXPR_TOKEN_SIGN;
	t->sign = *t->p;
	t->len = 1;
	if (*t->p != '=')
		return 1;
	t->len = 2;
	return t->p[1] == '=' ? 2 : bad(t, "'=' alone; a comparison is written ==");
}

/* Hex digits with a colon among them, or digits and dots only: nothing else begins so. */
static size_t address_length(const char *p)
{
	size_t v6 = strspn(p, HEX ":."), v4 = strspn(p, DIGITS ".");

	if (memchr(p, ':', v6) != NULL)
		return v6;
	return one_of(*p, DIGITS) && memchr(p, '.', v4) != NULL ? v4 : 0;
}

static size_t lex(struct expr_token *t)
{
	size_t len;

	if (*t->p == '\'')
		return lex_string(t);
	if (t->p[0] == '0' && one_of(t->p[1], "xX") && one_of(t->p[2], HEX))
		return lex_hex(t);
	len = address_length(t->p);
	if (len > 0)
		return lex_address(t, len);
	if (one_of(*t->p, DIGITS "-"))
		return lex_int(t);
	if (one_of(*t->p, LETTERS))
		return lex_word(t);
	if (one_of(*t->p, SIGNS "="))
		return lex_sign(t);
	if (*t->p == '"')
		return bad(t, "a double quote; strings stand in single ones");
	return bad(t, "a character that no expression has");
}

void expr_lex_next(const char *text, size_t *pos, struct expr_token *ret)
{
	size_t at = *pos + strspn(text + *pos, BLANKS);

	memset(ret, 0, sizeof(*ret));
	ret->p = text + at;
	ret->column = at + 1;
	if (text[at] == '\0')
		return;
	*pos = at + lex(ret);
}
