/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire: the bounds check of every reader and writer stands here, once for each direction.
 */
#include "shm/base/wire.h"

struct span wire_read(struct wire_reader *r, size_t len)
{
	struct span s = {NULL, 0};

	if (r->failed || len > wire_left(r)) {
		r->failed = true;
		return s;
	}
	s = span_of(r->p, len);
	r->p += len;
	return s;
}

static uint64_t read_le(struct wire_reader *r, size_t len)
{
	struct span s = wire_read(r, len);
	uint64_t v = 0;

	for (size_t i = s.len; i > 0; i--)
		v = v << 8 | s.p[i - 1];
	return v;
}

uint8_t wire_read_u8(struct wire_reader *r)
{
	return (uint8_t)read_le(r, 1);
}

uint16_t wire_read_le16(struct wire_reader *r)
{
	return (uint16_t)read_le(r, 2);
}

uint32_t wire_read_le32(struct wire_reader *r)
{
	return (uint32_t)read_le(r, 4);
}

uint64_t wire_read_le64(struct wire_reader *r)
{
	return read_le(r, 8);
}

void wire_write(struct wire_writer *w, const void *data, size_t len)
{
	if (w->failed || len > (size_t)(w->end - w->p)) {
		w->failed = true;
		return;
	}
	if (len > 0)
		memcpy(w->p, data, len);
	w->p += len;
}

static void write_le(struct wire_writer *w, uint64_t v, size_t len)
{
	uint8_t b[8];

	for (size_t i = 0; i < len; i++)
		b[i] = (uint8_t)(v >> (8 * i));
	wire_write(w, b, len);
}

void wire_write_u8(struct wire_writer *w, uint8_t v)
{
	write_le(w, v, 1);
}

void wire_write_le16(struct wire_writer *w, uint16_t v)
{
	write_le(w, v, 2);
}

void wire_write_le32(struct wire_writer *w, uint32_t v)
{
	write_le(w, v, 4);
}

void wire_write_le64(struct wire_writer *w, uint64_t v)
{
	write_le(w, v, 8);
}
