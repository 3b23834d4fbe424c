/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_key: finds tests that can hold only for a few constant values of one operand, so that the
 * classifier need not evaluate them for other packets. Called while an expression is compiled.
 */
#include <stdlib.h>
#include <string.h>

#include "workers/packet/expr_compile.h"

#define CONST_HEADER 5 /* EXPR_OP_CONST and its length */

static struct expr_constant *constant(const struct expr_compile *c, size_t i)
{
	return (struct expr_constant *)c->constants.p + i;
}

/* What an operand that asks for classes gives may change while classes are assigned. */
struct expr_key expr_key_equal(struct expr_compile *c, const struct expr_part *a,
	const struct expr_part *b)
{
	const struct expr_part *operand = a->is_constant ? b : a, *value = a->is_constant ? a : b;
	size_t i = c->constants.len / sizeof(struct expr_constant);
	struct expr_constant added = {.at = (uint32_t)(value->from + CONST_HEADER),
		.len = (uint32_t)(value->to - value->from - CONST_HEADER)};

	if (!value->is_constant || operand->is_constant || operand->varies)
		return (struct expr_key){0};
	expr_list_add(c, &c->constants, &added, sizeof(added));
	return (struct expr_key){operand->from, operand->to, 1, i, i};
}

/* Either alone is true of the whole: the one that leaves fewer values. */
struct expr_key expr_key_and(const struct expr_key *a, const struct expr_key *b)
{
	return b->n == 0 || (a->n > 0 && a->n <= b->n) ? *a : *b;
}

struct expr_key expr_key_or(struct expr_compile *c, const struct expr_key *a,
	const struct expr_key *b)
{
	const uint8_t *code = (const uint8_t *)c->code.p;

	if (c->r < 0 || a->n == 0 || b->n == 0 ||
		!span_equal(span_of(code + a->from, a->to - a->from),
			span_of(code + b->from, b->to - b->from)))
		return (struct expr_key){0};
	constant(c, a->last)->next = b->first;
	return (struct expr_key){a->from, a->to, a->n + b->n, a->first, b->last};
}

static int compare(const void *x, const void *y)
{
	const struct span *a = (const struct span *)x, *b = (const struct span *)y;

	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return a->len > 0 ? memcmp(a->p, b->p, a->len) : 0;
}

size_t expr_key_values(const struct expr_compile *c, const struct expr_key *key, struct span code,
	struct span *ret)
{
	size_t i = key->first, n = 0;

	for (size_t k = 0; k < key->n; k++) {
		ret[k] = span_of(code.p + constant(c, i)->at, constant(c, i)->len);
		i = constant(c, i)->next;
	}
	qsort(ret, key->n, sizeof(*ret), compare);
	for (size_t k = 0; k < key->n; k++) {
		if (n == 0 || !span_equal(ret[n - 1], ret[k]))
			ret[n++] = ret[k];
	}
	return n;
}

size_t expr_key(const struct expr *e, struct span *ret_operand, const struct span **ret_values)
{
	if (e->n_values > 0) {
		*ret_operand = e->operand;
		*ret_values = e->values;
	}
	return e->n_values;
}
