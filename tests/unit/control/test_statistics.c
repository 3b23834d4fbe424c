/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statistics under Kea's names: all of them, from the start, with what the table says.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "shm/base/clock.h"
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

TestSuite(statistics, .init = enter, .fini = leave);

static const char *const global[] = {"pkt4-received", "pkt4-discover-received",
	"pkt4-request-received", "pkt4-decline-received", "pkt4-release-received",
	"pkt4-inform-received", "pkt4-offer-received", "pkt4-ack-received", "pkt4-nak-received",
	"pkt4-lease-query-received", "pkt4-unknown-received", "pkt4-sent", "pkt4-offer-sent",
	"pkt4-ack-sent", "pkt4-nak-sent", "pkt4-lease-query-response-unassigned-sent",
	"pkt4-lease-query-response-unknown-sent", "pkt4-lease-query-response-active-sent",
	"pkt4-parse-failed", "pkt4-receive-drop", "pkt4-service-disabled", "pkt4-queue-full",
	"pkt4-duplicate", "pkt4-rfc-violation", "pkt4-admin-filtered", "pkt4-not-for-us",
	"pkt4-processing-failed", "pkt4-limit-exceeded", "v4-allocation-fail",
	"v4-allocation-fail-shared-network", "v4-allocation-fail-subnet",
	"v4-allocation-fail-no-pools", "v4-allocation-fail-classes", "v4-reservation-conflicts",
	"v4-lease-reuses", "cumulative-assigned-addresses", "declined-addresses",
	"reclaimed-leases", "reclaimed-declined-addresses"};

static const char *const of_subnet[] = {"total-addresses", "assigned-addresses",
	"cumulative-assigned-addresses", "declined-addresses", "reclaimed-leases",
	"reclaimed-declined-addresses", "v4-reservation-conflicts", "v4-lease-reuses",
	"v4-allocation-fail", "v4-allocation-fail-shared-network", "v4-allocation-fail-subnet",
	"v4-allocation-fail-no-pools", "v4-allocation-fail-classes"};

#define OF_POOL 6 /* the first ones of of_subnet */

static json_t *all(void)
{
	return json_deep_copy(
		server_expect(&s, "{'command': 'statistic-get-all'}", 0, NULL));
}

/* Takes one out of the answer: its only sample must be a number and a time. */
static json_int_t take(json_t *found, const char *name)
{
	json_int_t value = -1;
	const char *when = "";
	int day, part, end = 0;

	cr_expect_eq(json_unpack(json_object_get(found, name), "[[Is!]!]", &value, &when), 0,
		"%s is missing, or not one sample", name);
	cr_expect(sscanf(when, "%*4d-%*2d-%2d %*2d:%*2d:%*2d.%6d%n", &day, &part, &end) == 2 &&
			end == 26 && when[end] == '\0', "%s: %s", name, when);
	json_object_del(found, name);
	return value;
}

static void take_pools(json_t *found, const char *scope, json_int_t addresses)
{
	char name[96];

	for (size_t i = 0; i < OF_POOL; i++) {
		snprintf(name, sizeof(name), "%s.%s", scope, of_subnet[i]);
		cr_expect_eq(take(found, name), i == 0 ? addresses : 0, "%s", name);
	}
}

static void take_subnet(json_t *found, unsigned id, json_int_t addresses)
{
	char name[96];

	for (size_t i = 0; i < sizeof(of_subnet) / sizeof(*of_subnet); i++) {
		snprintf(name, sizeof(name), "subnet[%u].%s", id, of_subnet[i]);
		cr_expect_eq(take(found, name), i == 0 ? addresses : 0, "%s", name);
	}
}

Test(statistics, names_of_a_fresh_server)
{
	json_t *found = all();
	const char *name;
	json_t *value;

	for (size_t i = 0; i < sizeof(global) / sizeof(*global); i++)
		cr_expect_eq(take(found, global[i]), 0, "%s", global[i]);
	take_subnet(found, 1, 25);
	take_pools(found, "subnet[1].pool[0]", 20);
	take_pools(found, "subnet[1].pool[7]", 5);
	take_subnet(found, 9, 100);
	take_pools(found, "subnet[9].pool[0]", 100);
	take_subnet(found, 1001, 0);
	json_object_foreach(found, name, value)
		cr_expect(false, "%s is not Kea's", name);
	json_decref(found);
}

static void decline(struct lease *l)
{
	l->state = LEASE_DECLINED;
}

static void end_it(struct lease *l)
{
	l->cltt -= 4000;
}

static void for_ever(struct lease *l)
{
	l->cltt = 1;
	l->valid_lft = RECORD_INFINITE;
}

static void release(struct lease *l)
{
	l->state = LEASE_RELEASED;
}

static void fill(void)
{
	server_lease(&s, "192.0.2.10", 1, NULL);
	server_lease(&s, "192.0.2.31", 1, for_ever);
	server_lease(&s, "192.0.2.32", 1, decline);
	server_lease(&s, "192.0.2.33", 1, end_it);
	server_lease(&s, "192.0.2.34", 1, release);
	server_lease(&s, "192.0.2.50", 1, NULL);
	server_lease(&s, "192.0.2.200", 1, NULL); /* outside every pool */
	server_lease(&s, "198.51.100.9", 9, NULL);
	server_lease(&s, "10.0.0.1", 555, NULL); /* of a subnet that is gone */
}

Test(statistics, what_the_table_says)
{
	static const struct {
		const char *name;
		json_int_t value;
	} cases[] = {
		{"subnet[1].assigned-addresses", 5},
		{"subnet[1].declined-addresses", 1},
		{"subnet[1].pool[0].assigned-addresses", 3},
		{"subnet[1].pool[0].declined-addresses", 1},
		{"subnet[1].pool[7].assigned-addresses", 1},
		{"subnet[1].pool[0].cumulative-assigned-addresses", 3},
		{"subnet[1].pool[7].cumulative-assigned-addresses", 1},
		{"subnet[9].assigned-addresses", 1},
		{"subnet[1001].assigned-addresses", 0},
		{"declined-addresses", 1},
		{"cumulative-assigned-addresses", 7},
	};
	json_t *found;

	fill();
	found = all();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_int_t value = take(found, cases[i].name);

		cr_expect_eq(value, cases[i].value, "%s: %lld", cases[i].name, (long long)value);
	}
	json_decref(found);
}

Test(statistics, one)
{
	static const struct {
		const char *name;
		json_int_t value; /* -1: there is none */
	} cases[] = {
		{"assigned-addresses", 7},
		{"pkt4-received", 0},
		{"subnet[1].total-addresses", 25},
		{"subnet[1].pool[7].assigned-addresses", 1},
		{"subnet[1].pool[8].assigned-addresses", -1},
		{"subnet[2].assigned-addresses", -1},
		{"subnet[1].pkt4-received", -1},
		{"subnet[1]", -1},
		{"no-such", -1},
		{"", -1},
	};
	char request[128];

	fill();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *found;

		snprintf(request, sizeof(request),
			"{'command': 'statistic-get', 'arguments': {'name': '%s'}}",
			cases[i].name);
		found = json_deep_copy(server_expect(&s, request, 0, NULL));
		cr_expect_eq(json_object_size(found), cases[i].value >= 0, "%s", cases[i].name);
		if (cases[i].value >= 0)
			cr_expect_eq(take(found, cases[i].name), cases[i].value, "%s",
				cases[i].name);
		json_decref(found);
	}
	server_expect(&s, "{'command': 'statistic-get'}", 1,
		"Missing mandatory 'name' parameter.");
	server_expect(&s, "{'command': 'statistic-get', 'arguments': {'name': 5}}", 1,
		"Missing mandatory 'name' parameter.");
}

Test(statistics, counted_once_a_second)
{
	json_t *found;

	server_lease(&s, "192.0.2.10", 1, NULL);
	json_decref(all());
	server_lease(&s, "192.0.2.11", 1, NULL);
	s.control.usage.counted_ns = clock_mono_ns(); /* just now */
	found = all();
	cr_expect_eq(take(found, "subnet[1].assigned-addresses"), 1);
	json_decref(found);
	s.control.usage.counted_ns -= CLOCK_NS_PER_S;
	found = all();
	cr_expect_eq(take(found, "subnet[1].assigned-addresses"), 2);
	json_decref(found);
}

Test(statistics, table)
{
	static const struct {
		const char *args, *text, *rows;
	} cases[] = {
		{"", "stat-lease4-get[all subnets]: 3 rows found",
			"[[1, 25, 4, 5, 1], [9, 100, 1, 1, 0], [1001, 0, 0, 0, 0]]"},
		{", 'arguments': {'subnet-id': 9}", "stat-lease4-get[subnet-id=9]: 1 rows found",
			"[[9, 100, 1, 1, 0]]"},
		{", 'arguments': {'subnet-range': {'first-subnet-id': 2, 'last-subnet-id': 1001}}",
			"stat-lease4-get[subnets 2 through 1001]: 2 rows found",
			"[[9, 100, 1, 1, 0], [1001, 0, 0, 0, 0]]"},
		{", 'arguments': {'subnet-id': 2}", "stat-lease4-get[subnet-id=2]: 0 rows found",
			NULL},
	};
	char request[160];

	fill();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *rows = json_loads(cases[i].rows != NULL ? cases[i].rows : "[]", 0, NULL);
		const json_t *a, *set;

		snprintf(request, sizeof(request), "{'command': 'stat-lease4-get'%s}",
			cases[i].args);
		a = server_expect(&s, request, cases[i].rows != NULL ? 0 : 3, cases[i].text);
		cr_expect(json_is_object(a));
		set = json_object_get(a, "result-set");
		cr_expect_eq(set != NULL, cases[i].rows != NULL);
		if (set != NULL) {
			cr_expect(json_equal(json_object_get(set, "rows"), rows), "%s", request);
			cr_expect_eq(json_array_size(json_object_get(set, "columns")), 5);
			cr_expect_eq(json_string_length(json_object_get(set, "timestamp")), 26);
		}
		json_decref(rows);
	}
}

Test(statistics, wrong_arguments)
{
	static const char *const args[] = {"'subnet-id': 0", "'subnet-id': -1", "'subnet-id': '1'",
		"'subnet-range': {'first-subnet-id': 2, 'last-subnet-id': 1}",
		"'subnet-range': {'first-subnet-id': 0, 'last-subnet-id': 1}",
		"'subnet-range': {'first-subnet-id': 1}", "'subnet-range': 5",
		"'subnet-id': 1, 'subnet-range': {'first-subnet-id': 1, 'last-subnet-id': 2}"};
	char request[160];

	for (size_t i = 0; i < sizeof(args) / sizeof(*args); i++) {
		json_t *answer;

		snprintf(request, sizeof(request),
			"{'command': 'stat-lease4-get', 'arguments': {%s}}", args[i]);
		answer = server_ask(&s, request);
		cr_expect_eq(json_integer_value(json_object_get(answer, "result")), 1, "%s",
			request);
		json_decref(answer);
	}
}
