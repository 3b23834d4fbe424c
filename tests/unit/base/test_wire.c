/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire: bounded reading and writing: what is read is what was written, and nothing after the
 * first step over the end has an effect.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/wire.h"

Test(wire, big_endian)
{
	static const uint8_t octets[] = {0xfe, 0xdc, 0xba, 0x98};
	uint8_t buf[4];

	cr_expect(wire_be16(octets) == 0xfedc);
	cr_expect(wire_be32(octets) == 0xfedcba98);
	wire_set_be16(buf, 0xfedc);
	cr_expect(memcmp(buf, octets, 2) == 0);
	wire_set_be32(buf, 0xfedcba98);
	cr_expect(memcmp(buf, octets, 4) == 0);
}

Test(wire, span_equal_table)
{
	static const struct {
		const char *a, *b;
		bool want;
	} cases[] = {
		{"", "", true}, {"a", "a", true}, {"a", "b", false}, {"a", "", false},
		{"ab", "a", false}, {"ab", "ac", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect(span_equal(span_of(cases[i].a, strlen(cases[i].a)),
				  span_of(cases[i].b, strlen(cases[i].b))) == cases[i].want,
			"case %zu", i);
	cr_expect(span_equal((struct span){NULL, 0}, span_of("", 0)), "absent and empty");
}

/* Writes one of each, as far as size allows. */
static void write_all(struct wire_writer *w)
{
	wire_write_u8(w, 0x11);
	wire_write_le16(w, 0x2233);
	wire_write_le32(w, 0x44556677);
	wire_write_le64(w, 0x8899aabbccddeeffULL);
	wire_write(w, "xyz", 3);
}

static const uint8_t all[18] = {0x11, 0x33, 0x22, 0x77, 0x66, 0x55, 0x44, 0xff, 0xee, 0xdd, 0xcc,
	0xbb, 0xaa, 0x99, 0x88, 'x', 'y', 'z'};
static const size_t ends[] = {0, 1, 3, 7, 15, 18}; /* of each value */

/* How much of it is there in a buffer of this size: only whole values. */
static size_t whole(size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		n = ends[i] <= size ? ends[i] : n;
	return n;
}

Test(wire, write_every_size)
{
	for (size_t size = 0; size <= sizeof(all); size++) {
		uint8_t *buf = (uint8_t *)malloc(size + 1);
		struct wire_writer w;

		memset(buf, 0xa5, size + 1);
		wire_writer_init(&w, buf, size);
		write_all(&w);
		cr_expect(w.failed == (size < sizeof(all)));
		cr_expect(wire_written(&w) == whole(size), "size %zu", size);
		cr_expect(memcmp(buf, all, whole(size)) == 0);
		cr_expect(buf[whole(size)] == 0xa5, "a value that does not fit is not begun");
		free(buf);
	}
}

Test(wire, writer_stays_failed)
{
	uint8_t buf[2] = {0};
	struct wire_writer w;

	wire_writer_init(&w, buf, sizeof(buf));
	wire_write_le32(&w, 1);
	wire_write_u8(&w, 7);
	wire_write(&w, "", 0);
	cr_expect(w.failed && wire_written(&w) == 0 && buf[0] == 0);
}

Test(wire, write_of_nothing)
{
	uint8_t buf[1];
	struct wire_writer w;

	wire_writer_init(&w, buf, 0);
	wire_write(&w, NULL, 0);
	cr_expect(!w.failed && wire_written(&w) == 0);
}

Test(wire, read_every_size)
{
	for (size_t size = 0; size <= sizeof(all); size++) {
		uint8_t *buf = (uint8_t *)malloc(size > 0 ? size : 1);
		struct wire_reader r;
		struct span s;

		memcpy(buf, all, size);
		wire_reader_init(&r, buf, size);
		cr_expect(wire_read_u8(&r) == (size >= 1 ? 0x11 : 0));
		cr_expect(wire_read_le16(&r) == (size >= 3 ? 0x2233 : 0));
		cr_expect(wire_read_le32(&r) == (size >= 7 ? 0x44556677 : 0));
		cr_expect(wire_read_le64(&r) == (size >= 15 ? 0x8899aabbccddeeffULL : 0));
		s = wire_read(&r, 3);
		cr_expect((s.p == buf + 15 && s.len == 3) == (size >= 18));
		cr_expect(r.failed == (size < sizeof(all)));
		cr_expect(r.failed || wire_left(&r) == 0);
		free(buf);
	}
}

Test(wire, reader_stays_failed)
{
	struct wire_reader r;
	struct span s;

	wire_reader_init(&r, all, 4);
	s = wire_read(&r, 5);
	cr_expect(s.p == NULL && s.len == 0 && r.failed);
	cr_expect(wire_read_u8(&r) == 0 && wire_left(&r) == 4, "nothing more is taken");
	s = wire_read(&r, 0);
	cr_expect(s.p == NULL);
}

Test(wire, read_of_nothing)
{
	struct wire_reader r;
	struct span s;

	wire_reader_init(&r, all, 0);
	s = wire_read(&r, 0);
	cr_expect(s.p == all && s.len == 0 && !r.failed, "present and empty");
	s = wire_read(&r, SIZE_MAX);
	cr_expect(s.p == NULL && r.failed);
}
