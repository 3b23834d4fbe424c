/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_options: which options an answer has: the scope that each value comes from, flags along the
 * whole chain, classes of an option, what stays out where room is short.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/workers/stage.h"
#include "workers/chosen.h"

#define VALUE(c, s) .code = (c), .len = sizeof(s) - 1, .data = (const uint8_t *)(s)

static struct answer a;

/* The answer's options as "code=hex ..." in their order. */
static const char *show(struct stage *s)
{
	static char buf[8192];
	const uint8_t *p = a.message + MSG_OPTIONS, *end;
	size_t len = 0;

	reply_make(&s->q, &a);
	end = a.message + a.len;
	buf[0] = '\0';
	for (; p < end && *p != OPT_END; p += 2 + p[1]) {
		cr_assert(p + 1 < end && p + 2 + p[1] < end, "an option runs over the end");
		len += (size_t)snprintf(buf + len, sizeof(buf) - len, "%s%u=", len > 0 ? " "
			"" : "", *p);
		for (unsigned i = 0; i < p[1]; i++)
			len += (size_t)snprintf(buf + len, sizeof(buf) - len, "%02x", p[2 + i]);
	}
	return buf;
}

static const char scopes[] =
	"option-data = ( { code = 7; data = \"1.0.0.1\"; }, { code = 8; data = \"1.0.0.1\"; },"
	"  { code = 9; data = \"1.0.0.1\"; }, { code = 10; data = \"1.0.0.1\"; },"
	"  { code = 11; data = \"1.0.0.1\"; }, { code = 42; data = \"1.0.0.1\"; } );"
	"shared-networks = ( { name = \"n\";"
	"  option-data = ( { code = 7; data = \"1.0.0.3\"; }, { code = 8; data = \"1.0.0.3\"; },"
	"    { code = 9; data = \"1.0.0.3\"; }, { code = 10; data = \"1.0.0.3\"; } );"
	"  subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; option-data = ("
	"    { code = 7; data = \"1.0.0.4\"; }, { code = 8; data = \"1.0.0.4\"; },"
	"    { code = 9; data = \"1.0.0.4\"; } );"
	"    pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; option-data = ("
	"      { code = 7; data = \"1.0.0.5\"; }, { code = 8; data = \"1.0.0.5\"; } ); } ); } "
	"); } );";

/* Host, pool, subnet, network, classes in the client's order, global: the first that has it. */
Test(options, precedence_of_scopes)
{
	static const struct {
		uint8_t code, last, scope;
	} want[] = {
		{7, 6, MODEL_HOST}, {8, 5, MODEL_POOL}, {9, 4, MODEL_SUBNET},
		{10, 3, MODEL_NETWORK}, {11, 2, MODEL_CLASS}, {12, 9, MODEL_CLASS},
		{42, 1, MODEL_GLOBAL},
	};
	const struct model_option first[] = {{VALUE(7, "\1\0\0\2")},
		{VALUE(10, "\1\0\0\2")},
		{VALUE(11, "\1\0\0\2")}};
	const struct model_option second[] = {{VALUE(11, "\1\0\0\x9")},
		{VALUE(12, "\1\0\0\x9")}};
	const struct model_option reserved[] = {{VALUE(7, "\1\0\0\6")}};
	struct model_class one = {.options = {2, second}}, other = {.options = {3, first}};
	struct model_class *classes[] = {&one, &other};
	const uint16_t order[] = {1, 0};
	struct model_host host = {.options = {1, reserved}, .hostname = ""};
	struct stage *s = stage_new(scopes);
	struct model_class **theirs = s->model->classes;
	struct chosen c;

	stage_begin(s, MSG_DISCOVER, 1);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	s->model->classes = classes;
	s->q.classes = order;
	s->q.n_classes = 2;
	s->q.host = &host;
	chosen_find(&s->q, MODEL_DHCP4, &c);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		const struct choice *v = &c.v[want[i].code];

		cr_assert(code_set_has(&c.there, want[i].code), "option %u", want[i].code);
		cr_expect_eq(v->scope, want[i].scope, "option %u", want[i].code);
		cr_expect_eq(v->value->data[3], want[i].last, "option %u", want[i].code);
		cr_expect_eq(chosen_one(&s->q, want[i].code), v->value);
	}
	cr_expect(!code_set_has(&c.there, 13) && chosen_one(&s->q, 13) == NULL);
	s->model->classes = theirs;
	stage_free(s);
}

/* Flags count wherever they stand, a value from another scope or none. */
Test(options, flags_along_the_chain)
{
	struct stage *s = stage_new(
		"option-data = ( { code = 7; data = \"1.0.0.1\"; always-send = true; },"
		"  { code = 8; data = \"1.0.0.1\"; never-send = true; },"
		"  { code = 3; data = \"1.0.0.1\"; }, { code = 1; never-send = true; } );"
		"subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; option-data = ("
		"    { code = 7; data = \"1.0.0.4\"; },"
		"    { code = 8; data = \"1.0.0.4\"; always-send = true; } );"
		"  pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; option-data = ("
		"    { code = 3; never-send = true; } ); } ); } );");

	stage_begin(s, MSG_DISCOVER, 1);
	stage_opt(s, OPT_PARAMETER_REQUEST, "\3\10\1", 3);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	cr_expect_str_eq(show(s), "53=02 7=01000004 51=00001c20 54=c0000201");
	stage_free(s);
}

/* An option of some classes goes to their members, before one for everybody at the same scope; to
 * others it is as if it was not there. */
Test(options, classes_of_an_option)
{
	static const uint16_t two[] = {2}, five_six[] = {5, 6};
	static const uint64_t nobody[1], mine[1] = {1 << 6};
	const struct model_option list[] = {
		{VALUE(7, "a"), .classes = {1, two}, .never = true},
		{VALUE(7, "b"), .classes = {2, five_six}},
		{VALUE(7, "c"), .always = true},
	};
	struct stage *s = stage_new("subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; } );");
	struct chosen c;

	stage_begin(s, MSG_INFORM, 1);
	stage_walk(s);
	s->model->options = (struct model_options){3, list};
	s->q.n_classes = 0;
	s->q.members = nobody;
	chosen_find(&s->q, MODEL_DHCP4, &c);
	cr_expect(c.v[7].value == &list[2] && c.v[7].always && !c.v[7].never);
	s->q.members = mine;
	chosen_find(&s->q, MODEL_DHCP4, &c);
	cr_expect(c.v[7].value == &list[1] && c.v[7].always && !c.v[7].never);
	stage_free(s);
}

/* What a reference site does: an option of its own goes to those who ask for it. */
Test(options, own_option_by_request_only)
{
	struct stage *s = stage_new(
		"option-def = ( { name = \"site\"; code = 234; type = \"string\"; } );"
		"subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; option-data = ("
		"  { name = \"site\"; data = \"hello\"; } );"
		"  pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); } );");

	stage_begin(s, MSG_DISCOVER, 1);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	cr_expect_str_eq(show(s), "53=02 1=ffffff00 51=00001c20 54=c0000201");
	stage_begin(s, MSG_DISCOVER, 1);
	stage_opt(s, OPT_PARAMETER_REQUEST, "\xea", 1);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	cr_expect_str_eq(show(s), "53=02 1=ffffff00 51=00001c20 54=c0000201 234=68656c6c6f");
	stage_free(s);
}

/* RFC 8925: no address for a client that prefers IPv6 where 108 is configured. */
Test(options, ipv6_only)
{
	struct stage *s = stage_new(
		"subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; option-data = ("
		"  { name = \"v6-only-preferred\"; data = \"1800\"; } );"
		"  pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); } );");

	stage_begin(s, MSG_DISCOVER, 1);
	stage_opt(s, OPT_PARAMETER_REQUEST, "\x6c", 1);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	cr_expect_eq(s->q.address, 0);
	cr_expect_str_eq(show(s), "53=02 54=c0000201 108=00000708");
	cr_expect_eq(wire_be32(a.message + 16), 0);
	cr_expect_eq(stage_state(s, 0xc0000264), TABLE_FREE);
	stage_begin(s, MSG_DISCOVER, 1);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	cr_expect_eq(s->q.address, 0xc0000264, "a client that does not ask for 108");
	stage_free(s);
}

/* Room for two of three: what the client asks for last stays out, and is counted. */
Test(options, the_least_wanted_stays_out)
{
	struct stage *s;
	char conf[1024], text[131];
	uint64_t before;

	memset(text, 'x', 130);
	text[130] = '\0';
	snprintf(conf, sizeof(conf), "option-data = ( { code = 14; data = \"%s\"; },"
		"{ code = 17; data = \"%s\"; }, { code = 18; data = \"%s\"; } );"
		"subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\";"
		"pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); } );", text, text, text);
	s = stage_new(conf);
	before = counter_sum(s->region, COUNTER_OPTION_LEFT_OUT);
	stage_begin(s, MSG_DISCOVER, 1);
	stage_opt(s, OPT_PARAMETER_REQUEST, "\x12\x11\x0e", 3);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	show(s);
	cr_expect(strstr(show(s), " 14=") == NULL && strstr(show(s), " 17=") != NULL);
	cr_expect(strstr(show(s), " 18=") != NULL && strstr(show(s), " 54=") != NULL);
	cr_expect_leq(a.len, 548);
	cr_expect_eq(counter_sum(s->region, COUNTER_OPTION_LEFT_OUT), before + 5);
	stage_free(s);
}

/* RFC 3396: a long value goes in parts of at most 255 octets. */
Test(options, long_values_are_split)
{
	struct stage *s;
	char conf[2048], text[601];
	size_t n = 0, total = 0;

	memset(text, 'y', 600);
	text[600] = '\0';
	snprintf(conf, sizeof(conf), "option-data = ( { code = 14; data = \"%s\"; always-send = "
		"true; } );"
		"subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\";"
		"pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); } );", text);
	s = stage_new(conf);
	stage_begin(s, MSG_DISCOVER, 1);
	stage_opt(s, OPT_MAX_MESSAGE_SIZE, "\5\xdc", 2);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	show(s);
	for (const uint8_t *p = a.message + MSG_OPTIONS; *p != OPT_END; p += 2 + p[1]) {
		n += *p == 14;
		total += *p == 14 ? p[1] : 0;
	}
	cr_expect(n == 3 && total == 600, "%zu parts, %zu octets", n, total);
	stage_free(s);
}
