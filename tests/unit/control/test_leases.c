/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lease commands: from the table what is committed, from the lease database the lists.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "shm/base/text.h"
#include "tests/unit/control/server.h"

static struct server s;

static void set_all(struct lease *l)
{
	static const uint8_t id[] = {1, 2, 0, 0, 0, 0, 11};
	static const char context[] = "{\"note\": 1}";

	l->client_id = span_of(id, sizeof(id));
	l->hostname = span_of("desk\xff", 5);
	l->pool_id = 7;
	l->flags = LEASE_FQDN_FWD;
	l->context = span_of(context, strlen(context));
}

static void set_broken_context(struct lease *l)
{
	l->context = span_of("{\"a\"", 4);
	l->state = LEASE_RELEASED;
}

static void set_agent(struct lease *l)
{
	l->agent = span_of("\1\2ab\2\1\xff", 7);
	if (l->address == 0xcb0071ff)
		l->context = span_of(" { \"note\": {} }", 15);
}

static void enter(void)
{
	server_init(&s);
	server_lease(&s, "192.0.2.11", 1, set_all);
	server_lease(&s, "192.0.2.12", 1, set_broken_context);
	server_lease(&s, "198.51.100.1", 9, set_agent);
	server_lease(&s, "203.0.113.255", 1001, set_agent);
	server_carry(&s);
}

static void leave(void)
{
	server_fini(&s);
}

TestSuite(leases, .init = enter, .fini = leave);

Test(leases, shape)
{
	static const char expected[] =
		"{\"ip-address\": \"192.0.2.11\", \"hw-address\": \"02:00:00:00:00:0b\", "
		"\"client-id\": \"01:02:00:00:00:00:0b\", \"subnet-id\": 1, \"pool-id\": 7, "
		"\"valid-lft\": 4000, \"state\": 0, \"hostname\": \"desk\\u00ff\", "
		"\"fqdn-fwd\": true, \"fqdn-rev\": false, \"user-context\": {\"note\": 1}}";
	json_t *wanted = json_loads(expected, 0, NULL);
	json_t *lease = json_deep_copy(server_expect(&s,
		"{'command': 'lease4-get', 'arguments': {'ip-address': '192.0.2.11'}}", 0,
		"IPv4 lease found."));

	cr_expect(json_integer_value(json_object_get(lease, "cltt")) > 1700000000);
	json_object_del(lease, "cltt");
	cr_expect(json_equal(lease, wanted), "%s", json_dumps(lease, 0));
	json_decref(lease);
	json_decref(wanted);
}

/* What the relay said, as Kea's store-extended-info shows it, beside the rest of the context. */
Test(leases, relay_agent_information)
{
	static const struct {
		const char *address, *context;
	} cases[] = {
		{"198.51.100.1", "{\"ISC\": {\"relay-agent-info\": {\"sub-options\": "
			"\"0x010261620201FF\", \"remote-id\": \"FF\"}}}"},
		{"203.0.113.255", "{\"ISC\": {\"relay-agent-info\": {\"sub-options\": "
			"\"0x010261620201FF\", \"remote-id\": \"FF\"}}, \"note\": {}}"},
	};

	for (size_t i = 0; i < 2; i++) {
		json_t *wanted = json_loads(cases[i].context, 0, NULL);
		char command[128];
		const json_t *lease;

		snprintf(command, sizeof(command),
			"{'command': 'lease4-get', 'arguments': {'ip-address': '%s'}}",
			cases[i].address);
		lease = server_expect(&s, command, 0, "IPv4 lease found.");
		cr_expect(json_equal(json_object_get(lease, "user-context"), wanted), "%s",
			json_dumps(lease, 0));
		json_decref(wanted);
	}
}

Test(leases, what_is_not_there_is_left_out)
{
	const json_t *lease = server_expect(&s,
		"{'command': 'lease4-get', 'arguments': {'ip-address': '192.0.2.12'}}", 0,
		"IPv4 lease found.");

	cr_expect_null(json_object_get(lease, "client-id"));
	cr_expect_null(json_object_get(lease, "pool-id"));
	cr_expect_null(json_object_get(lease, "user-context"));
	cr_expect_str_eq(json_string_value(json_object_get(lease, "hostname")), "");
	cr_expect_eq(json_integer_value(json_object_get(lease, "state")), LEASE_RELEASED);
}

/* There are no updates of DNS. */
Test(leases, resend_ddns)
{
	server_expect(&s, "{'command': 'lease4-resend-ddns', 'arguments': {'ip-address': "
		"'192.0.2.11'}}", 4, "DDNS updating is not enabled");
	server_expect(&s, "{'command': 'lease4-resend-ddns', 'arguments': {'ip-address': "
		"'192.0.2.13'}}", 3, "Lease not found.");
	server_expect(&s, "{'command': 'lease4-resend-ddns', 'arguments': {'ip-address': 7}}", 1,
		"'ip-address' is not an IPv4 address");
	server_expect(&s, "{'command': 'lease4-resend-ddns'}", 1, "missing 'ip-address' parameter");
}

Test(leases, get)
{
	static const struct {
		const char *args, *address; /* NULL: no lease */
	} cases[] = {
		{"'subnet-id': 1, 'identifier-type': 'hw-address', 'identifier': "
		 "'02:00:00:00:00:0b'", "192.0.2.11"},
		{"'subnet-id': 1, 'identifier-type': 'hw-address', 'identifier': "
		 "'02000000000C'", "192.0.2.12"},
		{"'subnet-id': 1, 'identifier-type': 'client-id', 'identifier': "
		 "'01:02:00:00:00:00:0b'", "192.0.2.11"},
		{"'subnet-id': 9, 'identifier-type': 'client-id', 'identifier': "
		 "'01:02:00:00:00:00:0b'", NULL},
		{"'subnet-id': 1, 'identifier-type': 'client-id', 'identifier': '0b'", NULL},
		{"'subnet-id': 1, 'identifier-type': 'hw-address', 'identifier': '0b'", NULL},
		{"'ip-address': '192.0.2.13'", NULL},
		{"'ip-address': '10.0.0.1'", NULL},
		{"'ip-address': '255.255.255.255'", NULL},
	};
	char request[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *address = cases[i].address;
		const json_t *lease;

		snprintf(request, sizeof(request), "{'command': 'lease4-get', 'arguments': {%s}}",
			cases[i].args);
		lease = server_expect(&s, request, address != NULL ? 0 : 3,
			address != NULL ? "IPv4 lease found." : "Lease not found.");
		cr_assert_eq(lease == NULL, address == NULL, "%s", request);
		if (address != NULL)
			cr_expect_str_eq(json_string_value(json_object_get(lease, "ip-address")),
				address);
	}
}

Test(leases, wrong_arguments)
{
	static const char *const requests[] = {
		"{'command': 'lease4-get'}",
		"{'command': 'lease4-get', 'arguments': []}",
		"{'command': 'lease4-get', 'arguments': {'ip-address': 'x'}}",
		"{'command': 'lease4-get', 'arguments': {'ip-address': 5}}",
		"{'command': 'lease4-get', 'arguments': {'subnet-id': 1}}",
		"{'command': 'lease4-get', 'arguments': {'subnet-id': -1, 'identifier-type': "
		"'hw-address', 'identifier': '02:00:00:00:00:0b'}}",
		"{'command': 'lease4-get', 'arguments': {'subnet-id': 1, 'identifier-type': "
		"'duid', 'identifier': '02:00:00:00:00:0b'}}",
		"{'command': 'lease4-get', 'arguments': {'subnet-id': 1, 'identifier-type': "
		"'client-id', 'identifier': 'zz'}}",
		"{'command': 'lease4-get', 'arguments': {'subnet-id': 1, 'identifier-type': "
		"'client-id', 'identifier': ''}}",
		"{'command': 'lease4-del'}",
		"{'command': 'lease4-del', 'arguments': {'ip-address': '192.0.2.256'}}",
		"{'command': 'lease4-get-all', 'arguments': {}}",
		"{'command': 'lease4-get-all', 'arguments': {'subnets': 1}}",
		"{'command': 'lease4-get-all', 'arguments': {'subnets': ['1']}}",
		"{'command': 'lease4-get-all', 'arguments': {'subnets': [-1]}}",
		"{'command': 'lease4-get-all', 'arguments': {'subnets': [4294967296]}}",
		"{'command': 'lease4-get-page'}",
		"{'command': 'lease4-get-page', 'arguments': {'from': 'start'}}",
		"{'command': 'lease4-get-page', 'arguments': {'from': 'start', 'limit': 0}}",
		"{'command': 'lease4-get-page', 'arguments': {'from': 'start', 'limit': '5'}}",
		"{'command': 'lease4-get-page', 'arguments': {'from': 'x', 'limit': 5}}",
		"{'command': 'lease4-get-page', 'arguments': {'limit': 5}}",
	};

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		json_t *answer = server_ask(&s, requests[i]);

		cr_expect_eq(json_integer_value(json_object_get(answer, "result")), 1, "%s",
			requests[i]);
		cr_expect(json_string_length(json_object_get(answer, "text")) > 10);
		cr_expect_null(json_object_get(answer, "arguments"));
		json_decref(answer);
	}
}

/* The addresses of a list, last octets joined by blanks. */
static const char *last_octets(const json_t *arguments)
{
	const json_t *leases = json_object_get(arguments, "leases");
	static char text[256];

	text[0] = '\0';
	cr_assert(json_is_array(leases));
	for (size_t i = 0; i < json_array_size(leases); i++) {
		const char *ip = json_string_value(
			json_object_get(json_array_get(leases, i), "ip-address"));
		size_t len = strlen(text);

		snprintf(text + len, sizeof(text) - len, "%s%s", len > 0 ? " " : "",
			strrchr(ip, '.') + 1);
	}
	return text;
}

Test(leases, lists)
{
	static const struct {
		const char *request;
		int count;
		const char *octets;
	} cases[] = {
		{"'lease4-get-all'", 4, "11 12 1 255"},
		{"'lease4-get-all', 'arguments': {'subnets': [1]}", 2, "11 12"},
		{"'lease4-get-all', 'arguments': {'subnets': [1001, 9, 9]}", 2, "1 255"},
		{"'lease4-get-all', 'arguments': {'subnets': [1001, 77, 1]}", 3, "11 12 255"},
		{"'lease4-get-all', 'arguments': {'subnets': [77]}", 0, ""},
		{"'lease4-get-all', 'arguments': {'subnets': []}", 0, ""},
		{"'lease4-get-page', 'arguments': {'from': 'start', 'limit': 2}", 2, "11 12"},
		{"'lease4-get-page', 'arguments': {'from': '192.0.2.11', 'limit': 2}", 2, "12 1"},
		{"'lease4-get-page', 'arguments': {'from': '192.0.2.12', 'limit': 99}", 2,
			"1 255"},
		{"'lease4-get-page', 'arguments': {'from': '203.0.113.255', 'limit': 2}", 0, ""},
		{"'lease4-get-page', 'arguments': {'from': '255.255.255.255', 'limit': 2}", 0,
			""},
	};
	char request[256], text[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const json_t *a, *count;

		snprintf(request, sizeof(request), "{'command': %s}", cases[i].request);
		snprintf(text, sizeof(text), "%d IPv4 lease(s) found.", cases[i].count);
		a = server_expect(&s, request, cases[i].count > 0 ? 0 : 3, text);
		cr_expect_str_eq(last_octets(a), cases[i].octets, "%s: %s", request,
			last_octets(a));
		count = json_object_get(a, "count");
		cr_expect_eq(count != NULL, strstr(request, "page") != NULL);
		if (count != NULL)
			cr_expect_eq(json_integer_value(count), cases[i].count);
	}
}

static void offer(const char *address)
{
	struct lease l = {.subnet_id = 1, .htype = 1, .hlen = 6, .hwaddr = {2, 9}};
	struct region *r = s.child.region;
	uint32_t rec;

	cr_assert(text_parse_ip(address, &l.address) == 0);
	rec = table_attach(r, l.address, 4);
	cr_assert(rec != TABLE_NONE);
	table_offer(r, rec, &l, UINT32_MAX);
	table_release(r, rec);
}

Test(leases, offers_are_none)
{
	offer("192.0.2.15");
	server_expect(&s, "{'command': 'lease4-get', 'arguments': {'ip-address': '192.0.2.15'}}",
		3, "Lease not found.");
	server_expect(&s, "{'command': 'lease4-get', 'arguments': {'subnet-id': 1, "
			  "'identifier-type': 'hw-address', 'identifier': '020900000000'}}",
		3, "Lease not found.");
	server_expect(&s, "{'command': 'lease4-del', 'arguments': {'ip-address': '192.0.2.15'}}",
		3, "IPv4 lease not found.");
	cr_expect_eq(table_owner(s.child.region, table_find(s.child.region, 0xc000020f)), 0);
}

Test(leases, del)
{
	server_expect(&s, "{'command': 'lease4-del', 'arguments': {'ip-address': '192.0.2.11', "
			  "'update-ddns': true}}", 0, "IPv4 lease deleted.");
	server_expect(&s, "{'command': 'lease4-del', 'arguments': {'ip-address': '192.0.2.11'}}",
		3, "IPv4 lease not found.");
	server_expect(&s, "{'command': 'lease4-del', 'arguments': {'subnet-id': 1, "
			  "'identifier-type': 'hw-address', 'identifier': '02:00:00:00:00:0c'}}",
		0, "IPv4 lease deleted.");
	server_carry(&s);
	cr_expect_str_eq(last_octets(server_expect(&s, "{'command': 'lease4-get-all'}", 0,
		"2 IPv4 lease(s) found.")), "1 255");
	cr_expect_eq(table_owner(s.child.region, table_find(s.child.region, 0xc000020b)), 0);
}

Test(leases, del_waits_for_a_change_and_gives_up)
{
	uint32_t rec = table_find(s.child.region, 0xc000020b);

	cr_assert(table_claim(s.child.region, rec, 9));
	server_expect(&s, "{'command': 'lease4-del', 'arguments': {'ip-address': '192.0.2.11'}}",
		1, "The lease is being changed at this moment: try again.");
	cr_expect_eq(table_owner(s.child.region, rec), 9);
	server_expect(&s, "{'command': 'lease4-get', 'arguments': {'ip-address': '192.0.2.11'}}",
		0, "IPv4 lease found.");
}

/* Long lists come in pieces of bounded size. */
Test(leases, pieces)
{
	enum answer_progress progress;
	struct answer a = {0};
	json_t *command;
	size_t total = 0, peak = 0;

	server_many(&s, 0x0a000000, 3000, 5);
	server_carry(&s);
	command = json_pack("{ss}", "command", "lease4-get-all");
	command_run(&s.control, command, &a);
	json_decref(command);
	do {
		progress = a.more(&a);
		total += out_waiting(&a.out);
		peak = out_waiting(&a.out) > peak ? out_waiting(&a.out) : peak;
		out_drop(&a.out, out_waiting(&a.out));
	} while (progress != ANSWER_DONE);
	cr_expect(total > 3004 * 150 && peak < OUT_CHUNK + 4096, "%zu, %zu", total, peak);
	answer_fini(&a);
}

/* The addresses in arguments.leases of the last answer, joined. */
static const char *addresses(const json_t *args)
{
	static char text[256];
	const json_t *list = json_object_get(args, "leases");

	text[0] = '\0';
	for (size_t i = 0; i < json_array_size(list); i++) {
		strcat(text, i > 0 ? " " : "");
		strcat(text, json_string_value(
			json_object_get(json_array_get(list, i), "ip-address")));
	}
	return text;
}

Test(leases, found_by_what_they_have_in_common)
{
	static const struct {
		const char *command, *args;
		int result;
		const char *found;
	} cases[] = {
		{"lease4-get-by-hw-address", "{'hw-address': '02:00:00:00:00:0b'}", 0, "192.0.2.11"},
		{"lease4-get-by-hw-address", "{'hw-address': '02:00:00:00:00:ee'}", 3, ""},
		{"lease4-get-by-client-id", "{'client-id': '0102000000000b'}", 0, "192.0.2.11"},
		{"lease4-get-by-client-id", "{'client-id': '01'}", 3, ""},
		{"lease4-get-by-hostname", "{'hostname': 'nobody'}", 3, ""},
		{"lease4-get-by-state", "{'state': 'released'}", 0, "192.0.2.12"},
		{"lease4-get-by-state", "{'state': 0, 'subnet-id': 9}", 0, "198.51.100.1"},
		{"lease4-get-by-state", "{'state': 'assigned'}", 0,
			"192.0.2.11 198.51.100.1 203.0.113.255"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char request[256];
		const json_t *answer;

		snprintf(request, sizeof(request), "{'command': '%s', 'arguments': %s}",
			cases[i].command, cases[i].args);
		answer = server_ask(&s, request);
		cr_expect_eq(json_integer_value(json_object_get(answer, "result")), cases[i].result,
			"%s", request);
		cr_expect_str_eq(addresses(json_object_get(answer, "arguments")), cases[i].found,
			"%s", request);
	}
}

Test(leases, searches_that_make_no_sense_are_errors)
{
	static const char *const requests[] = {
		"{'command': 'lease4-get-by-hw-address'}",
		"{'command': 'lease4-get-by-hw-address', 'arguments': {'hw-address': 'xy'}}",
		"{'command': 'lease4-get-by-client-id', 'arguments': {'client-id': ''}}",
		"{'command': 'lease4-get-by-hostname', 'arguments': {'hostname': ''}}",
		"{'command': 'lease4-get-by-state', 'arguments': {'state': 'lost'}}",
		"{'command': 'lease4-get-by-state', 'arguments': {'state': 4}}",
		"{'command': 'lease4-wipe', 'arguments': {'subnet-id': 'all'}}",
	};

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		cr_expect_eq(json_integer_value(json_object_get(
			server_ask(&s, requests[i]), "result")), 1, "%s", requests[i]);
}

Test(leases, add_and_update)
{
	static const struct {
		const char *request;
		int result;
		const char *text;
	} steps[] = {
		{"{'command': 'lease4-add', 'arguments': {'ip-address': '192.0.2.33', "
			"'hw-address': '02:00:00:00:00:21', 'hostname': 'Desk.Example', "
			"'expire': 2000000000, 'valid-lft': 600, 'comment': 'by hand', "
			"'client-id': '01:02:03', 'user-context': {'a': 1}}}", 0,
			"Lease for address 192.0.2.33, subnet-id 1 added."},
		{"{'command': 'lease4-add', 'arguments': {'ip-address': '192.0.2.33', "
			"'hw-address': '02:00:00:00:00:21'}}", 4, "IPv4 lease already exists."},
		{"{'command': 'lease4-update', 'arguments': {'ip-address': '192.0.2.34', "
			"'hw-address': '02:00:00:00:00:22'}}", 4,
			"failed to update the lease: no such lease."},
		{"{'command': 'lease4-update', 'arguments': {'ip-address': '192.0.2.34', "
			"'hw-address': '02:00:00:00:00:22', 'force-create': true}}", 0,
			"IPv4 lease added."},
		{"{'command': 'lease4-update', 'arguments': {'ip-address': '192.0.2.34', "
			"'hw-address': '02:00:00:00:00:23', 'state': 1}}", 0, "IPv4 lease updated."},
		{"{'command': 'lease4-add', 'arguments': {'ip-address': '10.9.9.9', "
			"'hw-address': '02:00:00:00:00:21'}}", 4,
			"The address belongs to no configured subnet."},
		{"{'command': 'lease4-add', 'arguments': {'ip-address': '192.0.2.35', 'subnet-id': 9, "
			"'hw-address': '02:00:00:00:00:21'}}", 4,
			"The address does not belong to subnet 9."},
		{"{'command': 'lease4-add', 'arguments': {'ip-address': '192.0.2.35', "
			"'hw-address': ''}}", 1,
			"'hw-address' must be a hardware address of at most 16 octets"},
		{"{'command': 'lease4-add', 'arguments': {'ip-address': '192.0.2.35', "
			"'hw-address': '02:00:00:00:00:21', 'fqdn-fwd': true}}", 1,
			"'hostname' must be given where fqdn-fwd or fqdn-rev is true"},
	};
	const json_t *lease;

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		server_expect(&s, steps[i].request, steps[i].result, steps[i].text);
	lease = server_expect(&s,
		"{'command': 'lease4-get', 'arguments': {'ip-address': '192.0.2.33'}}", 0,
		"IPv4 lease found.");
	cr_expect_str_eq(json_string_value(json_object_get(lease, "hostname")), "desk.example");
	cr_expect_str_eq(json_string_value(json_object_get(lease, "client-id")), "01:02:03");
	cr_expect_eq(json_integer_value(json_object_get(lease, "cltt")), 2000000000 - 600);
	cr_expect_str_eq(json_string_value(json_object_get(
		json_object_get(lease, "user-context"), "comment")), "by hand");
	lease = server_expect(&s,
		"{'command': 'lease4-get', 'arguments': {'ip-address': '192.0.2.34'}}", 0,
		"IPv4 lease found.");
	cr_expect_str_eq(json_string_value(json_object_get(lease, "hw-address")),
		"02:00:00:00:00:23");
	cr_expect_eq(json_integer_value(json_object_get(lease, "state")), LEASE_DECLINED);
}

Test(leases, wipe)
{
	server_many(&s, 0xc0000264, 2000, 1);
	server_expect(&s, "{'command': 'lease4-wipe', 'arguments': {'subnet-id': 9}}", 0,
		"Deleted 1 IPv4 lease(s) from subnet(s) 9");
	server_expect(&s, "{'command': 'lease4-wipe', 'arguments': {'subnet-id': 9}}", 3,
		"Deleted 0 IPv4 lease(s) from subnet(s)");
	server_expect(&s, "{'command': 'lease4-wipe'}", 0,
		"Deleted 2003 IPv4 lease(s) from subnet(s) 1 1001");
	server_carry(&s);
	server_expect(&s, "{'command': 'lease4-get-all'}", 3, "0 IPv4 lease(s) found.");
}
