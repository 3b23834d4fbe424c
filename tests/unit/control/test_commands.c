/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that are none, and what the general commands answer.
 */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/control/server.h"

static struct server s;

static void enter(void)
{
	server_init(&s);
}

static void leave(void)
{
	server_fini(&s);
}

TestSuite(commands, .init = enter, .fini = leave);

Test(commands, frames)
{
	static const struct {
		const char *request;
		int result;
		const char *text;
	} cases[] = {
		{"{'command': 'x'}", 2, "'x' command not supported."},
		{"{'command': 'x', 'service': ['dhcp4']}", 2, "'x' command not supported."},
		{"{'command': 'x', 'service': []}", 2, "'x' command not supported."},
		{"{'command': 'x', 'remote-address': '::1'}", 2, "'x' command not supported."},
		{"{'command': 'x', 'command': 'y'}", 2, "'y' command not supported."},
		{"{'command': 'x', 'service': ['dhcp6']}", 1,
			"unsupported service 'dhcp6', expected 'dhcp4'"},
		{"{'command': 'x', 'service': ['dhcp4', 'dhcp6']}", 1,
			"service value has more than one item"},
		{"{'command': 'x', 'service': 'dhcp4'}", 1, "service value must be a list"},
		{"{'command': 'x', 'service': [4]}", 1,
			"unsupported service '?', expected 'dhcp4'"},
		{"{'command': 'x', 'argument': 1}", 1,
			"unsupported parameter 'argument' in the command"},
		{"{}", 1, "no 'command' with a string in the request"},
		{"{'command': 5}", 1, "no 'command' with a string in the request"},
		{"{'command': null}", 1, "no 'command' with a string in the request"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_null(server_expect(&s, cases[i].request, cases[i].result, cases[i].text));
}

Test(commands, what_only_the_parser_sees)
{
	static const char *const requests[] = {"{'command': 01}", "{'command': 1e999}",
		"{'command': '\xff'}", "{'command': 99999999999999999999}", "{'a': -}"};

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		json_t *answer = server_ask(&s, requests[i]);

		cr_expect_eq(json_integer_value(json_object_get(answer, "result")), 1);
		cr_expect(json_string_length(json_object_get(answer, "text")) > 20);
		json_decref(answer);
	}
}

Test(commands, list)
{
	const json_t *list = server_expect(&s, "{'command': 'list-commands'}", 0, NULL);
	const char *last = "";

	cr_expect(json_array_size(list) > 10);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		cr_expect(strcmp(last, name) < 0, "%s after %s", name, last);
		last = name;
	}
}

Test(commands, version_and_report)
{
	json_t *answer = server_ask(&s, "{'command': 'version-get'}");

	cr_expect(json_string_length(json_object_get(answer, "text")) > 0);
	cr_expect(json_string_length(json_object_get(json_object_get(answer, "arguments"),
			  "extended")) > 0);
	json_decref(answer);
	answer = server_ask(&s, "{'command': 'build-report'}");
	cr_expect(json_string_length(json_object_get(answer, "text")) > 0);
	json_decref(answer);
}

static void set_interface(unsigned i, const char *name, enum region_interface_state state)
{
	struct region_interface *f = &s.child.region->interfaces[i];

	memcpy(f->name, name, strlen(name) + 1);
	atomic_store(&f->address, 0xc0000201);
	atomic_store(&f->state, state);
}

static void set_worker(unsigned slot, uint32_t interface)
{
	struct region_slot *w = &s.child.region->slots[slot];

	atomic_store(&w->role, ROLE_WORKER);
	atomic_store(&w->interface, interface);
	atomic_store(&w->pid, 4711);
}

Test(commands, status)
{
	const char *name, *state;
	json_t *disabled, *errors, *journal, *f;
	int down, user, threads, pid;
	json_t *a;

	set_interface(0, "eth0", INTERFACE_READY);
	set_worker(5, 0);
	set_worker(6, 0);
	a = json_incref((json_t *)(uintptr_t)server_expect(
		&s, "{'command': 'status-get'}", 0, NULL));
	cr_assert_eq(json_unpack(a, "{s:i, s:{s:b, s:b, s:o}, s:i, s:{s:s}}", "pid", &pid,
			     "dhcp-state", "globally-disabled", &down, "disabled-by-user", &user,
			     "disabled-by-db-connection", &disabled, "thread-pool-size", &threads,
			     "sockets", "status", &state), 0);
	cr_expect(pid == getppid() && !down && !user && threads == 2);
	cr_expect(json_array_size(disabled) == 0 && strcmp(state, "ready") == 0);
	cr_expect(json_is_true(json_object_get(a, "multi-threading-enabled")));
	cr_expect(json_integer_value(json_object_get(a, "uptime")) < 60);
	cr_expect(json_integer_value(json_object_get(a, "reload")) < 60);
	cr_expect_null(json_object_get(a, "high-availability"));
	cr_assert_eq(json_unpack(a, "{s:{s:o, s:[o]}}", "lessor", "journal", &journal,
			     "interfaces", &f), 0);
	cr_assert_eq(json_unpack(f, "{s:s, s:s}", "name", &name, "state", &state), 0);
	cr_expect(strcmp(name, "eth0") == 0 && strcmp(state, "ready") == 0);
	cr_expect_str_eq(json_string_value(json_object_get(f, "address")), "192.0.2.1");
	json_decref(a);

	set_interface(1, "eth1", INTERFACE_DOWN);
	a = json_incref((json_t *)(uintptr_t)server_expect(
		&s, "{'command': 'status-get'}", 0, NULL));
	cr_assert_eq(json_unpack(a, "{s:{s:s, s:o}}", "sockets", "status", &state, "errors",
			     &errors), 0);
	cr_expect_str_eq(state, "retrying");
	cr_expect_str_eq(json_string_value(json_array_get(errors, 0)), "eth1: down");
	json_decref(a);
}
