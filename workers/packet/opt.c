/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opt: walks options and sub-options, joins what came in parts, writes options up to a size. The
 * only place that knows the layout code, length, data, with PAD and END.
 */
#include "workers/packet/opt.h"

#include <errno.h>
#include <string.h>

#define PART_MAX 255 /* octets of data behind one length octet */

/* The option at or behind *pos. Returns 1, 0 at END or the end of s, or -EBADMSG where an option
 * runs over the end. */
static inline int next(struct span s, size_t *pos, uint8_t *ret_code, struct span *ret_value)
{
	size_t i = *pos;

	while (i < s.len && s.p[i] == OPT_PAD)
		i++;
	if (i == s.len || s.p[i] == OPT_END)
		return 0;
	if (s.len - i < 2 || s.p[i + 1] > s.len - i - 2)
		return -EBADMSG;
	*ret_code = s.p[i];
	*ret_value = span_of(s.p + i + 2, s.p[i + 1]);
	*pos = i + 2 + s.p[i + 1];
	return 1;
}

void opt_table_init(struct opt_table *t)
{
	memset(t->slot, 0, sizeof(t->slot));
	t->count = 0;
	t->joined = 0;
}

/* Appends part to *value. What was joined last grows in place, anything else moves behind it. */
static int join(struct opt_table *t, struct span *value, struct span part)
{
	uint8_t *tail = t->join + t->joined;
	bool in_place = t->joined > 0 && value->p + value->len == tail;
	size_t need = part.len + (in_place ? 0 : value->len);

	if (part.len == 0)
		return 0;
	if (value->len == 0) {
		*value = part;
		return 0;
	}
	if (need > OPT_JOIN_MAX - t->joined)
		return -ENOBUFS;
	if (!in_place) {
		memcpy(tail, value->p, value->len);
		value->p = tail;
		tail += value->len;
	}
	memcpy(tail, part.p, part.len);
	value->len += part.len;
	t->joined += need;
	return 0;
}

int opt_table_add(struct opt_table *t, struct span data)
{
	struct span value;
	uint8_t code;
	size_t pos = 0;
	int r;

	while ((r = next(data, &pos, &code, &value)) > 0) {
		if (t->slot[code] != 0) {
			r = join(t, &t->value[t->slot[code] - 1], value);
			if (r < 0)
				return r;
			continue;
		}
		if (t->count == OPT_MAX)
			return -ENOBUFS;
		opt_table_put(t, code, value);
	}
	return r;
}

void opt_table_put(struct opt_table *t, uint8_t code, struct span value)
{
	if (t->slot[code] != 0 || t->count == OPT_MAX)
		return;
	t->value[t->count] = value;
	t->code[t->count] = code;
	t->slot[code] = ++t->count;
}

int opt_table_mend(struct opt_table *t, uint8_t code)
{
	uint8_t *copy = t->join + t->joined, sub_code;
	size_t pos = 0, left;
	struct span *value, sub;
	int r;

	if (t->slot[code] == 0)
		return 0;
	value = &t->value[t->slot[code] - 1];
	while ((r = next(*value, &pos, &sub_code, &sub)) > 0)
		;
	if (r == 0)
		return 0;
	if (value->len > OPT_JOIN_MAX - t->joined)
		return -ENOBUFS;
	while (value->p[pos] == OPT_PAD)
		pos++;
	memcpy(copy, value->p, value->len);
	t->joined += value->len;
	left = value->len - pos;
	if (left > 1)
		copy[pos + 1] = (uint8_t)(left - 2);
	*value = span_of(copy, left > 1 ? value->len : pos);
	return 0;
}

struct span opt_sub(struct span value, uint8_t code)
{
	struct span sub;
	uint8_t sub_code;
	size_t pos = 0;

	while (next(value, &pos, &sub_code, &sub) > 0) {
		if (sub_code == code)
			return sub;
	}
	return (struct span){NULL, 0};
}

bool opt_sub_valid(struct span value)
{
	struct span sub;
	uint8_t code;
	size_t pos = 0;
	int r;

	while ((r = next(value, &pos, &code, &sub)) > 0)
		;
	return r == 0;
}

void opt_writer_init(struct opt_writer *w, uint8_t *buf, size_t size)
{
	w->start = w->p = buf;
	w->end = buf + size - 1;
	w->left_out = 0;
}

bool opt_write(struct opt_writer *w, uint8_t code, const void *data, size_t len)
{
	const uint8_t *p = (const uint8_t *)data;
	size_t parts = len <= PART_MAX ? 1 : (len + PART_MAX - 1) / PART_MAX;

	if (len + 2 * parts > (size_t)(w->end - w->p)) {
		w->left_out++;
		return false;
	}
	for (; parts > 0; parts--) {
		size_t n = len < PART_MAX ? len : PART_MAX;

		*w->p++ = code;
		*w->p++ = (uint8_t)n;
		if (n == 0)
			break; /* data may be NULL, which nothing is added to */
		memcpy(w->p, p, n);
		w->p += n;
		p += n;
		len -= n;
	}
	return true;
}

bool opt_write_u8(struct opt_writer *w, uint8_t code, uint8_t v)
{
	return opt_write(w, code, &v, 1);
}

bool opt_write_be16(struct opt_writer *w, uint8_t code, uint16_t v)
{
	uint8_t b[2];

	wire_set_be16(b, v);
	return opt_write(w, code, b, sizeof(b));
}

bool opt_write_be32(struct opt_writer *w, uint8_t code, uint32_t v)
{
	uint8_t b[4];

	wire_set_be32(b, v);
	return opt_write(w, code, b, sizeof(b));
}

size_t opt_writer_end(struct opt_writer *w)
{
	*w->p++ = OPT_END;
	return (size_t)(w->p - w->start);
}
