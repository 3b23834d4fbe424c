/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_regex: patterns of match(): ECMAScript regular expressions that must match the whole of a
 * value. Pure; called by the expr_*.c files only. The only file that knows PCRE2.
 */
#ifndef LESSOR_WORKERS_PACKET_EXPR_REGEX_H
#define LESSOR_WORKERS_PACKET_EXPR_REGEX_H

#include "shm/base/err.h"
#include "shm/base/wire.h"

#define EXPR_REGEX_MAX 1024 /* octets of a pattern */

struct expr_regex;

/* Compiles a pattern. Returns 0 and *ret, which the caller frees, -EINVAL with err (not a pattern,
 * or one that ECMAScript does not have) or -ENOMEM. */
int expr_regex_compile(struct span pattern, struct expr_regex **ret, struct err *err);
void expr_regex_free(struct expr_regex *re);

/* Whether the pattern matches the whole of s: 1, 0, or -ELOOP if that takes more steps or memory
 * than a packet may take. Takes nothing from the heap, and up to 244 KiB of the stack. */
int expr_regex_match(const struct expr_regex *re, struct span s);

#endif
