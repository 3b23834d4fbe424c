/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_extent: which lengths the operands of a comparison can have, to warn of one that can never
 * hold. Called while an expression is compiled; changes nothing of what it means.
 */
#include <stdio.h>

#include "workers/packet/expr_compile.h"

static size_t least(struct expr_extent a)
{
	return a.or_none ? 0 : a.min;
}

static size_t sum(size_t a, size_t b)
{
	return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

struct expr_extent expr_extent_of(size_t len)
{
	return (struct expr_extent){len, len, false};
}

struct expr_extent expr_extent_sum(struct expr_extent a, struct expr_extent b)
{
	return (struct expr_extent){sum(least(a), least(b)), sum(a.max, b.max), false};
}

struct expr_extent expr_extent_either(struct expr_extent a, struct expr_extent b)
{
	return (struct expr_extent){a.min < b.min ? a.min : b.min, a.max > b.max ? a.max : b.max,
		a.or_none || b.or_none};
}

struct expr_extent expr_extent_function(enum expr_op op, struct expr_extent arg, int64_t n)
{
	size_t cut = (size_t)(n < 0 ? -n : n);

	switch (op) {
	case EXPR_OP_LCASE:
	case EXPR_OP_UCASE:
		return arg;
	case EXPR_OP_SUBSTRING:
		return (struct expr_extent){0, cut < arg.max ? cut : arg.max, false};
	case EXPR_OP_SPLIT:
		return (struct expr_extent){0, arg.max, false};
	case EXPR_OP_ADDRTOTEXT: /* "::" at least */
		return (struct expr_extent){2, 39, true};
	case EXPR_OP_INT8TOTEXT:
	case EXPR_OP_UINT8TOTEXT:
		return (struct expr_extent){1, op == EXPR_OP_INT8TOTEXT ? 4 : 3, true};
	case EXPR_OP_INT16TOTEXT:
	case EXPR_OP_UINT16TOTEXT:
		return (struct expr_extent){1, op == EXPR_OP_INT16TOTEXT ? 6 : 5, true};
	case EXPR_OP_INT32TOTEXT:
	case EXPR_OP_UINT32TOTEXT:
		return (struct expr_extent){1, op == EXPR_OP_INT32TOTEXT ? 11 : 10, true};
	default:
		return EXPR_EXTENT_ANY;
	}
}

static const char *describe(struct expr_extent a, char buf[48])
{
	const char *plural = a.max == 1 ? "" : "s", *none = a.or_none ? " or none" : "";

	if (a.max == SIZE_MAX)
		snprintf(buf, 48, "at least %zu octets%s", a.min, none);
	else if (a.min == a.max)
		snprintf(buf, 48, "%zu octet%s%s", a.min, plural, none);
	else
		snprintf(buf, 48, "%zu to %zu octets%s", a.min, a.max, none);
	return buf;
}

void expr_extent_compare(struct expr_compile *c, const struct expr_part *a,
	const struct expr_part *b)
{
	struct expr_extent x = a->extent, y = b->extent;
	char left[48], right[48];

	if (x.min <= y.max && y.min <= x.max)
		return;
	if (least(x) == 0 && least(y) == 0)
		return;
	expr_warn(c, a->column,
		"never equal: the left side has %s, the right side %s "
		"(an integer has 4, 0x01 has 1)", describe(x, left), describe(y, right));
}
