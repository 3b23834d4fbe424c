/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_expr_mistakes: texts that are no class expressions are refused with the column and the
 * reason; what is allowed but cannot be meant is warned of.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/packet/asked.h"

static const struct {
	const char *text, *want;
} tests[] = {
	{"", "column 1: a value or a test is missing at the end"},
	{"  ", "column 3: a value or a test is missing at the end"},
	{"option[1].exists and", "column 21: a value or a test is missing at the end"},
	{"known known", "column 7: the end, or an operator, is missing before known"},
	{"(known", "column 7: ')' is missing at the end"},
	{"known)", "column 6: the end, or an operator, is missing before )"},
	{"()", "column 2: a value or a test is missing before )"},
	/* words */
	{"'abc", "column 1: a string without a closing ' in its line"},
	{"'a\nb' == 'x'", "column 1: a string without a closing ' in its line"},
	{"\"abc\" == 'x'", "column 1: a double quote; strings stand in single ones"},
	{"'a' = 'a'", "column 5: '=' alone; a comparison is written =="},
	{"'a' != 'a'", "column 5: a character that no expression has"},
	{"1.2.3 == 'a'", "column 1: no IPv4 address"},
	{"1.2.3.400 == 'a'", "column 1: no IPv4 address"},
	{"1::2::3 == 'a'", "column 1: no IPv6 address"},
	{"11111111111111111111111111111111111111111111111:: == ''", "column 1: no address"},
	{"- == 'a'", "column 1: '-' without a number"},
	{"0x == 'a'", "column 2: the end, or an operator, is missing before x"},
	{"subsring('a', 0, 1) == 'a'",
		"column 1: 'subsring' is no word of expressions, did you mean 'substring'?"},
	{"NOT known", "column 1: 'NOT' is no word of expressions"},
	/* integers */
	{"-1 == 'a'", "column 1: -1 is not within 0 and 4294967295"},
	{"4294967296 == 'a'", "column 1: 4294967296 is not within 0 and 4294967295"},
	{"99999999999999999999 == ''",
		"column 1: 9223372036854775807 is not within 0 and 4294967295"},
	{"option[256].exists", "column 8: 256 is not within 0 and 255"},
	{"option[-1].exists", "column 8: -1 is not within 0 and 255"},
	{"vendor[4294967296].exists", "column 8: 4294967296 is not within 0 and 4294967295"},
	{"substring('a', 2147483648, 1) == ''",
		"column 16: 2147483648 is not within -2147483648 and 2147483647"},
	{"substring('a', all, 1) == ''", "column 16: an integer is missing before all"},
	/* kinds */
	{"'a'", "column 1: these are octets, but a test is needed"},
	{"'a' and known", "column 1: octets stand where true or false is needed"},
	{"known or option[1].hex", "column 10: octets stand where true or false is needed"},
	{"not 'a'", "column 5: octets stand where true or false is needed"},
	{"known == 'a'", "column 1: true or false stands where octets are needed"},
	{"'a' == 'b' == 'c'", "column 1: true or false stands where octets are needed"},
	{"'a' == not known", "column 8: true or false stands where octets are needed"},
	{"'a' + known == 'a'", "column 7: true or false stands where octets are needed"},
	{"lcase(known) == 'a'", "column 7: true or false stands where octets are needed"},
	{"ifelse('a', 'b', 'c') == 'b'", "column 8: octets stand where true or false is needed"},
	/* options */
	{"option[usr-class].exists",
		"column 8: no option is called 'usr-class', did you mean 'user-class'?"},
	{"option[qqqqqqqqq].exists", "column 8: no option is called 'qqqqqqqqq'"},
	{"option[1]", "column 10: '.' is missing at the end"},
	{"option[1].hexx == 'a'",
		"column 11: hex, text, exists or option[...] is missing before hexx"},
	{"option[1.exists", "column 8: no IPv4 address"},
	{"option.exists", "column 7: '[' is missing before ."},
	{"option[43].option[user-class].exists",
		"column 19: an integer is missing before user-class"},
	{"option[*].exists", "column 8: an integer is missing before *"},
	{"relay4[circuit-id].hex == 'a'", "column 8: an integer is missing before circuit-id"},
	{"vendor[x].exists", "column 8: an integer is missing before x"},
	{"vendor.hex == 'a'", "column 8: enterprise is missing before hex"},
	{"vendor[1].hex == 'a'", "column 11: exists or option[...] is missing before hex"},
	{"vendor-class[1].option[1].exists", "column 17: exists or data is missing before option"},
	{"pkt.mac == 'a'", "column 5: iface, src, dst or len is missing before mac"},
	{"pkt4.iface == 'a'", "column 6: mac, hlen, htype, ciaddr, giaddr, yiaddr, siaddr, "
		"msgtype or transid is missing before iface"},
	/* classes and patterns */
	{"member('C')", "column 1: class 'C' is neither built in nor defined before"},
	{"member('VENDOR_CLASS_')",
		"column 1: class 'VENDOR_CLASS_' is neither built in nor defined before"},
	{"member(A)", "column 8: a string in single quotes is missing before A"},
	{"match('a(', 'a')", "column 7: character 3 of the pattern: missing closing parenthesis"},
	{"match(0x61, 'a')", "column 7: a string in single quotes is missing before 0x61"},
	{"match('a', known)", "column 12: true or false stands where octets are needed"},
	/* functions */
	{"lcase('a', 'b') == ''", "column 10: ')' is missing before ,"},
	{"concat('a') == ''", "column 11: ',' is missing before )"},
	{"substring('a', 0) == ''", "column 17: ',' is missing before )"},
	{"lcase 'a' == ''", "column 7: '(' is missing before 'a'"},
	{"known \x80\xff", "column 7: a character that no expression has"},
	{"known 'a\x80\x01 0123456789012345678901234567890123456789'",
		"column 7: the end, or an operator, is missing before "
		"'a?? 01234567890123456789012345678901234..."},
};

Test(expr_mistakes, tests)
{
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		struct err err = {0};
		struct expr *e = NULL;
		int r = expr_compile(tests[i].text, EXPR_TEST, &asked_names, NULL, NULL, &e, &err);

		cr_expect(r == -EINVAL && err.code == r, "%s: %d", tests[i].text, r);
		cr_expect_str_eq(err.text, tests[i].want, "%s: %s", tests[i].text, err.text);
		cr_expect(e == NULL);
	}
}

Test(expr_mistakes, values)
{
	struct err err = {0};
	struct expr *e;

	cr_expect(expr_compile("known", EXPR_VALUE, &asked_names, NULL, NULL, &e, &err) == -EINVAL);
	cr_expect_str_eq(err.text, "column 1: this is a test, but octets are needed");
	cr_expect(expr_compile("'a' == 'a'", EXPR_VALUE, &asked_names, NULL, NULL, &e, NULL) ==
		-EINVAL, "nobody has to take the words");
}

/* Recursion ends where the limit is, with words, whatever nests. */
Test(expr_mistakes, nesting)
{
	static const char *const nests[] = {"(", "not ", "lcase(", "'a' + (", "known and (",
		"known sor known sand 'a' == 'a' + (", "hexstring('a', ", "sifelse(known, 'a', ",
		"member('A') or not ("};

	for (size_t i = 0; i < sizeof(nests) / sizeof(nests[0]); i++) {
		size_t len = strlen(nests[i]), n = 10000;
		char *text = (char *)malloc(len * n + 1);
		struct err err = {0};
		struct expr *e;

		for (size_t k = 0; k < n; k++)
			memcpy(text + len * k, nests[i], len + 1);
		cr_expect(expr_compile(text, EXPR_TEST, &asked_names, NULL, NULL, &e, &err) ==
			-EINVAL);
		cr_expect(strstr(err.text, "inside each other") != NULL, "%s", err.text);
		free(text);
	}
}

/* Three values of each level wait on the stack for those inside. */
static char *levels(size_t n)
{
	static const char level[] = "sifelse(known, 'a', 'b' + 'c' + ";
	char *text = (char *)malloc(n * (strlen(level) + 1) + 4), *end = text;

	for (size_t i = 0; i < n; i++, end += strlen(level))
		memcpy(end, level, strlen(level));
	memcpy(end, "'d'", 3);
	memset(end + 3, ')', n);
	end[3 + n] = '\0';
	return text;
}

Test(expr_mistakes, stack)
{
	char *fits = levels(21), *too_deep = levels(22);
	struct err err = {0};
	struct expr *e;

	cr_expect_str_eq(asked_value(fits), "a");
	cr_expect(expr_compile(too_deep, EXPR_VALUE, &asked_names, NULL, NULL, &e, &err) ==
		-EINVAL);
	cr_expect_str_eq(err.text, "column 1: too deeply nested");
	free(fits);
	free(too_deep);
}

Test(expr_mistakes, length)
{
	char *text = (char *)malloc(EXPR_TEXT_MAX + 2);
	struct err err = {0};
	struct expr *e;

	memset(text, ' ', EXPR_TEXT_MAX + 1);
	memcpy(text, "known", 5);
	text[EXPR_TEXT_MAX + 1] = '\0';
	cr_expect(expr_compile(text, EXPR_TEST, &asked_names, NULL, NULL, &e, &err) == -EINVAL);
	text[EXPR_TEXT_MAX] = '\0';
	cr_expect(asked_test(text) == 1);
	free(text);
}

static const struct {
	const char *text, *want;
} warnings[] = {
	{"'1' == 1", "column 1: never equal: the left side has 1 octet, the right side 4 octets "
		"(an integer has 4, 0x01 has 1)"},
	{"known and option[53].hex == 1",
		"column 11: never equal: the left side has 1 octet or none, the right side 4 "
		"octets (an integer has 4, 0x01 has 1)"},
	{"substring(option[60].hex, 0, 3) == 'PXEC'",
		"column 1: never equal: the left side has 0 to 3 octets, the right side 4 octets "
		"(an integer has 4, 0x01 has 1)"},
	{"option[60].option[1].exists",
		"column 18: never there: 'vendor-class-identifier' holds no sub-options"},
	{"pkt4.mac == '00:11:22:33:44:55'",
		"column 1: never equal: the left side has 0 to 16 octets, the right side 17 octets "
		"(an integer has 4, 0x01 has 1)"},
	{"pkt4.giaddr == '10.0.0.1'",
		"column 1: never equal: the left side has 4 octets, the right side 8 octets "
		"(an integer has 4, 0x01 has 1)"},
	{"vendor.enterprise == 0x118b",
		"column 1: never equal: the left side has 4 octets or none, the right side 2 "
		"octets (an integer has 4, 0x01 has 1)"},
	{"uint16totext(option[93].hex) == '123456'",
		"column 1: never equal: the left side has 1 to 5 octets or none, the right side 6 "
		"octets (an integer has 4, 0x01 has 1)"},
	{"concat('ab', option[60].hex) == 'x'",
		"column 1: never equal: the left side has at least 2 octets, the right side 1 "
		"octet (an integer has 4, 0x01 has 1)"},
	{"option[53].hex == 0x01", ""},
	{"option[53].hex == ''", ""},
	{"pkt4.msgtype == 1", ""},
	{"option[93].hex == 0x0007", ""},
	{"option[93].hex == 7", ""},
	{"option[125].hex == 'a'", ""},
	{"option[82].hex == 'a'", ""},
	{"option[site-box].hex == 'a'", ""},
	{"relay4[5].hex == 192.0.2.1", ""},
	{"substring(pkt4.mac, 0, 3) == 0x020000", ""},
	{"substring(pkt4.mac, 3, all) == 0x020000", ""},
	{"vendor.enterprise == 4491", ""},
	{"vendor.enterprise == ''", ""},
	{"addrtotext(pkt.src) == ''", ""},
	{"ifelse(known, 'a', 'abcd') == 'ab'", ""},
	{"'' == substring('', 0, all)", ""},
};

Test(expr_mistakes, warnings)
{
	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++) {
		expr_free(asked_compile(warnings[i].text, EXPR_TEST));
		cr_expect_str_eq(asked_warning, warnings[i].want, "%s: %s", warnings[i].text,
			asked_warning);
	}
}
