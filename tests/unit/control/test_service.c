/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands that switch and reset, the metrics page, and roles.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/control/metrics.h"
#include "daemon/control/page.h"
#include "daemon/control/secrets.h"
#include "shm/service.h"
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

TestSuite(general, .init = enter, .fini = leave);
TestSuite(resets, .init = enter, .fini = leave);
TestSuite(pages, .init = enter, .fini = leave);

static int ask(const char *request)
{
	json_t *answer = server_ask(&s, request);
	int result = (int)json_integer_value(json_object_get(answer, "result"));

	json_decref(answer);
	return result;
}

Test(general, disable_and_enable)
{
	static const struct {
		const char *request;
		int result;
		bool disabled;
	} steps[] = {
		{"{'command': 'dhcp-disable'}", 0, true},
		{"{'command': 'dhcp-enable'}", 0, false},
		{"{'command': 'dhcp-disable', 'arguments': {'max-period': 20}}", 0, true},
		{"{'command': 'dhcp-disable', 'arguments': {'origin': 'ha-partner'}}", 0, true},
		{"{'command': 'dhcp-enable', 'arguments': {'origin': 'user'}}", 0, true},
		{"{'command': 'dhcp-enable', 'arguments': {'origin-id': 2000}}", 0, false},
		{"{'command': 'dhcp-disable', 'arguments': {'origin': 1000}}", 0, true},
		{"{'command': 'dhcp-enable', 'arguments': {'origin': 1000}}", 0, false},
		{"{'command': 'dhcp-disable', 'arguments': {'max-period': 0}}", 1, false},
		{"{'command': 'dhcp-disable', 'arguments': {'max-period': '5'}}", 1, false},
		{"{'command': 'dhcp-disable', 'arguments': {'origin': 'nobody'}}", 1, false},
		{"{'command': 'dhcp-disable', 'arguments': {'origin-id': 'x'}}", 1, false},
		{"{'command': 'dhcp-disable', 'arguments': {'origin-id': -1}}", 1, false},
		{"{'command': 'dhcp-disable', 'arguments': {'origin-id': 4000}}", 1, false},
		{"{'command': 'dhcp-disable', 'arguments': []}", 1, false},
		{"{'command': 'dhcp-enable', 'arguments': 3}", 1, false},
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		cr_expect_eq(ask(steps[i].request), steps[i].result, "%s", steps[i].request);
		cr_expect_eq(service_is_disabled(s.child.region), steps[i].disabled, "%s",
			steps[i].request);
	}
}

Test(general, status_tells_who_has_disabled)
{
	const json_t *state;

	ask("{'command': 'dhcp-disable', 'arguments': {'origin-id': 2001}}");
	state = json_object_get(server_expect(&s, "{'command': 'status-get'}", 0, NULL), "dhcp-state");
	cr_expect(json_is_true(json_object_get(state, "globally-disabled")));
	cr_expect(json_is_false(json_object_get(state, "disabled-by-user")));
	cr_expect_eq(json_integer_value(json_array_get(
		json_object_get(state, "disabled-by-remote-command"), 0)), 2001);
}

Test(general, small_ones)
{
	const json_t *a = server_expect(&s, "{'command': 'config-hash-get'}", 0, NULL);

	cr_expect_eq(json_string_length(json_object_get(a, "hash")), 64);
	a = server_expect(&s, "{'command': 'server-tag-get'}", 0, NULL);
	cr_expect(json_is_string(json_object_get(a, "server-tag")));
	a = server_expect(&s, "{'command': 'interface-list'}", 0, NULL);
	cr_expect(json_is_array(json_object_get(a, "interfaces")));
	cr_expect_eq(ask("{'command': 'kea-lfc-start'}"), 0);
	cr_expect_eq(ask("{'command': 'config-backend-pull'}"), 3);
}

Test(general, shutdown_asks_the_supervisor)
{
	struct ask *before = s.control.ask;
	struct ask_request request;
	sd_event *loop;
	int fds[2];

	cr_assert(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) == 0 && sd_event_new(&loop) >= 0);
	cr_assert(ask_start(loop, fds[1], &s.control.ask) >= 0);
	cr_expect_eq(ask("{'command': 'shutdown', 'arguments': {'exit-value': 'x'}}"), 1);
	cr_expect_eq(ask("{'command': 'shutdown', 'arguments': {'exit-value': 256}}"), 1);
	cr_expect_eq(ask("{'command': 'shutdown', 'arguments': {'exit-value': 3}}"), 0);
	cr_assert_eq(read(fds[0], &request, sizeof(request)), (ssize_t)sizeof(request));
	cr_expect(request.kind == ASK_STOP && request.status == 3);
	ask_stop(s.control.ask);
	s.control.ask = before;
	sd_event_unref(loop);
	close(fds[0]);
	close(fds[1]);
}

static void end_it(struct lease *l)
{
	l->cltt -= 4000;
}

static int state_of(const char *address)
{
	char request[128];
	json_t *answer;
	int state = -1;

	snprintf(request, sizeof(request),
		"{'command': 'lease4-get', 'arguments': {'ip-address': '%s'}}", address);
	answer = server_ask(&s, request);
	json_unpack(answer, "{s:{s:i}}", "arguments", "state", &state);
	json_decref(answer);
	return state;
}

Test(general, reclaim)
{
	server_lease(&s, "192.0.2.10", 1, end_it);
	server_lease(&s, "192.0.2.11", 1, NULL);
	cr_expect_eq(ask("{'command': 'leases-reclaim'}"), 1);
	cr_expect_eq(ask("{'command': 'leases-reclaim', 'arguments': {'remove': 1}}"), 1);
	cr_expect_eq(ask("{'command': 'leases-reclaim', 'arguments': {'remove': false}}"), 0);
	cr_expect_eq(state_of("192.0.2.10"), LEASE_EXPIRED);
	cr_expect_eq(ask("{'command': 'leases-reclaim', 'arguments': {'remove': true}}"), 0);
	cr_expect_eq(state_of("192.0.2.10"), -1);
	cr_expect_eq(state_of("192.0.2.11"), LEASE_ASSIGNED);
}

static json_int_t value_of(const char *name)
{
	json_int_t value = -1;
	char request[160];
	json_t *answer;

	snprintf(request, sizeof(request),
		"{'command': 'statistic-get', 'arguments': {'name': '%s'}}", name);
	answer = server_ask(&s, request);
	json_unpack(answer, "{s:{s:[[I]]}}", "arguments", name, &value);
	json_decref(answer);
	return value;
}

static void reset(const char *command, const char *name, int result)
{
	char request[160];

	snprintf(request, sizeof(request), "{'command': '%s', 'arguments': {'name': '%s'}}",
		command, name);
	cr_expect_eq(ask(request), result, "%s", request);
}

Test(resets, one)
{
	counter_add(&s.child.region->counters[9], COUNTER_RECEIVED, 4);
	server_lease(&s, "192.0.2.10", 1, NULL);
	server_lease(&s, "192.0.2.50", 1, NULL);
	reset("statistic-reset", "pkt4-received", 0);
	cr_expect_eq(value_of("pkt4-received"), 0);
	reset("statistic-remove", "subnet[1].cumulative-assigned-addresses", 0);
	cr_expect_eq(value_of("subnet[1].cumulative-assigned-addresses"), 0);
	cr_expect_eq(value_of("subnet[1].pool[7].cumulative-assigned-addresses"), 1);
	reset("statistic-reset", "subnet[1].pool[7].cumulative-assigned-addresses", 0);
	cr_expect_eq(value_of("subnet[1].pool[7].cumulative-assigned-addresses"), 0);
	cr_expect_eq(value_of("subnet[1].pool[0].cumulative-assigned-addresses"), 1);
	reset("statistic-reset", "subnet[1].assigned-addresses", 0);
	reset("statistic-reset", "assigned-addresses", 0);
	cr_expect_eq(value_of("subnet[1].assigned-addresses"), 2, "it is computed");
	reset("statistic-reset", "no-such", 1);
	reset("statistic-reset", "subnet[8].assigned-addresses", 1);
	reset("statistic-reset", "subnet[1].pool[8].assigned-addresses", 1);
	cr_expect_eq(ask("{'command': 'statistic-reset'}"), 1);
}

Test(resets, all)
{
	counter_inc(&s.child.region->counters[9], COUNTER_SENT);
	server_lease(&s, "192.0.2.10", 1, NULL);
	cr_expect_eq(ask("{'command': 'statistic-reset-all'}"), 0);
	cr_expect_eq(value_of("pkt4-sent"), 0);
	cr_expect_eq(value_of("cumulative-assigned-addresses"), 0);
	cr_expect_eq(value_of("subnet[1].cumulative-assigned-addresses"), 0);
	cr_expect_eq(value_of("subnet[1].pool[0].cumulative-assigned-addresses"), 0);
	cr_expect_eq(value_of("subnet[1].pool[0].assigned-addresses"), 1);
}

Test(resets, samples)
{
	static const struct {
		const char *request;
		int result;
	} cases[] = {
		{"{'command': 'statistic-sample-age-set-all', 'arguments': {'duration': 5}}", 0},
		{"{'command': 'statistic-sample-count-set-all', 'arguments': {'max-samples': 5}}", 0},
		{"{'command': 'statistic-sample-count-set-all', 'arguments': {'max-samples': 0}}", 1},
		{"{'command': 'statistic-sample-count-set-all'}", 1},
		{"{'command': 'statistic-sample-age-set',"
			" 'arguments': {'name': 'pkt4-sent', 'duration': 1}}", 0},
		{"{'command': 'statistic-sample-count-set',"
			" 'arguments': {'name': 'pkt4-sent', 'max-samples': 1}}", 0},
		{"{'command': 'statistic-sample-count-set',"
			" 'arguments': {'name': 'x', 'max-samples': 1}}", 1},
		{"{'command': 'statistic-sample-age-set', 'arguments': {'duration': 1}}", 1},
	};
	const json_t *a;
	const char *name;
	json_t *value;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_eq(ask(cases[i].request), cases[i].result, "%s", cases[i].request);
	a = server_expect(&s, "{'command': 'statistic-global-get-all'}", 0, NULL);
	cr_expect(json_object_size(a) > 30);
	json_object_foreach((json_t *)(uintptr_t)a, name, value)
		cr_expect(strncmp(name, "subnet", 6) != 0, "%s", name);
}

/* Every family has its head before its samples, once, and every sample a value. */
Test(pages, metrics)
{
	static const char *const lines[] = {"\nlessor_subnet_leases{subnet=\"1\",state=\"expired\"} 1\n",
		"\nlessor_leases{state=\"assigned\"} 1\n",
		"\nlessor_pool_addresses{subnet=\"1\",pool=\"192.0.2.50-192.0.2.54\",pool_id=\"7\"} 5\n",
		"\nlessor_subnet_info{subnet=\"9\",prefix=\"198.51.100.0/24\",network=\"floor\"} 1\n",
		"\nlessor_commit_changes_bucket{le=\"1\"} 2\n",
		"\nlessor_commit_changes_count 2\n",
		"\nlessor_messages_received_total{type=\"discover\"} 0\n",
		"\nlessor_messages_received_total{type=\"lease-query\"} 0\n",
		"\nlessor_frames_rejected_total{reason=\"bad\"", /* none: reasons are whole */
		"\nlessor_frames_rejected_total{reason=\"ip-checksum\"} 0\n"};
	struct answer a = {0};

	server_lease(&s, "192.0.2.10", 1, NULL);
	server_lease(&s, "192.0.2.11", 1, end_it);
	metrics_begin(&s.control, &a);
	while (a.more(&a) != ANSWER_DONE)
		;
	out_text(&a.out, "", 1);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		cr_expect_eq(strstr(a.out.buf + a.out.start, lines[i]) != NULL,
			strstr(lines[i], "bad") == NULL, "%s", lines[i]);
	answer_fini(&a);
}

Test(pages, health)
{
	struct region *r = s.child.region;

	cr_expect_str_eq(page_health(&s.control), "no interface is ready");
	atomic_store(&r->interfaces[0].state, INTERFACE_READY);
	cr_expect_str_eq(page_health(&s.control), "no worker runs");
	atomic_store(&r->slots[5].role, ROLE_WORKER);
	atomic_store(&r->slots[5].pid, 1);
	cr_expect_eq(page_health(&s.control), NULL);
	service_disable(r, SERVICE_USER, 0);
	cr_expect_str_eq(page_health(&s.control), "the service is disabled");
	s.control.stopping = true;
	cr_expect_str_eq(page_health(&s.control), "stopping");
}

/* Who may only look can change nothing, whatever commands there will be; nor see the passwords of
 * others, which config-get shows. */
Test(general, roles)
{
	const char *name;

	for (size_t k = 0; (name = command_name(k)) != NULL; k++) {
		json_t *request = json_pack("{ss}", "command", name);
		bool reads = strstr(name, "-get") != NULL || strstr(name, "list") != NULL ||
			strcmp(name, "build-report") == 0 || strcmp(name, "ha-heartbeat") == 0 ||
			strcmp(name, "lessor-explain") == 0 ||
			strcmp(name, "subnet4-select-test") == 0 ||
			strcmp(name, "lessor-trace") == 0 || strcmp(name, "lessor-talkers") == 0;

		reads = reads && strcmp(name, "config-get") != 0;

		cr_expect_eq(command_role(request) == MODEL_ROLE_READ, reads, "%s", name);
		json_decref(request);
	}
}

Test(general, secrets)
{
	struct secrets_client clients[] = {{"reader", "x", MODEL_ROLE_READ},
		{"admin", "long password", MODEL_ROLE_CONFIGURE}, {"open", "", MODEL_ROLE_OPERATE}};
	struct secrets secrets = {.n_clients = 3, .clients = clients};
	static const struct {
		const char *user, *password;
		int role; /* -1: none */
	} cases[] = {
		{"reader", "x", MODEL_ROLE_READ}, {"admin", "long password", MODEL_ROLE_CONFIGURE},
		{"open", "", MODEL_ROLE_OPERATE}, {"reader", "", -1}, {"reader", "xx", -1},
		{"reader", "y", -1}, {"admin", "long passwor", -1}, {"admin", "x", -1},
		{"reader", "long password", -1}, {"", "", -1}, {"open", "x", -1},
		{"readerr", "x", -1}, {"", "x", -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum model_role role = MODEL_ROLE_READ;
		bool good = secrets_check(&secrets, cases[i].user, cases[i].password, &role);

		cr_expect_eq(good, cases[i].role >= 0, "%s %s", cases[i].user, cases[i].password);
		cr_expect(!good || (int)role == cases[i].role);
	}
}
