/* SPDX-License-Identifier: Apache-2.0 */
/*
 * optdef_part: what the optdef_*.c files share: pieces of text on the way in, a bounded text on
 * the way out, and each kind of value in both directions. Not for anybody else.
 */
#ifndef LESSOR_WORKERS_PACKET_OPTDEF_PART_H
#define LESSOR_WORKERS_PACKET_OPTDEF_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/base/err.h"
#include "shm/base/wire.h"
#include "workers/packet/optdef.h"

/* A piece of the configured text, blanks around it cut off, not terminated. */
struct optdef_field {
	const char *p;
	size_t len;
	unsigned n; /* its number for error messages, from 1; 0: the only one */
};

/* optdef_field.c: text -> wire. Functions with err return 0 or a negative errno value and have
 * filled err; a full writer is found at the end, by its failed flag. */

struct optdef_field optdef_field_of(const char *text);

/* Takes the piece before the next delim without a backslash in front of it off *rest. Call until
 * it returns false; an empty text has one empty piece. */
bool optdef_field_next(struct optdef_field *rest, char delim, struct optdef_field *ret);

/* "field 2: 'foo' " and the given end, as -EINVAL. */
int optdef_field_bad(struct optdef_field f, struct err *err, const char *cure, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* An integer within min and max, decimal or hex after 0x. */
int optdef_field_int(struct optdef_field f, int64_t min, int64_t max, int64_t *ret_v,
	struct err *err);
int optdef_field_ip(struct optdef_field f, uint32_t *ret_addr, struct err *err);

/* The text itself, without the backslashes before any of delims. */
void optdef_field_text(struct optdef_field f, const char *delims, struct wire_writer *w);

/* Cuts f before the first c, which belongs to neither piece; false: there is no c. */
bool optdef_field_cut(struct optdef_field *f, char c, struct optdef_field *ret_behind);

/* Hex digits or 'text'. */
int optdef_field_octets(struct optdef_field f, struct wire_writer *w, struct err *err);

/* One value of any type but record, empty and internal. */
int optdef_field_encode(struct optdef_field f, enum optdef_type type, bool compress,
	struct wire_writer *w, struct err *err);

/* optdef_text.c: wire -> text. Functions return false where octets do not fit. */

struct optdef_out {
	char *buf;
	size_t size, len; /* len goes on counting when buf is full */
};

void optdef_out_char(struct optdef_out *out, char c);
void optdef_out_format(struct optdef_out *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Text that can be typed and is not trimmed, with a backslash before any of delims in it. */
bool optdef_out_text(struct optdef_out *out, struct span s, const char *delims);

/* optdef_name.c: domain names in labels (RFC 1035 3.1). */

int optdef_name_encode(struct optdef_field f, bool compress, struct wire_writer *w,
	struct err *err);

/* compress: pointers are followed, from the start of whole (which r reads from). */
bool optdef_name_decode(struct wire_reader *r, struct span whole, bool compress,
	struct optdef_out *out);

/* optdef_form.c: types with a form of their own. */

int optdef_route_encode(const char *text, struct wire_writer *w, struct err *err);
bool optdef_route_decode(struct span value, struct optdef_out *out);
int optdef_dnr_encode(const char *text, struct wire_writer *w, struct err *err);
bool optdef_dnr_decode(struct span value, struct optdef_out *out);

#endif
