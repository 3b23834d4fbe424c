/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_text: addresses and octets to text and back, and the name that was meant.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "shm/base/text.h"

static const struct {
	const char *text;
	uint32_t addr;
	bool ok;
} ip_cases[] = {
	{"0.0.0.0", 0, true},
	{"10.1.2.30", 0x0a01021e, true},
	{"255.255.255.255", 0xffffffff, true},
	{"192.0.2.128", 0xc0000280, true},
	{"", 0, false},
	{"1.2.3", 0, false},
	{"1.2.3.4.5", 0, false},
	{"1.2.3.256", 0, false},
	{"1.2.3.-4", 0, false},
	{" 1.2.3.4", 0, false},
	{"1.2.3.4 ", 0, false},
	{"1.2.3.4/8", 0, false},
	{"1..3.4", 0, false},
	{"0x1.2.3.4", 0, false},
	{"16909060", 0, false},
	{"::1", 0, false},
	{"localhost", 0, false},
};

Test(text, ip_table)
{
	for (size_t i = 0; i < sizeof(ip_cases) / sizeof(ip_cases[0]); i++) {
		char buf[TEXT_IP_SIZE];
		uint32_t addr = 0xdeadbeef;
		int r = text_parse_ip(ip_cases[i].text, &addr);

		cr_expect(r == (ip_cases[i].ok ? 0 : -EINVAL), "'%s'", ip_cases[i].text);
		cr_expect(addr == (ip_cases[i].ok ? ip_cases[i].addr : 0xdeadbeef), "'%s'",
			ip_cases[i].text);
		if (ip_cases[i].ok) {
			cr_expect(text_ip(addr, buf) == buf);
			cr_expect_str_eq(buf, ip_cases[i].text);
		}
	}
}

static const struct {
	const char *octets;
	size_t len;
	const char *text;
} hex_cases[] = {
	{"", 0, ""},
	{"\x02", 1, "02"},
	{"\x02\x00\xfe", 3, "02:00:fe"},
	{"\xde\xad\xbe\xef", 4, "de:ad:be:ef"},
};

Test(text, hex_table)
{
	for (size_t i = 0; i < sizeof(hex_cases) / sizeof(hex_cases[0]); i++) {
		char buf[TEXT_HEX_SIZE];
		struct span s = span_of(hex_cases[i].octets, hex_cases[i].len);

		cr_expect(text_hex(s, buf, sizeof(buf)) == buf);
		cr_expect_str_eq(buf, hex_cases[i].text);
	}
}

Test(text, hex_of_the_longest)
{
	char buf[TEXT_HEX_SIZE];
	uint8_t octets[255], back[255];
	size_t len;

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)i;
	text_hex(span_of(octets, sizeof(octets)), buf, sizeof(buf));
	cr_expect(strlen(buf) == 3 * 255 - 1);
	cr_assert(text_parse_hex(buf, back, sizeof(back), &len) == 0);
	cr_expect(len == 255 && memcmp(back, octets, 255) == 0);
}

/* Whatever the size: whole octets, terminated, nothing behind it touched. */
Test(text, hex_is_cut)
{
	for (size_t size = 1; size <= 12; size++) {
		char buf[16];
		size_t n;

		memset(buf, '#', sizeof(buf));
		text_hex(span_of("\x01\x02\x03\x04", 4), buf, size);
		n = strlen(buf);
		cr_expect(n < size && n % 3 != 1, "size %zu: '%s'", size, buf);
		cr_expect(strncmp(buf, "01:02:03:04", n) == 0);
		cr_expect(buf[size] == '#');
	}
}

static const struct {
	const char *text;
	int want;
	const char *octets;
	size_t len;
} parse_hex_cases[] = {
	{"", 0, "", 0},
	{"0a0B", 0, "\x0a\x0b", 2},
	{"0x0a0B", 0, "\x0a\x0b", 2},
	{"0X0a", 0, "\x0a", 1},
	{"0a:0b:0c", 0, "\x0a\x0b\x0c", 3},
	{"0a-0b 0c", 0, "\x0a\x0b\x0c", 3},
	{"00", 0, "\0", 1},
	{"0", -EINVAL, NULL, 0},
	{"0a0", -EINVAL, NULL, 0},
	{"0a:", -EINVAL, NULL, 0},
	{":0a", -EINVAL, NULL, 0},
	{"0a::0b", -EINVAL, NULL, 0},
	{"0g", -EINVAL, NULL, 0},
	{"g0", -EINVAL, NULL, 0},
	{"0a 0x0b", -EINVAL, NULL, 0},
	{"0a\n", -EINVAL, NULL, 0},
	{"01:02:03:04:05", -ENOBUFS, NULL, 0},
	{"0102030405", -ENOBUFS, NULL, 0},
};

Test(text, parse_hex_table)
{
	for (size_t i = 0; i < sizeof(parse_hex_cases) / sizeof(parse_hex_cases[0]); i++) {
		uint8_t buf[5] = {[4] = 0xa5};
		size_t len = 77;
		int r = text_parse_hex(parse_hex_cases[i].text, buf, 4, &len);

		cr_expect(r == parse_hex_cases[i].want, "'%s': %d", parse_hex_cases[i].text, r);
		cr_expect(buf[4] == 0xa5);
		if (r < 0) {
			cr_expect(len == 77, "'%s'", parse_hex_cases[i].text);
			continue;
		}
		cr_expect(span_equal(span_of(buf, len),
				  span_of(parse_hex_cases[i].octets, parse_hex_cases[i].len)),
			"'%s'", parse_hex_cases[i].text);
	}
}

static const char *const names[] = {"valid-lifetime", "renew-timer", "rebind-timer", "routers",
	"domain-name", "domain-name-servers"};

static const struct {
	const char *given, *want; /* NULL: nothing is near */
} nearest_cases[] = {
	{"routers", "routers"},
	{"router", "routers"},
	{"ruoters", "routers"},
	{"valid_lifetime", "valid-lifetime"},
	{"lifetime", NULL},
	{"renew-time", "renew-timer"},
	{"rebind-tmer", "rebind-timer"},
	{"domain-names", "domain-name"},
	{"domain-name-server", "domain-name-servers"},
	{"option-data", NULL},
	{"zzzzzzzzzzzzzzzzzz", NULL},
	{"", NULL},
};

Test(text, nearest_table)
{
	for (size_t i = 0; i < sizeof(nearest_cases) / sizeof(nearest_cases[0]); i++) {
		const char *got = text_nearest(nearest_cases[i].given, names,
			sizeof(names) / sizeof(names[0]));

		if (nearest_cases[i].want == NULL)
			cr_expect(got == NULL, "'%s'", nearest_cases[i].given);
		else
			cr_expect(got != NULL && strcmp(got, nearest_cases[i].want) == 0, "'%s'",
				nearest_cases[i].given);
	}
	cr_expect(text_nearest("x", NULL, 0) == NULL);
}

/* Longer than the work space: compared by their beginnings, no further. */
Test(text, nearest_of_long_names)
{
	char a[201], b[201];
	const char *const one[] = {b};

	memset(a, 'a', 200);
	memset(b, 'a', 200);
	a[200] = b[200] = '\0';
	cr_expect(text_nearest(a, one, 1) == b);
}
