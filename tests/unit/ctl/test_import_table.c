/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_import_table: every row of the table of Kea's keys, by a file of its own.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/conf/param.h"
#include "daemon/conf/import_part.h"
#include "tests/unit/ctl/imported.h"

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
	{IMPORT_FLEX_SUB, HOOK_OPEN("flex_option") "\"options\":[{\"sub-options\":[{",
		"}]}]" HOOK_CLOSE},
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
	imported_global(text, false);
}

static bool is_made(const char *name)
{
	char setting[128];

	snprintf(setting, sizeof(setting), "%s = \"x\";", name);
	return imported != NULL && strstr(imported, setting) != NULL;
}

static bool was_said(const char *key, const char *what, const char *text)
{
	const char *line = strstr(imported_said, what);
	char part[64];

	snprintf(part, sizeof(part), "%s: ", key);
	return line != NULL && strstr(imported_said, part) != NULL && strstr(line, text) != NULL;
}

static void check_row(const struct import_row *row, size_t place)
{
	import_key(row->key, place);
	switch (row->action) {
	case IMPORT_CARRY:
		cr_expect(is_made(row->key), "%s: %s%s", row->key, imported_said, imported);
		break;
	case IMPORT_RENAME:
		cr_expect(is_made(row->text), "%s: %s%s", row->key, imported_said, imported);
		break;
	case IMPORT_WALK:
		cr_expect(was_said(row->key, "expected a list, got a text", ""), "%s: %s", row->key,
			imported_said);
		break;
	case IMPORT_DROP:
		cr_expect(imported != NULL && was_said(row->key, "no effect: ", row->text),
			"%s: %s", row->key, imported_said);
		break;
	case IMPORT_FAIL:
		cr_expect(imported == NULL && was_said(row->key, "not carried over: ", row->text),
			"%s: %s", row->key, imported_said);
		break;
	default: /* their cases stand below */
		cr_expect(strstr(imported_said, "unknown key") == NULL, "%s: %s", row->key,
			imported_said);
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
	static const char *const names[] = {"socket-type", "library", "mode", "peers", "url",
		"role", "high-availability", "options", "parameters", "clients"};

	if (strcmp(key, "name") == 0 && scope == IMPORT_LOGGER)
		return true;
	if (strcmp(key, "id") == 0)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(key, names[i]) == 0)
			return true;
	return false;
}

Test(import_table, every_row, .init = imported_enter, .fini = imported_leave)
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

Test(import_table, unknown_keys, .init = imported_enter, .fini = imported_leave)
{
	for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
		bool forgiving = (places[p].scope & (IMPORT_SANITY | IMPORT_LOGGER)) != 0;

		import_key("what-is-this", p);
		cr_expect((imported != NULL) == forgiving, "%zu: %s", p, imported_said);
		cr_expect(was_said("what-is-this", forgiving ? "no effect: " : "not carried", ""),
			"%zu: %s", p, imported_said);
	}
}

/* What is carried must be read: under this name, in this map. */
Test(import_table, the_reader_knows_the_names)
{
	static const struct {
		enum import_scope scope;
		unsigned place;
	} pairs[] = {{IMPORT_GLOBAL, PARAM_AT_GLOBAL}, {IMPORT_NETWORK, PARAM_AT_NETWORK},
		{IMPORT_SUBNET, PARAM_AT_SUBNET}, {IMPORT_POOL, PARAM_AT_POOL},
		{IMPORT_OPTION, PARAM_AT_OPTION}, {IMPORT_DEF, PARAM_AT_DEF},
		{IMPORT_INTERFACES, PARAM_AT_INTERFACES}, {IMPORT_RELAY, PARAM_AT_RELAY},
		{IMPORT_EXPIRED, PARAM_AT_EXPIRED}, {IMPORT_FLEX, PARAM_AT_FLEX},
		{IMPORT_FLEX_SUB, PARAM_AT_FLEX_SUB}};

	for (size_t i = 0; i < import_n_rows; i++) {
		const struct import_row *row = &import_rows[i];
		const char *name = row->action == IMPORT_RENAME ? row->text : row->key;

		if (row->action > IMPORT_RENAME)
			continue;
		for (size_t j = 0; j < sizeof(pairs) / sizeof(pairs[0]); j++) {
			bool found = false;

			if ((row->scopes & pairs[j].scope) == 0 ||
				(row->scopes & IMPORT_NOTHING) != 0)
				continue;
			for (size_t k = 0; k < param_table_size; k++)
				found = found ||
					((param_table[k].places & pairs[j].place) != 0 &&
						strcmp(param_table[k].name, name) == 0);
			cr_expect(found, "%s", name);
		}
	}
}
