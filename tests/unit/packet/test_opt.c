/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_opt: the option table, joining, sub-options and the writer. Inputs and results are hex, so
 * that a case shows the octets of the wire.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/text.h"
#include "workers/packet/opt.h"

/* Octets of hex on the heap, of just their size: reading behind them is found. p stays usable for
 * free() with no octets too. */
static struct span octets(const char *hex)
{
	size_t len;
	uint8_t *p = (uint8_t *)malloc(strlen(hex) + 1), *exact;

	cr_assert(text_parse_hex(hex, p, strlen(hex) + 1, &len) == 0, "%s", hex);
	exact = (uint8_t *)malloc(len > 0 ? len : 1);
	memcpy(exact, p, len);
	free(p);
	return span_of(exact, len);
}

static const char *as_hex(struct span s)
{
	static char buf[3 * OPT_JOIN_MAX + 1];

	return s.p == NULL ? "absent" : text_hex(s, buf, sizeof(buf));
}

static const struct {
	const char *name, *data;
	int want;
	uint8_t code;
	const char *value; /* of code afterwards */
} add_cases[] = {
	{"empty input", "", 0, 1, "absent"},
	{"one option", "35 01 01 ff", 0, 53, "01"},
	{"without END", "35 01 01", 0, 53, "01"},
	{"END only", "ff", 0, 255, "absent"},
	{"PAD only", "00 00 00", 0, 0, "absent"},
	{"PAD before, between, behind", "00 35 01 01 00 00 0c 01 41 00 ff 00", 0, 12, "41"},
	{"nothing counts behind END", "35 01 01 ff 0c 05 41", 0, 12, "absent"},
	{"empty option", "50 00 35 01 01 ff", 0, 80, ""},
	{"joined", "0c 02 41 42 0c 01 43 ff", 0, 12, "41:42:43"},
	{"joined with others between", "0c 01 41 35 01 01 0c 01 42 ff", 0, 12, "41:42"},
	{"joined in turns", "0c 01 41 0d 01 61 0c 01 42 0d 01 62 0c 01 43 ff", 0, 12, "41:42:43"},
	{"the other one of them", "0c 01 41 0d 01 61 0c 01 42 0d 01 62 0c 01 43 ff", 0, 13,
		"61:62"},
	{"joined with an empty part", "0c 01 41 0c 00 0c 01 42 ff", 0, 12, "41:42"},
	{"empty, then a part", "0c 00 0c 01 42 ff", 0, 12, "42"},
	{"empty twice", "0c 00 0c 00 ff", 0, 12, ""},
	{"code without length", "35 01 01 0c", -EBADMSG, 0, NULL},
	{"length over the end", "0c 02 41", -EBADMSG, 0, NULL},
	{"length 255 over the end", "0c ff 41 42", -EBADMSG, 0, NULL},
	{"length takes END for data", "0c 01 ff", 0, 12, "ff"},
	{"length over END", "0c 02 ff", -EBADMSG, 0, NULL},
};

Test(opt, add_table)
{
	for (size_t i = 0; i < sizeof(add_cases) / sizeof(add_cases[0]); i++) {
		struct span data = octets(add_cases[i].data);
		struct opt_table t;
		int r;

		memset(&t, 0xa5, sizeof(t));
		opt_table_init(&t);
		r = opt_table_add(&t, data);
		cr_expect(r == add_cases[i].want, "%s: %d", add_cases[i].name, r);
		if (r == 0) {
			const char *got = as_hex(opt_get(&t, add_cases[i].code));

			cr_expect_str_eq(got, add_cases[i].value, "%s: %s", add_cases[i].name, got);
		}
		free((void *)(uintptr_t)data.p);
	}
}

Test(opt, no_input_at_all)
{
	struct opt_table t;

	opt_table_init(&t);
	cr_expect(opt_table_add(&t, (struct span){NULL, 0}) == 0);
	cr_expect(opt_sub((struct span){NULL, 0}, 1).p == NULL);
	cr_expect(opt_sub_valid((struct span){NULL, 0}));
}

Test(opt, order_of_first_appearance)
{
	static const uint8_t data[] = {61, 1, 7, 53, 1, 1, 12, 1, 'a', 53, 1, 2, 255};
	struct opt_table t;

	opt_table_init(&t);
	cr_assert(opt_table_add(&t, span_of(data, sizeof(data))) == 0);
	cr_expect(t.count == 3);
	cr_expect(t.code[0] == 61 && t.code[1] == 53 && t.code[2] == 12);
	for (uint8_t i = 0; i < t.count; i++)
		cr_expect(t.slot[t.code[i]] == i + 1);
	cr_expect(t.value[0].p == data + 2, "whole options stay where they are");
}

/* Overload: the second field goes on where the first stopped. */
Test(opt, joined_over_fields)
{
	static const uint8_t options[] = {12, 1, 'a', 12, 1, 'b', 255}, file[] = {12, 2, 'c', 'd'};
	struct opt_table t;
	struct span v;

	opt_table_init(&t);
	cr_assert(opt_table_add(&t, span_of(options, sizeof(options))) == 0);
	cr_assert(opt_table_add(&t, span_of(file, sizeof(file))) == 0);
	v = opt_get(&t, 12);
	cr_expect(v.len == 4 && memcmp(v.p, "abcd", 4) == 0);
	cr_expect(t.joined == 4, "grown in place: %zu", t.joined);
}

Test(opt, too_many_codes)
{
	uint8_t data[2 * 254];
	struct opt_table t;

	for (size_t i = 0; i < 254; i++) {
		data[2 * i] = (uint8_t)(i + 1);
		data[2 * i + 1] = 0;
	}
	opt_table_init(&t);
	cr_expect(opt_table_add(&t, span_of(data, 2 * OPT_MAX)) == 0);
	cr_expect(t.count == OPT_MAX);
	cr_expect(opt_table_add(&t, span_of(data + 2 * OPT_MAX, 2)) == -ENOBUFS);
	opt_table_init(&t);
	cr_expect(opt_table_add(&t, span_of(data, sizeof(data))) == -ENOBUFS);
}

Test(opt, join_buffer_ends)
{
	uint8_t data[257 * 9];
	struct opt_table t;
	struct span v;

	for (size_t i = 0; i < 9; i++) {
		data[257 * i] = 43;
		data[257 * i + 1] = 255;
		memset(data + 257 * i + 2, (int)i, 255);
	}
	opt_table_init(&t);
	cr_assert(opt_table_add(&t, span_of(data, 257 * 8)) == 0);
	v = opt_get(&t, 43);
	cr_expect(v.len == 255 * 8 && v.p[0] == 0 && v.p[v.len - 1] == 7);
	cr_expect(opt_table_add(&t, span_of(data, 257)) == -ENOBUFS);
	/* exactly full is fine */
	data[1] = 8;
	data[10] = 43;
	cr_expect(opt_table_add(&t, span_of(data, 10)) == 0);
	cr_expect(t.joined == OPT_JOIN_MAX);
}

static const struct {
	const char *data;
	bool valid;
	uint8_t code;
	const char *value;
} sub_cases[] = {
	{"01 02 aa bb 02 01 cc", true, 1, "aa:bb"},
	{"01 02 aa bb 02 01 cc", true, 2, "cc"},
	{"01 02 aa bb 02 01 cc", true, 3, "absent"},
	{"01 00", true, 1, ""},
	{"", true, 1, "absent"},
	{"01", false, 1, "absent"},
	{"01 02 aa", false, 1, "absent"},
	{"02 01 cc 01 02 aa", false, 2, "cc"},
	{"02 01 cc 01 02 aa", false, 1, "absent"},
	{"01 01 aa 01 01 bb", true, 1, "aa"},
	{"00 00 01 01 aa ff 02 01 bb", true, 1, "aa"},
	{"00 00 01 01 aa ff 02 01 bb", true, 2, "absent"},
};

Test(opt, sub_table)
{
	for (size_t i = 0; i < sizeof(sub_cases) / sizeof(sub_cases[0]); i++) {
		struct span data = octets(sub_cases[i].data);

		cr_expect(opt_sub_valid(data) == sub_cases[i].valid, "case %zu", i);
		cr_expect_str_eq(as_hex(opt_sub(data, sub_cases[i].code)), sub_cases[i].value,
			"case %zu", i);
		free((void *)(uintptr_t)data.p);
	}
}

Test(opt, writer)
{
	static const uint8_t want[] = {53, 1, 2, 26, 2, 5, 220, 51, 4, 0, 0, 14, 16, 80, 0, 12, 2,
		'h', 'i', 255};
	uint8_t buf[64];
	struct opt_writer w;

	opt_writer_init(&w, buf, sizeof(buf));
	cr_expect(opt_write_u8(&w, 53, 2));
	cr_expect(opt_write_be16(&w, 26, 1500));
	cr_expect(opt_write_be32(&w, 51, 3600));
	cr_expect(opt_write(&w, 80, NULL, 0));
	cr_expect(opt_write(&w, 12, "hi", 2));
	cr_assert(opt_writer_end(&w) == sizeof(want));
	cr_expect(memcmp(buf, want, sizeof(want)) == 0);
	cr_expect(w.left_out == 0);
}

/* For every size: what fits is whole, END always has its place. */
Test(opt, writer_every_size)
{
	for (size_t size = 1; size <= 20; size++) {
		uint8_t *buf = (uint8_t *)malloc(size);
		struct opt_writer w;
		struct opt_table t;
		size_t n;
		bool a, b;

		opt_writer_init(&w, buf, size);
		a = opt_write(&w, 12, "0123456789", 10);
		b = opt_write_u8(&w, 53, 5);
		n = opt_writer_end(&w);
		cr_expect(a == (size >= 13));
		cr_expect(b == (size >= (a ? 16u : 4u)));
		cr_expect(w.left_out == (unsigned)!a + (unsigned)!b);
		cr_expect(n <= size && buf[n - 1] == 255);
		opt_table_init(&t);
		cr_expect(opt_table_add(&t, span_of(buf, n)) == 0);
		cr_expect((opt_get(&t, 12).p != NULL) == a && (opt_get(&t, 53).p != NULL) == b);
		free(buf);
	}
}

/* RFC 3396: written in parts, read back as one. */
Test(opt, writer_splits)
{
	static const size_t lens[] = {0, 1, 254, 255, 256, 509, 510, 511, 765, 766, 2000};
	uint8_t data[2000], buf[2100];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 31);
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		size_t len = lens[i], parts = len == 0 ? 1 : (len + 254) / 255, n;
		struct opt_writer w;
		struct opt_table t;

		opt_writer_init(&w, buf, len + 2 * parts);
		cr_expect(!opt_write(&w, 43, data, len), "%zu: no room for END", len);
		cr_expect(w.p == buf, "%zu: nothing of it was written", len);
		opt_writer_init(&w, buf, len + 2 * parts + 1);
		cr_assert(opt_write(&w, 43, data, len), "%zu", len);
		n = opt_writer_end(&w);
		cr_expect(n == len + 2 * parts + 1);
		opt_table_init(&t);
		cr_assert(opt_table_add(&t, span_of(buf, n)) == 0);
		cr_expect(span_equal(opt_get(&t, 43), span_of(data, len)), "%zu", len);
	}
}
