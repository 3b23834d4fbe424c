/* SPDX-License-Identifier: Apache-2.0 */
/*
 * optdef_name: domain names as labels (RFC 1035 3.1), with pointers between the names of one
 * option where its RFC wants them (RFC 3397). Received pointers only ever lead backwards.
 */
#include "workers/packet/optdef_part.h"

#include <string.h>

#define LABEL_MAX 63
#define NAME_SIZE 255 /* octets, the root label included */
#define POINTER   0xc0
#define REACH     0x4000 /* offsets that a pointer can hold */

/* What text can hold without escapes: neither a delimiter nor what is trimmed. */
static bool is_name_char(char c)
{
	return c > ' ' && c < 0x7f && strchr(".,|\\", c) == NULL;
}

/* Labels of f into name, the root's included. */
static int to_labels(struct optdef_field f, uint8_t name[NAME_SIZE], struct err *err)
{
	struct wire_writer w;
	size_t label = 0;

	wire_writer_init(&w, name, NAME_SIZE);
	if (f.len == 1 && f.p[0] == '.') {
		name[0] = 0;
		return 0;
	}
	for (size_t i = 0; i <= f.len; i++) {
		if (i < f.len && f.p[i] != '.') {
			if (!is_name_char(f.p[i]))
				return optdef_field_bad(f, err, NULL, "is not a domain name");
			label++;
			continue;
		}
		if (i == f.len && label == 0)
			break; /* a dot at the end */
		if (label == 0 || label > LABEL_MAX)
			return optdef_field_bad(f, err, NULL,
				"has a label of %zu characters, not 1 to %d", label, LABEL_MAX);
		wire_write_u8(&w, (uint8_t)label);
		wire_write(&w, f.p + i - label, label);
		label = 0;
	}
	wire_write_u8(&w, 0);
	if (w.failed)
		return optdef_field_bad(f, err, NULL, "is longer than a domain name can be");
	return 0;
}

/* Whether the name at base[at], written by us, is exactly name. */
static bool same_name(const uint8_t *base, size_t at, const uint8_t *name)
{
	for (;;) {
		while (base[at] >= POINTER)
			at = wire_be16(base + at) & (REACH - 1);
		if (base[at] != name[0] || memcmp(base + at + 1, name + 1, name[0]) != 0)
			return false;
		if (name[0] == 0)
			return true;
		at += base[at] + 1u;
		name += name[0] + 1u;
	}
}

/* Where name ends one of the names in the first len octets of base; len if nowhere. */
static size_t find_name(const uint8_t *base, size_t len, const uint8_t *name)
{
	for (size_t at = 0; at < len && at < REACH;) {
		if (base[at] >= POINTER) {
			at += 2;
			continue;
		}
		if (base[at] != 0 && same_name(base, at, name))
			return at;
		at += base[at] + 1u;
	}
	return len;
}

int optdef_name_encode(struct optdef_field f, bool compress, struct wire_writer *w,
	struct err *err)
{
	size_t before = wire_written(w);
	uint8_t name[NAME_SIZE], *p = name;
	int r = to_labels(f, name, err);

	if (r < 0 || w->failed)
		return r;
	for (; *p != 0; p += *p + 1u) {
		size_t at = compress ? find_name(w->start, before, p) : before;

		if (at < before) {
			uint8_t pointer[2];

			wire_set_be16(pointer, (uint16_t)(at | POINTER << 8));
			wire_write(w, pointer, sizeof(pointer));
			return 0;
		}
		wire_write(w, p, *p + 1u);
	}
	wire_write_u8(w, 0);
	return 0;
}

static bool out_label(struct optdef_out *out, struct span label)
{
	for (size_t i = 0; i < label.len; i++) {
		if (!is_name_char((char)label.p[i]))
			return false;
		optdef_out_char(out, (char)label.p[i]);
	}
	optdef_out_char(out, '.');
	return true;
}

bool optdef_name_decode(struct wire_reader *r, struct span whole, bool compress,
	struct optdef_out *out)
{
	struct wire_reader at = *r;
	const uint8_t *run = r->p; /* where the labels being read began */
	size_t total = 1;
	bool jumped = false;

	for (;;) {
		uint8_t len = wire_read_u8(&at);

		if (!at.failed && len >= POINTER && compress) {
			size_t target = (size_t)(len & LABEL_MAX) << 8 | wire_read_u8(&at);

			if (at.failed || target >= (size_t)(run - whole.p))
				return false;
			if (!jumped)
				*r = at;
			jumped = true;
			run = at.p = whole.p + target;
			continue;
		}
		if (at.failed || len > LABEL_MAX)
			return false;
		if (len == 0)
			break;
		total += len + 1u;
		if (len > wire_left(&at) || total > NAME_SIZE ||
			!out_label(out, wire_read(&at, len)))
			return false;
	}
	if (total == 1)
		optdef_out_char(out, '.');
	if (!jumped)
		*r = at;
	return true;
}
