/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_import_kea: every row of the table of keys, by a file of its own; what the code behind it
 * makes of old forms, hooks, the pair, sockets and contexts.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/conf/param.h"
#include "daemon/conf/tree_print.h"
#include "daemon/ctl/import_kea.h"
#include "daemon/ctl/import_part.h"

#define HOOK_OPEN(library)                                                                         \
	"\"hooks-libraries\":[{\"library\":\"/usr/lib/libdhcp_" library ".so\",\"parameters\":{"
#define HOOK_CLOSE                "}}]"
#define HOOK(library, parameters) HOOK_OPEN(library) parameters HOOK_CLOSE
#define HA_OPEN                   HOOK_OPEN("ha") "\"high-availability\":[{"
#define HA_CLOSE                  "}]" HOOK_CLOSE
#define HA(block)                 HA_OPEN block HA_CLOSE
#define SOCKET_OPEN               "\"control-sockets\":[{"
#define SOCKET_CLOSE              "}]"
#define SOCKET(socket)            SOCKET_OPEN socket SOCKET_CLOSE
#define HTTP_OPEN                 SOCKET_OPEN "\"socket-type\":\"http\","

static char file[] = "/tmp/lessor-import-XXXXXX";
static char said[16384];
static char *made; /* as libconfig; NULL: refused */

static void enter(void)
{
	int fd = mkstemp(file);

	cr_assert(fd >= 0 && close(fd) == 0);
}

static void leave(void)
{
	free(made);
	unlink(file);
}

/* Lines begin with their number: the file's name is left out. */
static void hear(void *arg, bool is_error, const char *line)
{
	size_t len = strlen(said);

	(void)arg;
	if (strncmp(line, file, strlen(file)) == 0)
		line += strlen(file) + 1;
	snprintf(said + len, sizeof(said) - len, "%s%s\n", is_error ? "" : "warning: ", line);
}

static void import_text(const char *text, bool lenient)
{
	struct arena *arena = arena_new();
	struct report r = {.line = hear};
	struct tree_node *root;
	FILE *f = fopen(file, "w");
	size_t size;
	int rc;

	cr_assert(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
	free(made);
	made = NULL;
	said[0] = '\0';
	rc = import_kea(file, lenient, arena, &r, &root);
	cr_expect((rc == 0) == (r.errors == 0), "%s", said);
	if (rc == 0) {
		f = open_memstream(&made, &size);
		cr_expect(tree_print_libconfig(f, root) == 0, "%s", text);
		fclose(f);
	}
	arena_free(arena);
}

static void import_global(const char *inner, bool lenient)
{
	char text[4096];

	snprintf(text, sizeof(text), "{\"Dhcp4\":{%s}}", inner);
	import_text(text, lenient);
}

/* Where a map of each kind stands; what stands around it must not be heard. */
static const struct {
	enum import_scope scope;
	const char *before, *after;
} places[] = {
	{IMPORT_GLOBAL, "", ""},
	{IMPORT_NETWORK, "\"shared-networks\":[{", "}]"},
	{IMPORT_SUBNET, "\"subnet4\":[{\"id\":1,", "}]"},
	{IMPORT_POOL, "\"subnet4\":[{\"id\":1,\"pools\":[{", "}]}]"},
	{IMPORT_CLASS, "\"client-classes\":[{", "}]"},
	{IMPORT_HOST, "\"reservations\":[{", "}]"},
	{IMPORT_OPTION, "\"option-data\":[{", "}]"},
	{IMPORT_DEF, "\"option-def\":[{", "}]"},
	{IMPORT_INTERFACES, "\"interfaces-config\":{", "}"},
	{IMPORT_RELAY, "\"subnet4\":[{\"id\":1,\"relay\":{", "}}]"},
	{IMPORT_EXPIRED, "\"expired-leases-processing\":{", "}"},
	{IMPORT_DDNS, "\"dhcp-ddns\":{", "}"},
	{IMPORT_SANITY, "\"sanity-checks\":{", "}"},
	{IMPORT_COMPATIBILITY, "\"compatibility\":{", "}"},
	{IMPORT_SOCKET, HTTP_OPEN, SOCKET_CLOSE},
	{IMPORT_HEADER, HTTP_OPEN "\"http-headers\":[{", "}]" SOCKET_CLOSE},
	{IMPORT_AUTHENTICATION, HTTP_OPEN "\"authentication\":{", "}" SOCKET_CLOSE},
	{IMPORT_CLIENT, HTTP_OPEN "\"authentication\":{\"clients\":[{", "}]}" SOCKET_CLOSE},
	{IMPORT_LOGGER, "\"loggers\":[{\"name\":\"kea-dhcp4\",", "}]"},
	{IMPORT_HOOK, "\"hooks-libraries\":[{\"library\":\"libdhcp_limits.so\",", "}]"},
	{IMPORT_PING, HOOK_OPEN("ping_check"), HOOK_CLOSE},
	{IMPORT_FLEX_ID, HOOK_OPEN("flex_id"), HOOK_CLOSE},
	{IMPORT_FLEX_OPTION, HOOK_OPEN("flex_option"), HOOK_CLOSE},
	{IMPORT_FLEX, HOOK_OPEN("flex_option") "\"options\":[{", "}]" HOOK_CLOSE},
	{IMPORT_LIMITS,
		"\"hooks-libraries\":[{\"library\":\"libdhcp_limits.so\"}],\"subnet4\":[{\"id\":1,"
		"\"user-context\":{\"limits\":{",
		"}}}]"},
	{IMPORT_HA_HOOK, HOOK_OPEN("ha"), HOOK_CLOSE},
	{IMPORT_HA, HA_OPEN "\"mode\":\"hot-standby\",\"peers\":[],", HA_CLOSE},
	{IMPORT_PEER,
		HA_OPEN "\"mode\":\"hot-standby\",\"peers\":[{\"role\":\"primary\",\"url\":"
			"\"http://a:1/\",",
		"}]" HA_CLOSE},
};

/* A file with key = "x" in a map of that kind. */
static void import_key(const char *key, size_t place)
{
	char text[2048];

	snprintf(text, sizeof(text), "%s\"%s\":\"x\"%s", places[place].before, key,
		places[place].after);
	import_global(text, false);
}

static bool is_made(const char *name)
{
	char setting[128];

	snprintf(setting, sizeof(setting), "%s = \"x\";", name);
	return made != NULL && strstr(made, setting) != NULL;
}

static bool was_said(const char *key, const char *what, const char *text)
{
	const char *line = strstr(said, what);
	char part[64];

	snprintf(part, sizeof(part), "%s: ", key);
	return line != NULL && strstr(said, part) != NULL && strstr(line, text) != NULL;
}

static void check_row(const struct import_row *row, size_t place)
{
	import_key(row->key, place);
	switch (row->action) {
	case IMPORT_CARRY:
		cr_expect(is_made(row->key), "%s: %s%s", row->key, said, made);
		break;
	case IMPORT_RENAME:
		cr_expect(is_made(row->text), "%s: %s%s", row->key, said, made);
		break;
	case IMPORT_WALK:
		cr_expect(was_said(row->key, "expected a list, got a text", ""), "%s: %s", row->key,
			said);
		break;
	case IMPORT_DROP:
		cr_expect(made != NULL && was_said(row->key, "no effect: ", row->text), "%s: %s",
			row->key, said);
		break;
	case IMPORT_FAIL:
		cr_expect(made == NULL && was_said(row->key, "not carried over: ", row->text),
			"%s: %s", row->key, said);
		break;
	default: /* their cases stand below */
		cr_expect(strstr(said, "unknown key") == NULL, "%s: %s", row->key, said);
	}
}

/* The first row of a key for a kind of map is the one that counts. */
static bool is_first(size_t row, enum import_scope scope)
{
	for (size_t i = 0; i < row; i++)
		if ((import_rows[i].scopes & scope) != 0 &&
			strcmp(import_rows[i].key, import_rows[row].key) == 0)
			return false;
	return true;
}

/* Keys that these files have already. */
static bool is_there(const char *key, enum import_scope scope)
{
	static const char *const names[] = {"socket-type", "library", "mode", "peers", "url", "role",
		"high-availability", "options", "parameters", "clients"};

	if (strcmp(key, "name") == 0 && scope == IMPORT_LOGGER)
		return true;
	if (strcmp(key, "id") == 0)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(key, names[i]) == 0)
			return true;
	return false;
}

Test(import_kea, every_row, .init = enter, .fini = leave)
{
	unsigned checked = 0;

	for (size_t i = 0; i < import_n_rows; i++) {
		for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
			enum import_scope scope = places[p].scope;

			if ((import_rows[i].scopes & scope) == 0 || !is_first(i, scope) ||
				is_there(import_rows[i].key, scope))
				continue;
			check_row(&import_rows[i], p);
			checked++;
		}
	}
	cr_expect(checked > 300, "%u", checked);
}

Test(import_kea, unknown_keys, .init = enter, .fini = leave)
{
	for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
		bool forgiving = (places[p].scope & (IMPORT_SANITY | IMPORT_LOGGER)) != 0;

		import_key("what-is-this", p);
		cr_expect((made != NULL) == forgiving, "%zu: %s", p, said);
		cr_expect(was_said("what-is-this", forgiving ? "no effect: " : "not carried", ""),
			"%zu: %s", p, said);
	}
}

/* What is carried must be read: under this name, in this map. */
Test(import_kea, the_reader_knows_the_names)
{
	static const struct {
		enum import_scope scope;
		unsigned place;
	} pairs[] = {{IMPORT_GLOBAL, PARAM_AT_GLOBAL}, {IMPORT_NETWORK, PARAM_AT_NETWORK},
		{IMPORT_SUBNET, PARAM_AT_SUBNET}, {IMPORT_POOL, PARAM_AT_POOL},
		{IMPORT_OPTION, PARAM_AT_OPTION}, {IMPORT_DEF, PARAM_AT_DEF},
		{IMPORT_INTERFACES, PARAM_AT_INTERFACES}, {IMPORT_RELAY, PARAM_AT_RELAY},
		{IMPORT_EXPIRED, PARAM_AT_EXPIRED}};

	for (size_t i = 0; i < import_n_rows; i++) {
		const struct import_row *row = &import_rows[i];
		const char *name = row->action == IMPORT_RENAME ? row->text : row->key;

		if (row->action > IMPORT_RENAME)
			continue;
		for (size_t j = 0; j < sizeof(pairs) / sizeof(pairs[0]); j++) {
			bool found = false;

			if ((row->scopes & pairs[j].scope) == 0 || row->scopes > IMPORT_PEER)
				continue;
			for (size_t k = 0; k < param_table_size; k++)
				found = found || ((param_table[k].places & pairs[j].place) != 0 &&
							 strcmp(param_table[k].name, name) == 0);
			cr_expect(found, "%s", name);
		}
	}
}

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
		"warning: 1: Dhcp4.subnet4[0]: has no id: it is 3, as Kea before version 3 numbered "
		"it; leases refer to it\n"
		"warning: 1: Dhcp4.subnet4[1]: has no id: it is 4, as Kea before version 3 numbered "
		"it; leases refer to it\n"
		"warning: 2: Dhcp4.shared-networks[0].subnet4[0]: has no id: it is 1, as Kea before "
		"version 3 numbered it; leases refer to it\n"
		"warning: 2: Dhcp4.shared-networks[0].subnet4[2]: has no id: it is 2, as Kea before "
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
		"warning: 1: Dhcp4.control-socket: no effect: the control socket is control.sock in "
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
	{HOOK("limits", "") ",\"client-classes\":[{\"name\":\"a\",\"user-context\":{\"limits\":{"
			    "\"address-limit\":2,\"rate-limit\":\"1 packet per second\"},\"b\":1}}]",
		"client-classes = (\n\t{\n\t\tname = \"a\";\n\t\taddress-limit = 2;\n"
		"\t\trate-limit = \"1 packet per second\";\n\t\tuser-context = \"{\\\"b\\\": "
		"1}\";\n\t}\n);\n",
		""},
	/* the pair */
	{HA("\"this-server-name\":\"b\",\"mode\":\"load-balancing\",\"heartbeat-delay\":10000,"
	    "\"sync-leases\":false,\"peers\":[{\"name\":\"a\",\"url\":\"http://192.0.2.1:8001/\","
	    "\"role\":\"primary\"},{\"name\":\"b\",\"url\":\"https://[2001:db8::2]/x\",\"role\":"
	    "\"secondary\",\"auto-failover\":false}],\"trust-anchor\":\"t\",\"cert-file\":\"c\","
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
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability[0].mode: becomes "
		"hot-standby: one server serves all clients, the other one is ready\n"},
	{HA("\"this-server-name\":\"<ME>\",\"mode\":\"hot-standby\",\"peers\":[{\"name\":\"a\","
	    "\"url\":\"http://<A>:8001\",\"role\":\"primary\"}],\"state-machine\":{\"states\":[{"
	    "\"pause\":\"never\"},{\"pause\":\"once\"}]}"),
		"high-availability = {\n\tthis-server-name = \"<ME>\";\n\tmode = \"hot-standby\";\n"
		"\tpeers = ( { name = \"a\"; role = \"primary\"; address = \"<A>\"; port = 8001; } "
		");\n\tplaintext = true;\n};\n",
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability[0]."
		"this-server-name: the placeholder <ME> remains: fill it in\n"
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability[0].state-machine."
		"states[1].pause: no effect: the state machine does not pause\n"
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability[0].peers[0].url: "
		"the placeholder <A> remains: fill it in\n"
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability[0]."
		"this-server-name: no peer has the name of this server: set this-server-name and "
		"listen-port\n"
		"warning: 1: Dhcp4.hooks-libraries[0].parameters.high-availability[0]: the link "
		"between the servers is not encrypted, as in Kea: give it certificates and remove "
		"plaintext\n"},
};

Test(import_kea, cases, .init = enter, .fini = leave)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		import_global(cases[i].in, false);
		cr_expect((made == NULL) == (cases[i].out == NULL), "%s\n%s", cases[i].in, said);
		if (made != NULL && cases[i].out != NULL)
			cr_expect(strcmp(made, cases[i].out) == 0, "%s\nmade     %sexpected %s",
				cases[i].in, made, cases[i].out);
		cr_expect(strcmp(said, cases[i].said) == 0, "%s\nsaid     %sexpected %s",
			cases[i].in, said, cases[i].said);
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
	{"\"mode\":\"hot-standby\",\"peers\":[{\"url\":\"http://a:1\"}]", "the \"role\" is missing"},
	{"\"mode\":\"hot-standby\",\"peers\":[]},{", "a server has one partner"},
};

static const char *const urls[] = {"", "http://", "http://:80", "ftp://a", "http://a:", "http://a:0",
	"http://a:65536", "http://a:-1", "http://a:8x", "http://[::1", "http://[]:1", "http://[::1]x",
	"<URL>"};

Test(import_kea, pairs_that_are_refused, .init = enter, .fini = leave)
{
	char text[1024];

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		snprintf(text, sizeof(text), HA("%s"), refused[i].block);
		import_global(text, false);
		cr_expect(made == NULL && strstr(said, refused[i].said) != NULL, "%s", said);
	}
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		snprintf(text, sizeof(text),
			HA("\"mode\":\"hot-standby\",\"peers\":[{\"role\":\"primary\",\"url\":\"%s\"}]"),
			urls[i]);
		import_global(text, false);
		cr_expect(made == NULL && strstr(said, "expected http://ADDRESS:PORT/") != NULL,
			"%s: %s", urls[i], said);
	}
}

/* --lenient: the same lines, as warnings, and the rest is there. */
Test(import_kea, lenient, .init = enter, .fini = leave)
{
	import_global("\"rapid-commit\":\"x\",\"server-tag\":\"y\",\"subnet4\":7", true);
	cr_expect_str_eq(made, "server-tag = \"y\";\n");
	cr_expect_str_eq(said,
		"warning: 1: Dhcp4.rapid-commit: not carried over: an unknown key; remove it if "
		"clients can do without\n"
		"warning: 1: Dhcp4.subnet4: expected a list, got a whole number\n");
}

Test(import_kea, whole_files, .init = enter, .fini = leave)
{
	import_text("{\"Dhcp4\":{},\"Dhcp6\":{},\"Other\":1}", false);
	cr_expect_str_eq(made, "");
	cr_expect_str_eq(said, "warning: 1: Dhcp6: no effect: it is not for a DHCPv4 server\n"
			       "warning: 1: Other: no effect: unknown here\n");
	import_text("{\"Dhcp6\":{}}", true);
	cr_expect_str_eq(said, "1: holds no map \"Dhcp4\": this is no file of kea-dhcp4\n");
	import_text("{\"Dhcp4\":[]}", false);
	cr_expect(made == NULL);
	import_text("{\"Dhcp4\":{}", true);
	cr_expect(made == NULL);
}
