/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_optdef: option values from text to octets and back: what is taken, what is refused with
 * which words, and what received octets look like.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/text.h"
#include "workers/packet/optdef.h"

/* Standard options. wire: hex, or NULL and error holds a part of the error's text. again: what
 * decoding gives, NULL: the text itself. */
static const struct {
	uint8_t code;
	const char *text, *wire, *again, *error;
} cases[] = {
	{1, "255.255.255.0", "ffffff00", NULL, NULL},
	{1, " 10.0.0.1\t", "0a000001", "10.0.0.1", NULL},
	{1, "10.0.0.1, 10.0.0.2", NULL, NULL, "'subnet-mask' takes 1 field, not more"},
	{1, "", NULL, NULL, "'' is empty, a value of type ipv4-address is needed"},
	{1, "10.0.0", NULL, NULL, "'10.0.0' is not an IPv4 address"},
	{1, "10.0.0.256", NULL, NULL, "'10.0.0.256' is not an IPv4 address"},
	{2, "-3600", "fffff1f0", NULL, NULL},
	{2, "2147483648", NULL, NULL, "'2147483648' is outside -2147483648..2147483647"},
	{3, "192.0.2.1,192.0.2.2", "c0000201c0000202", "192.0.2.1, 192.0.2.2", NULL},
	{3, "192.0.2.1, foo", NULL, NULL, "field 2: 'foo' is not an IPv4 address"},
	{3, "192.0.2.1,", NULL, NULL, "field 2: '' is empty"},
	{3, "gw\x1b[1m", NULL, NULL, "field 1: 'gw?[1m' is not an IPv4 address"},
	{3, "0123456789012345678901234567890123456789x", NULL, NULL, "56789...' is not"},
	{12, "desk30", "6465736b3330", NULL, NULL},
	{12, "a\\,b", "612c62", NULL, NULL},
	{12, "a,b", NULL, NULL, "'host-name' takes 1 field"},
	{12, "a\\b", "615c62", NULL, NULL},
	{12, "two words", "74776f20776f726473", NULL, NULL},
	{12, "", NULL, NULL, "is empty"},
	{19, "true", "01", NULL, NULL},
	{19, "FALSE", "00", "false", NULL},
	{19, "1", "01", "true", NULL},
	{19, "0", "00", "false", NULL},
	{19, "yes", NULL, NULL, "'yes' is not a boolean"},
	{23, "64", "40", NULL, NULL},
	{23, "0x40", "40", "64", NULL},
	{23, "256", NULL, NULL, "'256' is outside 0..255"},
	{23, "-1", NULL, NULL, "'-1' is outside 0..255"},
	{23, "99999999999999999999", NULL, NULL, "is outside 0..255"},
	{23, "0x", NULL, NULL, "'0x' is not a number"},
	{23, "0x-1", NULL, NULL, "is not a number"},
	{23, "+5", NULL, NULL, "is not a number"},
	{23, "5 6", NULL, NULL, "'5 6' is not a number"},
	{23, "010", "0a", "10", NULL},
	{25, "68, 1492", "004405d4", NULL, NULL},
	{26, "1500", "05dc", NULL, NULL},
	{43, "", "", NULL, NULL},
	{43, " ", "", "", NULL},
	{43, "01", NULL, NULL, "'01' is data, but 'vendor-encapsulated-options' takes none"},
	{51, "4294967295", "ffffffff", NULL, NULL},
	{55, "1, 3, 6", "010306", NULL, NULL},
	{61, "01020000:", NULL, NULL, "is not hex"},
	{61, "01:02:00:00:00:00:1e", "0102000000001e", "0102000000001e", NULL},
	{78, "true, 10.0.0.1, 10.0.0.2", "010a0000010a000002", NULL, NULL},
	{78, "true", NULL, NULL, "'slp-directory-agent' takes 2 fields, not 1: the next is ipv4"},
	{79, "false, one\\,two", "006f6e652c74776f", NULL, NULL},
	{80, "", "", NULL, NULL},
	{81, "1, 0, 0, host.example", "01000004686f7374076578616d706c6500",
		"1, 0, 0, host.example.", NULL},
	{88, "a.example, b.example", "0161076578616d706c65000162076578616d706c6500",
		"a.example., b.example.", NULL},
	{93, "0, 7", "00000007", NULL, NULL},
	{94, "1, 2, 1", "010201", NULL, NULL},
	{94, "1, 2", NULL, NULL, "takes 3 fields, not 2: the next is uint8"},
	{94, "1, 2, 1, 0", NULL, NULL, "takes 3 fields, not more"},
	{97, "0, 00112233", "0000112233", NULL, NULL},
	{97, "0,", "00", "0, ", NULL},
	{119, "example", "076578616d706c6500", "example.", NULL},
	{119, "eng.apple.com., marketing.apple.com.", /* the example of RFC 3397 section 2 */
		"03656e67056170706c6503636f6d00096d61726b6574696e67c004", NULL, NULL},
	{119, "a.b.c., b.c., c., x.b.c., a.b.c.", "016101620163 00 c002 c004 0178c002 c000", NULL,
		NULL},
	{119, "A.b., a.b.", "0141016200 0161c002", NULL, NULL},
	{119, "a.c., b.a.c., b.a.c.", "0161016300 0162c000 c005", NULL, NULL},
	{119, ".", "00", NULL, NULL},
	{119, "a..b", NULL, NULL, "field 1: 'a..b' has a label of 0 characters, not 1 to 63"},
	{119, ".a", NULL, NULL, "has a label of 0"},
	{119, "..", NULL, NULL, "has a label of 0"},
	{119, "a b", NULL, NULL, "is not a domain name"},
	{119, "a.b,", NULL, NULL, "field 2: '' is empty"},
	{121, "10.0.0.0/8 - 192.0.2.1", "080ac0000201", NULL, NULL},
	{121, "0.0.0.0/0 - 192.0.2.1, 10.229.0.128/25 - 192.0.2.2",
		"00c0000201190ae50080c0000202", NULL, NULL},
	{121, "10.17.0.0/16-0.0.0.0", "100a1100000000", "10.17.0.0/16 - 0.0.0.0", NULL},
	{121, "10.1.2.3/32 - 192.0.2.1", "200a010203c0000201", NULL, NULL},
	{121, "10.1.2.3/20 - 192.0.2.1", "140a0100c0000201", "10.1.0.0/20 - 192.0.2.1", NULL},
	{121, "10.0.0.0/8 192.0.2.1", NULL, NULL, "field 1: '10.0.0.0/8 192.0.2.1' is not a route"},
	{121, "10.0.0.0 - 192.0.2.1", NULL, NULL, "is not a route"},
	{121, "10.0.0.0/8 - 1.1.1.1, 10.0.0.0/33 - 1.1.1.1", NULL, NULL,
		"field 2: '33' is outside 0..32"},
	{121, "10.0.0.0/8 - gw", NULL, NULL, "field 1: 'gw' is not an IPv4 address"},
	{121, "", NULL, NULL, "is not a route"},
	{124, "4491, 0541", "0000118b0541", NULL, NULL},
	{125, "4491", "0000118b", NULL, NULL},
	{143, "https://a.example, b", "0011 68747470733a2f2f612e6578616d706c65 0001 62", NULL,
		NULL},
	{146, "1, 10.0.0.1, 10.0.0.2, example, 10.in-addr.arpa",
		"010a0000010a000002 076578616d706c6500 02313007696e2d61646472046172706100",
		"1, 10.0.0.1, 10.0.0.2, example., 10.in-addr.arpa.", NULL},
	{150, "10.0.0.1", "0a000001", NULL, NULL},
	{159, "4, 3/6", "04060c00", NULL, NULL},
	{159, "4, 0/0", "04000000", NULL, NULL},
	{159, "4, 65535/16", "0410ffff", NULL, NULL},
	{159, "4, 64/6", NULL, NULL, "field 2: '64' is outside 0..63"},
	{159, "4, 1/17", NULL, NULL, "field 2: '17' is outside 0..16"},
	{159, "4, 3", NULL, NULL, "field 2: '3' is not a PSID"},
	{162, "10, dot1.example., 10.0.2.3 10.3.4.5, alpn=dot\\,doq | 20, dot2.example.",
		"0026 000a 0e 04646f7431076578616d706c6500"
		"08 0a0002030a030405 0001 0008 03646f7403646f71"
		"0011 0014 0e 04646f7432076578616d706c6500", NULL, NULL},
	{162, "1, a., 10.0.0.1, port=8530  dohpath=/q{?dns} alpn=h2",
		"0024 0001 03 016100 04 0a000001 0001 0003 026832 0003 0002 2152"
		"0007 0008 2f717b3f646e737d", "1, a., 10.0.0.1, alpn=h2 port=8530 dohpath=/q{?dns}",
		NULL},
	{162, "1, a., 10.0.0.1", "000b 0001 03 016100 04 0a000001", NULL, NULL},
	{162, "1, a., 10.0.0.1  10.0.0.2 ", "000f 0001 03 016100 08 0a000001 0a000002",
		"1, a., 10.0.0.1 10.0.0.2", NULL},
	{162, "1", NULL, NULL, "has no name behind it"},
	{162, "x, a.", NULL, NULL, "'x' is not a number"},
	{162, "1, a.,", NULL, NULL, "a resolver has 1 to 63 addresses, not 0"},
	{162, "1, a., x", NULL, NULL, "field 3: 'x' is not an IPv4 address"},
	{162, "1, a b, 10.0.0.1", NULL, NULL, "'a b' is not a domain name"},
	{162, "1, a., 10.0.0.1, port=65536", NULL, NULL, "'65536' is outside 0..65535"},
	{162, "1, a., 10.0.0.1, ipv4hint=10.0.0.1", NULL, NULL,
		"field 4: 'ipv4hint' is not alpn, port or dohpath"},
	{162, "1, a., 10.0.0.1, port=1 port=2", NULL, NULL, "'port' is given twice"},
	{162, "1, a., 10.0.0.1, alpn", NULL, NULL, "'alpn' is not KEY=VALUE"},
	{162, "1, a., 10.0.0.1, alpn=", NULL, NULL, "is not a value for alpn"},
	{162, "1, a., 10.0.0.1, alpn=dot\\,", NULL, NULL, "empty or overlong protocol"},
	{162, "1, a., 10.0.0.1, alpn=dot, port=1", NULL, NULL, "is one field too many"},
	{162, "1, a. |", NULL, NULL, "has no name behind it"},
	{209, "http://boot/x.cfg", "687474703a2f2f626f6f742f782e636667", NULL, NULL},
	{211, "60", "0000003c", NULL, NULL},
	{212, "0, 32, 2001:db8::, 10.0.0.1, 10.0.0.2",
		"0020 20010db8000000000000000000000000 0a000001 0a000002", NULL, NULL},
	{212, "0, 32, 2001:db8:::, 10.0.0.1", NULL, NULL,
		"field 3: '2001:db8:::' is not an IPv6 address"},
};

/* Encodes into a buffer of just size octets. */
static int encode(const struct optdef *def, const char *text, uint8_t *buf, size_t size,
	size_t *ret_len, struct err *err)
{
	uint8_t *exact = (uint8_t *)malloc(size > 0 ? size : 1);
	int r = optdef_encode(def, text, exact, size, ret_len, err);

	if (r == 0)
		memcpy(buf, exact, *ret_len);
	free(exact);
	return r;
}

static void check_text(const char *what, const struct optdef *def, const char *text,
	const char *wire, const char *again)
{
	uint8_t want[512], got[512];
	size_t want_len = 0, len = 0;
	char back[1024];
	struct err err;

	/* "" and text_parse_hex() agree: no octets */
	cr_assert(text_parse_hex(wire, want, sizeof(want), &want_len) == 0, "%s", wire);
	cr_assert(encode(def, text, got, want_len, &len, &err) == 0, "%s: %s", what, err.text);
	cr_expect(span_equal(span_of(got, len), span_of(want, want_len)), "%s: octets", what);
	optdef_decode(def, span_of(got, len), back, sizeof(back));
	cr_expect_str_eq(back, again != NULL ? again : text, "%s: %s", what, back);
	for (size_t size = 0; size < want_len; size++)
		cr_expect(encode(def, text, got, size, &len, &err) == -ENOBUFS, "%s: %zu", what,
			size);
}

Test(optdef, text_table)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct optdef *def = optdef_by_code(cases[i].code);
		uint8_t buf[512];
		size_t len = 77;
		struct err err = {0};
		int r;

		cr_assert(def != NULL);
		if (cases[i].wire != NULL) {
			check_text(cases[i].text, def, cases[i].text, cases[i].wire,
				cases[i].again);
			continue;
		}
		r = encode(def, cases[i].text, buf, sizeof(buf), &len, &err);
		cr_expect(r == -EINVAL && len == 77, "%u '%s': %d", cases[i].code, cases[i].text,
			r);
		cr_expect(strstr(err.text, cases[i].error) != NULL, "%u '%s': %s", cases[i].code,
			cases[i].text, err.text);
		cr_expect(encode(def, cases[i].text, buf, sizeof(buf), &len, NULL) == r);
	}
}

/* Types that no standard option has. */
static const struct {
	struct optdef def;
	const char *text, *wire, *again;
} own_cases[] = {
	{{.name = "x", .type = OPTDEF_INT8, .array = true}, "-128, 127", "807f", NULL},
	{{.name = "x", .type = OPTDEF_INT16}, "-2", "fffe", NULL},
	{{.name = "x", .type = OPTDEF_IPV6_ADDRESS, .array = true}, "::1",
		"00000000000000000000000000000001", NULL},
	{{.name = "x", .type = OPTDEF_IPV6_PREFIX}, "2001:db8::/32", "2020010db8", NULL},
	{{.name = "x", .type = OPTDEF_IPV6_PREFIX}, "2001:db8::1/33", "2120010db800",
		"2001:db8::/33"},
	{{.name = "x", .type = OPTDEF_IPV6_PREFIX, .array = true}, "::/0, 8000::/1", "000180",
		NULL},
	{{.name = "x", .type = OPTDEF_TUPLE, .array = true}, "one, two\\,three",
		"036f6e65 0974776f2c7468726565", NULL},
	{{.name = "x", .type = OPTDEF_TUPLE}, "one", "036f6e65", NULL},
	{{.name = "x", .type = OPTDEF_RECORD, .n_fields = 2,
		 .fields = {OPTDEF_FQDN, OPTDEF_STRING}},
		"a., b c", "016100622063", NULL},
	{{.name = "x", .type = OPTDEF_BINARY}, "'a, b'", "612c2062", "612c2062"},
	{{.code = 119, .name = "x", .type = OPTDEF_FQDN, .array = true}, "a.b., a.b.",
		"0161016200 0161016200", NULL},
};

Test(optdef, text_of_own_definitions)
{
	for (size_t i = 0; i < sizeof(own_cases) / sizeof(own_cases[0]); i++)
		check_text(own_cases[i].text, &own_cases[i].def, own_cases[i].text,
			own_cases[i].wire, own_cases[i].again);
}

Test(optdef, bounds)
{
	const struct optdef tuple = {.name = "x", .type = OPTDEF_TUPLE};
	const struct optdef *search = optdef_by_code(119);
	char text[400];
	uint8_t buf[512];
	size_t len;
	struct err err;

	memset(text, 'a', sizeof(text));
	text[255] = '\0';
	cr_expect(encode(&tuple, text, buf, sizeof(buf), &len, &err) == 0 && len == 256);
	text[255] = 'a';
	text[256] = '\0';
	cr_expect(encode(&tuple, text, buf, sizeof(buf), &len, &err) == -EINVAL);
	/* labels of 63; 253 characters make the longest name */
	for (size_t i = 63; i < 253; i += 64)
		text[i] = '.';
	text[253] = '\0';
	cr_expect(encode(search, text, buf, sizeof(buf), &len, &err) == 0 && len == 255);
	text[253] = 'a';
	text[254] = '\0';
	cr_expect(encode(search, text, buf, sizeof(buf), &len, &err) == -EINVAL);
	memset(text, 'a', 64);
	text[64] = '\0';
	cr_expect(encode(search, text, buf, sizeof(buf), &len, &err) == -EINVAL);
	/* and what is too long on the wire */
	memset(buf, 'a', sizeof(buf));
	for (size_t i = 0; i < 2 * 128; i += 2)
		buf[i] = 1;
	buf[2 * 127] = 0;
	optdef_decode(search, span_of(buf, 2 * 127 + 1), text, sizeof(text));
	cr_expect(strncmp(text, "a.a.", 4) == 0);
	buf[2 * 127] = 1;
	buf[2 * 128] = 0;
	optdef_decode(search, span_of(buf, 2 * 128 + 1), text, sizeof(text));
	cr_expect(strncmp(text, "0x01", 4) == 0);
}

Test(optdef, prefix_on_the_wire)
{
	const struct optdef prefix = {.name = "x", .type = OPTDEF_IPV6_PREFIX};
	char text[64];

	optdef_decode(&prefix, span_of("\x81", 1), text, sizeof(text));
	cr_expect_str_eq(text, "0x81");
	optdef_decode(&prefix, span_of("\x10\x20", 2), text, sizeof(text));
	cr_expect_str_eq(text, "0x1020");
	optdef_decode(&prefix, span_of("\x10\x20\x01", 3), text, sizeof(text));
	cr_expect_str_eq(text, "2001::/16");
}

Test(optdef, prefix_errors)
{
	static const char *const texts[] = {"2001:db8::", "2001:db8::/129", "x/8", "/8", ""};
	const struct optdef prefix = {.name = "x", .type = OPTDEF_IPV6_PREFIX};
	uint8_t buf[32];
	size_t len;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		cr_expect(encode(&prefix, texts[i], buf, sizeof(buf), &len, NULL) == -EINVAL, "%s",
			texts[i]);
}

static const struct {
	const char *text, *wire;
} raw_cases[] = {
	{"C0A80101", "c0a80101"}, {"c0:a8:1:1", "c0a80101"}, {"c0 a8 01 01", "c0a80101"},
	{"0xC0A80101", "c0a80101"}, {" c0a8\n", "c0a8"}, {"", ""}, {"'text'", "74657874"},
	{"''", ""}, {"'it''s'", "6974272773"}, {"a:b", "0a0b"}, {"0xC", NULL}, {"c0a", NULL},
	{"c0:a8:", NULL}, {":c0", NULL}, {"c0::a8", NULL}, {"c0:a80", NULL}, {"c0  a8", NULL},
	{"0x:1", NULL}, {"xyz", NULL}, {"'text", NULL}, {"'", NULL}, {"0x0x", NULL},
	{"c0:0x", NULL},
};

Test(optdef, raw_table)
{
	for (size_t i = 0; i < sizeof(raw_cases) / sizeof(raw_cases[0]); i++) {
		uint8_t want[64], got[64];
		size_t want_len, len;
		struct err err;
		int r = optdef_encode_raw(raw_cases[i].text, got, sizeof(got), &len, &err);

		if (raw_cases[i].wire == NULL) {
			cr_expect(r == -EINVAL, "%s", raw_cases[i].text);
			continue;
		}
		text_parse_hex(raw_cases[i].wire, want, sizeof(want), &want_len);
		cr_expect(r == 0 && span_equal(span_of(got, len), span_of(want, want_len)), "%s",
			raw_cases[i].text);
	}
	cr_expect(optdef_encode_raw("0102", (uint8_t[1]){0}, 1, &(size_t){0}, NULL) == -ENOBUFS);
}

/* Octets as they may come from the network. */
static const struct {
	uint8_t code;
	const char *wire, *text;
} decode_cases[] = {
	{1, "0a0000", "0x0a0000"},
	{1, "0a00000100", "0x0a00000100"},
	{3, "0a000001 0a", "0x0a0000010a"},
	{12, "6465736b3330 00", "desk30"},
	{12, "6465736b 00 33", "0x6465736b0033"},
	{12, "00", "0x00"},
	{12, "", ""},
	{12, "1b5b316d", "0x1b5b316d"},
	{12, "c3a9", "0xc3a9"},
	{12, "2061", "0x2061"},
	{19, "02", "0x02"},
	{43, "0101aa", "0x0101aa"},
	{61, "0102", "0102"},
	{81, "010000 0161 00", "1, 0, 0, a."},
	{81, "010000 0161", "0x0100000161"},
	{88, "0161 00 c000", "0x016100c000"},
	{119, "0161 00 c000", "a., a."},
	{119, "0161 00 0162 c000", "a., b.a."},
	{119, "c000", "0xc000"},
	{119, "0161 c000", "0x0161c000"},
	{119, "0161 00 c003", "0x016100c003"},
	{119, "0161 00 c0", "0x016100c0"},
	{119, "0161 00 c004 c003", "0x016100c004c003"},
	{119, "0561", "0x0561"},
	{119, "4061 00", "0x406100"},
	{119, "01 2e 00", "0x012e00"},
	{119, "01 2c 00", "0x012c00"},
	{119, "0161", "0x0161"},
	{121, "21 0a000001 c0000201", "0x210a000001c0000201"},
	{121, "08 0a c00002", "0x080ac00002"},
	{121, "ff", "0xff"},
	{143, "0001", "0x0001"},
	{143, "0000", "0x0000"},
	{159, "04060c01", "0x04060c01"},
	{159, "04110000", "0x04110000"},
	{162, "0000", "0x0000"},
	{162, "000b 0001 03 0161 00 05 0a00000101", "0x000b0001030161" "00050a00000101"},
	{162, "0007 0001 03 0161 00 03", "0x0007000103016100" "03"},
	{162, "0003 0001 00", "0x0003000100"},
	{162, "0004 0001 03 01", "0x000400010301"},
	{162, "0006 0001 03 0161 00", "1, a."},
	{162, "0006 0001 02 0161 00", "0x00060001020161" "00"},
	{162, "0007 0001 03 0161 00 00", "0x00070001030161" "0000"},
};

Test(optdef, decode_table)
{
	for (size_t i = 0; i < sizeof(decode_cases) / sizeof(decode_cases[0]); i++) {
		uint8_t octets[64], *exact;
		char text[256], cut[8];
		size_t len, n;

		cr_assert(text_parse_hex(decode_cases[i].wire, octets, sizeof(octets), &len) == 0);
		exact = (uint8_t *)malloc(len > 0 ? len : 1);
		memcpy(exact, octets, len);
		n = optdef_decode(optdef_by_code(decode_cases[i].code), span_of(exact, len), text,
			sizeof(text));
		cr_expect_str_eq(text, decode_cases[i].text, "%s: %s", decode_cases[i].wire, text);
		cr_expect(n == strlen(text));
		cr_expect(optdef_decode(optdef_by_code(decode_cases[i].code), span_of(exact, len),
				  cut, sizeof(cut)) == n);
		cr_expect(strlen(cut) == (n < 7 ? n : 7) && strncmp(cut, text, 7) == 0);
		cr_expect(optdef_decode(optdef_by_code(decode_cases[i].code), span_of(exact, len),
				  NULL, 0) == n);
		free(exact);
	}
}

/* Damage to a resolver (162) of one address, from its parameters on; nothing of it is shown. */
static const char *const dnr_cases[] = {
	"00",                          /* half a key */
	"0003",                        /* no length */
	"0003 0002 35",                /* value cut */
	"0005 0000",                   /* a key without a text form */
	"0003 0002 0001 0003 0002 01", /* port twice */
	"0003 0002 0001 0001 0002 0161", /* not ascending */
	"0003 0001 35",                /* port of one octet */
	"0001 0000",                   /* no protocol */
	"0001 0002 0261",              /* protocol cut */
	"0001 0001 00",                /* protocol of no octets */
	"0001 0002 012c",              /* a comma would be two protocols */
	"0007 0003 612061",            /* a blank would be two parameters */
	"0007 0001 5c",                /* a backslash would take the next delimiter */
	"0007 0001 01",                /* nothing that can be typed */
};

Test(optdef, decode_damaged_resolver)
{
	uint8_t octets[64] = {0, 0, 0, 1, 3, 1, 'a', 0, 4, 10, 0, 0, 1};
	char text[256];

	for (size_t i = 0; i < sizeof(dnr_cases) / sizeof(dnr_cases[0]); i++) {
		size_t len;

		cr_assert(text_parse_hex(dnr_cases[i], octets + 13, 51, &len) == 0);
		octets[1] = (uint8_t)(11 + len);
		optdef_decode(optdef_by_code(162), span_of(octets, 13 + len), text, sizeof(text));
		cr_expect(strncmp(text, "0x00", 4) == 0, "%s: %s", dnr_cases[i], text);
	}
}

static const struct {
	struct optdef def;
	int want;
} check_cases[] = {
	{{.type = OPTDEF_STRING}, 0},
	{{.type = OPTDEF_STRING, .array = true}, -EINVAL},
	{{.type = OPTDEF_BINARY, .array = true}, -EINVAL},
	{{.type = OPTDEF_EMPTY, .array = true}, -EINVAL},
	{{.type = OPTDEF_TUPLE, .array = true}, 0},
	{{.type = 99}, -EINVAL},
	{{.type = OPTDEF_RECORD}, -EINVAL},
	{{.type = OPTDEF_RECORD, .n_fields = 200}, -EINVAL},
	{{.type = OPTDEF_RECORD, .n_fields = 2, .fields = {OPTDEF_UINT8, OPTDEF_STRING}}, 0},
	{{.type = OPTDEF_RECORD, .n_fields = 2, .fields = {OPTDEF_STRING, OPTDEF_UINT8}}, -EINVAL},
	{{.type = OPTDEF_RECORD, .n_fields = 1, .fields = {OPTDEF_STRING}, .array = true}, -EINVAL},
	{{.type = OPTDEF_RECORD, .n_fields = 1, .fields = {OPTDEF_RECORD}}, -EINVAL},
	{{.type = OPTDEF_RECORD, .n_fields = 1, .fields = {OPTDEF_EMPTY}}, -EINVAL},
	{{.type = OPTDEF_RECORD, .n_fields = 1, .fields = {200}}, -EINVAL},
};

Test(optdef, check_table)
{
	for (size_t i = 0; i < sizeof(check_cases) / sizeof(check_cases[0]); i++) {
		struct err err;
		char text[32];
		int r = optdef_check(&check_cases[i].def, &err);

		cr_expect(r == check_cases[i].want, "case %zu", i);
		if (r == 0)
			continue;
		cr_expect(optdef_encode(&check_cases[i].def, "1", (uint8_t[8]){0}, 8, &(size_t){0},
				  &err) == r);
		optdef_decode(&check_cases[i].def, span_of("\1", 1), text, sizeof(text));
		cr_expect_str_eq(text, "0x01");
	}
}
