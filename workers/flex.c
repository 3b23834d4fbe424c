/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flex: evaluates an entry and writes the option's new value. A sub-option's means its option's
 * value anew: what is around the sub-option, and for option 125 around its enterprise, is copied.
 */
#include "workers/flex.h"

#include <errno.h>
#include <string.h>

#include "workers/classify.h"
#include "workers/packet/optdef.h"

#define TEXT_MAX 1024 /* octets of a text that is written by a definition */
#define SUB_MAX  255

static bool is_for(const struct query *q, const struct model_flex *f)
{
	return classify_passes(q, &f->guard) && classify_passes(q, &f->inner);
}

/* The value of add and supersede, in buf; FLEX_NOTHING: empty, or not to be had. */
static enum flex_result make_value(const struct query *q, const struct model_flex *f, uint8_t *buf,
	size_t size, size_t *ret_len)
{
	struct span value = classify_value(q, f->expr);
	char text[TEXT_MAX + 1];
	struct err err;
	int r;

	if (value.len == 0)
		return FLEX_NOTHING;
	if (f->def == NULL) {
		if (value.len > size)
			return FLEX_NO_ROOM;
		memcpy(buf, value.p, value.len);
		*ret_len = value.len;
		return FLEX_SET;
	}
	if (value.len > TEXT_MAX || memchr(value.p, '\0', value.len) != NULL)
		return FLEX_NOTHING;
	memcpy(text, value.p, value.len);
	text[value.len] = '\0';
	r = optdef_encode(f->def, text, buf, size, ret_len, &err);
	if (r == -ENOBUFS)
		return FLEX_NO_ROOM;
	return r == 0 ? FLEX_SET : FLEX_NOTHING;
}

/* Copies sub-options but the one of code, and puts value (p NULL: nothing) where it belongs.
 * Returns the length; SIZE_MAX: they do not fit. */
static size_t put_sub(struct span subs, uint8_t code, struct span value, uint8_t *buf, size_t size)
{
	bool done = value.p == NULL;
	struct opt_writer w;

	if (size == 0)
		return SIZE_MAX;
	opt_writer_init(&w, buf, size);
	while (subs.len >= 2 && subs.p[0] != OPT_END) {
		struct span one = span_of(subs.p + 2, subs.p[1]);

		if (subs.p[0] == OPT_PAD) {
			subs = span_of(subs.p + 1, subs.len - 1);
			continue;
		}
		if (one.len > subs.len - 2)
			break;
		if (!done && subs.p[0] > code)
			done = opt_write(&w, code, value.p, value.len);
		if (subs.p[0] != code)
			opt_write(&w, subs.p[0], one.p, one.len);
		subs = span_of(one.p + one.len, subs.len - 2 - one.len);
	}
	if (!done)
		opt_write(&w, code, value.p, value.len);
	return w.left_out > 0 ? SIZE_MAX : (size_t)(w.p - w.start);
}

/* The sub-options of f's enterprise in option 125; *ret_before: length of what stands before its
 * number. Absent: p is NULL, and all stands before it. */
static struct span find_enterprise(struct span all, uint32_t enterprise, size_t *ret_before)
{
	struct span rest = all;

	while (rest.len >= 5 && rest.p[4] <= rest.len - 5) {
		if (wire_be32(rest.p) == enterprise) {
			*ret_before = (size_t)(rest.p - all.p);
			return span_of(rest.p + 5, rest.p[4]);
		}
		rest = span_of(rest.p + 5 + rest.p[4], rest.len - 5 - rest.p[4]);
	}
	*ret_before = all.len;
	return span_of(NULL, 0);
}

/* The option's value with subs in it changed: value p NULL takes the sub-option out. */
static enum flex_result write_option(const struct model_flex *f, struct span now,
	struct span value, uint8_t *buf, size_t size, size_t *ret_len)
{
	size_t before = 0, len, head = f->enterprise != 0 ? 5 : 0, rest_len = 0;
	struct span subs = f->enterprise != 0 ? find_enterprise(now, f->enterprise, &before) : now;

	if (head > 0 && subs.p != NULL)
		rest_len = now.len - before - head - subs.len;
	if (before + head >= size)
		return FLEX_NO_ROOM;
	len = put_sub(subs, f->sub, value, buf + before + head, size - before - head);
	if (len == SIZE_MAX || (head > 0 && len > SUB_MAX) ||
		rest_len > size - before - head - len)
		return FLEX_NO_ROOM;
	if (len == 0 && f->container_remove)
		head = 0;
	if (before > 0)
		memcpy(buf, now.p, before);
	if (head > 0) {
		wire_set_be32(buf + before, f->enterprise);
		buf[before + 4] = (uint8_t)len;
	}
	if (rest_len > 0)
		memcpy(buf + before + head + len, subs.p + subs.len, rest_len);
	*ret_len = before + head + len + rest_len;
	return *ret_len == 0 && f->container_remove ? FLEX_REMOVE : FLEX_SET;
}

static enum flex_result run_sub(const struct query *q, const struct model_flex *f, struct span now,
	uint8_t *buf, size_t size, size_t *ret_len)
{
	struct span subs = now, value = {NULL, 0};
	uint8_t made[SUB_MAX];
	size_t before, len;
	bool there;

	if (f->enterprise != 0)
		subs = find_enterprise(now, f->enterprise, &before);
	there = opt_sub(subs, f->sub).p != NULL;
	if (f->action == MODEL_FLEX_REMOVE) {
		if (!there || !classify_test(q, f->expr))
			return FLEX_NOTHING;
	} else {
		enum flex_result r = FLEX_NOTHING;

		if ((!there || f->action == MODEL_FLEX_SUPERSEDE) &&
			(now.p != NULL || f->container_add))
			r = make_value(q, f, made, sizeof(made), &len);
		if (r != FLEX_SET)
			return r;
		value = span_of(made, len);
	}
	return write_option(f, now, value, buf, size, ret_len);
}

enum flex_result flex_run(const struct query *q, const struct model_flex *f, struct span now,
	uint8_t *buf, size_t size, size_t *ret_len)
{
	if (!is_for(q, f))
		return FLEX_NOTHING;
	if (f->sub != 0)
		return run_sub(q, f, now, buf, size, ret_len);
	if (f->action == MODEL_FLEX_REMOVE)
		return now.p != NULL && classify_test(q, f->expr) ? FLEX_REMOVE : FLEX_NOTHING;
	if (f->action == MODEL_FLEX_ADD && now.p != NULL)
		return FLEX_NOTHING;
	return make_value(q, f, buf, size, ret_len);
}
