/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_container: sub-options in the options that hold them, and the parts of 125.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "shm/base/text.h"
#include "tests/unit/workers/stage.h"

#define SUBNET(more) "subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; " more \
	"pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); } );"
#define VEOS "space = \"vendor-encapsulated-options-space\"; "
#define L(s) s, sizeof(s) - 1

static struct answer a;

/* One option of the offer in hex, "-": it is not there. */
static const char *value_of(struct stage *s, uint8_t code)
{
	static char hex[2 * 600 + 1];
	struct opt_table t;
	struct span v;

	reply_make(&s->q, &a);
	opt_table_init(&t);
	cr_assert_eq(opt_table_add(&t, span_of(a.message + MSG_OPTIONS, a.len - MSG_OPTIONS)), 0);
	v = opt_get(&t, code);
	if (v.p == NULL)
		return "-";
	hex[0] = '\0';
	for (size_t i = 0; i < v.len; i++)
		snprintf(hex + 2 * i, 3, "%02x", v.p[i]);
	return hex;
}

static const char *offered(const char *conf, uint8_t sent, const char *value, size_t len,
	uint8_t code)
{
	static char copy[1300];
	struct stage *s = stage_new(conf);

	stage_begin(s, MSG_DISCOVER, 1);
	if (value != NULL)
		stage_opt(s, sent, value, len);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	snprintf(copy, sizeof(copy), "%s", value_of(s, code));
	stage_free(s);
	return copy;
}

static const char vendor_43[] =
	"option-def = ( { name = \"url\"; code = 1; " VEOS "type = \"string\"; },"
	"  { name = \"box\"; code = 9; " VEOS "type = \"uint8\"; encapsulate = \"b\"; },"
	"  { name = \"in\"; code = 4; space = \"b\"; type = \"string\"; } );"
	"option-data = ( { name = \"url\"; " VEOS "data = \"g\"; },"
	"  { code = 2; " VEOS "data = \"aa\"; always-send = true; },"
	"  { code = 3; " VEOS "data = \"bb\"; } );";

/* Each sub-option from its nearest scope; whether 43 itself is configured or only asked for. */
Test(container, option_43)
{
	char conf[2048];

	snprintf(conf, sizeof(conf), "%s%s", vendor_43, SUBNET(
		"option-data = ( { name = \"url\"; " VEOS "data = \"s\"; },"
		"  { code = 3; " VEOS "never-send = true; }, { name = \"box\"; " VEOS "data = "
		"\"7\"; },"
		"  { name = \"in\"; space = \"b\"; data = \"x\"; } );"));
	cr_expect_str_eq(offered(conf, 0, NULL, 0, 43), "-");
	cr_expect_str_eq(offered(conf, OPT_PARAMETER_REQUEST, L("\x2b"), 43),
		"010173" "0201aa" "090407" "040178");
	snprintf(conf, sizeof(conf), "%s%s", vendor_43,
		SUBNET("option-data = ( { code = 43; always-send = true; } );"));
	cr_expect_str_eq(offered(conf, 0, NULL, 0, 43), "010167" "0201aa" "0301bb");
	snprintf(conf, sizeof(conf), "%s%s", vendor_43,
		SUBNET("option-data = ( { code = 43; never-send = true; } );"));
	cr_expect_str_eq(offered(conf, OPT_PARAMETER_REQUEST, L("\x2b"), 43), "-");
}

static const char vendors[] =
	"option-def = ( { name = \"a\"; code = 1; space = \"vendor-9\"; type = \"uint8\"; },"
	"  { name = \"b\"; code = 2; space = \"vendor-9\"; type = \"uint8\"; } );"
	"option-data = ( { name = \"a\"; space = \"vendor-9\"; data = \"17\"; },"
	"  { name = \"b\"; space = \"vendor-9\"; data = \"18\"; },"
	"  { name = \"tftp-servers\"; space = \"vendor-4491\"; data = \"10.0.0.1\"; },"
	"  { code = 5; space = \"vendor-4491\"; data = \"ee\"; } );" SUBNET("");

#define CL2 "0000118b" "06" "02040a000001"

/* 125 is for clients that name an enterprise in it, or in 124, and list what they want. */
Test(container, option_125)
{
	static const struct {
		uint8_t sent;
		const char *value;
		size_t len;
		const char *want;
	} cases[] = {
		{0, NULL, 0, "-"},
		{OPT_PARAMETER_REQUEST, L("\x7d"), "-"},
		{124, L("\0\0\0\x9\2\1x"), "-"},
		{OPT_VIVSO, L("\0\0\0\x9\3\1\1\1"), "-"},
		{OPT_VIVSO, L("\0\0\x11\x8b\3\1\1\2"), CL2},
		{OPT_VIVSO, L("\0\0\x11\x8b\4\1\2\5\2"), "0000118b" "09" "02040a000001" "0501ee"},
		{OPT_VIVSO, L("\0\0\x11\x8b\4\1\2\7\1"), "-"},
		{OPT_VIVSO, L("\0\0\0\x9\0\0\0\x11\x8b\3\1\1\2"), CL2},
		{124, L("\0\0\x11\x8b\3\1\1\2"), "-"},
		/* cut, and lengths that lie */
		{OPT_VIVSO, L("\0\0\x11"), "-"},
		{OPT_VIVSO, L("\0\0\x11\x8b\5\1\1\2"), "-"},
		{OPT_VIVSO, L("\0\0\x11\x8b\2\1\5"), "-"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_str_eq(offered(vendors, cases[i].sent, cases[i].value, cases[i].len, 125),
			cases[i].want, "case %zu", i);
}

Test(container, option_125_without_being_asked)
{
	static const char def[] = "option-def = ( { name = \"a\"; code = 1; space = \"vendor-9\";"
		"type = \"uint8\"; }, { name = \"b\"; code = 2; space = \"vendor-9\"; type = "
		"\"uint8\"; } );";
	static const struct {
		const char *data, *want;
	} cases[] = {
		{"{ name = \"a\"; space = \"vendor-9\"; data = \"1\"; always-send = true; },"
		 "{ name = \"b\"; space = \"vendor-9\"; data = \"2\"; }", "0000000903010101"},
		{"{ code = 125; data = \"9\"; always-send = true; },"
		 "{ name = \"b\"; space = \"vendor-9\"; data = \"2\"; }", "0000000900"},
		{"{ code = 125; data = \"9\"; always-send = true; }", "0000000900"},
		{"{ code = 125; data = \"9\"; }", "-"},
		{"{ code = 125; csv-format = false; data = \"0000000700\"; always-send = true; },"
		 "{ name = \"a\"; space = \"vendor-9\"; data = \"1\"; always-send = true; }",
			"0000000700"},
		{"{ name = \"a\"; space = \"vendor-9\"; data = \"1\"; always-send = true; },"
		 "{ code = 125; never-send = true; }", "-"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char conf[1024];

		snprintf(conf, sizeof(conf), "%s option-data = ( %s );" SUBNET(""), def,
			cases[i].data);
		cr_expect_str_eq(offered(conf, 0, NULL, 0, 125), cases[i].want, "case %zu", i);
	}
}

/* What is longer than its container stays out, whole. */
Test(container, too_much)
{
	char conf[4096], text[201];

	memset(text, 'z', 200);
	text[200] = '\0';
	snprintf(conf, sizeof(conf), "option-def = ("
		"{ name = \"box\"; code = 9; " VEOS "type = \"empty\"; encapsulate = \"b\"; } );"
		"option-data = ( { name = \"box\"; " VEOS "},"
		"{ code = 1; space = \"b\"; data = \"'%s'\"; },"
		"{ code = 2; space = \"b\"; data = \"'%s'\"; },"
		"{ code = 3; space = \"b\"; data = \"'ab'\"; } );" SUBNET(""), text, text);
	cr_expect_eq(strlen(offered(conf, OPT_PARAMETER_REQUEST, L("\x2b"), 43)),
		2 * (2 + 2 + 200 + 2 + 2));
}
