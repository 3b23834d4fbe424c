/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_import_isc: dhcpd.conf, statement by statement: what it becomes, and what is said of what
 * cannot be carried over. White space of the result does not count.
 */
#include <criterion/criterion.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/tree_print.h"
#include "daemon/ctl/import_isc.h"
#include "tests/unit/conf/loaded.h"

TestSuite(import_isc, .init = loaded_enter, .fini = loaded_leave);

static char said[8192], made[16384];

/* The line about interfaces comes every time. */
static void hear(void *arg, bool is_error, const char *line)
{
	size_t len = strlen(said);

	(void)arg;
	if (strstr(line, "does not name interfaces") == NULL)
		snprintf(said + len, sizeof(said) - len, "%s%s\n",
			is_error ? "" : "warning: ", line);
}

static void squeeze(char *s)
{
	char *to = s;

	for (; *s != '\0'; s++)
		if (!isspace((unsigned char)*s) || (to > made && to[-1] != ' '))
			*to++ = (char)(isspace((unsigned char)*s) ? ' ' : *s);
	*to = '\0';
}

/* Fills said and made. */
static int import(const char *name, bool lenient)
{
	struct arena *arena = arena_new();
	struct report report = {.line = hear};
	struct tree_node *root;
	char *text = NULL;
	size_t size;
	FILE *f;
	int rc;

	said[0] = made[0] = '\0';
	rc = import_isc(name, lenient, arena, &report, &root);
	if (rc == 0) {
		f = open_memstream(&text, &size);
		cr_assert_eq(tree_print_libconfig(f, root), 0);
		fclose(f);
		snprintf(made, sizeof(made), "%s", text);
		free(text);
		squeeze(made);
	}
	arena_free(arena);
	return rc;
}

#define NET "subnet 10.0.0.0 netmask 255.255.255.0 { "
#define IN  "id = 1; subnet = \"10.0.0.0/24\"; "

/* Text, and what is in the result. */
static const struct {
	const char *text, *made;
} carried[] = {
	{"", "valid-lifetime = 43200; min-valid-lifetime = 300; max-valid-lifetime = 86400;"},
	{"default-lease-time 100; max-lease-time 50;",
		"valid-lifetime = 50; min-valid-lifetime = 50; max-valid-lifetime = 50;"},
	{"min-lease-time 5; max-lease-time 99999; " NET "default-lease-time 7; }",
		IN "valid-lifetime = 7; min-valid-lifetime = 5; max-valid-lifetime = 99999;"},
	{"authoritative; " NET "not authoritative; }", IN "authoritative = false;"},
	{"filename \"a\"; server-name \"b\"; next-server 10.0.0.1;",
		"boot-file-name = \"a\"; server-hostname = \"b\"; next-server = \"10.0.0.1\";"},
	{NET "range 10.0.0.5 10.0.0.9; range 10.0.0.20; }",
		"pools = ( { pool = \"10.0.0.5 - 10.0.0.9\"; }, "
		"{ pool = \"10.0.0.20 - 10.0.0.20\"; } )"},
	{"server-identifier 10.0.0.1;", "{ code = 54; csv-format = false; data = \"0a000001\"; }"},
	{"option routers 10.0.0.1, 10.0.0.2;",
		"{ name = \"routers\"; code = 3; data = \"10.0.0.1, 10.0.0.2\"; }"},
	{"option ip-forwarding on;", "data = \"true\""},
	{"option nisplus-domain \"x\";", "name = \"nisplus-domain-name\"; code = 64;"},
	{"option domain-name \"a, b\";", "data = \"a\\\\, b\""},
	{"option domain-name \" a\\001\";",
		"{ code = 15; csv-format = false; data = \"206101\"; }"},
	{"option domain-search \"a.org\", \"b.org\";", "data = \"a.org, b.org\""},
	{"option static-routes 10.1.0.0 10.0.0.1, 10.2.0.0 10.0.0.2;",
		"data = \"10.1.0.0, 10.0.0.1, 10.2.0.0, 10.0.0.2\""},
	{"option user-class \"ab\";", "name = \"user-class\"; code = 77; data = \"6162\""},
	{"option x code 230 = { boolean, unsigned integer 16, text }; option x true 7 \"z\";",
		"{ name = \"x\"; code = 230; data = \"true, 7, z\"; }"},
	{"option x code 230 = array of signed integer 32; option x -1, 2;",
		"{ name = \"x\"; code = 230; type = \"int32\"; array = true; }"},
	{"option x code 121 = array of integer 8; option x 0, 10, 0, 0, 1;",
		"{ code = 121; csv-format = false; data = \"000a000001\"; }"},
	{"option space V; option V.a code 7 = string; vendor-option-space V; option V.a 1:2;",
		"{ name = \"a\"; code = 7; space = \"V\"; data = \"0102\"; }"},
	{NET "option routers 10.0.0.1; } group { option routers 10.0.0.2; option domain-name "
	     "\"g\"; "
	     "subnet 10.1.0.0 netmask 255.255.0.0 { option routers 10.0.0.3; } }",
		"id = 2; subnet = \"10.1.0.0/16\"; option-data = ( { name = \"routers\"; code = 3; "
		"data = \"10.0.0.3\"; }, { name = \"domain-name\"; code = 15; data = \"g\"; } );"},
	{"shared-network n { " NET "} subnet 10.1.0.0 netmask 255.255.0.0 { } "
	 "pool { range 10.1.0.1 10.1.0.2; option domain-name \"p\"; } }",
		"pools = ( { pool = \"10.1.0.1 - 10.1.0.2\"; option-data = ( "
		"{ name = \"domain-name\"; code = 15; data = \"p\"; } ); } );"},
	{"deny unknown-clients; " NET "}", "client-classes = [ \"KNOWN\" ]"},
	{"class \"c\" { match if known; } " NET "pool { range 10.0.0.1; allow members of \"c\"; "
	 "allow unknown clients; } }",
		"client-classes = [ \"c\", \"UNKNOWN\" ]"},
	{"class \"c\" { match if known; } " NET "pool { range 10.0.0.1; deny members of \"c\"; "
	 "allow known-clients; allow all clients; } }",
		"{ name = \"isc-pool-1\"; test = \"(member('KNOWN') or member('ALL')) and not "
		"(member('c'))\"; }"},
	{"class \"c\" { match option user-class; } subclass \"c\" \"a\"; "
	 "subclass \"c\" 1:2 { filename \"f\"; }",
		"client-classes = ( { name = \"c-2\"; test = \"option[77].hex == 0x0102\"; "
		"boot-file-name = \"f\"; }, { name = \"c\"; test = \"option[77].hex == 'a' or "
		"option[77].hex == 0x0102\"; } );"},
	{"class \"c\" { match if known; spawn with option agent.circuit-id; }",
		"template-test = \"ifelse(member('KNOWN'), relay4[1].hex, '')\""},
	{"host a { hardware ethernet 0:1:2:3:4:5; fixed-address 10.0.0.7; "
	 "option host-name \"h\"; filename \"f\"; deny booting; } " NET "}",
		"reservations = ( { hw-address = \"00:01:02:03:04:05\"; ip-address = \"10.0.0.7\"; "
		"hostname = \"h\"; boot-file-name = \"f\"; client-classes = [ \"DROP\" ]; } );"},
	{"use-host-decl-names on; host a { option dhcp-client-identifier \"ab\"; }",
		"reservations-global = true; reservations-in-subnet = true; reservations = ( "
		"{ client-id = \"61:62\"; hostname = \"a\"; } );"},
	{"host a { host-identifier option agent.circuit-id 1:2; option routers 10.0.0.1; }",
		"{ circuit-id = \"01:02\"; option-data = ("},
	{"ignore-client-uids true; abandon-lease-time 60; dhcp-cache-threshold 25;",
		"match-client-id = false; decline-probation-period = 60; cache-threshold = 0.25;"},
	{"class \"c\" { match if known; lease limit 4; }",
		"{ name = \"c\"; test = \"member('KNOWN')\"; address-limit = 4; }"},
	{"class \"c\" { match option user-class; } subclass \"c\" \"a\" { lease limit 4; }",
		"{ name = \"c-1\"; test = \"option[77].hex == 'a'\"; address-limit = 4; }"},
	{"adaptive-lease-time-threshold 80;", "adaptive-lease-time-threshold = 0.8;"},
	{"host a { host-identifier option user-class \"x\"; filename \"f\"; }",
		"host-reservation-identifiers = [ \"hw-address\", \"duid\", \"circuit-id\", "
		"\"client-id\", \"flex-id\" ]; flex-id-expression = \"option[77].hex\"; "
		"reservations-global = true; reservations-in-subnet = true; reservations = ( "
		"{ flex-id = \"78\"; boot-file-name = \"f\"; } );"},
	{"host a { host-identifier option agent.remote-id 1:2; }",
		"flex-id-expression = \"relay4[2].hex\";"},
};

Test(import_isc, carried_over)
{
	for (size_t i = 0; i < sizeof(carried) / sizeof(carried[0]); i++) {
		loaded_write("d.conf", carried[i].text);
		cr_expect_eq(import("d.conf", false), 0, "%s: %s", carried[i].text, said);
		cr_expect(said[0] == '\0' && strstr(made, carried[i].made) != NULL, "%s\nis %s\n%s",
			carried[i].text, made, said);
	}
}

/* Conditions, and the tests that they become; NULL: none does the same. */
static const struct {
	const char *isc, *kea;
} tests[] = {
	{"option user-class = \"a\"", "option[77].hex == 'a'"},
	{"option user-class = 61:0", "option[77].hex == 0x6100"},
	{"\"it's\" = option user-class", "option[77].hex == 0x69742773"},
	{"option user-class != \"a\"", "not (option[77].hex == 'a')"},
	{"not exists user-class", "not (option[77].exists)"},
	{"known and exists user-class or known",
		"(member('KNOWN') and option[77].exists) or member('KNOWN')"},
	{"known and (known or known)",
		"(member('KNOWN') and (member('KNOWN') or member('KNOWN')))"},
	{"substring(hardware, 1, 3) = 0:a:b", "substring(pkt4.mac, 0, 3) == 0x000a0b"},
	{"hardware = 1:2:3:4:5:6:7", "pkt4.mac == 0x020304050607"},
	{"suffix(option host-name, 2) = \"xy\"", "substring(option[12].hex, -2, all) == 'xy'"},
	{"lcase(concat(option host-name, \"a\", \"b\")) = \"x\"",
		"lcase((option[12].hex + 'a' + 'b')) == 'x'"},
	{"extract-int(option pxe-system-type, 16) = 7",
		"substring(option[93].hex, 0, 2) == 0x0007"},
	{"option agent.remote-id = 1:2", "relay4[2].hex == 0x0102"},
	{"option dhcp.user-class = \"a\"", "option[77].hex == 'a'"},
	{"option host-name ~= \"^a\"", NULL},
	{"hardware = 6:1:2", NULL},
	{"substring(hardware, 0, 2) = 1:2", NULL},
	{"option nothing = 1", NULL},
	{"binary-to-ascii(16, 8, \":\", hardware) = \"1\"", NULL},
	{"known known", NULL},
	{"option user-class", NULL},
	{"(known", NULL},
	{"extract-int(option user-class, 8) = 256", NULL},
};

Test(import_isc, tests)
{
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		char text[512], expected[512];

		snprintf(text, sizeof(text), "class \"c\" { match if %s; }", tests[i].isc);
		loaded_write("d.conf", text);
		cr_expect_eq(import("d.conf", false), tests[i].kea != NULL ? 0 : -EINVAL, "%s: %s",
			tests[i].isc, said);
		if (tests[i].kea == NULL)
			continue;
		snprintf(expected, sizeof(expected), "test = \"%s\"", tests[i].kea);
		cr_expect(strstr(made, expected) != NULL, "%s: %s", tests[i].isc, made);
	}
}

/* Text, and what is said of it. */
static const struct {
	const char *text, *said;
} reported[] = {
	{"ping-check on;\nomapi-port 7911;",
		"warning: d.conf:1: no effect: addresses in use are found by DHCPDECLINE, not by "
		"ping\nwarning: d.conf:2: no effect: commands come over the control channel\n"},
	{"ddns-update-style none;\nddns-hostname \"x\";",
		"warning: d.conf:2: no effect: no DNS updates are made for it\n"},
	{"ddns-update-style standard;",
		"d.conf:1: no DNS updates are made: names would be missing in DNS\n"},
	{"\nif known { filename \"x\"; }",
		"d.conf:2: conditions stand in classes here: a class with test = "
		"\"member('KNOWN')\" that has these statements does the same\n"},
	{"if packet(0, 1) = 1 { filename \"x\"; }",
		"d.conf:1: conditions stand in classes here; write a class for it (it uses "
		"something that has no equivalent)\n"},
	{"on commit { execute(\"x\"); }",
		"d.conf:1: statements that run at an event or compute a value have no "
		"equivalent\n"},
	{"frob 1;", "d.conf:1: frob: unknown statement\n"},
	{"option frob 1;", "d.conf:1: option frob is not known: define it\n"},
	{"option dhcp-lease-time 1;",
		"d.conf:1: option dhcp-lease-time is made by the server and cannot be set\n"},
	{"option routers a.example.org;",
		"d.conf:1: option routers: field 1: 'a.example.org' is not an IPv4 address (names "
		"of hosts are not looked up)\n"},
	{NET "range 10.0.0.9 10.0.0.1; }", "d.conf:1: the range does not lie in one subnet\n"},
	{NET "range 10.0.0.9 10.0.1.1; }", "d.conf:1: the range does not lie in one subnet\n"},
	{"subnet 10.0.0.0 netmask 255.0.255.0 { }", "d.conf:1: address and mask make no subnet\n"},
	{"class \"KNOWN\" { }",
		"d.conf:1: class KNOWN: the name means something of its own here\n"},
	{"class \"c\" { lease limit 4; match option user-class; }",
		"d.conf:1: class c: dhcpd counts the leases of each of its subclasses by itself, "
		"here the limit would be for all: give each its own class and limit\n"},
	{"class \"c\" { lease limit x; match if known; }",
		"d.conf:1: expected lease limit and a number\n"},
	{"host a { host-identifier option user-class \"x\"; }\n"
	 "host b { host-identifier option agent.remote-id \"x\"; }",
		"d.conf:2: other hosts are known by option[77].hex: make flex-id-expression one "
		"expression for both, or use classes\n"
		"d.conf:2: host b: nothing by which its client is known\n"},
	{"host a { host-identifier option frob \"x\"; }",
		"d.conf:1: a client cannot be known by this: it asks for an option that is not "
		"known, or not of this protocol\n"
		"d.conf:1: host a: nothing by which its client is known\n"},
	{"class \"c\" { match if known; option routers 10.0.0.1; }\n" NET
	 "option routers 10.0.0.2; }",
		"d.conf:1: option routers is set at d.conf:2 too: there it goes before the one of "
		"the class here, with dhcpd behind it\n"},
	{"host a { fixed-address 10.0.0.1; }",
		"d.conf:1: host a: nothing by which its client is known\n"},
	{"host a { hardware ethernet 0:1:2:3:4:5;\nfixed-address 10.0.0.1; }",
		"d.conf:2: the address 10.0.0.1 is in no subnet\n"},
	{"group { default-lease-time 5; host a { hardware ethernet 0:1:2:3:4:5; }\n"
	 "host b { hardware ethernet 0:1:2:3:4:6; } }",
		"d.conf:1: default-lease-time cannot be set for a host; use a class that the host "
		"is a member of, here\n"},
	{"filename \"x\"", "d.conf:1: the file ends within a statement or block\n"},
	{NET, "d.conf:1: the file ends within a block\n"},
	{"}", "d.conf:1: a '}' without its '{'\n"},
	{NET "filename \"x\" }", "d.conf:1: ';' is missing before '}'\n"},
	{"filename \"x;\n",
		"d.conf:1: a quote without an end, or a character that has no "
		"meaning\n"},
	{"\ninclude \"no.conf\";", "no.conf: No such file or directory\n"},
	{"include \"d.conf\";", "d.conf:1: too many files include one another\n"},
};

Test(import_isc, reported)
{
	for (size_t i = 0; i < sizeof(reported) / sizeof(reported[0]); i++) {
		bool warning = strncmp(reported[i].said, "warning: ", 9) == 0;

		loaded_write("d.conf", reported[i].text);
		cr_expect_eq(
			import("d.conf", false), warning ? 0 : -EINVAL, "%s", reported[i].text);
		cr_expect_str_eq(said, reported[i].said, "%s", reported[i].text);
	}
}

Test(import_isc, lenient_and_included)
{
	loaded_write("part.conf", "filename \"f\";\nfrob 1;\n");
	loaded_write("d.conf", "include \"part.conf\";\nnext-server 10.0.0.1;\n");
	cr_expect_eq(import("d.conf", false), -EINVAL);
	cr_expect_str_eq(said, "part.conf:2: frob: unknown statement\n");
	cr_expect_eq(import("d.conf", true), 0);
	cr_expect_str_eq(said, "warning: part.conf:2: frob: unknown statement\n");
	cr_expect_not_null(strstr(made, "boot-file-name = \"f\"; next-server = \"10.0.0.1\";"));
}

/* What needs no classes, reservations or spaces is a configuration as it stands. */
Test(import_isc, the_result_is_a_configuration)
{
	loaded_write("d.conf",
		"authoritative;\nmax-lease-time 600; option x code 224 = text;\n"
		"option x \"a,b\"; option domain-search \"a.org\", \"b.org\";\n"
		"option r code 121 = array of integer 8; option domain-name \" a\";\n"
		"shared-network n { " NET "option r 0, 10, 0, 0, 1; range 10.0.0.5 10.0.0.9; }\n"
		"subnet 10.1.0.0 netmask 255.255.0.0 { default-lease-time 60; } }\n"
		"subnet 10.2.0.0 netmask 255.255.0.0 { interface eth0; range 10.2.0.1; }\n");
	cr_assert_eq(import("d.conf", false), 0, "%s", said);
	loaded_free(loaded_good(made));
}

Test(import_isc, nesting_is_bounded)
{
	char *text = malloc(200000), *at = text;

	for (int i = 0; i < 100; i++)
		at = stpcpy(at, "group { ");
	loaded_write("d.conf", text);
	cr_expect_eq(import("d.conf", false), -EINVAL);
	cr_expect_str_eq(said, "d.conf:1: too many blocks inside one another\n");
	at = stpcpy(text, "class \"c\" { match if ");
	for (int i = 0; i < 20000; i++)
		at = stpcpy(at, i % 2 == 0 ? "not " : "(");
	stpcpy(at, "known; }");
	loaded_write("d.conf", text);
	cr_expect_eq(import("d.conf", false), -EINVAL);
	free(text);
}
