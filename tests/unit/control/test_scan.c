/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a JSON object in pieces of any size, and its mistakes.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/control/json_scan.h"

static const struct {
	const char *text;
	enum json_scan_result result;
	size_t used; /* octets of the object, white space in front included */
} cases[] = {
	{"{}", JSON_SCAN_DONE, 2},
	{" \r\n\t{ } tail", JSON_SCAN_DONE, 7},
	{"{\"a\":1}{\"b\"", JSON_SCAN_DONE, 7},
	{"{\"a\": \"}\\\"}\"}", JSON_SCAN_DONE, 13},
	{"{\"a\\u00e4\": [1, -2.5e+3, true, false, null, {}, [], \"x\"]}", JSON_SCAN_DONE, 57},
	{"{\"a\":[[[]]],\"b\":{\"c\":{}}}", JSON_SCAN_DONE, 25},
	{"", JSON_SCAN_MORE, 0},
	{"  ", JSON_SCAN_MORE, 0},
	{"{", JSON_SCAN_MORE, 0},
	{"{\"a\"", JSON_SCAN_MORE, 0},
	{"{\"a\": 12", JSON_SCAN_MORE, 0},
	{"{\"a\": tru", JSON_SCAN_MORE, 0},
	{"{\"a\": \"\\u12", JSON_SCAN_MORE, 0},
	{"[1]", JSON_SCAN_ERROR, 0},
	{"}", JSON_SCAN_ERROR, 0},
	{"\"a\"", JSON_SCAN_ERROR, 0},
	{"x", JSON_SCAN_ERROR, 0},
	{"{,", JSON_SCAN_ERROR, 0},
	{"{1", JSON_SCAN_ERROR, 0},
	{"{\"a\" 1", JSON_SCAN_ERROR, 0},
	{"{\"a\": }", JSON_SCAN_ERROR, 0},
	{"{\"a\": 1,}", JSON_SCAN_ERROR, 0},
	{"{\"a\": [1,]", JSON_SCAN_ERROR, 0},
	{"{\"a\": [1}", JSON_SCAN_ERROR, 0},
	{"{\"a\": 1]", JSON_SCAN_ERROR, 0},
	{"{\"a\": 1 2", JSON_SCAN_ERROR, 0},
	{"{\"a\": truE", JSON_SCAN_ERROR, 0},
	{"{\"a\": truer", JSON_SCAN_ERROR, 0},
	{"{\"a\": nul}", JSON_SCAN_ERROR, 0},
	{"{\"a\": \"\\x", JSON_SCAN_ERROR, 0},
	{"{\"a\": \"\\u12g", JSON_SCAN_ERROR, 0},
	{"{\"a\": \"\n", JSON_SCAN_ERROR, 0},
	{"{\"a\": +1", JSON_SCAN_ERROR, 0},
	{"{'a'", JSON_SCAN_ERROR, 0},
};

static enum json_scan_result feed(const char *text, size_t piece, size_t *ret_used)
{
	enum json_scan_result result = JSON_SCAN_MORE;
	size_t len = strlen(text), at = 0, used = 0;
	struct json_scan s;

	json_scan_init(&s);
	while (at < len && result == JSON_SCAN_MORE) {
		size_t n = len - at < piece ? len - at : piece;

		result = json_scan_feed(&s, text + at, n, &used);
		at += result == JSON_SCAN_DONE ? used : n;
	}
	cr_expect(result != JSON_SCAN_ERROR || s.error != NULL);
	*ret_used = at;
	return result;
}

Test(json_scan, cases)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (size_t piece = 1; piece < 9; piece++) {
			size_t used = 0;
			enum json_scan_result result = feed(cases[i].text, piece, &used);

			cr_expect_eq(result, cases[i].result, "%s in pieces of %zu: %d",
				cases[i].text, piece, result);
			if (cases[i].result == JSON_SCAN_DONE)
				cr_expect_eq(used, cases[i].used, "%s: %zu", cases[i].text, used);
		}
	}
}

/* depth - 1 lists in an object. */
static enum json_scan_result nest(unsigned depth)
{
	enum json_scan_result result;
	struct json_scan s;
	size_t used;

	json_scan_init(&s);
	result = json_scan_feed(&s, "{\"a\":", 5, &used);
	for (unsigned i = 1; i < depth && result == JSON_SCAN_MORE; i++)
		result = json_scan_feed(&s, "[", 1, &used);
	for (unsigned i = 1; i < depth && result == JSON_SCAN_MORE; i++)
		result = json_scan_feed(&s, "]", 1, &used);
	return result == JSON_SCAN_MORE ? json_scan_feed(&s, "}", 1, &used) : result;
}

Test(json_scan, depth)
{
	cr_expect_eq(nest(2), JSON_SCAN_DONE);
	cr_expect_eq(nest(63), JSON_SCAN_DONE);
	cr_expect_eq(nest(64), JSON_SCAN_DONE);
	cr_expect_eq(nest(65), JSON_SCAN_DONE);
	cr_expect_eq(nest(JSON_SCAN_DEPTH), JSON_SCAN_DONE);
	cr_expect_eq(nest(JSON_SCAN_DEPTH + 1), JSON_SCAN_ERROR);
}

Test(json_scan, number_of_values)
{
	enum json_scan_result result;
	struct json_scan s;
	size_t used;
	uint32_t n = 2; /* the list and its first member */

	json_scan_init(&s);
	result = json_scan_feed(&s, "{\"a\":[0", 7, &used);
	for (; result == JSON_SCAN_MORE && n <= JSON_SCAN_VALUES; n++)
		result = json_scan_feed(&s, ",0", 2, &used);
	cr_expect_eq(result, JSON_SCAN_ERROR);
	cr_expect_eq(n, JSON_SCAN_VALUES + 1);
}

Test(json_scan, place_of_a_mistake)
{
	struct json_scan s;
	size_t used;

	json_scan_init(&s);
	cr_expect_eq(json_scan_feed(&s, "{\n \"a\": x", 9, &used), JSON_SCAN_ERROR);
	cr_expect(s.line == 2 && s.column == 7, "%u:%u", s.line, s.column);
}

Test(json_scan, is_object)
{
	cr_expect(json_scan_is_object("{\"a\": 1}", 8));
	cr_expect(!json_scan_is_object("{\"a\": 1} ", 9));
	cr_expect(!json_scan_is_object("{\"a\": 1", 7));
	cr_expect(!json_scan_is_object("", 0));
	cr_expect(!json_scan_is_object("[]", 2));
}
