/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_isc_expr: dhcpd's expressions, as far as Kea's language has their like. Descent goes by
 * brackets and words, whose number is bounded.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/ctl/import_isc_part.h"

#define DEPTH_MAX  64
#define OCTETS_MAX 255

struct expr {
	struct isc *isc;
	const struct isc_token *t;
	size_t n, i;
	unsigned depth;
	const char *wrong; /* the first thing that went wrong */
};

/* A value: an expression of Kea's, and what has to be known to compare it. */
struct value {
	const char *text;
	unsigned width;                 /* of a number, octets; 0: it is no number */
	bool hardware;                  /* type and address in one; text is the address alone */
	bool constant;                  /* octets below */
	const struct isc_token *number; /* or a constant that may be a number */
	uint8_t octets[OCTETS_MAX];
	size_t len;
};

static bool data(struct expr *e, struct value *ret);

static bool fail(struct expr *e, const char *why)
{
	if (e->wrong == NULL)
		e->wrong = why;
	return false;
}

static bool at_word(const struct expr *e, const char *word)
{
	return e->i < e->n && isc_is_word(&e->t[e->i], word);
}

static bool take_word(struct expr *e, const char *word)
{
	bool yes = at_word(e, word);

	e->i += yes;
	return yes;
}

static bool take_mark(struct expr *e, char mark)
{
	bool yes = e->i < e->n && isc_is_mark(&e->t[e->i], mark);

	e->i += yes;
	return yes;
}

static bool need_mark(struct expr *e, char mark)
{
	return take_mark(e, mark) || fail(e, "not an expression that is understood here");
}

static bool need_number(struct expr *e, uint64_t max, uint64_t *ret)
{
	if (e->i < e->n && isc_number(&e->t[e->i], max, ret)) {
		e->i++;
		return true;
	}
	return fail(e, "expected a number");
}

/* A constant as Kea writes it. */
static const char *constant(struct expr *e, const uint8_t *p, size_t len)
{
	char hex[3 + 2 * OCTETS_MAX] = "0x";

	if (isc_is_printable(span_of(p, len)) && memchr(p, '\'', len) == NULL)
		return isc_format(e->isc, "'%.*s'", (int)len, (const char *)p);
	for (size_t k = 0; k < len; k++)
		snprintf(hex + 2 + 2 * k, 3, "%02x", p[k]);
	return isc_format(e->isc, "%s", hex);
}

/* An option of the packet, also one of the relay's: its octets with ".hex", or ".exists". */
static const char *option(struct expr *e, const char *what)
{
	static const struct {
		const char *name;
		unsigned code;
	} agent[] = {{"agent.circuit-id", 1}, {"agent.remote-id", 2},
		{"agent.DOCSIS-device-class", 4}, {"agent.link-selection", 5},
		{"agent.relay-port", 19}};
	const struct isc_token *t = &e->t[e->i];
	int code;

	if (e->i == e->n) {
		fail(e, "the name of an option is missing");
		return NULL;
	}
	e->i++;
	for (size_t k = 0; k < sizeof(agent) / sizeof(agent[0]); k++)
		if (isc_is_word(t, agent[k].name))
			return isc_format(e->isc, "relay4[%u].%s", agent[k].code, what);
	code = isc_option_code(e->isc, t);
	if (code < 0) {
		fail(e, "it asks for an option that is not known, or not of this protocol");
		return NULL;
	}
	return isc_format(e->isc, "option[%d].%s", code, what);
}

static bool function_substring(struct expr *e, struct value *ret)
{
	uint64_t start, len;
	struct value v;

	if (!need_mark(e, '(') || !data(e, &v) || !need_mark(e, ',') ||
		!need_number(e, 65535, &start) || !need_mark(e, ',') ||
		!need_number(e, 65535, &len) || !need_mark(e, ')'))
		return false;
	if (v.hardware && start == 0)
		return fail(e, "hardware begins with its type: compare pkt4.mac and pkt4.htype");
	*ret = (struct value){
		.text = isc_format(e->isc, "substring(%s, %llu, %llu)", v.text,
			(unsigned long long)(start - v.hardware), (unsigned long long)len)};
	return true;
}

static bool function_suffix(struct expr *e, struct value *ret)
{
	uint64_t len;
	struct value v;

	if (!need_mark(e, '(') || !data(e, &v) || !need_mark(e, ',') ||
		!need_number(e, 65535, &len) || !need_mark(e, ')'))
		return false;
	if (v.hardware || len == 0)
		return fail(e, "suffix of it has no equivalent");
	*ret = (struct value){.text = isc_format(e->isc, "substring(%s, -%llu, all)", v.text,
				      (unsigned long long)len)};
	return true;
}

static bool function_case(struct expr *e, const char *name, struct value *ret)
{
	struct value v;

	if (!need_mark(e, '(') || !data(e, &v) || !need_mark(e, ')'))
		return false;
	if (v.hardware)
		return fail(e, "it takes a text");
	*ret = (struct value){.text = isc_format(e->isc, "%s(%s)", name, v.text)};
	return true;
}

static bool function_concat(struct expr *e, struct value *ret)
{
	const char *text = NULL;
	struct value v;

	if (!need_mark(e, '('))
		return false;
	do {
		if (!data(e, &v))
			return false;
		if (v.hardware)
			return fail(e, "hardware can only be compared");
		text = text == NULL ? v.text : isc_format(e->isc, "%s + %s", text, v.text);
	} while (take_mark(e, ','));
	*ret = (struct value){.text = isc_format(e->isc, "(%s)", text)};
	return need_mark(e, ')');
}

/* A number out of octets: compared with a constant, it is the octets of that constant. */
static bool function_extract(struct expr *e, struct value *ret)
{
	uint64_t bits;
	struct value v;

	if (!need_mark(e, '(') || !data(e, &v) || !need_mark(e, ',') ||
		!need_number(e, 32, &bits) || !need_mark(e, ')'))
		return false;
	if (v.hardware || (bits != 8 && bits != 16 && bits != 32))
		return fail(e, "extract-int takes 8, 16 or 32 bits");
	*ret = (struct value){
		.text = isc_format(e->isc, "substring(%s, 0, %u)", v.text, (unsigned)bits / 8),
		.width = (unsigned)bits / 8,
	};
	return true;
}

static bool literal(struct expr *e, struct value *ret)
{
	const struct isc_token *t = &e->t[e->i];

	*ret = (struct value){.constant = true};
	if (!isc_one_value(t, ret->octets, sizeof(ret->octets), &ret->len))
		return fail(e, "it uses something that has no equivalent");
	e->i++;
	if (t->type == ISC_WORD && memchr(t->text.p, ':', t->text.len) == NULL)
		ret->number = t;
	ret->text = constant(e, ret->octets, ret->len);
	return true;
}

static bool data_inner(struct expr *e, struct value *ret)
{
	if (e->i == e->n)
		return fail(e, "a value is missing");
	if (take_word(e, "option")) {
		*ret = (struct value){.text = option(e, "hex")};
		return ret->text != NULL;
	}
	if (take_word(e, "hardware")) {
		*ret = (struct value){.text = "pkt4.mac", .hardware = true};
		return true;
	}
	if (take_word(e, "substring"))
		return function_substring(e, ret);
	if (take_word(e, "suffix"))
		return function_suffix(e, ret);
	if (take_word(e, "lcase"))
		return function_case(e, "lcase", ret);
	if (take_word(e, "ucase"))
		return function_case(e, "ucase", ret);
	if (take_word(e, "concat"))
		return function_concat(e, ret);
	if (take_word(e, "extract-int"))
		return function_extract(e, ret);
	return literal(e, ret);
}

static bool data(struct expr *e, struct value *ret)
{
	bool good;

	if (e->depth == DEPTH_MAX)
		return fail(e, "too many brackets");
	e->depth++;
	good = data_inner(e, ret);
	e->depth--;
	return good;
}

/* Both sides as octets that can be compared. */
static const char *equal(struct expr *e, struct value *a, struct value *b)
{
	uint64_t number;

	if (a->constant && !b->constant) {
		struct value swap = *a;

		*a = *b;
		*b = swap;
	}
	if (a->width > 0) {
		uint64_t max = a->width == 4 ? UINT32_MAX : (1u << 8 * a->width) - 1;

		if (b->number == NULL || !isc_number(b->number, max, &number)) {
			fail(e, "a number can only be compared with a constant");
			return NULL;
		}
		return isc_format(e->isc, "%s == 0x%0*llx", a->text, (int)a->width * 2,
			(unsigned long long)number);
	}
	if (!a->hardware && !b->hardware)
		return isc_format(e->isc, "%s == %s", a->text, b->text);
	if (!a->hardware || !b->constant || b->len < 2 || b->octets[0] != 1) {
		fail(e, "hardware can only be compared with an Ethernet address, 1:...");
		return NULL;
	}
	return isc_format(e->isc, "%s == %s", a->text, constant(e, b->octets + 1, b->len - 1));
}

static const char *comparison(struct expr *e)
{
	struct value a, b;
	const char *text;
	bool negated;

	if (!data(e, &a))
		return NULL;
	negated = take_mark(e, '!');
	if (take_mark(e, '~') || at_word(e, "~~")) {
		fail(e, "regular expressions differ: use match() in a test of your own");
		return NULL;
	}
	if (!take_mark(e, '=')) {
		fail(e, "it is no comparison");
		return NULL;
	}
	if (!data(e, &b))
		return NULL;
	text = equal(e, &a, &b);
	return text != NULL && negated ? isc_format(e->isc, "not (%s)", text) : text;
}

static const char *boolean(struct expr *e);

static const char *factor(struct expr *e)
{
	const char *text;

	if (take_word(e, "not")) {
		if (++e->depth > DEPTH_MAX) {
			fail(e, "too many negations");
			return NULL;
		}
		text = factor(e);
		e->depth--;
		return text != NULL ? isc_format(e->isc, "not (%s)", text) : NULL;
	}
	if (take_mark(e, '(')) {
		text = boolean(e);
		return text != NULL && need_mark(e, ')') ? isc_format(e->isc, "(%s)", text) : NULL;
	}
	if (take_word(e, "exists"))
		return option(e, "exists");
	if (take_word(e, "known"))
		return "member('KNOWN')";
	return comparison(e);
}

static const char *chain(
	struct expr *e, const char *word, const char *(*part)(struct expr *e), bool brackets)
{
	const char *text = part(e);
	bool more = text != NULL && at_word(e, word);

	while (text != NULL && take_word(e, word)) {
		const char *right = part(e);

		text = right != NULL ? isc_format(e->isc, "%s %s %s", text, word, right) : NULL;
	}
	return text != NULL && more && brackets ? isc_format(e->isc, "(%s)", text) : text;
}

static const char *conjunction(struct expr *e)
{
	return chain(e, "and", factor, true);
}

static const char *boolean(struct expr *e)
{
	const char *text;

	if (e->depth == DEPTH_MAX) {
		fail(e, "too many brackets");
		return NULL;
	}
	e->depth++;
	text = chain(e, "or", conjunction, false);
	e->depth--;
	return text;
}

static const char *finish(struct expr *e, const char *text, const char **ret_wrong)
{
	if (text != NULL && e->i < e->n)
		fail(e, "there is more than one expression");
	*ret_wrong = e->wrong;
	return e->wrong == NULL ? text : NULL;
}

const char *isc_test(struct isc *isc, const struct isc_token *t, size_t n, const char **ret_wrong)
{
	struct expr e = {.isc = isc, .t = t, .n = n};
	const char *text = boolean(&e);

	return finish(&e, text, ret_wrong);
}

const char *isc_value(struct isc *isc, const struct isc_token *t, size_t n, const char **ret_wrong)
{
	struct expr e = {.isc = isc, .t = t, .n = n};
	struct value v;
	const char *text = data(&e, &v) ? v.text : NULL;

	if (text != NULL && v.width > 0)
		fail(&e, "a number has no equivalent here");
	return finish(&e, text, ret_wrong);
}

const char *isc_equals(struct isc *isc, const struct isc_token *t, size_t n,
	const struct isc_token *v, size_t n_v, const char **ret_wrong)
{
	struct expr left = {.isc = isc, .t = t, .n = n}, right = {.isc = isc, .t = v, .n = n_v};
	const char *text = NULL;
	struct value a, b;

	if (data(&left, &a) && data(&right, &b))
		text = equal(&left, &a, &b);
	if (text != NULL && right.i < right.n)
		fail(&right, "more than one value");
	if (left.wrong == NULL)
		left.wrong = right.wrong;
	return finish(&left, text, ret_wrong);
}
