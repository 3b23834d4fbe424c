/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text that is valid whatever octets go in.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/control/out.h"

static void expect(struct out *o, const char *text)
{
	cr_expect(out_waiting(o) == strlen(text) &&
			memcmp(o->buf + o->start, text, out_waiting(o)) == 0,
		"%.*s, expected %s", (int)out_waiting(o), o->buf + o->start, text);
	out_fini(o);
}

Test(out, commas)
{
	struct out o = {0};

	out_open(&o, '{');
	out_key_int(&o, "a", -5);
	out_key(&o, "b");
	out_open(&o, '[');
	out_int(&o, INT64_MIN);
	out_open(&o, '{');
	out_close(&o, '}');
	out_open(&o, '[');
	out_close(&o, ']');
	out_string(&o, "x");
	out_close(&o, ']');
	out_key_bool(&o, "c", true);
	out_key_string(&o, "d", "");
	out_close(&o, '}');
	expect(&o, "{\"a\": -5, \"b\": [-9223372036854775808, {}, [], \"x\"], \"c\": true, "
		   "\"d\": \"\"}");
}

Test(out, octets)
{
	static const struct {
		const char *octets, *text;
	} cases[] = {
		{"", "\"\""},
		{"plain", "\"plain\""},
		{"a\"b\\c", "\"a\\\"b\\\\c\""},
		{"\n\x1b[2J\x7f", "\"\\u000a\\u001b[2J\\u007f\""},
		{"\xc3\xa4\xe2\x82\xac", "\"\xc3\xa4\xe2\x82\xac\""},
		{"\xf0\x9f\x96\xa7", "\"\xf0\x9f\x96\xa7\""},
		{"\xc2\x9b", "\"\\u009b\""},           /* C1: a terminal would obey */
		{"\xc2\xa0", "\"\xc2\xa0\""},
		{"\xc3", "\"\\u00c3\""},               /* cut off */
		{"\xc0\xaf", "\"\\u00c0\\u00af\""},    /* longer than needed */
		{"\xe0\x80\xaf", "\"\\u00e0\\u0080\\u00af\""},
		{"\xed\xa0\x80", "\"\\u00ed\\u00a0\\u0080\""}, /* surrogate */
		{"\xf4\x90\x80\x80", "\"\\u00f4\\u0090\\u0080\\u0080\""},
		{"\xff", "\"\\u00ff\""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct out o = {0};

		out_string(&o, cases[i].octets);
		expect(&o, cases[i].text);
	}
}

/* Whatever octets: it parses, and valid text comes back as it was. */
Test(out, random_octets)
{
	uint8_t octets[64];

	srandom(1);
	for (int i = 0; i < 20000; i++) {
		size_t len = (size_t)random() % sizeof(octets);
		struct out o = {0};
		json_error_t error;
		json_t *v;

		for (size_t k = 0; k < len; k++)
			octets[k] = (uint8_t)(random() % 3 == 0 ? random() : 0x80 | random() % 128);
		out_open(&o, '[');
		out_octets(&o, span_of(octets, len));
		out_close(&o, ']');
		v = json_loadb(o.buf, o.end, JSON_ALLOW_NUL, &error);
		cr_assert(v != NULL, "%s: %.*s", error.text, (int)o.end, o.buf);
		json_decref(v);
		out_fini(&o);
	}
}

Test(out, taken_from_the_front)
{
	struct out o = {0};
	size_t sent = 0, made = 0;

	srandom(2);
	while (sent < 1000000) {
		for (int i = 0; i < random() % 2000; i++) {
			char c = (char)('a' + made++ % 26);

			out_text(&o, &c, 1);
		}
		for (size_t n = (size_t)random() % (out_waiting(&o) + 1); n > 0; n--) {
			cr_assert_eq(o.buf[o.start], (char)('a' + sent++ % 26));
			out_drop(&o, 1);
		}
	}
	cr_expect(o.size < 1 << 20);
	out_fini(&o);
}
