/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_flex: entries of flex-option on values of all kinds, whole and cut, in buffers of all sizes.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/workers/stage.h"
#include "workers/flex.h"

#define SUBS(space)                                                                                \
	"sub-options = ( { code = 2; " space "supersede = \"'xy'\"; },"                            \
	"  { code = 2; " space "remove = \"option[55].exists\"; } );"
#define CONF                                                                                       \
	"flex-option = ( { code = 43; " SUBS("") " }, { code = 125; "                              \
	SUBS("space = \"vendor-9\"; ") " }, { code = 15; supersede = \"'abc'\"; } );"              \
	"subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; "                                        \
	"pools = ( { pool = \"192.0.2.10 - 192.0.2.20\"; } ); } );"
#define L(s) s, sizeof(s) - 1
#define NINE(len) "\0\0\0\x09" len
#define SEVEN     "\0\0\0\x07\3\1\1a"

enum entry { SET_43, REMOVE_43, SET_125, REMOVE_125, SET_15 };

static struct stage *staged(void)
{
	struct stage *s = stage_new(CONF);

	stage_begin(s, MSG_DISCOVER, 1);
	stage_opt(s, OPT_PARAMETER_REQUEST, "\x2b", 1);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	cr_assert_eq(s->model->n_flex, 5);
	return s;
}

static const struct {
	enum entry entry;
	const char *now; /* NULL: the option is not there */
	size_t now_len;
	enum flex_result result;
	const char *value;
	size_t len;
} cases[] = {
	{SET_15, NULL, 0, FLEX_SET, L("abc")},
	{SET_43, NULL, 0, FLEX_SET, L("\2\2xy")},
	{SET_43, L(""), FLEX_SET, L("\2\2xy")},
	{SET_43, L("\1\1a\3\1c"), FLEX_SET, L("\1\1a\2\2xy\3\1c")},
	{SET_43, L("\2\1b\2\1b"), FLEX_SET, L("\2\2xy")},
	{SET_43, L("\0\1\1a\xff\3\1c"), FLEX_SET, L("\1\1a\2\2xy")},
	{SET_43, L("\1\1a\3\7c"), FLEX_SET, L("\1\1a\2\2xy")}, /* runs over the end */
	{REMOVE_43, NULL, 0, FLEX_NOTHING, L("")},
	{REMOVE_43, L("\1\1a"), FLEX_NOTHING, L("")},
	{REMOVE_43, L("\1\1a\2\1b"), FLEX_SET, L("\1\1a")},
	{REMOVE_43, L("\2\1b"), FLEX_REMOVE, L("")},
	{SET_125, NULL, 0, FLEX_SET, L(NINE("\4") "\2\2xy")},
	{SET_125, L(SEVEN), FLEX_SET, L(SEVEN NINE("\4") "\2\2xy")},
	{SET_125, L(NINE("\3") "\1\1a" SEVEN), FLEX_SET, L(NINE("\7") "\1\1a\2\2xy" SEVEN)},
	{REMOVE_125, L(SEVEN NINE("\3") "\2\1b" SEVEN), FLEX_SET, L(SEVEN SEVEN)},
	{REMOVE_125, L(NINE("\3") "\2\1b"), FLEX_REMOVE, L("")},
	{REMOVE_125, L("\0\0\0"), FLEX_NOTHING, L("")},
	{REMOVE_125, L(NINE("\x09") "\2\1b"), FLEX_NOTHING, L("")}, /* runs over the end */
};

Test(flex, values)
{
	struct stage *s = staged();
	uint8_t buf[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span now = span_of(cases[i].now, cases[i].now_len);
		size_t len = 0;

		cr_expect_eq(flex_run(&s->q, &s->model->flex[cases[i].entry], now, buf, sizeof(buf),
			&len), cases[i].result, "case %zu", i);
		if (cases[i].result == FLEX_SET)
			cr_expect(len == cases[i].len && memcmp(buf, cases[i].value, len) == 0,
				"case %zu: %zu octets", i, len);
	}
	stage_free(s);
}

/* A block of its own size on the heap: sanitizers see what is written behind it. */
Test(flex, buffers_of_all_sizes)
{
	struct stage *s = staged();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t size = 0; size < 40; size++) {
			struct span now = span_of(cases[i].now, cases[i].now_len);
			uint8_t *buf = malloc(size + (size == 0));
			size_t len = 0;
			enum flex_result r = flex_run(&s->q, &s->model->flex[cases[i].entry], now,
				buf, size, &len);

			cr_expect(r == cases[i].result || r == FLEX_NO_ROOM, "case %zu", i);
			cr_expect(r != FLEX_SET || len <= size, "case %zu", i);
			free(buf);
		}
	}
	stage_free(s);
}
