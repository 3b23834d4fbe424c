/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_expr_key: which tests have a key, which constants it has, and that a test with a key holds
 * only where the operand is one of them; which classes an expression asks for.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/packet/asked.h"

static const struct {
	const char *text;
	const char *want; /* operand's value = constants, shortest first; "": no key */
} keys[] = {
	{"option[77].hex == 'LAB'", "LAB = LAB"},
	{"'LAB' == option[77].hex", "LAB = LAB"},
	{"(option[77].hex) == ('LAB')", "LAB = LAB"},
	{"option[77].hex == 'X' and option[80].exists", "LAB = X"},
	{"option[80].exists and option[77].hex == 'X'", "LAB = X"},
	{"option[80].exists sand option[77].hex == 'X'", "LAB = X"},
	{"option[77].hex == 'X' or option[77].hex == 'A'", "LAB = A X"},
	{"option[77].hex == 'X' sor 'A' == option[77].hex or option[77].hex == ''", "LAB =  A X"},
	{"option[77].hex == 'X' or option[77].hex == 'X'", "LAB = X"},
	{"(option[77].hex == 'X' or option[77].hex == 'A') and known", "LAB = A X"},
	{"option[77].hex == 'X' and known or option[77].hex == 'A' and unknown", "LAB = A X"},
	{"(option[77].hex == 'X' or option[77].hex == 'A') and pkt.iface == 'b'", "eth1 = b"},
	{"pkt4.giaddr == 10.0.0.1", "<c0><00><02><01> = <0a><00><00><01>"},
	{"relay4[1].hex == 'a'", "sw3/port7 = a"},
	{"relay4[1].hex == 'a' or option[82].option[1].hex == 'b'", "sw3/port7 = a b"},
	{"substring(option[60].hex, 0, 3) == 'PXE'", "PXE = PXE"},
	{"concat(option[77].hex, 'x') == 'ax'", "LABx = ax"},
	{"ifelse(option[80].exists, 'a', 'b') == 'c'", "a = c"},
	{"member('VENDOR_CLASS_x')", "PXEClient = x"},
	{"member('VENDOR_CLASS_x') or option[60].hex == 'y'", "PXEClient = x y"},
	{"option[77].hex == 'X' or option[60].hex == 'X'", ""},
	{"option[77].hex == 'X' or known", ""},
	{"not option[77].hex == 'X'", ""},
	{"not (option[77].hex == 'X') and known", ""},
	{"option[77].hex == option[60].hex", ""},
	{"'a' == 'b'", ""},
	{"option[77].exists", ""},
	{"known", ""},
	{"member('VENDOR_CLASS_own')", ""},
	/* what classes and patterns give is no matter of the packet alone */
	{"ifelse(known, 'a', 'b') == 'c'", ""},
	{"ifelse(match('a', pkt.iface), 'a', 'b') == 'c'", ""},
	{"substring(sifelse(known, 'a', 'b'), 0, 1) == 'c'", ""},
};

Test(expr_key, table)
{
	static struct expr_scratch scratch;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct expr *e = asked_compile(keys[i].text, EXPR_TEST);
		const struct span *constants;
		struct span name, v;
		char got[256] = "";
		size_t n = expr_key(e, &name, &constants);

		scratch.used = 0;
		if (n > 0) {
			cr_assert(expr_operand(e, asked_packet(), &scratch, &v) == 0);
			snprintf(got, sizeof(got), "%s =", asked_show(v));
		} else {
			cr_expect(expr_operand(e, asked_packet(), &scratch, &v) == -EINVAL);
		}
		for (size_t k = 0; k < n; k++) {
			size_t len = strlen(got);

			snprintf(got + len, sizeof(got) - len, " %s", asked_show(constants[k]));
		}
		cr_expect_str_eq(got, keys[i].want, "%s: %s", keys[i].text, got);
		expr_free(e);
	}
}

static bool same_operand(const char *a, const char *b)
{
	struct expr *x = asked_compile(a, EXPR_TEST), *y = asked_compile(b, EXPR_TEST);
	struct span name_x, name_y;
	const struct span *constants;
	bool same;

	cr_assert(expr_key(x, &name_x, &constants) > 0, "%s", a);
	cr_assert(expr_key(y, &name_y, &constants) > 0, "%s", b);
	same = span_equal(name_x, name_y);
	expr_free(x);
	expr_free(y);
	return same;
}

/* Names of operands compare between expressions, wherever the operand stands in them. */
Test(expr_key, names)
{
	cr_expect(same_operand("option[77].hex == 'a'",
		"known and 'bc' == option[user-class].hex"));
	cr_expect(same_operand("relay4[1].hex == 'a'", "option[82].option[1].hex == 'b'"));
	cr_expect(same_operand("member('VENDOR_CLASS_x')", "option[60].hex == 'y'"));
	cr_expect(same_operand("ifelse(option[1].exists, 'a', 'b') == 'c'",
		"known and unknown and ifelse(option[1].exists, 'a', 'b') == 'd'"));
	cr_expect(!same_operand("option[77].hex == 'a'", "option[78].hex == 'a'"));
	cr_expect(!same_operand("concat(pkt.iface, 'x') == 'a'", "concat(pkt.iface, 'y') == 'a'"));
	cr_expect(!same_operand("substring(pkt.iface, 0, 3) == 'a'",
		"substring(pkt.iface, 0, all) == 'a'"));
	cr_expect(!same_operand("option[12].text == 'a'", "option[12].hex == 'a'"));
}

Test(expr_key, members)
{
	struct expr *e = asked_compile("member('B') or known and member('VENDOR_CLASS_x')",
		EXPR_TEST);

	cr_expect(expr_member(e, 0) == 1);
	cr_expect(expr_member(e, 1) == 2);
	cr_expect(expr_member(e, 2) < 0);
	cr_expect(expr_member(e, SIZE_MAX) < 0);
	expr_free(e);
}
