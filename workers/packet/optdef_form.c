/* SPDX-License-Identifier: Apache-2.0 */
/*
 * optdef_form: options 121 (classless static routes, RFC 3442) and 162 (encrypted DNS resolvers,
 * RFC 9463), whose text is no list of fields with a type each.
 */
#include "workers/packet/optdef_part.h"

#include <errno.h>
#include <string.h>

#include "shm/base/text.h"

static const char route_cure[] = "write NET/LENGTH - ROUTER, like 10.0.0.0/8 - 192.0.2.1";

/* Length, the octets of the net that it covers, router. */
static int encode_route(struct optdef_field net, struct wire_writer *w, struct err *err)
{
	struct optdef_field whole = net, len_field, router;
	uint32_t addr, router_addr;
	uint8_t b[4];
	int64_t len;
	int r;

	if (!optdef_field_cut(&net, '-', &router) || !optdef_field_cut(&net, '/', &len_field))
		return optdef_field_bad(whole, err, route_cure, "is not a route");
	r = optdef_field_ip(net, &addr, err);
	if (r == 0)
		r = optdef_field_int(len_field, 0, 32, &len, err);
	if (r == 0)
		r = optdef_field_ip(router, &router_addr, err);
	if (r < 0)
		return r;
	wire_write_u8(w, (uint8_t)len);
	wire_set_be32(b, len > 0 ? addr & UINT32_MAX << (32 - len) : 0);
	wire_write(w, b, (size_t)(len + 7) / 8);
	wire_set_be32(b, router_addr);
	wire_write(w, b, sizeof(b));
	return 0;
}

int optdef_route_encode(const char *text, struct wire_writer *w, struct err *err)
{
	struct optdef_field rest = optdef_field_of(text), route;

	while (optdef_field_next(&rest, ',', &route)) {
		int r = encode_route(route, w, err);

		if (r < 0)
			return r;
	}
	return 0;
}

bool optdef_route_decode(struct span value, struct optdef_out *out)
{
	struct wire_reader r;

	wire_reader_init(&r, value.p, value.len);
	while (wire_left(&r) > 0) {
		char net_text[TEXT_IP_SIZE], router_text[TEXT_IP_SIZE];
		const char *separator = r.p == value.p ? "" : ", ";
		uint8_t len = wire_read_u8(&r), net[4] = {0};
		struct span octets = wire_read(&r, (len + 7u) / 8), router = wire_read(&r, 4);

		if (r.failed || len > 32)
			return false;
		memcpy(net, octets.p, octets.len);
		optdef_out_format(out, "%s%s/%u - %s", separator,
			text_ip(wire_be32(net), net_text), len,
			text_ip(wire_be32(router.p), router_text));
	}
	return true;
}

/* The service parameters that RFC 9463 3.1.5 names, under their RFC 9460 keys, ascending as they
 * have to be on the wire. */
static const struct {
	uint16_t key;
	const char *name;
} params[] = {{1, "alpn"}, {3, "port"}, {7, "dohpath"}};

#define N_PARAMS   (sizeof(params) / sizeof(params[0]))
#define PARAM_PORT 1
#define PARAM_ALPN 0
#define PARAM_MAX  512 /* octets of one parameter's value */

static void write_be16(struct wire_writer *w, size_t v)
{
	uint8_t b[2];

	wire_set_be16(b, (uint16_t)v);
	wire_write(w, b, sizeof(b));
}

/* RFC 9460 7.1.1: protocol names, each behind its length. The text has them between commas. */
static int encode_alpn(struct optdef_field f, struct span text, struct wire_writer *w,
	struct err *err)
{
	for (size_t i = 0; i <= text.len;) {
		size_t n = 0;

		while (i + n < text.len && text.p[i + n] != ',')
			n++;
		if (n == 0 || n > UINT8_MAX)
			return optdef_field_bad(f, err, "write alpn=dot\\,doq",
				"has an empty or overlong protocol");
		wire_write_u8(w, (uint8_t)n);
		wire_write(w, text.p + i, n);
		i += n + 1;
	}
	return 0;
}

static int encode_param(size_t which, struct optdef_field f, struct wire_writer *w, struct err *err)
{
	uint8_t text[PARAM_MAX], value[PARAM_MAX + 1]; /* alpn grows by one length octet */
	struct wire_writer t, v;
	int64_t port;
	int r = 0;

	wire_writer_init(&t, text, sizeof(text));
	wire_writer_init(&v, value, sizeof(value));
	optdef_field_text(f, ",|", &t);
	if (t.failed || wire_written(&t) == 0)
		return optdef_field_bad(f, err, NULL, "is not a value for %s", params[which].name);
	if (which == PARAM_ALPN) {
		r = encode_alpn(f, span_of(text, wire_written(&t)), &v, err);
	} else if (which == PARAM_PORT) {
		r = optdef_field_int(f, 0, UINT16_MAX, &port, err);
		if (r == 0)
			write_be16(&v, (size_t)port);
	} else {
		wire_write(&v, text, wire_written(&t));
	}
	if (r < 0)
		return r;
	write_be16(w, params[which].key);
	write_be16(w, wire_written(&v));
	wire_write(w, value, wire_written(&v));
	return 0;
}

/* Parameters come in any order, between blanks. */
static int encode_params(struct optdef_field rest, struct wire_writer *w, struct err *err)
{
	struct optdef_field value[N_PARAMS] = {{0}}, f;
	unsigned n = rest.n;
	size_t i;

	while (optdef_field_next(&rest, ' ', &f)) {
		struct optdef_field name, behind;

		if (f.len == 0)
			continue;
		f.n = n;
		name = f;
		if (!optdef_field_cut(&name, '=', &behind))
			return optdef_field_bad(f, err, NULL, "is not KEY=VALUE");
		for (i = 0; i < N_PARAMS; i++) {
			if (strlen(params[i].name) == name.len &&
				memcmp(params[i].name, name.p, name.len) == 0)
				break;
		}
		if (i == N_PARAMS)
			return optdef_field_bad(name, err, "give the option as hex for other keys",
				"is not alpn, port or dohpath");
		if (value[i].p != NULL)
			return optdef_field_bad(name, err, NULL, "is given twice");
		value[i] = behind;
	}
	for (i = 0; i < N_PARAMS; i++) {
		int r = value[i].p != NULL ? encode_param(i, value[i], w, err) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static int encode_addresses(struct optdef_field rest, struct wire_writer *w, struct err *err)
{
	unsigned n = 0, n_field = rest.n;
	uint8_t *at = w->p, b[4];
	struct optdef_field f;

	wire_write_u8(w, 0);
	while (optdef_field_next(&rest, ' ', &f)) {
		uint32_t addr;
		int r;

		if (f.len == 0)
			continue;
		f.n = n_field;
		r = optdef_field_ip(f, &addr, err);
		if (r < 0)
			return r;
		wire_set_be32(b, addr);
		wire_write(w, b, sizeof(b));
		n++;
	}
	if (n == 0 || n > UINT8_MAX / 4)
		return err_set(err, -EINVAL, "leave out all behind the name if it has no address",
			"a resolver has 1 to %d addresses, not %u", UINT8_MAX / 4, n);
	if (!w->failed)
		*at = (uint8_t)(4 * n);
	return 0;
}

/* RFC 9463 section 5.1: length of the rest (2 octets), priority (2), length of the name (1), name;
 * then, unless only the name is given, length of the addresses (1), addresses, parameters. */
static int encode_resolver(struct optdef_field rest, struct wire_writer *w, struct err *err)
{
	struct optdef_field priority, name = {0}, f;
	uint8_t *start = w->p, *name_at;
	int64_t v;
	int r;

	rest.n = 0;
	optdef_field_next(&rest, ',', &priority);
	if (!optdef_field_next(&rest, ',', &name) || name.len == 0)
		return optdef_field_bad(priority, err,
			"write PRIORITY, NAME, ADDRESS ADDRESS, KEY=VALUE KEY=VALUE",
			"has no name behind it");
	r = optdef_field_int(priority, 0, UINT16_MAX, &v, err);
	if (r < 0)
		return r;
	write_be16(w, 0);
	write_be16(w, (size_t)v);
	name_at = w->p;
	wire_write_u8(w, 0);
	r = optdef_name_encode(name, false, w, err);
	if (r == 0 && !w->failed)
		*name_at = (uint8_t)(w->p - name_at - 1);
	if (r == 0 && optdef_field_next(&rest, ',', &f))
		r = encode_addresses(f, w, err);
	if (r == 0 && optdef_field_next(&rest, ',', &f))
		r = encode_params(f, w, err);
	if (r == 0 && optdef_field_next(&rest, ',', &f))
		r = optdef_field_bad(f, err,
			"write \\, for a comma inside a value, | between resolvers",
			"is one field too many");
	if (r == 0 && !w->failed)
		wire_set_be16(start, (uint16_t)(w->p - start - 2));
	return r;
}

int optdef_dnr_encode(const char *text, struct wire_writer *w, struct err *err)
{
	struct optdef_field rest = optdef_field_of(text), resolver;

	while (optdef_field_next(&rest, '|', &resolver)) {
		int r = encode_resolver(resolver, w, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Text of a parameter: blanks end it, and a comma in a protocol would part it. */
static bool out_value(struct optdef_out *out, struct span s, bool protocol)
{
	if (s.len == 0 || memchr(s.p, ' ', s.len) != NULL || s.p[s.len - 1] == '\\' ||
		(protocol && memchr(s.p, ',', s.len) != NULL))
		return false;
	return optdef_out_text(out, s, ",|");
}

static bool decode_param(size_t which, struct span s, struct optdef_out *out)
{
	struct wire_reader r;

	optdef_out_format(out, "%s=", params[which].name);
	if (which == PARAM_PORT) {
		if (s.len != 2)
			return false;
		optdef_out_format(out, "%u", wire_be16(s.p));
		return true;
	}
	if (which != PARAM_ALPN)
		return out_value(out, s, false);
	if (s.len == 0)
		return false;
	for (wire_reader_init(&r, s.p, s.len); wire_left(&r) > 0;) {
		if (r.p != s.p)
			optdef_out_format(out, "\\,");
		if (!out_value(out, wire_read(&r, wire_read_u8(&r)), true))
			return false;
	}
	return true;
}

static uint16_t read_be16(struct wire_reader *r)
{
	struct span s = wire_read(r, 2);

	return s.p != NULL ? wire_be16(s.p) : 0;
}

static bool decode_params(struct wire_reader *r, struct optdef_out *out)
{
	const char *separator = ", ";
	size_t which = 0; /* keys ascend: the search goes on behind the last one */

	while (wire_left(r) > 0) {
		uint16_t key = read_be16(r);
		struct span value = wire_read(r, read_be16(r));

		while (which < N_PARAMS && params[which].key != key)
			which++;
		if (value.p == NULL || which == N_PARAMS)
			return false;
		optdef_out_format(out, "%s", separator);
		if (!decode_param(which++, value, out))
			return false;
		separator = " ";
	}
	return true;
}

static bool decode_resolver(struct span s, struct optdef_out *out)
{
	struct wire_reader r, name_reader;
	struct span name, addresses;

	if (s.len == 0)
		return false;
	wire_reader_init(&r, s.p, s.len);
	optdef_out_format(out, "%u, ", read_be16(&r));
	name = wire_read(&r, wire_read_u8(&r));
	if (name.len == 0)
		return false;
	wire_reader_init(&name_reader, name.p, name.len);
	if (!optdef_name_decode(&name_reader, name, false, out) || wire_left(&name_reader) > 0)
		return false;
	if (wire_left(&r) == 0)
		return true;
	addresses = wire_read(&r, wire_read_u8(&r));
	if (addresses.len == 0 || addresses.len % 4 != 0)
		return false;
	for (size_t i = 0; i < addresses.len; i += 4) {
		char text[TEXT_IP_SIZE];

		optdef_out_format(out, "%s%s", i == 0 ? ", " : " ",
			text_ip(wire_be32(addresses.p + i), text));
	}
	return decode_params(&r, out);
}

bool optdef_dnr_decode(struct span value, struct optdef_out *out)
{
	struct wire_reader r;

	for (wire_reader_init(&r, value.p, value.len); wire_left(&r) > 0;) {
		if (r.p != value.p)
			optdef_out_format(out, " | ");
		if (!decode_resolver(wire_read(&r, read_be16(&r)), out))
			return false;
	}
	return true;
}
