/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_expr: what class expressions mean: tables of texts and their outcome for the packet of
 * asked.c; and that evaluation keeps to its bounds.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/packet/asked.h"

static const struct {
	const char *text, *want;
} values[] = {
	/* constants */
	{"'a b'", "a b"},
	{"''", ""},
	{"0x4142", "AB"},
	{"0X4a4", "<04><a4>"},
	{"0x0", "<00>"},
	{"1", "<00><00><00><01>"},
	{"4294967295", "<ff><ff><ff><ff>"},
	{"192.0.2.1", "<c0><00><02><01>"},
	{"addrtotext(2001:db8::1)", "2001:db8::1"},
	{"addrtotext(::)", "::"},
	{"addrtotext(::ffff:1.2.3.4)", "::ffff:1.2.3.4"},
	{" \t('x')\n", "x"},
	/* options */
	{"option[60].hex", "PXEClient"},
	{"option[vendor-class-identifier].hex", "PXEClient"},
	{"option[site-name].hex", "site<00>"},
	{"option[99].hex", ""},
	{"option[80].hex", ""},
	{"option[43].hex", "<01><02>ab<02><03><05><01>z"},
	{"option[43].option[1].hex", "ab"},
	{"option[43].option[2].option[5].hex", "z"},
	{"option[43].option[3].hex", ""},
	{"option[43].option[3].option[5].hex", ""},
	{"option[site-box].option[7].hex", "A"},
	{"option[60].option[88].hex", ""},
	{"relay4[1].hex", "sw3/port7"},
	{"option[82].option[1].hex", "sw3/port7"},
	{"relay4[9].hex", ""},
	/* text */
	{"option[12].text", "ab12"},
	{"option[224].text", "site"},
	{"option[3].text", "192.0.2.1, 192.0.2.2"},
	{"option[53].text", "1"},
	{"option[93].text", "7"},
	{"option[226].text", "1, 256"},
	{"option[227].text", "0102"},
	{"option[120].text", "abcd"},
	{"option[61].text", "01020000000001"},
	{"option[43].option[1].text", "6162"},
	{"option[99].text", ""},
	{"option[254].text", ""},
	{"relay4[5].text", "192.0.2.99"},
	{"relay4[6].text", "x"},
	{"relay4[1].text", "7377332f706f727437"},
	{"option[60].option[88].text", ""},
	/* vendors: only the first enterprise counts */
	{"vendor.enterprise", "<00><00><11><8b>"},
	{"vendor-class.enterprise", "<00><00><11><8b>"},
	{"vendor[4491].option[1].hex", "<05>"},
	{"vendor[*].option[2].hex", "<09>"},
	{"vendor[*].option[3].hex", ""},
	{"vendor[9].option[1].hex", ""},
	{"vendor[4491].option[1].option[1].hex", ""},
	{"vendor-class[4491].data", "abc"},
	{"vendor-class[4491].data[0]", "abc"},
	{"vendor-class[*].data[1]", "de"},
	{"vendor-class[*].data[2]", ""},
	{"vendor-class[1].data", ""},
	/* fields */
	{"pkt.iface", "eth1"},
	{"addrtotext(pkt.src)", "192.0.2.1"},
	{"addrtotext(pkt.dst)", "192.0.2.2"},
	{"uint32totext(pkt.len)", "391"},
	{"pkt4.mac", "<02><00><00><00><00><01>"},
	{"pkt4.hlen", "<00><00><00><06>"},
	{"pkt4.htype", "<00><00><00><01>"},
	{"addrtotext(pkt4.ciaddr)", "10.0.0.1"},
	{"addrtotext(pkt4.yiaddr)", "10.0.0.2"},
	{"addrtotext(pkt4.siaddr)", "10.0.0.3"},
	{"addrtotext(pkt4.giaddr)", "192.0.2.1"},
	{"pkt4.msgtype", "<00><00><00><01>"},
	{"pkt4.transid", "<12>4Vx"},
	/* functions */
	{"substring('abcdef', 0, 3)", "abc"},
	{"substring('abcdef', 2, all)", "cdef"},
	{"substring('abcdef', 2, 100)", "cdef"},
	{"substring('abcdef', -1, 1)", "f"},
	{"substring('abcdef', -6, 2)", "ab"},
	{"substring('abcdef', -7, 2)", ""},
	{"substring('abcdef', 6, 1)", ""},
	{"substring('abcdef', 5, 1)", "f"},
	{"substring('abcdef', 4, -2)", "cd"},
	{"substring('abcdef', 1, -5)", "a"},
	{"substring('abcdef', -1, -3)", "cde"},
	{"substring('abcdef', 0, -3)", ""},
	{"substring('abcdef', 2, 0)", ""},
	{"substring('', 0, all)", ""},
	{"substring('ab', -2147483648, -2147483648)", ""},
	{"substring('ab', 2147483647, 2147483647)", ""},
	{"substring('ab', 1, -2147483648)", "a"},
	{"split('a.b.c', '.', 1)", "a"},
	{"split('a.b.c', '.', 3)", "c"},
	{"split('a.b.c', '.', 4)", ""},
	{"split('a.b.c', '.', 0)", ""},
	{"split('a.b.c', '.', -1)", ""},
	{"split('a-b.c', '.-', 2)", "b"},
	{"split('a..c', '.', 2)", ""},
	{"split('a..c', '.', 3)", "c"},
	{"split('.a', '.', 1)", ""},
	{"split('a.', '.', 2)", ""},
	{"split('a.b', '', 1)", "a.b"},
	{"split('a.b', '', 2)", ""},
	{"split('', '.', 1)", ""},
	{"concat('a', 'b')", "ab"},
	{"'a' + 'b' + 'c'", "abc"},
	{"'a' + ('b' + 'c') + substring('xdy', 1, 1)", "abcd"},
	{"('a' + 'b') + ('c' + 'd') + ('e' + 'f')", "abcdef"},
	{"'' + option[99].hex + 'x' + ''", "x"},
	{"ifelse('a' == 'b', 'x', 'y')", "y"},
	{"ifelse('a' == 'a', 'x', 'y')", "x"},
	{"'<' + ifelse(known, 'x' + '1', 'y' + '2') + '>'", "<x1>"},
	{"sifelse(known, 'x', 'y')", "x"},
	{"sifelse(unknown, 'x', 'y')", "y"},
	{"ifelse(known, ifelse(unknown, '1', '2'), '3')", "2"},
	{"lcase('aBZ[@`{1')", "abz[@`{1"},
	{"ucase('aBz[@`{1')", "ABZ[@`{1"},
	{"hexstring(pkt4.mac, ':')", "02:00:00:00:00:01"},
	{"hexstring(0xabcd, '')", "abcd"},
	{"hexstring(0xab, '--')", "ab"},
	{"hexstring('', ':')", ""},
	{"addrtotext('')", ""},
	{"addrtotext('abc')", "error -74"},
	{"addrtotext(0x00000000)", "0.0.0.0"},
	{"int8totext(0xff)", "-1"},
	{"int8totext(0x7f)", "127"},
	{"int16totext(0x8000)", "-32768"},
	{"int32totext(2147483648)", "-2147483648"},
	{"uint8totext(0xff)", "255"},
	{"uint16totext(option[93].hex)", "7"},
	{"uint32totext(4294967295)", "4294967295"},
	{"uint32totext('')", ""},
	{"uint16totext(1)", "error -74"},
	{"int8totext(0x0101)", "error -74"},
	/* an operand that fails counts only where it is worked out */
	{"ifelse(known, 'x', addrtotext('abc'))", "x"},
	{"sifelse(known, 'x', addrtotext('abc'))", "error -74"},
};

Test(expr, values)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const char *got = asked_value(values[i].text);

		cr_expect_str_eq(got, values[i].want, "%s: %s, not %s", values[i].text, got,
			values[i].want);
	}
}

static const struct {
	const char *text;
	int want;
} tests[] = {
	{"substring(option[60].hex, 0, 3) == 'PXE'", 1},
	{"option[client-system].hex == 0x0007", 1},
	{"relay4[1].hex == 'sw3/port7'", 1},
	{"member('KNOWN') and not (pkt4.mac == 0x020000000001)", 0},
	{"option[77].hex == 'LAB'", 1},
	{"match('ab[0-9]+', option[12].text)", 1},
	{"match('b[0-9]+', option[12].text)", 0},
	{"'1' == 1", 0},
	{"pkt4.msgtype == 1", 1},
	{"option[53].hex == 1", 0},
	{"option[53].hex == 0x01", 1},
	{"option[99].hex == ''", 1},
	{"192.0.2.1 == pkt4.giaddr", 1},
	/* presence */
	{"option[80].exists", 1},
	{"option[99].exists", 0},
	{"option[43].option[2].exists", 1},
	{"option[43].option[2].option[5].exists", 1},
	{"option[43].option[2].option[6].exists", 0},
	{"option[43].option[4].exists", 0},
	{"option[60].option[88].exists", 0},
	{"option[60].option[88].option[1].exists", 0},
	{"option[225].option[7].exists", 1},
	{"option[225].option[5].exists", 0},
	{"relay4[1].exists", 1},
	{"relay4[2].exists", 0},
	{"relay4[0].exists", 0},
	{"relay4[1].option[rapid-commit].exists", 0},
	{"vendor[4491].exists", 1},
	{"vendor[9].exists", 0},
	{"vendor[*].exists", 1},
	{"vendor[4491].option[2].exists", 1},
	{"vendor-class[4491].exists", 1},
	{"vendor-class[0].exists", 0},
	{"vendor-class[*].exists", 1},
	/* classes */
	{"known", 1},
	{"unknown", 0},
	{"member('A')", 1},
	{"member('B')", 0},
	{"member('VENDOR_CLASS_own')", 1},
	{"member('VENDOR_CLASS_PXEClient')", 1},
	{"member('VENDOR_CLASS_PXEClien')", 0},
	{"member('SPAWN_t_v')", 1},
	/* binding: not, and, sand, or, sor */
	{"not unknown", 1},
	{"not not known", 1},
	{"not 'a' == 'b'", 1},
	{"not ('a' == 'a')", 0},
	{"not known and unknown", 0},
	{"not (known and unknown)", 1},
	{"known or known and unknown", 1},
	{"(known or known) and unknown", 0},
	{"known or known sand unknown", 1},
	{"unknown and known or known", 1},
	{"known sor known or unknown and unknown", 1},
	{"unknown sor unknown or unknown", 0},
	{"unknown sand unknown sor known", 1},
	{"unknown and known sand known or known", 1},
	{"'a' + 'b' == 'ab' and 'c' == 'c'", 1},
	{"'ab' == 'a' + 'b'", 1},
	{"('ab') == (('a') + 'b')", 1},
	{"((((known))))", 1},
	{"'a'=='a'and'b'=='b'", 1},
	{"ifelse(known, 'a', 'b') == 'a'", 1},
	{"ifelse(known and unknown or known, 'a', 'b') == 'a'", 1},
	/* an operand that fails counts only where it is worked out */
	{"unknown and addrtotext('abc') == ''", 0},
	{"known and addrtotext('abc') == ''", -EBADMSG},
	{"unknown sand addrtotext('abc') == ''", -EBADMSG},
	{"known or addrtotext('abc') == ''", 1},
	{"known sor addrtotext('abc') == ''", -EBADMSG},
	{"addrtotext('abc') == '' or known", -EBADMSG},
	{"match('(a+)+[bc]', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')", -ELOOP},
};

Test(expr, tests)
{
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		int got = asked_test(tests[i].text);

		cr_expect(got == tests[i].want, "%s: %d, not %d", tests[i].text, got,
			tests[i].want);
	}
}

/* Comparisons give back what they used: any number of them fits. */
Test(expr, many_comparisons)
{
	size_t size = 1000000, n = 0;
	char *text = (char *)malloc(size);

	for (int i = 1; i <= 20000; i++)
		n += (size_t)snprintf(text + n, size - n, "%s" "pkt4.giaddr == 10.0.%d.%d",
			i == 1 ? "" : " or ", i / 256, i % 256);
	cr_assert(n < size);
	cr_expect(asked_test(text) == 0);
	snprintf(text + n, size - n, " or pkt4.giaddr + '' == pkt4.giaddr");
	cr_expect(asked_test(text) == 1);
	free(text);
}

static char *repeat(const char *start, const char *again, size_t times, const char *end)
{
	size_t size = strlen(start) + times * strlen(again) + strlen(end) + 1;
	char *text = (char *)malloc(size);
	size_t n = (size_t)snprintf(text, size, "%s", start);

	for (size_t i = 0; i < times; i++)
		n += (size_t)snprintf(text + n, size - n, "%s", again);
	snprintf(text + n, size - n, "%s", end);
	return text;
}

/* A value as long as the scratch, and one octet more. */
Test(expr, scratch_ends)
{
	char *fits = repeat("''", " + 'abcdefgh'", EXPR_SCRATCH / 8, "");
	char *too_long = repeat("'x'", " + 'abcdefgh'", EXPR_SCRATCH / 8, "");

	cr_expect(strlen(asked_value(fits)) == EXPR_SCRATCH);
	cr_expect_str_eq(asked_value(too_long), "error -105");
	free(fits);
	free(too_long);
}

/* Values stay until the caller empties the scratch. */
Test(expr, values_live_together)
{
	static struct expr_scratch scratch;
	struct expr *a = asked_compile("lcase('AB')", EXPR_VALUE);
	struct expr *b = asked_compile("lcase('CD') + 'x'", EXPR_VALUE);
	struct span first, second;

	cr_assert(expr_value(a, asked_packet(), &scratch, &first) == 0);
	cr_assert(expr_value(b, asked_packet(), &scratch, &second) == 0);
	cr_expect(span_equal(first, span_of("ab", 2)));
	cr_expect(span_equal(second, span_of("cdx", 3)));
	cr_expect(expr_test(a, asked_packet(), &scratch) == -EINVAL);
	expr_free(a);
	expr_free(b);
	expr_free(NULL);
}

/* 124 and 125 that are cut short, and a packet without options. */
Test(expr, malformed_vendors)
{
	static const struct {
		const char *text;
		uint8_t octets[8];
		size_t len;
		const char *want;
	} cases[] = {
		{"vendor.enterprise", {0, 0, 0, 9}, 4, ""},
		{"vendor.enterprise", {0, 0, 0, 9, 0}, 5, "<00><00><00><09>"},
		{"vendor.enterprise", {0, 0, 0, 9, 4, 1, 1}, 7, ""},
		{"vendor[9].option[1].hex", {0, 0, 0, 9, 3, 1, 1, 65}, 8, "A"},
		{"vendor[9].option[1].hex", {0, 0, 0, 9, 3, 1, 2, 65}, 8, ""},
		{"vendor[0].option[1].hex", {0, 0, 0}, 3, ""},
		{"vendor-class[*].data", {0, 0, 0, 9, 3, 3, 65, 66}, 8, ""},
		{"vendor-class[*].data[1]", {0, 0, 0, 9, 3, 1, 65, 0}, 8, ""},
		{"vendor-class[*].data[255]", {0, 0, 0, 9, 3, 0, 0, 0}, 8, ""},
	};
	static struct expr_scratch scratch;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct msg msg = {.hlen = 0};
		struct expr_packet p = {&msg, NULL, 0, 0, (const uint64_t[2]){0, 0}};
		struct expr *e = asked_compile(cases[i].text, EXPR_VALUE);
		struct span v;

		msg.opt.value[0] = msg.opt.value[1] = span_of(cases[i].octets, cases[i].len);
		msg.opt.slot[124] = 1;
		msg.opt.slot[125] = 2;
		scratch.used = 0;
		cr_assert(expr_value(e, &p, &scratch, &v) == 0);
		cr_expect_str_eq(asked_show(v), cases[i].want, "case %zu: %s", i, asked_show(v));
		expr_free(e);
	}
}

Test(expr, empty_packet)
{
	static struct expr_scratch scratch;
	static struct msg msg;
	struct expr_packet p = {&msg, NULL, 0, 0, (const uint64_t[2]){0, 0}};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct expr *e = asked_compile(values[i].text, EXPR_VALUE);
		struct span v;

		scratch.used = 0;
		expr_value(e, &p, &scratch, &v);
		expr_free(e);
	}
}
