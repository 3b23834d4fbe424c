/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire: reads and writes octets within bounds. The first step over the end makes the reader or
 * writer fail for good; later calls do nothing, so a decoder checks once, at its end.
 * _be is network byte order, _le the order of files and of the stream between nodes.
 */
#ifndef LESSOR_SHM_BASE_WIRE_H
#define LESSOR_SHM_BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed octets. p == NULL: absent; len == 0 with p set: present and empty. */
struct span {
	const uint8_t *p;
	size_t len;
};

static inline struct span span_of(const void *p, size_t len)
{
	return (struct span){(const uint8_t *)p, len};
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static inline uint16_t wire_be16(const uint8_t *p)
{
	return (uint16_t)((p[0] << 8) | p[1]);
}

static inline uint32_t wire_be32(const uint8_t *p)
{
	return ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
}

static inline void wire_set_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void wire_set_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static inline void wire_set_be64(uint8_t *p, uint64_t v)
{
	wire_set_be32(p, (uint32_t)(v >> 32));
	wire_set_be32(p + 4, (uint32_t)v);
}

struct wire_reader {
	const uint8_t *p, *end;
	bool failed;
};

struct wire_writer {
	uint8_t *start, *p, *end;
	bool failed;
};

static inline void wire_reader_init(struct wire_reader *r, const void *data, size_t len)
{
	r->p = (const uint8_t *)data;
	r->end = r->p + len;
	r->failed = false;
}

static inline void wire_writer_init(struct wire_writer *w, void *buf, size_t size)
{
	w->start = w->p = (uint8_t *)buf;
	w->end = w->p + size;
	w->failed = false;
}

static inline size_t wire_left(const struct wire_reader *r)
{
	return (size_t)(r->end - r->p);
}

static inline size_t wire_written(const struct wire_writer *w)
{
	return (size_t)(w->p - w->start);
}

/* The next len octets, lent from the input; {NULL, 0} after a failure. */
struct span wire_read(struct wire_reader *r, size_t len);
uint8_t wire_read_u8(struct wire_reader *r);
uint16_t wire_read_le16(struct wire_reader *r);
uint32_t wire_read_le32(struct wire_reader *r);
uint64_t wire_read_le64(struct wire_reader *r);

/* Copies len octets; a writer without room for all of them writes none and fails. */
void wire_write(struct wire_writer *w, const void *data, size_t len);
void wire_write_u8(struct wire_writer *w, uint8_t v);
void wire_write_le16(struct wire_writer *w, uint16_t v);
void wire_write_le32(struct wire_writer *w, uint32_t v);
void wire_write_le64(struct wire_writer *w, uint64_t v);

#endif
