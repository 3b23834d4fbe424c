/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_mistakes: what is said about wrong configurations, word for word. FACE stands for an
 * interfaces-config that is right, so that nothing is said about it.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/conf/loaded.h"

#define FACE    "interfaces-config = { interfaces = [ \"eth0\" ]; };"
#define NET     "subnet = \"192.0.2.0/24\"; "
#define POOL(p) "subnet4 = ( { id = 1; " NET "pools = ( { pool = \"" p "\"; } ); } );"
#define OPT(o)  "option-data = ( { " o " } );"

static const struct {
	const char *text, *said;
} cases[] = {
	/* Names */
	{"renew-timr = 5;",
		"t.conf:2: renew-timr: unknown parameter, did you mean \"renew-timer\"?\n"},
	{"no-such-thing-at-all = 5;", "t.conf:2: no-such-thing-at-all: unknown parameter\n"},
	{"Dhcp4 = { };",
		"t.conf:2: Dhcp4: unknown parameter: what Kea has inside Dhcp4 stands at the top "
		"level here\n"},
	{"pool-id = 1;", "t.conf:2: pool-id: belongs in pools, not in the global scope\n"},
	{"subnet4 = ( { id = 1; " NET "workers = 2; } );",
		"t.conf:2: subnet4[0].workers: belongs in the global scope, not in subnet4\n"},
	{"subnet4 = ( { id = 1; " NET "\npools = ( { pool = \"192.0.2.1/32\";\nrenew-timer = 1; } "
	 "); } );",
		"t.conf:4: subnet4[0].pools[0].renew-timer: belongs in the global scope, "
		"shared-networks, subnet4, not in pools\n"},
	{"hooks-libraries = ( );",
		"t.conf:2: hooks-libraries: not supported by this version of lessor\n"},
	{"lease-database = { type = \"memfile\"; };",
		"warning: t.conf:2: lease-database: no effect: leases are kept in the state "
		"directory\n"},
	{"expired-leases-processing = { max-reclaim-time = 1; hold-reclaimed-time = 5; };",
		"warning: t.conf:2: expired-leases-processing.max-reclaim-time: no effect: leases "
		"end by themselves\n"},
	/* Types and limits */
	{"workers = 0;", "t.conf:2: workers: 0 is not in the range from 1 to 64\n"},
	{"workers = 65;", "t.conf:2: workers: 65 is not in the range from 1 to 64\n"},
	{"workers = 1.5;", "t.conf:2: workers: expected a whole number, got the number 1.5\n"},
	{"workers = \"2\";", "t.conf:2: workers: expected a whole number, got the text \"2\"\n"},
	{"workers = true;", "t.conf:2: workers: expected a whole number, got true\n"},
	{"workers = ( );", "t.conf:2: workers: expected a whole number, got a list\n"},
	{"workers = { };", "t.conf:2: workers: expected a whole number, got a group\n"},
	{"valid-lifetime = 4294967296;",
		"t.conf:2: valid-lifetime: 4294967296 is not in the range from 1 to 4294967295\n"},
	{"valid-lifetime = 0x100000001;",
		"t.conf:2: valid-lifetime: 4294967297 is not in the range from 1 to 4294967295\n"},
	{"renew-timer = -1;",
		"t.conf:2: renew-timer: -1 is not in the range from 0 to 4294967295\n"},
	{"authoritative = 1;",
		"t.conf:2: authoritative: expected true or false, got the number 1\n"},
	{"t1-percent = 1.0;",
		"t.conf:2: t1-percent: expected a number above 0 and below 1, got the number 1\n"},
	{"t1-percent = 0;",
		"t.conf:2: t1-percent: expected a number above 0 and below 1, got the number 0\n"},
	{"next-server = \"192.0.2\";",
		"t.conf:2: next-server: expected an IPv4 address in quotes, got the text "
		"\"192.0.2\"\n"},
	{"comment = 5;", "t.conf:2: comment: expected text in quotes, got the number 5\n"},
	{"server-hostname = \"0123456789012345678901234567890123456789012345678901234567890123\";",
		"t.conf:2: server-hostname: 64 octets are too long, at most 63 are possible\n"},
	{"subnet4 = { };", "t.conf:2: subnet4: expected a list of groups, got a group\n"},
	{"subnet4 = ( 5 );",
		"t.conf:2: subnet4[0]: expected a group in { }, got the number 5\n"},
	{"allocator = \"fast\";",
		"t.conf:2: allocator: expected \"iterative\" or \"flq\" or \"shared-flq\" or "
		"\"random\", got the text \"fast\"\n"},
	{"allocator = \"flq\";",
		"warning: t.conf:2: allocator: no effect: a free address is found in constant "
		"time\n"},
	{"comment = \"a\\x1b[2Jb\"; workers = \"a\\x1b[2J\nb\";",
		"t.conf:2: workers: expected a whole number, got the text \"a?[2J?b\"\n"},
	/* Times */
	{"min-valid-lifetime = 7201;",
		"t.conf:2: min-valid-lifetime: 7201 is above the valid-lifetime, 7200\n"},
	{"valid-lifetime = 100; max-valid-lifetime = 99;",
		"t.conf:2: max-valid-lifetime: 99 is below the valid-lifetime, 100\n"},
	{"subnet4 = ( { id = 1; " NET "min-valid-lifetime = 5; max-valid-lifetime = 6; } );",
		"t.conf:2: subnet4[0].min-valid-lifetime: needs a valid-lifetime beside it, since "
		"max-valid-lifetime stands here too\n"},
	{"t1-percent = 0.9;",
		"t.conf:2: t1-percent: t1-percent 0.9 is not below t2-percent 0.875\n"},
	{"t2-percent = 0.5;", "t.conf:2: t2-percent: t1-percent 0.5 is not below t2-percent 0.5\n"},
	{"renew-timer = 900; rebind-timer = 900; subnet4 = ( { id = 1; " NET "} );",
		"warning: t.conf:2: renew-timer: T1 is not sent: renew-timer 900 is not below "
		"rebind-timer 900\n"},
	{"rebind-timer = 7200;",
		"warning: t.conf:2: rebind-timer: T2 is not sent: rebind-timer 7200 is not below "
		"valid-lifetime 7200\n"},
	{"renew-timer = 60; valid-lifetime = 60;",
		"warning: t.conf:2: renew-timer: T1 is not sent: renew-timer 60 is not below "
		"valid-lifetime 60\n"},
	/* Subnets, networks, pools */
	{"subnet4 = ( { } );",
		"t.conf:2: subnet4[0]: \"id\" is missing\nt.conf:2: subnet4[0]: \"subnet\" is "
		"missing\n"},
	{"subnet4 = ( { id = 4294967295; " NET "} );",
		"t.conf:2: subnet4[0].id: 4294967295 is not in the range from 1 to 4294967294\n"},
	{"subnet4 = ( { id = 1; subnet = \"192.0.2.0/33\"; } );",
		"t.conf:2: subnet4[0].subnet: expected \"ADDRESS/LENGTH\", got \"192.0.2.0/33\"\n"},
	{"subnet4 = ( { id = 1; subnet = \"192.0.2.0\"; } );",
		"t.conf:2: subnet4[0].subnet: expected \"ADDRESS/LENGTH\", got \"192.0.2.0\"\n"},
	{"subnet4 = ( { id = 1; " NET "},\n{ id = 1; subnet = \"10.0.0.0/8\"; } );",
		"t.conf:3: subnet4[1]: has the same id, 1, as subnet4[0] at t.conf:2\n"},
	{"subnet4 = ( { id = 1; " NET "},\n{ id = 2; subnet = \"192.0.2.7/24\"; } );",
		"t.conf:3: subnet4[1]: has the same prefix, 192.0.2.0/24, as subnet4[0] at "
		"t.conf:2\n"},
	{"shared-networks = ( { name = \"a\"; },\n{ name = \"a\"; }, { } );",
		"t.conf:3: shared-networks[2]: \"name\" is missing\n"
		"t.conf:3: shared-networks[1]: has the same name, \"a\", as shared-networks[0] at "
		"t.conf:2\n"},
	{"shared-networks = ( { name = \"a\"; subnet4 = ( { id = 1; " NET
	 "interface = \"eth1\"; },\n{ id = 2; subnet = \"10.0.0.0/8\"; interface = \"eth2\"; } ); "
	 "} );",
		"t.conf:3: shared-networks[0].subnet4[1].interface: a shared network has one "
		"interface, but shared-networks[0].subnet4[0].interface at t.conf:2 is another "
		"one\n"},
	{"subnet4 = ( { id = 1; " NET "relay = { ip-addresses = [ \"10.0.0.1\", \"x\" ]; }; } );",
		"t.conf:2: subnet4[0].relay.ip-addresses[1]: \"x\" is not an IPv4 address\n"},
	{"subnet4 = ( { id = 1; " NET "relay = { }; } );",
		"t.conf:2: subnet4[0].relay: \"ip-addresses\" is missing\n"},
	{POOL("192.0.2.9 - 192.0.2.8"),
		"t.conf:2: subnet4[0].pools[0].pool: ends before it starts\n"},
	{POOL("192.0.2.250 - 192.0.3.1"),
		"t.conf:2: subnet4[0].pools[0].pool: is not inside the subnet 192.0.2.0/24\n"},
	{POOL("192.0.0.0/16"),
		"t.conf:2: subnet4[0].pools[0].pool: is not inside the subnet 192.0.2.0/24\n"},
	{POOL("192.0.2.1"),
		"t.conf:2: subnet4[0].pools[0].pool: expected \"FIRST - LAST\" or "
		"\"ADDRESS/LENGTH\", got \"192.0.2.1\"\n"},
	{POOL(""), "t.conf:2: subnet4[0].pools[0].pool: must not be empty\n"},
	{"subnet4 = ( { id = 1; " NET "pools = (\n{ pool = \"192.0.2.10-192.0.2.20\"; },\n"
	 "{ pool = \"192.0.2.20/32\"; } ); } );",
		"t.conf:4: subnet4[0].pools[1]: overlaps 192.0.2.10 - 192.0.2.20, "
		"subnet4[0].pools[0] at t.conf:3\n"},
	{"subnet4 = ( { id = 1; " NET "pools = (\n{ pool = \"192.0.2.10-192.0.2.20\"; } ); },\n"
	 "{ id = 2; subnet = \"192.0.2.0/25\"; pools = ( { pool = \"192.0.2.1-192.0.2.10\"; } ); } "
	 ");",
		"t.conf:4: subnet4[1].pools[0]: overlaps 192.0.2.10 - 192.0.2.20 of subnet 1, "
		"subnet4[0].pools[0] at t.conf:3: an address can be leased only once\n"},
	/* Options */
	{OPT("name = \"routerz\"; data = \"192.0.2.1\";"),
		"t.conf:2: option-data[0].name: there is no option \"routerz\", did you mean "
		"\"routers\"?\n"},
	{OPT("name = \"routers\"; code = 4; data = \"192.0.2.1\";"),
		"t.conf:2: option-data[0].code: routers is option 3, not 4\n"},
	{OPT("data = \"192.0.2.1\";"),
		"t.conf:2: option-data[0]: needs a \"name\" or a \"code\"\n"},
	{OPT("code = 51; data = \"5\";"),
		"t.conf:2: option-data[0]: the server makes option 51 itself\n"},
	{OPT("code = 255; data = \"5\";"),
		"t.conf:2: option-data[0].code: 255 is not in the range from 1 to 254\n"
		"t.conf:2: option-data[0]: needs a \"name\" or a \"code\"\n"},
	{OPT("code = 230; csv-format = true; data = \"aa\";"),
		"t.conf:2: option-data[0].csv-format: the option has no definition: its data can "
		"only be hex, with csv-format = false\n"},
	{OPT("code = 3; data = \"1.1.1.1\"; }, { name = \"routers\"; data = \"1.1.1.2\";"),
		"t.conf:2: option-data[1]: option 3 stands here already: option-data[0] at "
		"t.conf:2\n"},
	{OPT("code = 3; space = \"dhcp6\"; data = \"1.1.1.1\";"),
		"t.conf:2: option-data[0].space: options of DHCPv6 have no place here\n"},
	{OPT("code = 1; space = \"dhcp-agent-options-space\"; data = \"aa\";"),
		"t.conf:2: option-data[0].space: relays make these options, a server only returns "
		"them\n"},
	{OPT("name = \"tftp-server\"; space = \"vendor-4491\"; data = \"192.0.2.1\";"),
		"t.conf:2: option-data[0].name: there is no option \"tftp-server\": give its "
		"code, or "
		"an option-def\n"},
	{OPT("code = 9; space = \"own\"; data = \"aa\";"),
		"warning: t.conf:2: option-data[0]: is never sent: no option-def encapsulates the "
		"space \"own\"\n"},
	{OPT("code = 54; data = \"0.0.0.0\";"),
		"t.conf:2: option-data[0]: a server identifier is the address of a host\n"},
	{"subnet4 = ( { id = 1; " NET "pools = ( { pool = \"192.0.2.1/32\"; " OPT(
		 "code = 54; data = \"192.0.2.1\";") " } ); } );",
		"t.conf:2: subnet4[0].pools[0].option-data[0]: a server identifier belongs in the "
		"global scope, shared-networks or subnet4, not in pools\n"},
	/* Definitions */
	{"option-def = ( { name = \"x\"; code = 3; type = \"string\"; } );",
		"t.conf:2: option-def[0]: option 3 is routers and cannot be defined otherwise\n"},
	{"option-def = ( { name = \"routers\"; code = 224; type = \"string\"; } );",
		"t.conf:2: option-def[0]: routers is the name of option 3\n"},
	{"option-def = ( { name = \"x\"; code = 2; space = \"vendor-4491\"; type = \"string\"; "
		"} );",
		"t.conf:2: option-def[0]: option 2 is tftp-servers and cannot be defined "
		"otherwise\n"},
	{"option-def = ( { name = \"x\"; code = 224; type = \"empty\"; encapsulate = \"dhcp4\"; "
		"} );",
		"t.conf:2: option-def[0].encapsulate: options of dhcp4 stand in no other option\n"},
	{"option-def = ( { name = \"x\"; code = 224; type = \"empty\"; encapsulate = \"a\"; },\n"
	 "{ name = \"y\"; code = 1; space = \"a\"; type = \"empty\"; encapsulate = \"b\"; },\n"
	 "{ name = \"z\"; code = 1; space = \"b\"; type = \"empty\"; encapsulate = \"b\"; } );",
		"t.conf:2: option-def[0]: spaces stand inside each other in a circle, or more than "
		"4 deep\n"
		"t.conf:3: option-def[1]: spaces stand inside each other in a circle, or more than "
		"4 deep\n"
		"t.conf:4: option-def[2]: spaces stand inside each other in a circle, or more than "
		"4 deep\n"},
	{"client-classes = ( { name = \"c\"; option-def = (\n"
	 "{ name = \"x\"; code = 223; type = \"string\"; },\n"
	 "{ name = \"y\"; code = 224; space = \"s\"; type = \"string\"; } ); } );",
		"t.conf:3: client-classes[0].option-def[0]: a class defines options 43 and 224 to "
		"254 only, the others stand in the global option-def\n"
		"t.conf:4: client-classes[0].option-def[1]: a class defines options 43 and 224 to "
		"254 only, the others stand in the global option-def\n"},
	{OPT("code = 3; data = \"1.1.1.1\"; client-classes = [ \"none\" ];"),
		"t.conf:2: option-data[0].client-classes[0]: there is no class \"none\"\n"},
	{"hostname-char-set = \"[a-z\";",
		"t.conf:2: hostname-char-set: expected one set of characters in brackets, like "
		"\"[^A-Za-z0-9.-]\", got \"[a-z\"\n"},
	{"hostname-char-set = \"[a-z]+\";",
		"t.conf:2: hostname-char-set: expected one set of characters in brackets, like "
		"\"[^A-Za-z0-9.-]\", got \"[a-z]+\"\n"},
	{"ddns-qualifying-suffix = \"a..b\";",
		"t.conf:2: ddns-qualifying-suffix: \"a..b\" is not a part of a domain name\n"},
	{"ddns-send-updates = true;",
		"warning: t.conf:2: ddns-send-updates: no effect: no DNS updates are made\n"},
	{"compatibility = { lenient = true; };",
		"t.conf:2: compatibility.lenient: unknown parameter\n"},
	{"option-def = ( { name = \"x\"; code = 224; type = \"strin\"; } );",
		"t.conf:2: option-def[0].type: there is no type \"strin\"\n"},
	{"option-def = ( { name = \"x\"; code = 224; type = \"internal\"; } );",
		"t.conf:2: option-def[0].type: there is no type \"internal\"\n"},
	{"option-def = ( { name = \"x\"; code = 224; type = \"record\"; } );",
		"t.conf:2: option-def[0]: a record needs \"record-types\"\n"},
	{"option-def = ( { name = \"x\"; code = 224; type = \"uint8\"; record-types = \"uint8\"; } "
	 ");",
		"t.conf:2: option-def[0].record-types: only a definition with type = \"record\" "
		"has fields\n"},
	{"option-def = ( { name = \"x\"; code = 224; type = \"record\"; record-types = \"uint8,\"; "
	 "} );",
		"t.conf:2: option-def[0].record-types: there is no type \"\"\n"},
	{"option-def = ( { name = \"x\"; code = 224; type = \"record\"; record-types = \"uint8 "
	 "int8\"; } );",
		"t.conf:2: option-def[0].record-types: a comma is missing between two types\n"},
	{"option-def = ( { name = \"x\"; code = 224; type = \"uint8\"; },\n{ name = \"x\"; code = "
	 "225; type = \"uint8\"; },\n{ name = \"y\"; code = 224; type = \"uint8\"; } );",
		"t.conf:3: option-def[1]: defines the name of option 224 again, after "
		"option-def[0] at t.conf:2\n"
		"t.conf:4: option-def[2]: defines option 224 again, after option-def[0] at "
		"t.conf:2\n"},
	{"option-def = ( { name = \"a b\"; code = 224; type = \"uint8\"; } );",
		"t.conf:2: option-def[0].name: a name has no blanks, dots, commas, brackets or "
		"quotes\n"},
	/* Syntax */
	{"workers = 1;\nworkers = 2;", "t.conf:3: duplicate setting name\n"},
	{"workers = ;",
		"t.conf:2: syntax error here or just before: a comma, quote or bracket too many or "
		"missing?\n"},
	{"comment = \"a;\nworkers = 1;", "t.conf:2: the text that begins here never ends\n"},
	{"\n/* a\nworkers = 1;", "t.conf:3: the comment that begins here never ends\n"},
	{"@include \"none.conf\"",
		"t.conf:2: cannot read \"none.conf\": No such file or directory\n"},
	{"@include \"t.conf\"",
		"t.conf:2: \"t.conf\" is included 10 files deep: does it include itself?\n"},
};

Test(mistakes, are_named, .init = loaded_enter, .fini = loaded_leave)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[2048];
		struct loaded *l;

		snprintf(text, sizeof(text), "%s\n%s\n", FACE, cases[i].text);
		l = loaded_text(text);
		cr_expect(strcmp(l->said, cases[i].said) == 0, "%s\nsaid     %sexpected %s",
			cases[i].text, l->said, cases[i].said);
		loaded_free(l);
	}
}

static const struct {
	const char *list, *said;
} interface_cases[] = {
	{"\"\"", "interfaces[0]: expected \"*\", an interface's name or NAME/ADDRESS, got \"\"\n"},
	{"\"/10.0.0.1\"",
		"interfaces[0]: expected \"*\", an interface's name or NAME/ADDRESS, got "
		"\"/10.0.0.1\"\n"},
	{"\"a23456789012345x\"",
		"interfaces[0]: expected \"*\", an interface's name or NAME/ADDRESS, got "
		"\"a23456789012345x\"\n"},
	{"\"eth0/\"", "interfaces[0]: \"\" is not an IPv4 address\n"},
	{"\"eth0/10.0.0\"", "interfaces[0]: \"10.0.0\" is not an IPv4 address\n"},
	{"\"eth0\", \"eth0/10.0.0.1\"",
		"interfaces[1]: the interface eth0 stands in this list already\n"},
};

Test(mistakes, interfaces, .init = loaded_enter, .fini = loaded_leave)
{
	for (size_t i = 0; i < sizeof(interface_cases) / sizeof(interface_cases[0]); i++) {
		char text[256], said[256];
		struct loaded *l;

		snprintf(text, sizeof(text), "interfaces-config = { interfaces = [ %s ]; };",
			interface_cases[i].list);
		snprintf(said, sizeof(said), "t.conf:1: interfaces-config.%s",
			interface_cases[i].said);
		l = loaded_text(text);
		cr_expect_str_eq(l->said, said);
		loaded_free(l);
	}
}

Test(mistakes, all_of_a_file_at_once, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_text("workers = 0;\nrenew-timr = 1;\nauthoritative = 5;\n"
				       "subnet4 = ( { id = 1; },\n{ subnet = \"x\"; } );");

	cr_expect_str_eq(l->said,
		"t.conf:1: workers: 0 is not in the range from 1 to 64\n"
		"t.conf:2: renew-timr: unknown parameter, did you mean \"renew-timer\"?\n"
		"t.conf:3: authoritative: expected true or false, got the number 5\n"
		"t.conf:4: subnet4[0]: \"subnet\" is missing\n"
		"t.conf:5: subnet4[1]: \"id\" is missing\n"
		"t.conf:5: subnet4[1].subnet: expected \"ADDRESS/LENGTH\", got \"x\"\n");
	loaded_free(l);
}

Test(mistakes, no_interface_is_a_warning, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_text("workers = 1;");

	cr_expect_str_eq(l->said, "warning: t.conf:1: no interface is served: name them in "
				  "interfaces-config\n");
	loaded_free(l);
}

Test(mistakes, unreadable_files, .init = loaded_enter, .fini = loaded_leave)
{
	struct loaded *l = loaded_file("none.conf");

	cr_expect_str_eq(l->said, "none.conf: cannot read it: No such file or directory\n");
	loaded_free(l);
	l = loaded_file("/");
	cr_expect_str_eq(l->said, "/: cannot read it: Is a directory\n");
	loaded_free(l);
}

Test(mistakes, deep_nesting, .init = loaded_enter, .fini = loaded_leave)
{
	char *text = calloc(1, 20001);
	struct loaded *l;

	memcpy(text, "comment=", 8);
	memset(text + 8, '(', 40);
	memset(text + 48, ')', 40);
	l = loaded_text(text);
	cr_expect(strstr(l->said, "more than 32 levels of nesting") != NULL, "%s", l->said);
	loaded_free(l);
	memset(text + 8, '(', 19000);
	l = loaded_text(text);
	cr_expect(l->errors == 1);
	loaded_free(l);
	free(text);
}
