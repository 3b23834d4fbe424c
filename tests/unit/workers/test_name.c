/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_name: the name that a client gets for what it sends (options 12 and 81), and how it is told.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/workers/stage.h"
#include "workers/name.h"

#define CONF(more) more "subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\";" \
	"pools = ( { pool = \"192.0.2.10 - 192.0.2.19\"; } ); } );"
#define SUFFIX "ddns-qualifying-suffix = \"example.org\";"
#define MODE(m) SUFFIX "ddns-replace-client-name = \"" m "\";"
#define L(s)    s, sizeof(s) - 1

struct sent {
	const char *conf;
	const char *value;
	size_t len;
	const char *want; /* "": no name */
};

/* The name as text, and its option, in the offer to a client that sends this option. */
static const char *name_for(const struct sent *c, uint8_t code, const char *reserved,
	struct name *ret)
{
	static char text[NAME_MAX_LEN + 1];
	struct model_host host = {.hostname = reserved};
	struct stage *s = stage_new(c->conf);

	stage_begin(s, MSG_DISCOVER, 1);
	if (c->value != NULL)
		stage_opt(s, code, c->value, c->len);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	s->q.host = reserved != NULL ? &host : NULL;
	name_of(&s->q, ret);
	snprintf(text, sizeof(text), "%.*s", ret->option != 0 ? ret->len : 0,
		(const char *)ret->text);
	stage_free(s);
	return text;
}

Test(name, from_option_12)
{
	static const struct sent cases[] = {
		{CONF(""), NULL, 0, ""},
		{CONF(""), L("PC-17.Example"), "pc-17.example"},
		{CONF(""), L("a b\"c\\d"), "abcd"},
		{CONF(""), L("end\0more"), "end"},
		{CONF(""), L("\xff\x80\n"), ""},
		{CONF(""), L("\0"), ""},
		{CONF(""), L("..."), ""},
		{CONF(""), L("a..b"), ""},
		{CONF(""), L(".a"), ""},
		{CONF(SUFFIX), L("pc"), "pc.example.org"},
		{CONF(SUFFIX), L("pc."), "pc.example.org"},
		{CONF(SUFFIX), L("pc.lan"), "pc.lan"},
		{CONF(SUFFIX), L("pc.example.org."), "pc.example.org"},
		{CONF("ddns-qualifying-suffix = \"Example.ORG.\";"), L("pc"), "pc.example.org"},
		{CONF(SUFFIX "hostname-char-replacement = \"x\";"), L("a_b "
			"c"), "axbxc.example.org"},
		{CONF("hostname-char-set = \"\";"), L("a_b c"), "a_b c"},
		{CONF(MODE("never")), NULL, 0, ""},
		{CONF(MODE("always")), NULL, 0, "myhost-192-0-2-10.example.org"},
		{CONF(MODE("always")), L("pc"), "myhost-192-0-2-10.example.org"},
		{CONF(MODE("when-present")), NULL, 0, ""},
		{CONF(MODE("when-present")), L("pc"), "myhost-192-0-2-10.example.org"},
		{CONF(MODE("when-present")), L("___"), ""},
		{CONF(MODE("when-not-present")), NULL, 0, "myhost-192-0-2-10.example.org"},
		{CONF(MODE("when-not-present")), L("pc"), "pc.example.org"},
		{CONF(MODE("when-not-present")), L("___"), "myhost-192-0-2-10.example.org"},
		{CONF("ddns-generated-prefix = \"p\"; ddns-replace-client-name = \"always\";"),
			NULL, 0, "p-192-0-2-10"},
	};
	struct name n;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *got = name_for(&cases[i], OPT_HOST_NAME, NULL, &n);

		cr_expect_str_eq(got, cases[i].want, "case %zu: %s", i, got);
		cr_expect_eq(n.option, cases[i].want[0] != '\0' ? OPT_HOST_NAME : 0, "case %zu", i);
	}
}

Test(name, from_option_81)
{
	static const struct sent cases[] = {
		/* in labels, whole, partial, none */
		{CONF(SUFFIX), L("\5\0\0\2PC\3lan\0"), "pc.lan"},
		{CONF(SUFFIX), L("\5\0\0\2PC"), "pc.example.org"},
		{CONF(SUFFIX), L("\5\0\0\2PC\3lan"), "pc.lan.example.org"},
		{CONF(SUFFIX), L("\5\0\0\2pc\7example\3org"), "pc.example.org"},
		{CONF(SUFFIX), L("\5\0\0\3p_c\0"), "pc"},
		{CONF(SUFFIX), L("\5\0\0"), "myhost-192-0-2-10.example.org"},
		{CONF(SUFFIX), L("\5\0\0\0"), "myhost-192-0-2-10.example.org"},
		/* no names */
		{CONF(SUFFIX), L("\5\0\0\3pc"), ""},
		{CONF(SUFFIX), L("\5\0\0\xc0\0"), ""},
		{CONF(SUFFIX), L("\5\0\0\3a.b\0"), ""},
		/* ASCII */
		{CONF(SUFFIX), L("\1\0\0pc"), "pc.example.org"},
		{CONF(SUFFIX), L("\1\0\0pc.lan."), "pc.lan"},
		{CONF(SUFFIX), L("\1\0\0"), "myhost-192-0-2-10.example.org"},
		{CONF(MODE("always")), L("\5\0\0\2pc\0"), "myhost-192-0-2-10.example.org"},
		{CONF(MODE("when-present")), L("\5\0\0\2pc\0"), "myhost-192-0-2-10.example.org"},
		{CONF(MODE("when-not-present")), L("\5\0\0\2pc\0"), "pc"},
		{CONF(SUFFIX), L("\5\0"), ""}, /* too short to be option 81 */
	};
	struct name n;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *got = name_for(&cases[i], OPT_FQDN, NULL, &n);

		cr_expect_str_eq(got, cases[i].want, "case %zu: %s", i, got);
		cr_expect_eq(n.option, cases[i].want[0] != '\0' ? OPT_FQDN : 0, "case %zu", i);
	}
}

Test(name, a_reservation_goes_before_all)
{
	static const struct sent cases[] = {
		{CONF(MODE("always")), L("pc"), "res.example.org"},
		{CONF(MODE("never")), NULL, 0, "res.example.org"},
	};
	struct name n;

	for (size_t i = 0; i < 2; i++)
		cr_expect_str_eq(name_for(&cases[i], OPT_HOST_NAME, "Res", &n), cases[i].want);
	cr_expect_eq(n.option, OPT_HOST_NAME);
}

/* Names of the most that a domain name can have, and one more. */
Test(name, lengths)
{
	char longest[254], label[65];
	struct sent c = {CONF(""), longest, 253, ""};
	struct name n;
	uint8_t buf[NAME_ENCODED];

	memset(longest, 'a', sizeof(longest));
	for (size_t i = 63; i < 253; i += 64)
		longest[i] = '.';
	cr_expect_eq(strlen(name_for(&c, OPT_HOST_NAME, NULL, &n)), 253);
	n.option = OPT_FQDN;
	n.flags = 4;
	cr_expect_eq(name_encode(&n, buf), 3 + 255);
	n.flags = 0;
	cr_expect_eq(name_encode(&n, buf), 3 + 254);
	c.len = 254;
	cr_expect_str_eq(name_for(&c, OPT_HOST_NAME, NULL, &n), "");
	c.conf = CONF(SUFFIX);
	memset(label, 'b', sizeof(label));
	c.value = label;
	c.len = 63;
	cr_expect_eq(strlen(name_for(&c, OPT_HOST_NAME, NULL, &n)), 63 + 12);
	c.len = 64;
	cr_expect_str_eq(name_for(&c, OPT_HOST_NAME, NULL, &n), "");
}

/* RFC 4702 4: E as the client has it; no updates are made, so N is set, S is not, and O says that
 * this overrides the client. */
Test(name, flags_of_option_81)
{
	static const struct {
		uint8_t sent, want;
	} cases[] = {
		{0x04, 0x0c}, {0x05, 0x0e}, {0x0c, 0x0c}, {0x0d, 0x0e}, {0x06, 0x0c}, {0xf5, 0x0e},
	};
	struct name n = {.option = OPT_FQDN, .len = 4, .text = "a.bc"};
	uint8_t buf[NAME_ENCODED];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		n.flags = cases[i].sent;
		cr_assert_eq(name_encode(&n, buf), 9);
		cr_expect_eq(buf[0], cases[i].want, "case %zu: %#x", i, buf[0]);
		cr_expect(memcmp(buf + 1, "\xff\xff\1a\2bc\0", 8) == 0);
	}
	n.flags = 1;
	cr_assert_eq(name_encode(&n, buf), 8);
	cr_expect(memcmp(buf, "\x0a\xff\xff" "a.bc.", 8) == 0);
}
