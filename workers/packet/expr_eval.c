/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_eval: carries out the program of a class expression about a packet. Called for each packet
 * and class: no heap, no recursion, no loop back; what the compiler made is trusted, the packet is
 * not.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "workers/packet/expr_code.h"
#include "workers/packet/expr_regex.h"

/* A truth value has no octets: len is 1 or 0. */
struct slot {
	struct span v;
	size_t mark; /* use of the scratch before the value was made */
};

/* A run of instructions under way. */
struct run {
	const struct expr *e;
	const struct expr_packet *p;
	struct expr_scratch *s;
	const uint8_t *pc;
	struct slot stack[EXPR_STACK + 1];
	struct slot *top; /* the topmost; the first one is never used */
};

static uint32_t take_u32(struct run *r)
{
	uint32_t v = wire_be32(r->pc);

	r->pc += 4;
	return v;
}

static void push(struct run *r, struct span v)
{
	r->top++;
	r->top->v = v;
	r->top->mark = r->s->used;
}

/* A truth value in place of the topmost value, whose octets are not needed any more. */
static void decide(struct run *r, bool truth)
{
	r->top->v = (struct span){NULL, truth ? 1 : 0};
	r->s->used = r->top->mark;
}

static bool pop_truth(struct run *r)
{
	return (r->top--)->v.len != 0;
}

static void push_const(struct run *r)
{
	uint32_t len = take_u32(r);

	push(r, span_of(r->pc, len));
	r->pc += len;
}

static int push_be32(struct run *r, uint32_t v)
{
	push(r, (struct span){NULL, 0});
	return expr_octets_be32(r->s, v, &r->top->v);
}

static int push_field(struct run *r, enum expr_field field)
{
	const struct expr_packet *p = r->p;
	const struct msg *m = p->msg;

	switch (field) {
	case EXPR_FIELD_IFACE:
		push(r, span_of(p->iface, p->iface != NULL ? strlen(p->iface) : 0));
		return 0;
	case EXPR_FIELD_SRC:
		return push_be32(r, p->src);
	case EXPR_FIELD_DST:
		return push_be32(r, p->dst);
	case EXPR_FIELD_LEN:
		return push_be32(r, (uint32_t)m->len);
	case EXPR_FIELD_MAC:
		push(r, span_of(m->chaddr, m->hlen));
		return 0;
	case EXPR_FIELD_HLEN:
		return push_be32(r, m->hlen);
	case EXPR_FIELD_HTYPE:
		return push_be32(r, m->htype);
	case EXPR_FIELD_CIADDR:
		return push_be32(r, m->ciaddr);
	case EXPR_FIELD_GIADDR:
		return push_be32(r, m->giaddr);
	case EXPR_FIELD_YIADDR:
		return push_be32(r, m->yiaddr);
	case EXPR_FIELD_SIADDR:
		return push_be32(r, m->siaddr);
	case EXPR_FIELD_MSGTYPE:
		return push_be32(r, m->type);
	case EXPR_FIELD_TRANSID:
		return push_be32(r, m->xid);
	}
	bug("unknown field");
}

/* What the first enterprise of option 124 or 125 has (RFC 3925 sections 3 and 4: number, length,
 * data, repeated); absent if the first one is not whole. */
static struct span first_enterprise(struct span option, struct span *ret_number)
{
	*ret_number = (struct span){NULL, 0};
	if (option.len < 5 || option.p[4] > option.len - 5)
		return *ret_number;
	*ret_number = span_of(option.p, 4);
	return span_of(option.p + 5, option.p[4]);
}

static void push_vendor(struct run *r, enum expr_op op)
{
	struct span number, data = first_enterprise(opt_get(&r->p->msg->opt, *r->pc++), &number);

	if (op == EXPR_OP_ENTERPRISE)
		data = number;
	else if (op == EXPR_OP_VENDOR_OF && take_u32(r) != (number.p ? wire_be32(number.p) : 0))
		data = (struct span){NULL, 0};
	push(r, data);
}

/* The i-th of the values with a length octet; absent behind the last or where one is cut. */
static struct span tuple(struct span v, uint8_t i)
{
	for (size_t at = 0; at < v.len && v.p[at] <= v.len - at - 1; at += 1u + v.p[at]) {
		if (i-- == 0)
			return span_of(v.p + at + 1, v.p[at]);
	}
	return (struct span){NULL, 0};
}

static void take_sub(struct run *r)
{
	struct span *v = &r->top->v;
	uint8_t skip = *r->pc++, code = *r->pc++;

	*v = v->len < skip || v->p == NULL ? (struct span){NULL, 0}
					   : opt_sub(span_of(v->p + skip, v->len - skip), code);
}

static int match(struct run *r)
{
	int found = expr_regex_match(r->e->patterns[take_u32(r)], r->top->v);

	decide(r, found > 0);
	return found < 0 ? found : 0;
}

static void member(struct run *r)
{
	uint32_t class = take_u32(r);

	push(r, (struct span){NULL, r->p->classes[class / 64] >> (class % 64) & 1});
}

static void jump(struct run *r, enum expr_op op)
{
	uint32_t distance = take_u32(r);
	bool stay = op != EXPR_OP_JUMP;

	if (op == EXPR_OP_UNLESS)
		stay = pop_truth(r);
	else if (op != EXPR_OP_JUMP)
		stay = (r->top->v.len != 0) == (op == EXPR_OP_AND_THEN);
	if (!stay)
		r->pc += distance;
	else if (op == EXPR_OP_AND_THEN || op == EXPR_OP_OR_ELSE)
		r->top--;
}

/* The topmost value is the second argument of a function of two. */
static struct span second(struct run *r)
{
	return (r->top--)->v;
}

static int split(struct run *r)
{
	struct span delimiters = second(r);

	r->top->v = expr_octets_split(r->top->v, delimiters, (int32_t)take_u32(r));
	return 0;
}

static int substring(struct run *r)
{
	int32_t start = (int32_t)take_u32(r), len = (int32_t)take_u32(r);

	r->top->v = expr_octets_substring(r->top->v, start, len);
	return 0;
}

static int text(struct run *r)
{
	uint8_t type = *r->pc++, flags = *r->pc++;

	return expr_octets_text(r->s, r->top->v, type, flags, &r->top->v);
}

static void choose(struct run *r)
{
	struct span otherwise = second(r), value = second(r);

	r->top->v = r->top->v.len != 0 ? value : otherwise;
}

/* Instructions that make octets of octets. */
static int transform(struct run *r, enum expr_op op)
{
	struct span b;

	switch (op) {
	case EXPR_OP_TEXT:
		return text(r);
	case EXPR_OP_CONCAT:
		b = second(r);
		return expr_octets_concat(r->s, r->top->v, b, &r->top->v);
	case EXPR_OP_SUBSTRING:
		return substring(r);
	case EXPR_OP_SPLIT:
		return split(r);
	case EXPR_OP_LCASE:
	case EXPR_OP_UCASE:
		return expr_octets_case(r->s, r->top->v, op, &r->top->v);
	case EXPR_OP_HEXSTRING:
		b = second(r);
		return expr_octets_hex(r->s, r->top->v, b, &r->top->v);
	case EXPR_OP_ADDRTOTEXT:
		return expr_octets_address(r->s, r->top->v, &r->top->v);
	default:
		return expr_octets_int(r->s, r->top->v, op, &r->top->v);
	}
}

/* Instructions that put a value on the stack, or lead to a part of the topmost one. */
static int fetch(struct run *r, enum expr_op op)
{
	switch (op) {
	case EXPR_OP_CONST:
		push_const(r);
		return 0;
	case EXPR_OP_OPTION:
		push(r, opt_get(&r->p->msg->opt, *r->pc++));
		return 0;
	case EXPR_OP_SUB:
		take_sub(r);
		return 0;
	case EXPR_OP_ABSENT:
		r->top->v = (struct span){NULL, 0};
		return 0;
	case EXPR_OP_TUPLE:
		r->top->v = tuple(r->top->v, *r->pc++);
		return 0;
	case EXPR_OP_FIELD:
		return push_field(r, (enum expr_field)*r->pc++);
	default:
		push_vendor(r, op);
		return 0;
	}
}

/* Instructions about truth values, and jumps. */
static int judge(struct run *r, enum expr_op op)
{
	struct span b;

	switch (op) {
	case EXPR_OP_EXISTS:
		decide(r, r->top->v.p != NULL);
		return 0;
	case EXPR_OP_EQUAL:
		b = second(r);
		decide(r, span_equal(r->top->v, b));
		return 0;
	case EXPR_OP_MEMBER:
		member(r);
		return 0;
	case EXPR_OP_MATCH:
		return match(r);
	case EXPR_OP_NOT:
		r->top->v.len ^= 1;
		return 0;
	case EXPR_OP_AND:
		b = second(r);
		r->top->v.len &= b.len;
		return 0;
	case EXPR_OP_OR:
		b = second(r);
		r->top->v.len |= b.len;
		return 0;
	case EXPR_OP_SELECT:
		choose(r);
		return 0;
	default:
		jump(r, op);
		return 0;
	}
}

/* Carries out code, a part of e's, which leaves one value. */
static int run(const struct expr *e, struct span code, const struct expr_packet *p,
	struct expr_scratch *s, struct span *ret)
{
	struct run r;
	const uint8_t *end = code.p + code.len;
	int n = 0;

	r.e = e;
	r.p = p;
	r.s = s;
	r.pc = code.p;
	r.top = r.stack;
	while (n == 0 && r.pc < end) {
		enum expr_op op = (enum expr_op)*r.pc++;

		if (op < EXPR_OP_EXISTS)
			n = fetch(&r, op);
		else if (op < EXPR_OP_TEXT)
			n = judge(&r, op);
		else
			n = transform(&r, op);
	}
	if (n == 0)
		*ret = r.top->v;
	return n;
}

int expr_test(const struct expr *e, const struct expr_packet *p, struct expr_scratch *s)
{
	size_t mark = s->used;
	struct span v;
	int r;

	if (e->kind != EXPR_TEST)
		return -EINVAL;
	r = run(e, e->code, p, s, &v);
	s->used = mark;
	return r < 0 ? r : (int)v.len;
}

int expr_value(const struct expr *e, const struct expr_packet *p, struct expr_scratch *s,
	struct span *ret)
{
	return e->kind == EXPR_VALUE ? run(e, e->code, p, s, ret) : -EINVAL;
}

int expr_operand(const struct expr *e, const struct expr_packet *p, struct expr_scratch *s,
	struct span *ret)
{
	return e->operand.p != NULL ? run(e, e->operand, p, s, ret) : -EINVAL;
}
