/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_import_kea: what the import makes of old forms, hooks, the pair, sockets, contexts.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/ctl/imported.h"

static const struct {
	const char *in, *out, *said;
} cases[] = {
	{"", "", ""},
	/* old forms */
	{"\"subnet4\":[{\"id\":1,\"client-class\":\"a\",\"relay\":{\"ip-address\":\"10.0.0.1\"}}]",
		"subnet4 = (\n\t{\n\t\tid = 1;\n\t\tclient-classes = [ \"a\" ];\n"
		"\t\trelay = { ip-addresses = [ \"10.0.0.1\" ]; };\n\t}\n);\n",
		""},
	{"\"subnet4\":[{\"id\":1,\"client-class\":\"\"}]", "subnet4 = ( { id = 1; } );\n",
		"warning: 1: Dhcp4.subnet4[0].client-class: no effect: it is empty\n"},
	{"\"subnet4\":[{\"id\":1,\"client-class\":\"a\",\"client-classes\":[\"b\"]}]", NULL,
		"1: Dhcp4.subnet4[0].client-class: contradicts \"client-classes\" in the same map; "
		"remove one of them\n"},
	{"\"client-classes\":[{\"only-if-required\":true,\"only-in-additional-list\":true}]", NULL,
		"1: Dhcp4.client-classes[0].only-if-required: contradicts "
		"\"only-in-additional-list\" in the same map; remove one of them\n"},
	{"\"reservation-mode\":\"out-of-pool\"",
		"reservations-global = false;\nreservations-in-subnet = true;\n"
		"reservations-out-of-pool = true;\n",
		""},
	{"\"reservation-mode\":\"global\"",
		"reservations-global = true;\nreservations-in-subnet = false;\n"
		"reservations-out-of-pool = false;\n",
		""},
	{"\"reservation-mode\":\"al\"", NULL,
		"1: Dhcp4.reservation-mode: not carried over: expected all, out-of-pool, global or "
		"disabled\n"},
	{"\"reservation-mode\":\"all\",\"reservations-global\":true", NULL,
		"1: Dhcp4.reservation-mode: contradicts \"reservations-global\" in the same map; "
		"remove one of them\n"},
	{"\"ddns-use-conflict-resolution\":false",
		"ddns-conflict-resolution-mode = \"no-check-with-dhcid\";\n", ""},
	{"\"dhcp-ddns\":{\"enable-updates\":true,\"qualifying-suffix\":\"a\","
	 "\"generated-prefix\":\"b\"},\"ddns-generated-prefix\":\"c\"",
		"ddns-qualifying-suffix = \"a\";\ndhcp-ddns = { enable-updates = true; };\n"
		"ddns-generated-prefix = \"c\";\n",
		"warning: 1: Dhcp4.dhcp-ddns.generated-prefix: no effect: the global "
		"\"ddns-generated-prefix\" counts\n"},
	{"\"dhcp4o6-port\":0,\"subnet4\":[{\"id\":1,\"4o6-interface\":\"eth0\"}]", NULL,
		"warning: 1: Dhcp4.dhcp4o6-port: no effect: it is off\n"
		"1: Dhcp4.subnet4[0].4o6-interface: not carried over: there is no DHCPv4 over "
		"DHCPv6; remove it\n"},
	{"\"config-control\":{\"config-databases\":[]}", "",
		"warning: 1: Dhcp4.config-control: no effect: no database is used\n"},
	{"\"config-control\":{\"config-databases\":[{}]}", NULL,
		"1: Dhcp4.config-control.config-databases: not carried over: parts of the "
		"configuration stand in a database; add them to this file and remove it\n"},
	/* numbers of subnets */
	{"\"subnet4\":[{},{\"id\":0}],\n\"shared-networks\":[{\"subnet4\":[{},{\"id\":9},{}]}]",
		"subnet4 = ( { id = 3; }, { id = 4; } );\n"
		"shared-networks = (\n\t{\n\t\tsubnet4 = ( { id = 1; }, { id = 9; }, { id = 2; } );"
		"\n\t}\n);\n",
		"warning: 1: Dhcp4.subnet4[0]: has no id: it is 3, as Kea before version 3 "
		"numbered "
		"it; leases refer to it\n"
		"warning: 1: Dhcp4.subnet4[1]: has no id: it is 4, as Kea before version 3 "
		"numbered "
		"it; leases refer to it\n"
		"warning: 2: Dhcp4.shared-networks[0].subnet4[0]: has no id: it is 1, as Kea "
		"before "
		"version 3 numbered it; leases refer to it\n"
		"warning: 2: Dhcp4.shared-networks[0].subnet4[2]: has no id: it is 2, as Kea "
		"before "
		"version 3 numbered it; leases refer to it\n"},
	/* contexts and placeholders */
	{"\"user-context\":{\"4 x\":[null,1.5,{\"é\":\"\\\"\"}]},\"comment\":\"hé\"",
		"user-context = \"{\\\"4 x\\\": [null, 1.5, {\\\"é\\\": \\\"\\\\\\\"\\\"}]}\";\n"
		"comment = \"hé\";\n",
		""},
	{"\"user-context\":{\"limits\":{\"address-limit\":5}}",
		"user-context = \"{\\\"limits\\\": {\\\"address-limit\\\": 5}}\";\n", ""},
	{"\"user-context\":7", NULL, "1: Dhcp4.user-context: expected a map, got a whole number\n"},
	{"\"server-tag\":\"a <B> <C1_D> <e>\"", "server-tag = \"a <B> <C1_D> <e>\";\n",
		"warning: 1: Dhcp4.server-tag: the placeholder <B> remains: fill it in\n"
		"warning: 1: Dhcp4.server-tag: the placeholder <C1_D> remains: fill it in\n"},
	{"\"lease-database\":{\"host\":\"<DB_HOST>\",\"what\":null}", "",
		"warning: 1: Dhcp4.lease-database: no effect: leases live in the state directory; "
		"'lessorctl import leases' brings those of Kea's file\n"},
	/* wrong types */
	{"\"subnet4\":{},\"pools\":[]", NULL,
		"1: Dhcp4.subnet4: expected a list, got a map\n"
		"1: Dhcp4.pools: not carried over: an unknown key; remove it if clients can do "
		"without\n"},
	{"\"option-data\":[7],\"valid-lifetime\":null,\"server-tag\":[{}]", NULL,
		"1: Dhcp4.option-data[0]: expected a map, got a whole number\n"
		"1: Dhcp4.valid-lifetime: expected a value, got null\n"
		"1: Dhcp4.server-tag[0]: expected a value, got a map\n"},
	{"\"valid-lifetim\":1", NULL,
		"1: Dhcp4.valid-lifetim: not carried over: an unknown key, did you mean "
		"\"valid-lifetime\"?\n"},
	/* loggers */
	{"\"loggers\":[{\"name\":\"kea-dhcp4\",\"severity\":\"WARN\"},{\"name\":\"kea-dhcp4.x\"}]",
		"loggers = ( { name = \"kea-dhcp4\"; severity = \"WARN\"; } );\n",
		"warning: 1: Dhcp4.loggers[1]: no effect: there are no loggers for parts\n"},
	/* sockets */
	{"\"control-socket\":{\"socket-type\":\"unix\",\"socket-name\":\"/run/kea.sock\"}", "",
		"warning: 1: Dhcp4.control-socket: no effect: the control socket is control.sock "
		"in "
		"the run directory; point clients to it, or make a symbolic link\n"},
	{SOCKET("\"socket-type\":\"http\""),
		"http = ( { address = \"127.0.0.1\"; port = 8000; } );\n", ""},
	{SOCKET("\"socket-type\":\"http\",\"socket-address\":\"0.0.0.0\",\"socket-port\":80"),
		"http = ( { address = \"0.0.0.0\"; port = 80; allow-unauthenticated = true; } );\n",
		"warning: 1: Dhcp4.control-sockets[0]: everybody who reaches this address commands "
		"the server, as with Kea: add \"authentication\" and remove "
		"allow-unauthenticated\n"},
	{SOCKET("\"socket-type\":\"http\",\"socket-address\":\"::\",\"authentication\":{\"type\":"
		"\"basic\",\"clients\":[{\"user\":\"u\",\"password\":\"p\"}]}"),
		"http = (\n\t{\n\t\tport = 8000;\n\t\taddress = \"::\";\n\t\tauthentication = {\n"
		"\t\t\ttype = \"basic\";\n"
		"\t\t\tclients = ( { user = \"u\"; password = \"p\"; } );\n\t\t};\n\t}\n);\n",
		""},
	{SOCKET("\"socket-type\":\"https\",\"socket-address\":\"192.0.2.1\",\"trust-anchor\":\"a\","
		"\"cert-file\":\"c\",\"key-file\":\"k\""),
		"http = (\n\t{\n\t\tport = 8000;\n\t\taddress = \"192.0.2.1\";\n"
		"\t\ttls = { trust-anchor = \"a\"; cert-file = \"c\"; key-file = \"k\"; };\n"
		"\t}\n);\n",
		""},
	{SOCKET("\"socket-type\":\"https\""), NULL,
		"1: Dhcp4.control-sockets[0]: not carried over: https without a \"cert-file\"\n"},
	{SOCKET("\"socket-type\":\"tcp\"") ",\"control-socket\":{}", NULL,
		"1: Dhcp4.control-sockets[0].socket-type: not carried over: expected unix, http or "
		"https\n"
		"1: Dhcp4.control-socket: contradicts \"control-sockets\" in the same map; remove "
		"one of them\n"},
	/* hooks */
	{"\"hooks-libraries\":[{\"library\":\"/x/libdhcp_lease_cmds.so\"},{\"library\":\"/x/"
	 "libdhcp_mysql.so\"},\n{\"library\":\"libdhcp_rbac.so\"},{\"library\":\"/x/libmine.so\"}]",
		NULL,
		"warning: 1: Dhcp4.hooks-libraries[0].library: no effect: the commands of "
		"lease_cmds are built in\n"
		"warning: 1: Dhcp4.hooks-libraries[1].library: no effect: no database is used\n"
		"2: Dhcp4.hooks-libraries[2].library: not carried over: who may give which command "
		"cannot be limited: this would open more; remove the hook\n"
		"2: Dhcp4.hooks-libraries[3].library: not carried over: the hook \"/x/libmine.so\" "
		"is not known; remove it if clients can do without\n"},
	{HOOK("bootp", ""), "bootp = true;\n", ""},
	{HOOK("bootp", "\"x\":1"), NULL,
		"1: Dhcp4.hooks-libraries[0].parameters.x: not carried over: an unknown key; "
		"remove "
		"it if clients can do without\n"},
	{HOOK("ha", "\"high-availability\":[]"), "",
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability: no effect: it "
		"is "
		"empty\n"},
	{HOOK("ping_check", "\"reply-timeout\":50"),
		"ping-check = { enable = true; reply-timeout = 50; };\n", ""},
	{HOOK("ping_check", "\"enable-ping-check\":false"), "ping-check = { enable = false; };\n",
		""},
	{HOOK("ping_check", "") ",\"subnet4\":[{\"id\":1,\"user-context\":{\"ping-check\":{}}}]",
		NULL,
		"1: Dhcp4.subnet4[0].user-context.ping-check: not carried over: addresses are "
		"pinged in all subnets or in none; remove it\n"},
	{HOOK("flex_id", "\"identifier-expression\":\"relay4[1].hex\",\"replace-client-id\":true"),
		"flex-id-expression = \"relay4[1].hex\";\nflex-id-replace-client-id = true;\n", ""},
	{HOOK("flex_option", "\"options\":[{\"code\":67,\"add\":\"'x'\",\"client-class\":\"a\"}]"),
		"flex-option = ( { code = 67; add = \"'x'\"; client-class = \"a\"; } );\n", ""},
	{HOOK("limits",
		 "") ",\"client-classes\":[{\"name\":\"a\",\"user-context\":{\"limits\":{"
		     "\"address-limit\":2,\"rate-limit\":\"1 packet per second\"},\"b\":1}}]",
		"client-classes = (\n\t{\n\t\tname = \"a\";\n\t\taddress-limit = 2;\n"
		"\t\trate-limit = \"1 packet per second\";\n\t\tuser-context = \"{\\\"b\\\": "
		"1}\";\n\t}\n);\n",
		""},
	/* the pair */
	{HA("\"this-server-name\":\"b\",\"mode\":\"load-balancing\",\"heartbeat-delay\":10000,"
	    "\"sync-leases\":false,\"peers\":[{\"name\":\"a\",\"url\":\"http://192.0.2.1:8001/\","
	    "\"role\":\"primary\"},{\"name\":\"b\",\"url\":\"https://[2001:db8::2]/x\",\"role\":"
	    "\"secondary\",\"auto-failover\":false,\"cert-file\":\"c\"}],\"trust-anchor\":\"t\","
	    "\"cert-file\":\"x\","
	    "\"key-file\":\"k\""),
		"high-availability = {\n\tthis-server-name = \"b\";\n\tmode = \"hot-standby\";\n"
		"\tlisten-address = \"0.0.0.0\";\n\tlisten-port = 443;\n\tpeers = (\n"
		"\t\t{ name = \"a\"; role = \"primary\"; address = \"192.0.2.1\"; port = 8001; },\n"
		"\t\t{\n\t\t\tname = \"b\";\n\t\t\tauto-failover = false;\n\t\t\trole = "
		"\"standby\";\n\t\t\taddress = \"2001:db8::2\";\n\t\t\tport = 443;\n\t\t}\n\t);\n"
		"\ttls = { trust-anchor = \"t\"; cert-file = \"c\"; key-file = \"k\"; };\n};\n",
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability[0]."
		"heartbeat-delay: no effect: 10000 ms in Kea; here the partner is heard 250 ms "
		"after the last word at the latest\n"
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability[0].sync-leases: "
		"no effect: every lease goes to the partner\n"
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability[0].mode: "
		"becomes "
		"hot-standby: one server serves all clients, the other one is ready\n"},
	{HA("\"this-server-name\":\"<ME>\",\"mode\":\"hot-standby\",\"peers\":[{\"name\":\"a\","
	    "\"url\":\"http://<A>:8001\",\"role\":\"primary\"}],\"state-machine\":{\"states\":[{"
	    "\"pause\":\"never\"},{\"pause\":\"once\"}]}"),
		"high-availability = {\n\tthis-server-name = \"<ME>\";\n\tmode = \"hot-standby\";\n"
		"\tpeers = ( { name = \"a\"; role = \"primary\"; address = \"<A>\"; port = 8001; } "
		");\n\tplaintext = true;\n};\n",
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability[0]."
		"this-server-name: the placeholder <ME> remains: fill it in\n"
		"warning: 1: "
		"Dhcp4.hooks-libraries[0].parameters.high-availability[0].state-machine."
		"states[1].pause: no effect: the state machine does not pause\n"
		"warning: 1: "
		"Dhcp4.hooks-libraries[0].parameters.high-availability[0].peers[0].url: "
		"the placeholder <A> remains: fill it in\n"
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability[0]."
		"this-server-name: no peer has the name of this server: set this-server-name and "
		"listen-port\n"
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability[0]: the link "
		"between the servers is not encrypted, as in Kea: give it certificates and remove "
		"plaintext\n"},
};

Test(import_kea, cases, .init = imported_enter, .fini = imported_leave)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		imported_global(cases[i].in, false);
		cr_expect((imported == NULL) == (cases[i].out == NULL), "%s\n%s", cases[i].in,
			imported_said);
		if (imported != NULL && cases[i].out != NULL)
			cr_expect(strcmp(imported, cases[i].out) == 0, "%s\nmade     %sexpected %s",
				cases[i].in, imported, cases[i].out);
		cr_expect(strcmp(imported_said, cases[i].said) == 0, "%s\nsaid     %sexpected %s",
			cases[i].in, imported_said, cases[i].said);
	}
}

static const struct {
	const char *block, *said;
} refused[] = {
	{"\"mode\":\"passive-backup\",\"peers\":[]", "there is no mode \"passive-backup\""},
	{"\"peers\":[]", "the \"mode\" is missing"},
	{"\"mode\":\"hot-standby\"", "the list \"peers\" is missing"},
	{"\"mode\":\"hot-standby\",\"peers\":[{\"role\":\"backup\",\"url\":\"http://a:1\"}]",
		"a pair is a primary and a standby"},
	{"\"mode\":\"hot-standby\",\"peers\":[{\"role\":\"primary\"}]", "the \"url\" is missing"},
	{"\"mode\":\"hot-standby\",\"peers\":[{\"url\":\"http://a:1\"}]",
		"the \"role\" is missing"},
	{"\"mode\":\"hot-standby\",\"peers\":[]},{", "a server has one partner"},
};

static const char *const urls[] = {"", "http://", "http://:80", "ftp://a",
	"http://a:", "http://a:0", "http://a:65536", "http://a:-1", "http://a:8x", "http://[::1",
	"http://[]:1", "http://[::1]x", "<URL>"};

Test(import_kea, pairs_that_are_refused, .init = imported_enter, .fini = imported_leave)
{
	char text[1024];

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		snprintf(text, sizeof(text), HA("%s"), refused[i].block);
		imported_global(text, false);
		cr_expect(imported == NULL && strstr(imported_said, refused[i].said) != NULL, "%s",
			imported_said);
	}
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		snprintf(text, sizeof(text),
			HA("\"mode\":\"hot-standby\",\"peers\":[{\"role\":\"primary\",\"url\":\"%"
			   "s\"}]"),
			urls[i]);
		imported_global(text, false);
		cr_expect(imported == NULL &&
				strstr(imported_said, "expected http://ADDRESS:PORT/") != NULL,
			"%s: %s", urls[i], imported_said);
	}
}

/* --lenient: the same lines, as warnings, and the rest is there. */
Test(import_kea, lenient, .init = imported_enter, .fini = imported_leave)
{
	imported_global("\"rapid-commit\":\"x\",\"server-tag\":\"y\",\"subnet4\":7", true);
	cr_expect_str_eq(imported, "server-tag = \"y\";\n");
	cr_expect_str_eq(imported_said,
		"warning: 1: Dhcp4.rapid-commit: not carried over: an unknown key; remove it if "
		"clients can do without\n"
		"warning: 1: Dhcp4.subnet4: expected a list, got a whole number\n");
}

Test(import_kea, whole_files, .init = imported_enter, .fini = imported_leave)
{
	imported_text("{\"Dhcp4\":{},\"Dhcp6\":{},\"Other\":1}", false);
	cr_expect_str_eq(imported, "");
	cr_expect_str_eq(imported_said,
		"warning: 1: Dhcp6: no effect: it is not for a DHCPv4 server\n"
		"warning: 1: Other: no effect: unknown here\n");
	imported_text("{\"Dhcp6\":{}}", true);
	cr_expect_str_eq(
		imported_said, "1: holds no map \"Dhcp4\": this is no file of kea-dhcp4\n");
	imported_text("{\"Dhcp4\":[]}", false);
	cr_expect(imported == NULL);
	imported_text("{\"Dhcp4\":{}", true);
	cr_expect(imported == NULL);
}
