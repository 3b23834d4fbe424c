/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands on the JSON of a configuration: what becomes of it, and what the client hears.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "daemon/control/edit.h"

#define CONFIG \
	"{'subnet4': [{'id': 1, 'subnet': '192.0.2.0/24', 'reservations': [{'duid': '01'}]}, " \
	"{'id': 2, 'subnet': '198.51.100.0/24', 'renew-timer': 9," \
	" 'user-context': {'a': 1, 'b': 2}, 'client-classes': ['x', 'y']," \
	" 'option-data': [{'name': 'routers', 'data': '198.51.100.1'}," \
	"  {'space': 'own', 'code': 3, 'data': 'aa'}, {'code': 224, 'data': 'bb'}]," \
	" 'pools': [{'pool': '198.51.100.8 - 198.51.100.15', 'option-data': []}]}], " \
	"'shared-networks': [{'name': 'floor', 'subnet4': [{'id': 3, 'subnet': '10.0.0.0/8'}]}], " \
	"'client-classes': [{'name': 'x'}, {'name': 'y', 'test': 'a'}], " \
	"'option-def': [{'name': 'mine', 'code': 224}]}"

/* JSON in single quotes instead of double ones. */
static json_t *parse(const char *text)
{
	char json[4096];
	json_error_t error;
	json_t *value;

	cr_assert(snprintf(json, sizeof(json), "%s", text) < (int)sizeof(json));
	for (char *p = json; *p != '\0'; p++)
		*p = *p == '\'' ? '"' : *p;
	value = json_loads(json, JSON_DECODE_ANY, &error);
	cr_assert(value != NULL, "%s: %s", text, error.text);
	return value;
}

/* Carries it out; the result is compared, the rest is the caller's to give back. */
static void run(struct edit *e, const char *command, json_t *args, int result)
{
	*e = (struct edit){.config = parse(CONFIG), .args = args};
	edit_run(e, command);
	cr_expect_eq((int)e->result, result, "%s: result %d: %s", command, (int)e->result, e->text);
	cr_expect(e->text[0] != '\0', "%s: no text", command);
}

static void clear(struct edit *e, json_t *args)
{
	json_decref(e->told);
	json_decref(e->config);
	json_decref(args);
}

/* The part of the configuration at a path of names and numbers, separated by dots. */
static const json_t *part_of(const json_t *config, const char *path)
{
	char name[64];

	while (config != NULL && *path != '\0') {
		size_t len = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		config = json_is_array(config) ? json_array_get(config, (size_t)(name[0] - '0'))
					       : json_object_get(config, name);
		path += len + (path[len] == '.');
	}
	return config;
}

static void expect_json(const json_t *value, const char *expected, const char *what)
{
	json_t *wanted = expected != NULL ? parse(expected) : NULL;
	char *text = json_dumps(value, JSON_ENCODE_ANY);

	cr_expect(value == wanted || json_equal(value, wanted), "%s: %s instead of %s", what,
		text, expected);
	free(text);
	json_decref(wanted);
}

Test(edit, changes)
{
	static const struct {
		const char *command, *args, *text, *told, *path, *becomes;
	} cases[] = {
		{"subnet4-add", "{'subnet4': [{'id': 7, 'subnet': '203.0.113.0/24'}]}",
			"IPv4 subnet added", "{'subnets': [{'id': 7, 'subnet': '203.0.113.0/24'}]}",
			"subnet4.2", "{'id': 7, 'subnet': '203.0.113.0/24'}"},
		{"subnet4-update", "{'subnet4': [{'id': 1, 'subnet': '192.0.2.0/25'}]}",
			"IPv4 subnet updated", "{'subnets': [{'id': 1, 'subnet': '192.0.2.0/25'}]}",
			"subnet4.0",
			"{'id': 1, 'subnet': '192.0.2.0/25', 'reservations': [{'duid': '01'}]}"},
		{"subnet4-update", "{'subnet4': [{'id': 3, 'subnet': '10.0.0.0/9'}]}",
			"IPv4 subnet updated", "{'subnets': [{'id': 3, 'subnet': '10.0.0.0/9'}]}",
			"shared-networks.0.subnet4", "[{'id': 3, 'subnet': '10.0.0.0/9'}]"},
		{"subnet4-del", "{'id': 3}", "IPv4 subnet 10.0.0.0/8 (id 3) deleted",
			"{'subnets': [{'id': 3, 'subnet': '10.0.0.0/8'}]}",
			"shared-networks.0.subnet4", "[]"},
		{"interface-add", "{'interfaces': ['eth1', 'eth1']}", "Operation succeeded.", NULL,
			"interfaces-config", "{'interfaces': ['eth1']}"},
		{"network4-add", "{'shared-networks': [{'name': 'n'}]}",
			"A new IPv4 shared network 'n' added",
			"{'shared-networks': [{'name': 'n'}]}", "shared-networks.1",
			"{'name': 'n'}"},
		{"network4-subnet-add", "{'name': 'floor', 'id': 1}",
			"IPv4 subnet 192.0.2.0/24 (id 1) is now part of shared network 'floor'",
			NULL, "shared-networks.0.subnet4.1.id", "1"},
		{"network4-subnet-del", "{'name': 'floor', 'id': 3}",
			"IPv4 subnet 10.0.0.0/8 (id 3) is now removed from shared network 'floor'",
			NULL, "subnet4.2", "{'id': 3, 'subnet': '10.0.0.0/8'}"},
		{"network4-del", "{'name': 'floor'}", "IPv4 shared network 'floor' deleted",
			"{'shared-networks': [{'name': 'floor'}]}", "subnet4.2.id", "3"},
		{"network4-del", "{'name': 'floor', 'subnets-action': 'delete'}",
			"IPv4 shared network 'floor' deleted",
			"{'shared-networks': [{'name': 'floor'}]}", "subnet4.2", NULL},
		{"class-add", "{'client-classes': [{'name': 'z'}]}", "Class 'z' added", NULL,
			"client-classes.2", "{'name': 'z'}"},
		{"class-update", "{'client-classes': [{'name': 'x', 'test': 'b'}]}",
			"Class 'x' updated", NULL, "client-classes.0",
			"{'name': 'x', 'test': 'b'}"},
		{"class-del", "{'name': 'x'}", "Class 'x' deleted", NULL, "client-classes.0.name",
			"'y'"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *args = parse(cases[i].args);
		struct edit e;

		run(&e, cases[i].command, args, ANSWER_SUCCESS);
		cr_expect_str_eq(e.text, cases[i].text);
		expect_json(e.told, cases[i].told, cases[i].command);
		expect_json(part_of(e.config, cases[i].path), cases[i].becomes, cases[i].command);
		clear(&e, args);
	}
}

Test(edit, parts_of_a_subnet)
{
	static const struct {
		const char *word, *parts, *path, *becomes;
	} cases[] = {
		{"add", "'renew-timer': 5", "renew-timer", "5"},
		{"add", "'user-context': {'b': 3, 'c': 4}", "user-context",
			"{'a': 1, 'b': 3, 'c': 4}"},
		{"add", "'client-classes': ['y', 'z']", "client-classes", "['x', 'y', 'z']"},
		{"add", "'option-data': [{'code': 3, 'data': '198.51.100.2'}]", "option-data.0",
			"{'name': 'routers', 'code': 3, 'data': '198.51.100.2'}"},
		{"add", "'option-data': [{'name': 'mine', 'data': 'cc'}]", "option-data.2",
			"{'code': 224, 'name': 'mine', 'data': 'cc'}"},
		{"add", "'option-data': [{'name': 'routers', 'space': 'own'}]", "option-data.3",
			"{'name': 'routers', 'space': 'own'}"},
		{"add", "'pools': [{'pool': '198.51.100.8/29', 'pool-id': 4}]", "pools",
			"[{'pool': '198.51.100.8 - 198.51.100.15', 'option-data': [],"
			" 'pool-id': 4}]"},
		{"add", "'pools': [{'pool': 'x'}]", "pools.1", "{'pool': 'x'}"},
		{"add", "'pools': [7]", "pools.1", "7"},
		{"del", "'pools': [7, {}]", "pools.0.pool", "'198.51.100.8 - 198.51.100.15'"},
		{"del", "'renew-timer': 0", "renew-timer", NULL},
		{"del", "'rebind-timer': 0", "renew-timer", "9"},
		{"del", "'user-context': {'b': 0}", "user-context", "{'a': 1}"},
		{"del", "'client-classes': ['x', 'z']", "client-classes", "['y']"},
		{"del", "'option-data': [{'code': 3}, {'code': 224}]", "option-data",
			"[{'space': 'own', 'code': 3, 'data': 'aa'}]"},
		{"del", "'option-data': [{'name': 'routers', 'data': '198.51.100.1'}]",
			"option-data.0.space", "'own'"},
		{"del", "'option-data': [{'code': 9}]", "option-data.0.name", "'routers'"},
		{"del", "'pools': [{'pool': '198.51.100.8-198.51.100.15'}]", "pools", "[]"},
		{"del", "'pools': [{'pool': '198.51.100.8-198.51.100.15', 'pool-id': 1}]",
			"pools.0", "{'pool': '198.51.100.8 - 198.51.100.15', 'option-data': []}"},
		{"del", "'pools': 7", "pools", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[512], command[32], path[64];
		json_t *args;
		struct edit e;

		snprintf(text, sizeof(text), "{'subnet4': [{'id': 2, 'subnet': '198.51.100.0/24', "
			"%s}]}", cases[i].parts);
		snprintf(command, sizeof(command), "subnet4-delta-%s", cases[i].word);
		snprintf(path, sizeof(path), "subnet4.1.%s", cases[i].path);
		args = parse(text);
		run(&e, command, args, ANSWER_SUCCESS);
		expect_json(part_of(e.config, path), cases[i].becomes, cases[i].parts);
		expect_json(part_of(e.config, "subnet4.1.id"), "2", cases[i].parts);
		clear(&e, args);
	}
}

Test(edit, shows)
{
	static const struct {
		const char *command, *args, *told;
		int result;
	} cases[] = {
		{"subnet4-get", "{'id': 1}",
			"{'subnets': [{'id': 1, 'subnet': '192.0.2.0/24'}]}", 0},
		{"subnet4-get", "{'subnet': '10.1.2.3/8'}",
			"{'subnets': [{'id': 3, 'subnet': '10.0.0.0/8'}]}", 0},
		{"subnet4-get", "{'id': 9}", NULL, 3},
		{"subnet4-get", "{'subnet': '10.0.0.0/9'}", NULL, 3},
		{"subnet4-get", "{'subnet': 'nonsense'}", NULL, 3},
		{"network4-get", "{'name': 'floor'}", "{'shared-networks': [{'name': 'floor', "
			"'subnet4': [{'id': 3, 'subnet': '10.0.0.0/8'}]}]}", 0},
		{"network4-get", "{'name': 'roof'}", NULL, 3},
		{"class-get", "{'name': 'y'}",
			"{'client-classes': [{'name': 'y', 'test': 'a'}]}", 0},
		{"class-get", "{'name': 'z'}", NULL, 3},
		{"class-list", "{}", "{'client-classes': [{'name': 'x'}, {'name': 'y'}]}", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *args = parse(cases[i].args);
		struct edit e;

		run(&e, cases[i].command, args, cases[i].result);
		expect_json(e.told, cases[i].told, cases[i].command);
		expect_json(e.config, CONFIG, cases[i].command);
		clear(&e, args);
	}
}

/* Any command with any arguments ends, with a result. */
Test(edit, arguments_that_are_none)
{
	static const char *const commands[] = {"class-add", "class-del", "class-get",
		"class-update", "interface-add", "network4-add", "network4-del", "network4-get",
		"network4-subnet-add", "network4-subnet-del", "subnet4-add", "subnet4-del",
		"subnet4-delta-add", "subnet4-delta-del", "subnet4-get", "subnet4-update"};
	static const char *const args[] = {"null", "7", "[]", "{}", "{'id': null}", "{'id': -1}",
		"{'id': 4294967296}", "{'id': '1'}", "{'name': 7}", "{'name': ''}",
		"{'name': 'floor', 'id': 1.5}", "{'subnet': []}", "{'subnet4': {}}",
		"{'subnet4': []}", "{'subnet4': [[]]}", "{'subnet4': [{}]}",
		"{'subnet4': [{'id': 1}]}", "{'subnet4': [{'id': 1, 'subnet': 7}]}",
		"{'subnet4': [{'id': 1, 'subnet': '192.0.2.0/24', 'reservations': []}]}",
		"{'client-classes': [{}]}", "{'shared-networks': [{'name': []}]}",
		"{'name': 'floor', 'subnets-action': 'x'}", "{'what': 1}"};

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		for (size_t k = 0; k < sizeof(args) / sizeof(*args); k++) {
			json_t *value = parse(args[k]);
			struct edit e;

			run(&e, commands[i], value, ANSWER_ERROR);
			clear(&e, value);
		}
	}
}

/* What is too long for an answer is cut between two characters. */
Test(edit, long_names)
{
	for (size_t n = 0; n < 4; n++) {
		char name[3 * EDIT_TEXT_SIZE] = "abc";
		json_t *args, *again;
		struct edit e;

		for (size_t i = n; i + 3 < sizeof(name); i += 3)
			strcpy(name + i, "\xe2\x82\xac");
		args = json_pack("{s:s}", "name", name);
		run(&e, "class-get", args, ANSWER_EMPTY);
		again = json_string(e.text);
		cr_expect(again != NULL && strlen(e.text) > EDIT_TEXT_SIZE - 5, "%s", e.text);
		json_decref(again);
		clear(&e, args);
	}
}

Test(edit, unknown_command_and_no_memory)
{
	struct edit e = {.config = NULL};

	edit_run(&e, "class-list");
	cr_expect_eq(e.result, ANSWER_ERROR);
	cr_expect_str_eq(e.text, "out of memory");
	json_decref(e.told);
	run(&e, "subnet4-list", NULL, ANSWER_UNSUPPORTED);
	clear(&e, NULL);
}
