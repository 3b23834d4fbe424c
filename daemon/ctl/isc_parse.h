/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isc_parse: ISC dhcpd's configuration as statements inside statements, includes put in. What they
 * mean, import_isc_*.c knows.
 */
#ifndef LESSOR_DAEMON_CTL_ISC_PARSE_H
#define LESSOR_DAEMON_CTL_ISC_PARSE_H

#include "daemon/conf/arena.h"
#include "daemon/conf/report.h"
#include "daemon/ctl/isc_lex.h"

#define ISC_DEPTH_MAX   32
#define ISC_INCLUDE_MAX 16

/* "WORDS ;" or "WORDS { STATEMENTS }". */
struct isc_stmt {
	const char *file;
	uint32_t line;
	size_t n; /* words, at least one but for the root and an empty block */
	struct isc_token *t;
	bool block;
	bool told; /* something was reported about it */
	struct isc_stmt *first, *last, *next;
};

/* Reads a file and what it includes, beside it or by absolute name. Everything lies in the arena.
 * Returns 0, or -EINVAL (reported) or -ENOMEM. */
int isc_parse(const char *file, struct arena *arena, struct report *r, struct isc_stmt *ret_root);

/* The same for text that came from no file; it is changed. */
int isc_parse_text(const char *file, char *text, size_t len, struct arena *arena, struct report *r,
	struct isc_stmt *ret_root);

#endif
