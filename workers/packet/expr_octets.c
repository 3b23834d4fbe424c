/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_octets: the functions of class expressions that make octets of octets. Called for each
 * packet by expr_eval.c: no heap, each one bounded by the size of its arguments and of the scratch.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "workers/packet/expr_code.h"
#include "workers/packet/optdef.h"

/* Room for len octets, not counted as used yet; NULL: there is none. */
static uint8_t *room_for(struct expr_scratch *s, size_t len)
{
	return len <= EXPR_SCRATCH - s->used ? s->buf + s->used : NULL;
}

/* Keeps len octets that were written to room_for(). */
static int keep(struct expr_scratch *s, size_t len, struct span *ret)
{
	*ret = span_of(s->buf + s->used, len);
	s->used += len;
	return 0;
}

static int add(struct expr_scratch *s, const void *p, size_t len, struct span *ret)
{
	uint8_t *room = room_for(s, len);

	if (room == NULL)
		return -ENOBUFS;
	if (len > 0)
		memcpy(room, p, len);
	return keep(s, len, ret);
}

int expr_octets_be32(struct expr_scratch *s, uint32_t v, struct span *ret)
{
	uint8_t b[4];

	wire_set_be32(b, v);
	return add(s, b, sizeof(b), ret);
}

/* What was made last grows in place: a long chain of + takes the room of its result. */
int expr_octets_concat(struct expr_scratch *s, struct span a, struct span b, struct span *ret)
{
	bool in_place = a.len > 0 && s->used >= a.len && a.p == s->buf + s->used - a.len;
	uint8_t *room = room_for(s, b.len + (in_place ? 0 : a.len));

	if (room == NULL)
		return -ENOBUFS;
	if (in_place) {
		s->used -= a.len;
	} else if (a.len > 0) {
		memcpy(room, a.p, a.len);
		room += a.len;
	}
	if (b.len > 0)
		memcpy(room, b.p, b.len);
	return keep(s, a.len + b.len, ret);
}

int expr_octets_case(struct expr_scratch *s, struct span v, enum expr_op op, struct span *ret)
{
	uint8_t *room = room_for(s, v.len);
	uint8_t first = op == EXPR_OP_LCASE ? 'A' : 'a';

	if (room == NULL)
		return -ENOBUFS;
	for (size_t i = 0; i < v.len; i++)
		room[i] = v.p[i] >= first && v.p[i] < first + 26 ? v.p[i] ^ 0x20 : v.p[i];
	return keep(s, v.len, ret);
}

int expr_octets_hex(struct expr_scratch *s, struct span v, struct span sep, struct span *ret)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = v.len == 0 ? 0 : 2 * v.len + (v.len - 1) * sep.len;
	uint8_t *p = room_for(s, len);

	if (p == NULL)
		return -ENOBUFS;
	for (size_t i = 0; i < v.len; i++) {
		if (i > 0 && sep.len > 0) {
			memcpy(p, sep.p, sep.len);
			p += sep.len;
		}
		*p++ = (uint8_t)digits[v.p[i] >> 4];
		*p++ = (uint8_t)digits[v.p[i] & 15];
	}
	return keep(s, len, ret);
}

int expr_octets_address(struct expr_scratch *s, struct span v, struct span *ret)
{
	char text[INET6_ADDRSTRLEN];

	if (v.len == 0) {
		*ret = v;
		return 0;
	}
	if (v.len != 4 && v.len != 16)
		return -EBADMSG;
	inet_ntop(v.len == 4 ? AF_INET : AF_INET6, v.p, text, sizeof(text));
	return add(s, text, strlen(text), ret);
}

int expr_octets_int(struct expr_scratch *s, struct span v, enum expr_op op, struct span *ret)
{
	static const uint8_t lengths[] = {1, 2, 4, 1, 2, 4};
	bool with_sign = op < EXPR_OP_UINT8TOTEXT;
	char text[16];
	uint32_t n = 0;
	int64_t value;

	if (v.len == 0) {
		*ret = v;
		return 0;
	}
	if (v.len != lengths[op - EXPR_OP_INT8TOTEXT])
		return -EBADMSG;
	for (size_t i = 0; i < v.len; i++)
		n = n << 8 | v.p[i];
	value = n;
	if (with_sign && (v.p[0] & 0x80) != 0)
		value -= INT64_C(1) << (8 * v.len);
	return add(s, text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)value), ret);
}

int expr_octets_text(struct expr_scratch *s, struct span v, uint8_t type, uint8_t flags,
	struct span *ret)
{
	struct optdef def = {.name = "", .type = type, .array = (flags & EXPR_TEXT_ARRAY) != 0,
		.compress = (flags & EXPR_TEXT_COMPRESS) != 0};
	size_t len, room = EXPR_SCRATCH - s->used;

	*ret = v;
	if (type == OPTDEF_BINARY)
		return expr_octets_hex(s, v, span_of("", 0), ret);
	if (type == OPTDEF_STRING) {
		/* Senders terminate strings though RFC 2132 section 2 tells them not to. */
		while (ret->len > 0 && ret->p[ret->len - 1] == '\0')
			ret->len--;
		return 0;
	}
	len = optdef_decode(&def, v, (char *)s->buf + s->used, room);
	return len < room ? keep(s, len, ret) : -ENOBUFS;
}

struct span expr_octets_substring(struct span v, int32_t start, int32_t len)
{
	size_t back, from = start >= 0 ? (size_t)start : v.len - (size_t)-(int64_t)start, n;

	/* a start before the first octet became a huge number */
	if (from >= v.len)
		return span_of(v.p, 0);
	if (len >= 0) {
		n = v.len - from;
		return span_of(v.p + from, (size_t)len < n ? (size_t)len : n);
	}
	back = (size_t)-(int64_t)len;
	n = back < from ? back : from;
	return span_of(v.p + from - n, n);
}

/* The set makes the time a sum of both lengths, not their product. */
struct span expr_octets_split(struct span v, struct span delimiters, int32_t n)
{
	bool is_delimiter[256] = {false};
	size_t start = 0;
	int32_t field = 1;

	for (size_t i = 0; i < delimiters.len; i++)
		is_delimiter[delimiters.p[i]] = true;
	for (size_t i = 0; i <= v.len; i++) {
		if (i < v.len && !is_delimiter[v.p[i]])
			continue;
		if (field++ == n)
			return span_of(v.p + start, i - start);
		start = i + 1;
	}
	return span_of(v.p, 0);
}
