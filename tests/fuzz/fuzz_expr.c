/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_expr: a class expression, a NUL, and the options of a packet that it is evaluated about. An
 * expression is a test, or a value, or refused with words; a test with a key holds only where the
 * operand has one of the constants; evaluation leaves nothing behind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/err.h"
#include "tests/fuzz/fuzz.h"
#include "workers/packet/expr.h"
#include "workers/packet/optdef.h"

#define OPTIONS_MAX 2048

static int option_code(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "own") == 0 ? 224 : -1;
}

/* A to Z; known, unknown. */
static int class_number(void *arg, const char *name)
{
	(void)arg;
	if (strcmp(name, "KNOWN") == 0 || strcmp(name, "UNKNOWN") == 0)
		return 26 + (name[0] == 'U');
	return name[0] >= 'A' && name[0] <= 'Z' && name[1] == '\0' ? name[0] - 'A' : -1;
}

/* 224 and on: each type, sub-options behind it, arrays every other one. */
static const struct optdef *option_def(void *arg, uint8_t code)
{
	static struct optdef def;

	(void)arg;
	if (code < 224 || code == 255)
		return NULL;
	def = (struct optdef){.code = code, .name = "own", .type = code % OPTDEF_RECORD,
		.encapsulates = code < 240 ? "space" : NULL, .array = (code & 1) != 0};
	return &def;
}

static const struct expr_names names = {NULL, option_code, class_number, option_def};

static void check_words(const char *text, size_t limit)
{
	if (text[0] == '\0' || strlen(text) >= limit)
		bug("an error without words, or too many");
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < ' ' || *p >= 0x7f)
			bug("words that cannot be shown");
	}
}

static void warn(void *arg, const char *line)
{
	(void)arg;
	check_words(line, 512);
}

static struct expr *compile(const char *text, enum expr_kind kind)
{
	struct expr *e = NULL;
	struct err err = {0};
	int r = expr_compile(text, kind, &names, warn, NULL, &e, &err);

	if (r == 0)
		return e;
	if (r != err.code || e != NULL)
		bug("an error that is none");
	check_words(err.text, sizeof(err.text));
	return NULL;
}

static void check_key(const struct expr *e, const struct expr_packet *p, bool holds)
{
	static struct expr_scratch scratch;
	const struct span *constants;
	struct span name, v = {NULL, 0};
	size_t n = expr_key(e, &name, &constants);
	bool found = false;
	int r;

	scratch.used = 0;
	r = expr_operand(e, p, &scratch, &v);
	if (n == 0 && r == 0)
		bug("an operand without a key");
	for (size_t i = 0; i < n && r == 0; i++)
		found = found || span_equal(v, constants[i]);
	if (n > 0 && holds && !found)
		bug("a test holds against its key");
}

static void check_test(const struct expr *e, const struct expr_packet *p)
{
	static struct expr_scratch scratch;
	int r;

	scratch.used = 100;
	r = expr_test(e, p, &scratch);
	if (r > 1 || scratch.used != 100)
		bug("neither true nor false, or something is left");
	scratch.used = 100;
	if (r != expr_test(e, p, &scratch))
		bug("not the same when asked again");
	for (size_t i = 0; expr_member(e, i) >= 0; i++) {
		if (expr_member(e, i) > 27)
			bug("a class that does not exist");
	}
	check_key(e, p, r == 1);
}

static void check_value(const struct expr *e, const struct expr_packet *p)
{
	static struct expr_scratch scratch;
	struct span v = {NULL, 0}, again = {NULL, 0};
	volatile uint8_t sum = 0;
	int r;

	scratch.used = 0;
	r = expr_value(e, p, &scratch, &v);
	for (size_t i = 0; i < v.len; i++)
		sum = (uint8_t)(sum + v.p[i]);
	if (scratch.used > EXPR_SCRATCH)
		bug("the scratch is overrun");
	if (scratch.used <= EXPR_SCRATCH / 2 && r == 0 &&
		(expr_value(e, p, &scratch, &again) != 0 || !span_equal(v, again)))
		bug("not the same when asked again");
}

/* A message with these options; those that do not decode are left out. */
static const struct msg *message(struct span options)
{
	static uint8_t data[MSG_OPTIONS + OPTIONS_MAX];
	static struct msg msg;

	memset(data, 0, MSG_OPTIONS);
	memcpy(data, "\x01\x01\x06", 3);
	memcpy(data + 24, "\xc0\x00\x02\x01\x02", 5); /* giaddr, chaddr */
	memcpy(data + MSG_HEADER, "\x63\x82\x53\x63", 4);
	if (options.len > 0)
		memcpy(data + MSG_OPTIONS, options.p, options.len);
	if (msg_decode(data, MSG_OPTIONS + options.len, MSG_BOOTREQUEST, false, &msg) != MSG_OK &&
		msg_decode(data, MSG_OPTIONS, MSG_BOOTREQUEST, false, &msg) != MSG_OK)
		bug("an empty message is refused");
	return &msg;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t classes[1] = {0x5555555};
	size_t len = strnlen((const char *)data, size);
	size_t rest = len < size ? size - len - 1 : 0;
	struct expr_packet p = {NULL, "eth0", 0xc0000201, 0xffffffff, classes};
	struct expr *test, *value;
	char *text;

	if (rest > OPTIONS_MAX)
		return 0;
	text = strndup((const char *)data, len); /* of just its size */
	if (text == NULL)
		return 0;
	p.msg = message(span_of(data + size - rest, rest));
	test = compile(text, EXPR_TEST);
	value = compile(text, EXPR_VALUE);
	free(text);
	if (test != NULL && value != NULL)
		bug("a test and a value at once");
	if (test != NULL)
		check_test(test, &p);
	if (value != NULL)
		check_value(value, &p);
	expr_free(test);
	expr_free(value);
	return 0;
}
