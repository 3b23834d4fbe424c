/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isc_lex: the words of ISC dhcpd's files, dhcpd.conf and dhcpd.leases. Called by isc_parse.c and
 * leases_isc.c.
 */
#ifndef LESSOR_DAEMON_CTL_ISC_LEX_H
#define LESSOR_DAEMON_CTL_ISC_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/base/wire.h"

enum isc_type {
	ISC_END,
	ISC_WORD,   /* name, number, address, octets in hex: everything without a blank in it */
	ISC_STRING, /* what stood in quotes, escapes resolved; may hold any octet */
	ISC_MARK,   /* one of { } ( ) ; , = ! ~ */
	ISC_BAD,    /* quote without an end, or an octet that belongs nowhere */
};

struct isc_token {
	enum isc_type type;
	uint32_t line;
	struct span text; /* ISC_MARK: one octet */
};

struct isc_lex {
	uint8_t *p, *end;
	uint32_t line;
};

/* text is changed while it is read, and tokens lie in it. */
void isc_lex_init(struct isc_lex *l, char *text, size_t len);
struct isc_token isc_lex_next(struct isc_lex *l);

/* Whether the token is this mark, this word (in any case, as dhcpd takes them). */
bool isc_is_mark(const struct isc_token *t, char mark);
bool isc_is_word(const struct isc_token *t, const char *word);

/* Number of a word of decimal digits only. */
bool isc_number(const struct isc_token *t, uint64_t max, uint64_t *ret);

/* Octets of a word of hex pairs and single digits with colons between, "1:2:ab". false: it is none,
 * or has more than size octets. */
bool isc_octets(const struct isc_token *t, uint8_t *buf, size_t size, size_t *ret_len);

/* An address that stands there as a dotted quad, host byte order. */
bool isc_address(const struct isc_token *t, uint32_t *ret);

#endif
