/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_expr_regex: patterns match whole values, as ECMAScript has it; what PCRE2 has beyond that is
 * refused; no pattern takes long.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "workers/packet/expr_regex.h"

static const struct {
	const char *pattern, *value;
	int want;
} cases[] = {
	{"ab[0-9]+", "ab12", 1},
	{"ab[0-9]+", "xab12", 0},
	{"ab[0-9]+", "ab12x", 0},
	{"a|ab", "ab", 1},
	{"ab|a", "a", 1},
	{"", "", 1},
	{"", "a", 0},
	{"a*", "", 1},
	{"^a$", "a", 1},
	{"a$", "a\n", 0},
	{"a.b", "a\nb", 0},
	{"a.b", "a\rb", 0},
	{"a.b", "a\tb", 1},
	{"a[^]b", "a\nb", 1},
	{"a[]b", "ab", 0},
	{"(a)(?:b)?", "ab", 1},
	{"(?=ab)a.", "ab", 1},
	{"(?!ab)a.", "ab", 0},
	{"(?=(?=(?=a)))a", "a", 1},
	{".*\\d\\D\\w\\W\\s\\S", "1a_- x", 1},
	{"\\x41\\u0042\\t", "AB\t", 1},
	{"\\bfoo\\b.*", "foo bar", 1},
	{"\\.\\+\\*\\}+", ".+*}}", 1},
	{"[[:alpha:]\\]+]+", "a+]b", 1},
	{"[a-c]{2,3}?", "abc", 1},
	{"(a{0,3}b?)*", "aaaabab", 1},
	{"a+?b", "aab", 1},
	{"[*+]+", "*+", 1},
	{"A", "a", 0},
	{"(a|b)\\1", "bb", 1},
	{"(a|b)\\1", "ab", 0},
	{"(a)|b\\1", "b", 1},
	{"\\.\\0?", ".", 1},
};

Test(expr_regex, matches)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *pattern = cases[i].pattern, *value = cases[i].value;
		struct expr_regex *re = NULL;
		struct err err = {0};
		int got;

		cr_assert(expr_regex_compile(span_of(pattern, strlen(pattern)), &re, &err) == 0,
			"%s: %s", pattern, err.text);
		got = expr_regex_match(re, span_of(value, strlen(value)));
		cr_expect(got == cases[i].want, "%s: %d", pattern, got);
		expr_regex_free(re);
	}
}

static const struct {
	const char *pattern, *want;
} refused[] = {
	{"(a)\\2", "character 5 of the pattern: reference to non-existent subpattern"},
	{"(a)[\\1]", "character 5 of the pattern: octal numbers are not supported, write \\x and "
		"two hex digits"},
	{"\\012", "character 1 of the pattern: octal numbers are not supported, write \\x and two "
		"hex digits"},
	{"a\\v", "character 2 of the pattern: \\v is not supported, write \\x0b"},
	{"\\Aa", "character 1 of the pattern: ECMAScript knows no \\ before this letter"},
	{"[\\B]", "character 2 of the pattern: ECMAScript knows no \\ before this letter"},
	{"a\\", "character 3 of the pattern: \\ at end of pattern"},
	{"(*UTF)a", "character 1 of the pattern: ECMAScript knows no (*"},
	{"(?i)a", "character 1 of the pattern: ECMAScript knows (?: (?= and (?! only"},
	{"(?R)", "character 1 of the pattern: ECMAScript knows (?: (?= and (?! only"},
	{"(?<=a)b", "character 1 of the pattern: ECMAScript knows (?: (?= and (?! only"},
	{"a++", "character 3 of the pattern: ECMAScript knows no + behind a quantifier"},
	{"a{2}+", "character 5 of the pattern: ECMAScript knows no + behind a quantifier"},
	{"a)|(b", "character 2 of the pattern: unmatched closing parenthesis"},
	{"(a", "character 3 of the pattern: missing closing parenthesis"},
	{"[a", "character 3 of the pattern: missing terminating ] for character class"},
	{"[[:alpha:]", "character 11 of the pattern: missing terminating ] for character "
		"class"},
	{"*a", "character 1 of the pattern: quantifier does not follow a repeatable item"},
	{"[b-a]", "character 4 of the pattern: range out of order in character class"},
};

Test(expr_regex, refused)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const char *pattern = refused[i].pattern;
		struct expr_regex *re = NULL;
		struct err err = {0};

		cr_expect(expr_regex_compile(span_of(pattern, strlen(pattern)), &re, &err) ==
			-EINVAL, "%s", pattern);
		cr_expect_str_eq(err.text, refused[i].want, "%s: %s", pattern, err.text);
		expr_regex_free(re);
	}
}

Test(expr_regex, size)
{
	uint8_t pattern[EXPR_REGEX_MAX + 1];
	struct expr_regex *re;

	memset(pattern, 'a', sizeof(pattern));
	cr_expect(expr_regex_compile(span_of(pattern, sizeof(pattern)), &re, NULL) == -EINVAL);
	cr_assert(expr_regex_compile(span_of(pattern, EXPR_REGEX_MAX), &re, NULL) == 0);
	cr_expect(expr_regex_match(re, span_of(pattern, EXPR_REGEX_MAX)) == 1);
	expr_regex_free(re);
}

/* Values as long as an option, of one octet after the other. */
Test(expr_regex, long_values)
{
	static const char *const patterns[] = {"(a|b)*", "([a-z]+[.-]?)+", "(?:[ab])*", ".*",
		"(?=a)(aa|a)*", "((a))*"};
	uint8_t value[255];

	memset(value, 'a', sizeof(value));
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct expr_regex *re;

		cr_assert(expr_regex_compile(span_of(patterns[i], strlen(patterns[i])), &re,
			NULL) == 0);
		cr_expect(expr_regex_match(re, span_of(value, sizeof(value))) == 1, "%s",
			patterns[i]);
		expr_regex_free(re);
	}
}

/* Patterns that take an unbounded search years; the answer may be "too much". */
Test(expr_regex, bounded_time, .timeout = 10)
{
	/* [bc]: a single letter at the end would be looked for first */
	static const char *const patterns[] = {"(a+)+[bc]", "(a|a)*[bc]", "(a*)*[bc]",
		"(a|aa)+[bc]", "(.*a){30}[bc]", "((?=.*a)a)*[bc]", ".*a.{0,200}[bc]",
		"(a?){100}a{100}[bc]", "((?=(.*a){20}.*)a)*[bc]", "((a{1,30}){1,30})*[bc]"};
	uint8_t value[2048];

	memset(value, 'a', sizeof(value));
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct expr_regex *re;
		int r;

		if (expr_regex_compile(span_of(patterns[i], strlen(patterns[i])), &re, NULL) < 0)
			continue;
		r = expr_regex_match(re, span_of(value, sizeof(value)));
		cr_expect(r == 0 || r == -ELOOP, "%s: %d", patterns[i], r);
		expr_regex_free(re);
	}
}
