/* SPDX-License-Identifier: Apache-2.0 */
/*
 * optdef_text: from an option's octets to the text that a configuration would have for them. The
 * octets may come from the network: what does not fit its definition is shown as hex.
 */
#include "workers/packet/optdef_part.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shm/base/text.h"

void optdef_out_char(struct optdef_out *out, char c)
{
	if (out->len + 1 < out->size)
		out->buf[out->len] = c;
	out->len++;
}

void optdef_out_format(struct optdef_out *out, const char *fmt, ...)
{
	char piece[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(piece, sizeof(piece), fmt, ap);
	va_end(ap);
	for (const char *p = piece; *p != '\0'; p++)
		optdef_out_char(out, *p);
}

bool optdef_out_text(struct optdef_out *out, struct span s, const char *delims)
{
	if (s.len == 0 || s.p[0] == ' ' || s.p[s.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = (char)s.p[i];

		if (c < ' ' || c >= 0x7f)
			return false;
		if (strchr(delims, c) != NULL)
			optdef_out_char(out, '\\');
		optdef_out_char(out, c);
	}
	return true;
}

static void out_hex(struct optdef_out *out, struct span s)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < s.len; i++) {
		optdef_out_char(out, digits[s.p[i] >> 4]);
		optdef_out_char(out, digits[s.p[i] & 15]);
	}
}

static bool decode_int(enum optdef_type type, struct wire_reader *r, struct optdef_out *out)
{
	static const uint8_t octets[] = {[OPTDEF_INT8] = 1, [OPTDEF_INT16] = 2, [OPTDEF_INT32] = 4,
		[OPTDEF_UINT8] = 1, [OPTDEF_UINT16] = 2, [OPTDEF_UINT32] = 4};
	struct span s = wire_read(r, octets[type]);
	uint32_t v = 0;

	if (s.p == NULL)
		return false;
	for (size_t i = 0; i < s.len; i++)
		v = v << 8 | s.p[i];
	if (type == OPTDEF_INT8)
		optdef_out_format(out, "%d", (int8_t)v);
	else if (type == OPTDEF_INT16)
		optdef_out_format(out, "%d", (int16_t)v);
	else if (type == OPTDEF_INT32)
		optdef_out_format(out, "%d", (int32_t)v);
	else
		optdef_out_format(out, "%u", v);
	return true;
}

static bool decode_boolean(struct wire_reader *r, struct optdef_out *out)
{
	uint8_t v = wire_read_u8(r);

	if (r->failed || v > 1)
		return false;
	optdef_out_format(out, "%s", v == 1 ? "true" : "false");
	return true;
}

static bool decode_ipv4(struct wire_reader *r, struct optdef_out *out)
{
	struct span s = wire_read(r, 4);
	char text[TEXT_IP_SIZE];

	if (s.p == NULL)
		return false;
	optdef_out_format(out, "%s", text_ip(wire_be32(s.p), text));
	return true;
}

static void out_ipv6(struct optdef_out *out, const uint8_t addr[16])
{
	char text[INET6_ADDRSTRLEN];

	optdef_out_format(out, "%s", inet_ntop(AF_INET6, addr, text, sizeof(text)));
}

static bool decode_ipv6(struct wire_reader *r, struct optdef_out *out)
{
	struct span s = wire_read(r, 16);

	if (s.p == NULL)
		return false;
	out_ipv6(out, s.p);
	return true;
}

static bool decode_prefix(struct wire_reader *r, struct optdef_out *out)
{
	uint8_t len = wire_read_u8(r), addr[16] = {0};
	struct span s;

	if (r->failed || len > 128)
		return false;
	s = wire_read(r, (len + 7u) / 8);
	if (s.p == NULL)
		return false;
	memcpy(addr, s.p, s.len);
	out_ipv6(out, addr);
	optdef_out_format(out, "/%u", len);
	return true;
}

static bool decode_psid(struct wire_reader *r, struct optdef_out *out)
{
	struct span s = wire_read(r, 3);
	uint32_t bits;

	if (s.p == NULL || s.p[0] > 16)
		return false;
	bits = (uint32_t)wire_be16(s.p + 1) << s.p[0];
	if ((bits & 0xffff) != 0)
		return false; /* bits behind the PSID's end */
	optdef_out_format(out, "%u/%u", bits >> 16, s.p[0]);
	return true;
}

/* Senders terminate strings though RFC 2132 section 2 tells them not to. */
static bool decode_string(struct wire_reader *r, struct optdef_out *out)
{
	struct span s = wire_read(r, wire_left(r));

	while (s.len > 0 && s.p[s.len - 1] == '\0')
		s.len--;
	return optdef_out_text(out, s, ",");
}

static bool decode_tuple(size_t len_octets, struct wire_reader *r, struct optdef_out *out)
{
	size_t len = wire_read_u8(r);
	struct span s;

	if (len_octets == 2)
		len = len << 8 | wire_read_u8(r);
	s = wire_read(r, len);
	/* A backslash at the end would take away the next tuple's comma. */
	return s.len > 0 && s.p[s.len - 1] != '\\' && optdef_out_text(out, s, ",");
}

static bool decode_field(enum optdef_type type, struct wire_reader *r, struct span whole,
	bool compress, struct optdef_out *out)
{
	switch (type) {
	case OPTDEF_BOOLEAN:
		return decode_boolean(r, out);
	case OPTDEF_INT8:
	case OPTDEF_INT16:
	case OPTDEF_INT32:
	case OPTDEF_UINT8:
	case OPTDEF_UINT16:
	case OPTDEF_UINT32:
		return decode_int(type, r, out);
	case OPTDEF_IPV4_ADDRESS:
		return decode_ipv4(r, out);
	case OPTDEF_IPV6_ADDRESS:
		return decode_ipv6(r, out);
	case OPTDEF_IPV6_PREFIX:
		return decode_prefix(r, out);
	case OPTDEF_PSID:
		return decode_psid(r, out);
	case OPTDEF_STRING:
		return decode_string(r, out);
	case OPTDEF_TUPLE:
		return decode_tuple(1, r, out);
	case OPTDEF_TUPLE16:
		return decode_tuple(2, r, out);
	case OPTDEF_FQDN:
		return optdef_name_decode(r, whole, compress, out);
	case OPTDEF_BINARY:
		out_hex(out, wire_read(r, wire_left(r)));
		return true;
	case OPTDEF_EMPTY:
	case OPTDEF_RECORD:
	case OPTDEF_INTERNAL:
		break;
	}
	return false;
}

static bool decode_fields(const struct optdef *def, struct span value, struct optdef_out *out)
{
	bool record = def->type == OPTDEF_RECORD;
	unsigned n_types = record ? def->n_fields : 1;
	struct wire_reader r;

	wire_reader_init(&r, value.p, value.len);
	for (unsigned n = 0; n < n_types || (def->array && wire_left(&r) > 0); n++) {
		uint8_t type = def->type;

		if (record)
			type = def->fields[n < n_types ? n : n_types - 1];
		if (n > 0)
			optdef_out_format(out, ", ");
		if (!decode_field((enum optdef_type)type, &r, value, def->compress, out))
			return false;
	}
	return wire_left(&r) == 0;
}

static bool decode(const struct optdef *def, struct span value, struct optdef_out *out)
{
	if (optdef_check(def, NULL) < 0)
		return false;
	if (def->type == OPTDEF_INTERNAL)
		return def->code == 121 ? optdef_route_decode(value, out)
					: optdef_dnr_decode(value, out);
	return decode_fields(def, value, out);
}

size_t optdef_decode(const struct optdef *def, struct span value, char *buf, size_t size)
{
	struct optdef_out out = {buf, size, 0};

	if (value.len > 0 && !decode(def, value, &out)) {
		out.len = 0;
		optdef_out_format(&out, "0x");
		out_hex(&out, value);
	}
	if (size > 0)
		buf[out.len < size ? out.len : size - 1] = '\0';
	return out.len;
}
