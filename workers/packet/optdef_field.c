/* SPDX-License-Identifier: Apache-2.0 */
/*
 * optdef_field: configured text cut into fields, and a field's value for the wire. The text comes
 * from a file or the control channel: errors repeat it, so nothing unprintable gets through.
 */
#include "workers/packet/optdef_part.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shm/base/text.h"

#define QUOTE_MAX 40 /* characters of a bad field that an error repeats */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct optdef_field trimmed(const char *p, size_t len, unsigned n)
{
	for (; len > 0 && is_blank(*p); len--)
		p++;
	while (len > 0 && is_blank(p[len - 1]))
		len--;
	return (struct optdef_field){p, len, n};
}

struct optdef_field optdef_field_of(const char *text)
{
	return trimmed(text, strlen(text), 0);
}

bool optdef_field_next(struct optdef_field *rest, char delim, struct optdef_field *ret)
{
	const char *p = rest->p;
	size_t i = 0;

	if (p == NULL)
		return false;
	while (i < rest->len && (p[i] != delim || (i > 0 && p[i - 1] == '\\')))
		i++;
	*ret = trimmed(p, i, ++rest->n);
	rest->p = i < rest->len ? p + i + 1 : NULL;
	rest->len -= i < rest->len ? i + 1 : i;
	return true;
}

bool optdef_field_cut(struct optdef_field *f, char c, struct optdef_field *ret_behind)
{
	const char *at = f->len > 0 ? (const char *)memchr(f->p, c, f->len) : NULL;

	if (at == NULL)
		return false;
	*ret_behind = trimmed(at + 1, f->len - (size_t)(at - f->p) - 1, f->n);
	*f = trimmed(f->p, (size_t)(at - f->p), f->n);
	return true;
}

int optdef_field_bad(struct optdef_field f, struct err *err, const char *cure, const char *fmt, ...)
{
	char quoted[QUOTE_MAX + 1], number[24] = "", what[200];
	size_t n = f.len < QUOTE_MAX ? f.len : QUOTE_MAX;
	va_list ap;

	for (size_t i = 0; i < n; i++)
		quoted[i] = f.p[i] >= ' ' && f.p[i] < 0x7f ? f.p[i] : '?';
	quoted[n] = '\0';
	if (f.n > 0)
		snprintf(number, sizeof(number), "field %u: ", f.n);
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_set(err, -EINVAL, cure, "%s'%s%s' %s", number, quoted, n < f.len ? "..." : "",
		what);
}

/* The field as a string, "" if it is too long to be one of the values that are read this way. */
static const char *as_string(struct optdef_field f, char buf[64])
{
	size_t n = f.len < 64 ? f.len : 0;

	memcpy(buf, f.p, n);
	buf[n] = '\0';
	return buf;
}

int optdef_field_int(struct optdef_field f, int64_t min, int64_t max, int64_t *ret_v,
	struct err *err)
{
	char buf[64], *end;
	const char *s = as_string(f, buf), *digits = s[0] == '-' ? s + 1 : s;
	bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	long long v;

	if (!isdigit((unsigned char)digits[0]) || (hex && !isxdigit((unsigned char)digits[2])))
		return optdef_field_bad(f, err, "write digits, or hex digits after 0x",
			"is not a number");
	errno = 0;
	v = strtoll(s, &end, hex ? 16 : 10);
	if (*end != '\0')
		return optdef_field_bad(f, err, "write digits, or hex digits after 0x",
			"is not a number");
	if (errno == ERANGE || v < min || v > max)
		return optdef_field_bad(f, err, NULL, "is outside %lld..%lld", (long long)min,
			(long long)max);
	*ret_v = v;
	return 0;
}

int optdef_field_ip(struct optdef_field f, uint32_t *ret_addr, struct err *err)
{
	char buf[64];

	if (text_parse_ip(as_string(f, buf), ret_addr) < 0)
		return optdef_field_bad(f, err, "write four numbers, like 192.0.2.1",
			"is not an IPv4 address");
	return 0;
}

void optdef_field_text(struct optdef_field f, const char *delims, struct wire_writer *w)
{
	for (size_t i = 0; i < f.len; i++) {
		if (f.p[i] == '\\' && i + 1 < f.len && strchr(delims, f.p[i + 1]) != NULL)
			continue;
		wire_write(w, f.p + i, 1);
	}
}

static bool is_separator(char c)
{
	return c == ':' || c == ' ';
}

/* One or two digits between separators, or pairs if there are none. */
static bool hex_octets(struct optdef_field f, struct wire_writer *w)
{
	bool grouped = memchr(f.p, ':', f.len) != NULL || memchr(f.p, ' ', f.len) != NULL;
	size_t i = 0;

	if (!grouped && f.len >= 2 && f.p[0] == '0' && (f.p[1] == 'x' || f.p[1] == 'X'))
		i = 2;
	while (i < f.len) {
		size_t n = 1, len;
		char pair[3] = "0";
		uint8_t octet;

		if (i + 1 < f.len && !is_separator(f.p[i + 1]))
			n = 2;
		if (n == 1 && !grouped)
			return false;
		memcpy(pair + 2 - n, f.p + i, n);
		if (text_parse_hex(pair, &octet, 1, &len) < 0 || len != 1)
			return false;
		wire_write_u8(w, octet);
		i += n;
		if (i < f.len && grouped && (!is_separator(f.p[i]) || ++i == f.len))
			return false;
	}
	return true;
}

int optdef_field_octets(struct optdef_field f, struct wire_writer *w, struct err *err)
{
	if (f.len > 0 && f.p[0] == '\'') {
		if (f.len < 2 || f.p[f.len - 1] != '\'')
			return optdef_field_bad(f, err, NULL, "has no quote at its end");
		wire_write(w, f.p + 1, f.len - 2);
		return 0;
	}
	if (f.len > 0 && !hex_octets(f, w))
		return optdef_field_bad(f, err,
			"write pairs of hex digits (c0a80101, c0:a8:1:1, 0xC0A80101), or 'text'",
			"is not hex");
	return 0;
}

static const struct {
	int64_t min, max;
	size_t octets;
} ints[] = {
	[OPTDEF_INT8] = {INT8_MIN, INT8_MAX, 1},
	[OPTDEF_INT16] = {INT16_MIN, INT16_MAX, 2},
	[OPTDEF_INT32] = {INT32_MIN, INT32_MAX, 4},
	[OPTDEF_UINT8] = {0, UINT8_MAX, 1},
	[OPTDEF_UINT16] = {0, UINT16_MAX, 2},
	[OPTDEF_UINT32] = {0, UINT32_MAX, 4},
};

static int encode_int(struct optdef_field f, enum optdef_type type, struct wire_writer *w,
	struct err *err)
{
	uint8_t b[4];
	int64_t v;
	int r = optdef_field_int(f, ints[type].min, ints[type].max, &v, err);

	if (r < 0)
		return r;
	wire_set_be32(b, (uint32_t)v);
	wire_write(w, b + 4 - ints[type].octets, ints[type].octets);
	return 0;
}

static int encode_boolean(struct optdef_field f, struct wire_writer *w, struct err *err)
{
	static const char *const words[] = {"false", "true", "0", "1"};
	char buf[64];
	const char *s = as_string(f, buf);

	for (uint8_t i = 0; i < 4; i++) {
		if (strcasecmp(s, words[i]) == 0) {
			wire_write_u8(w, i & 1);
			return 0;
		}
	}
	return optdef_field_bad(f, err, "write true or false", "is not a boolean");
}

static int encode_ipv4(struct optdef_field f, struct wire_writer *w, struct err *err)
{
	uint8_t b[4];
	uint32_t addr;
	int r = optdef_field_ip(f, &addr, err);

	if (r < 0)
		return r;
	wire_set_be32(b, addr);
	wire_write(w, b, sizeof(b));
	return 0;
}

static int read_ipv6(struct optdef_field f, uint8_t ret_addr[16], struct err *err)
{
	char buf[64];

	if (inet_pton(AF_INET6, as_string(f, buf), ret_addr) != 1)
		return optdef_field_bad(f, err, "write it like 2001:db8::1",
			"is not an IPv6 address");
	return 0;
}

static int encode_ipv6(struct optdef_field f, struct wire_writer *w, struct err *err)
{
	uint8_t addr[16];
	int r = read_ipv6(f, addr, err);

	if (r == 0)
		wire_write(w, addr, sizeof(addr));
	return r;
}

/* Length octet and as many octets as hold it, bits behind the prefix cleared. */
static int encode_prefix(struct optdef_field f, struct wire_writer *w, struct err *err)
{
	struct optdef_field len_field;
	uint8_t addr[16];
	int64_t len;
	size_t octets;
	int r;

	if (!optdef_field_cut(&f, '/', &len_field))
		return optdef_field_bad(f, err, "write it like 2001:db8::/32",
			"is not an IPv6 prefix");
	r = read_ipv6(f, addr, err);
	if (r == 0)
		r = optdef_field_int(len_field, 0, 128, &len, err);
	if (r < 0)
		return r;
	octets = (size_t)(len + 7) / 8;
	if (len % 8 != 0)
		addr[octets - 1] &= (uint8_t)(0xff << (8 - len % 8));
	wire_write_u8(w, (uint8_t)len);
	wire_write(w, addr, octets);
	return 0;
}

/* RFC 7618 section 9: the length k, then the PSID in the first k bits of 16. */
static int encode_psid(struct optdef_field f, struct wire_writer *w, struct err *err)
{
	struct optdef_field len_field;
	int64_t psid, len;
	uint8_t b[3];
	int r;

	if (!optdef_field_cut(&f, '/', &len_field))
		return optdef_field_bad(f, err, "write PSID/LENGTH, like 3/4", "is not a PSID");
	r = optdef_field_int(len_field, 0, 16, &len, err);
	if (r == 0)
		r = optdef_field_int(f, 0, (1 << len) - 1, &psid, err);
	if (r < 0)
		return r;
	b[0] = (uint8_t)len;
	wire_set_be16(b + 1, (uint16_t)(psid << (16 - len)));
	wire_write(w, b, sizeof(b));
	return 0;
}

/* The length stands before the text and is known behind it. */
static int encode_tuple(struct optdef_field f, size_t len_octets, struct wire_writer *w,
	struct err *err)
{
	const uint8_t zero[2] = {0, 0};
	uint8_t *at = w->p;
	size_t len;

	wire_write(w, zero, len_octets);
	optdef_field_text(f, ",", w);
	if (w->failed)
		return 0;
	len = (size_t)(w->p - at) - len_octets;
	if (len > (len_octets == 1 ? UINT8_MAX : UINT16_MAX))
		return optdef_field_bad(f, err, NULL, "is longer than its length field can say");
	if (len_octets == 2)
		*at++ = (uint8_t)(len >> 8);
	*at = (uint8_t)len;
	return 0;
}

int optdef_field_encode(struct optdef_field f, enum optdef_type type, bool compress,
	struct wire_writer *w, struct err *err)
{
	if (f.len == 0 && type != OPTDEF_BINARY)
		return optdef_field_bad(f, err, NULL, "is empty, a value of type %s is needed",
			optdef_type_name(type));
	switch (type) {
	case OPTDEF_BOOLEAN:
		return encode_boolean(f, w, err);
	case OPTDEF_INT8:
	case OPTDEF_INT16:
	case OPTDEF_INT32:
	case OPTDEF_UINT8:
	case OPTDEF_UINT16:
	case OPTDEF_UINT32:
		return encode_int(f, type, w, err);
	case OPTDEF_IPV4_ADDRESS:
		return encode_ipv4(f, w, err);
	case OPTDEF_IPV6_ADDRESS:
		return encode_ipv6(f, w, err);
	case OPTDEF_IPV6_PREFIX:
		return encode_prefix(f, w, err);
	case OPTDEF_PSID:
		return encode_psid(f, w, err);
	case OPTDEF_STRING:
		optdef_field_text(f, ",", w);
		return 0;
	case OPTDEF_TUPLE:
		return encode_tuple(f, 1, w, err);
	case OPTDEF_TUPLE16:
		return encode_tuple(f, 2, w, err);
	case OPTDEF_FQDN:
		return optdef_name_encode(f, compress, w, err);
	case OPTDEF_BINARY:
	case OPTDEF_EMPTY:
	case OPTDEF_RECORD:
	case OPTDEF_INTERNAL:
		break;
	}
	return optdef_field_octets(f, w, err);
}
