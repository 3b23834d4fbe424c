/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_isc_scope: the statements of one place by a table: where each may stand, and what becomes
 * of it. Declarations (subnet, host, class and the like) are read by import_isc.c.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/ctl/import_isc_part.h"

#define G ISC_GLOBAL
#define N ISC_NETWORK
#define S ISC_SUBNET
#define P ISC_POOL
#define C ISC_CLASS
#define H ISC_HOST

#define TIME_DEFAULT 43200 /* what dhcpd has when nothing is said */
#define TIME_MAX     86400
#define TIME_MIN     300

typedef void isc_code(
	struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg);

static bool read_flag(struct isc *isc, struct isc_stmt *s, bool *ret)
{
	static const char *const yes[] = {"true", "on", "1"}, *const no[] = {"false", "off", "0"};

	for (size_t i = 0; s->n == 2 && i < 3; i++) {
		*ret = isc_is_word(&s->t[1], yes[i]);
		if (*ret || isc_is_word(&s->t[1], no[i]))
			return true;
	}
	isc_fail(isc, s, "expected true or false");
	return false;
}

static bool read_uint(struct isc *isc, struct isc_stmt *s, uint64_t max, uint64_t *ret)
{
	if (s->n == 2 && isc_number(&s->t[1], max, ret))
		return true;
	isc_fail(isc, s, "expected a number of at most %llu", (unsigned long long)max);
	return false;
}

static void set_bool(struct isc *isc, struct isc_scope *scope, const char *name, bool value)
{
	isc_set(isc, &scope->map, name, (struct tree_node){.type = TREE_BOOL, .boolean = value});
}

static void flag(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	bool value;

	if (read_flag(isc, s, &value))
		set_bool(isc, scope, arg, value);
}

static void not_flag(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	bool value;

	if (read_flag(isc, s, &value))
		set_bool(isc, scope, arg, !value);
}

/* What would change something only if it is on. */
static void fail_if_on(
	struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	bool value;

	(void)scope;
	if (read_flag(isc, s, &value) && value)
		isc_fail(isc, s, "%s", arg);
}

static void warn(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	(void)scope;
	isc_warn(isc, s, "no effect: %s", arg);
}

static void fail(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	(void)scope;
	isc_fail(isc, s, "%s", arg);
}

static void nothing(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	(void)isc, (void)scope, (void)s, (void)arg;
}

static void text(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	if (s->n == 2 && s->t[1].type == ISC_STRING && isc_is_printable(s->t[1].text))
		isc_set_string(isc, &scope->map, arg, isc_word(isc, &s->t[1]));
	else
		isc_fail(isc, s, "expected one text in quotes");
}

static void word(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	if (s->n == 2 && isc_is_printable(s->t[1].text))
		isc_set_string(isc, &scope->map, arg, isc_word(isc, &s->t[1]));
	else
		isc_fail(isc, s, "expected one name");
}

static void address(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	uint32_t ip;

	if (s->n == 2 && isc_address(&s->t[1], &ip))
		isc_set_string(isc, &scope->map, arg, isc_word(isc, &s->t[1]));
	else
		isc_fail(isc, s, "expected an IPv4 address: names of hosts are not looked up");
}

static void server_id(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	uint8_t octets[4];
	uint32_t ip;

	(void)arg;
	if (s->n != 2 || !isc_address(&s->t[1], &ip)) {
		isc_fail(isc, s, "expected an IPv4 address: names of hosts are not looked up");
		return;
	}
	wire_set_be32(octets, ip);
	isc_add_raw(isc, scope, 54, octets, sizeof(octets));
}

static void seconds(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	uint64_t value;

	if (read_uint(isc, s, UINT32_MAX, &value))
		isc_set(isc, &scope->map, arg,
			(struct tree_node){.type = TREE_INT, .integer = (int64_t)value});
}

/* A part of a hundred. */
static void percent(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	uint64_t value;

	if (read_uint(isc, s, 99, &value) && value > 0)
		isc_set(isc, &scope->map, arg,
			(struct tree_node){.type = TREE_REAL, .real = (double)value / 100});
}

/* "lease limit N" */
static void lease_limit(
	struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	uint64_t value;

	if (s->n == 3 && isc_is_word(&s->t[1], "limit") && isc_number(&s->t[2], UINT32_MAX, &value))
		isc_set(isc, &scope->map, arg,
			(struct tree_node){.type = TREE_INT, .integer = (int64_t)value});
	else
		isc_fail(isc, s, "expected lease limit and a number");
}

/* default-, min-, max-lease-time: by the first letter of arg. */
static void lease_time(
	struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	uint64_t value;

	if (!read_uint(isc, s, UINT32_MAX, &value))
		return;
	scope->times_set = true;
	if (arg[0] == 'd')
		scope->default_time = value;
	else if (arg[1] == 'i')
		scope->min_time = value;
	else
		scope->max_time = value;
}

static void host_names(
	struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	(void)arg;
	read_flag(isc, s, &scope->host_names);
}

static void boot_unknown(
	struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	bool value;

	(void)arg;
	if (read_flag(isc, s, &value))
		scope->known_only = !value;
}

static void authoritative(
	struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	set_bool(isc, scope, arg, !isc_is_word(&s->t[0], "not"));
}

static void update_style(
	struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	(void)scope;
	if (s->n != 2 || !isc_is_word(&s->t[1], "none"))
		isc_fail(isc, s, "%s", arg);
}

static void option(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	const char *name = s->n == 3 && scope->place == H ? isc_word(isc, &s->t[1]) : "";

	(void)arg;
	if (strcmp(name, "dhcp-client-identifier") == 0)
		return; /* what the host is known by */
	if (strcmp(name, "host-name") == 0 && isc_is_printable(s->t[2].text))
		isc_set_string(isc, &scope->map, "hostname", isc_word(isc, &s->t[2]));
	else
		isc_option(isc, scope, s);
}

static void vendor_space(
	struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	(void)arg;
	isc_vendor_space(isc, scope, s);
}

static void condition(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	size_t skip = isc_is_word(&s->t[0], "else") ? 2 : 1; /* "else if" */
	const char *wrong, *test;

	(void)scope, (void)arg;
	if (isc_is_word(&s->t[0], "else") && s->n == 1) {
		isc_fail(isc, s,
			"else: give what stands in it to a class whose test is not that "
			"of the others, or to the place around it");
		return;
	}
	test = isc_test(isc, s->t + skip, s->n - skip, &wrong);
	if (test != NULL)
		isc_fail(isc, s,
			"conditions stand in classes here: a class with test = \"%s\" "
			"that has these statements does the same",
			test);
	else
		isc_fail(isc, s, "conditions stand in classes here; write a class for it (%s)",
			wrong);
}

static void failover(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	(void)scope;
	s->told = s->told || isc->failover_told;
	isc->failover_told = true;
	isc_warn(isc, s, "no effect: %s", arg);
}

static void permit(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, const char *arg)
{
	isc_permit(isc, scope, s, arg[0] == 'a');
}

static const char ddns[] = "no DNS updates are made for it";
static const char script[] =
	"statements that run at an event or compute a value have no equivalent";

static const struct {
	const char *name;
	unsigned places;
	isc_code *code;
	const char *arg;
} rows[] = {
	{"option", G | N | S | P | C | H, option, NULL},
	{"default-lease-time", G | N | S | C, lease_time, "default"},
	{"min-lease-time", G | N | S | C, lease_time, "min"},
	{"max-lease-time", G | N | S | C, lease_time, "max"},
	{"filename", G | N | S | C | H, text, "boot-file-name"},
	{"server-name", G | N | S | C | H, text, "server-hostname"},
	{"next-server", G | N | S | C | H, address, "next-server"},
	{"server-identifier", G | N | S, server_id, NULL},
	{"authoritative", G | N | S, authoritative, "authoritative"},
	{"not", G | N | S, authoritative, "authoritative"},
	{"interface", N | S, word, "interface"},
	{"ignore-client-uids", G | N | S, not_flag, "match-client-id"},
	{"echo-client-id", G, flag, "echo-client-id"},
	{"stash-agent-options", G, flag, "stash-agent-options"},
	{"abandon-lease-time", G, seconds, "decline-probation-period"},
	{"adaptive-lease-time-threshold", G | N | S, percent, "adaptive-lease-time-threshold"},
	{"dhcp-cache-threshold", G | N | S, percent, "cache-threshold"},
	{"use-host-decl-names", G | N | S | H, host_names, NULL},
	{"boot-unknown-clients", G | N | S, boot_unknown, NULL},
	{"vendor-option-space", G | N | S | P | C | H, vendor_space, NULL},
	{"allow", G | N | S | P | H, permit, "allow"},
	{"deny", G | N | S | P | H, permit, "deny"},
	{"ignore", G | N | S | P | H, permit, "deny"},
	{"if", G | N | S | P | C | H, condition, NULL},
	{"elsif", G | N | S | P | C | H, condition, NULL},
	{"else", G | N | S | P | C | H, condition, NULL},
	{"always-broadcast", G | N | S | P | C | H, fail_if_on,
		"answers are broadcast to clients that ask for it only"},
	{"get-lease-hostnames", G | N | S | P | C | H, fail_if_on,
		"names are not looked up in DNS: give them in reservations"},
	{"use-lease-addr-for-default-route", G | N | S | P | C | H, fail_if_on,
		"give the option routers instead"},
	{"one-lease-per-client", G | N | S | P | C | H, warn, "a client has one lease in a subnet"},
	{"ping-check", G | N | S | P | C | H, warn,
		"addresses in use are found by DHCPDECLINE, not by ping"},
	{"ping-timeout", G | N | S | P | C | H, warn, "no address is pinged"},
	{"ping-timeout-ms", G | N | S | P | C | H, warn, "no address is pinged"},
	{"ddns-update-style", G | N | S, update_style,
		"no DNS updates are made: names would be missing in DNS"},
	{"ddns-updates", G | N | S | P | C | H, warn, ddns},
	{"ddns-hostname", G | N | S | P | C | H, warn, ddns},
	{"ddns-domainname", G | N | S | P | C | H, warn, ddns},
	{"ddns-rev-domainname", G | N | S | P | C | H, warn, ddns},
	{"ddns-ttl", G | N | S | P | C | H, warn, ddns},
	{"ddns-local-address4", G, warn, ddns},
	{"ddns-local-address6", G, warn, ddns},
	{"ddns-guard-id-must-match", G | N | S | P | C | H, warn, ddns},
	{"ddns-other-guard-is-dynamic", G | N | S | P | C | H, warn, ddns},
	{"ddns-dual-stack-mixed-mode", G | N | S | P | C | H, warn, ddns},
	{"update-static-leases", G | N | S | P | C | H, warn, ddns},
	{"update-optimization", G | N | S | P | C | H, warn, ddns},
	{"update-conflict-detection", G | N | S | P | C | H, warn, ddns},
	{"do-forward-updates", G | N | S | P | C | H, warn, ddns},
	{"do-reverse-updates", G | N | S | P | C | H, warn, ddns},
	{"zone", G, warn, ddns},
	{"key", G, warn, "commands come over the control channel"},
	{"omapi-port", G, warn, "commands come over the control channel"},
	{"omapi-key", G, warn, "commands come over the control channel"},
	{"failover", G | P, failover,
		"for two servers that stand in for each other set up a pair, which shares "
		"every lease"},
	{"lease-file-name", G, warn, "leases are kept in the state directory"},
	{"pid-file-name", G, warn, "there is no such file"},
	{"db-time-format", G, warn, "leases are kept in the state directory"},
	{"lease-id-format", G, warn, "leases are kept in the state directory"},
	{"delayed-ack", G, warn, "commits are gathered by themselves"},
	{"max-ack-delay", G, warn, "commits are gathered by themselves"},
	{"log-facility", G, warn, "events go to the journal"},
	{"log-threshold-low", G | N | S | P, warn, "watch the statistics of pools"},
	{"log-threshold-high", G | N | S | P, warn, "watch the statistics of pools"},
	{"log", G | N | S | P | C | H, warn, "events go to the journal"},
	{"always-reply-rfc1048", G | N | S | P | C | H, warn,
		"the answers' options always have their form"},
	{"infinite-is-reserved", G | N | S | P | C | H, warn, "write reservations"},
	{"dynamic-bootp-lease-length", G | N | S | P, warn, "BOOTP clients keep their address"},
	{"dynamic-bootp-lease-cutoff", G | N | S | P, warn, "BOOTP clients keep their address"},
	{"set", G | N | S | P | C | H, fail, script},
	{"unset", G | N | S | P | C | H, fail, script},
	{"execute", G | N | S | P | C | H, fail, script},
	{"on", G | N | S | P | C | H, fail, script},
	{"switch", G | N | S | P | C | H, fail, script},
	{"eval", G | N | S | P | C | H, fail, script},
	{"add", G | N | S | P | C | H, fail, "give the class a test instead"},
	{"supersede", G | N | S | P | C | H, fail, "write option ...; it does the same"},
	{"default", G | N | S | P | C | H, fail, "write option ...; in the outermost place"},
	{"append", G | N | S | P | C | H, fail, "write the whole value in option ...;"},
	{"prepend", G | N | S | P | C | H, fail, "write the whole value in option ...;"},
	{"min-secs", G | N | S | P | C | H, fail, "every request is answered at once"},
	{"site-option-space", G | N | S | P | C | H, fail, "define the options by code"},
	{"local-port", G, fail, "the port is 67"},
	{"remote-port", G, fail, "the port is 68"},
	{"local-address", G, fail, "name interfaces in interfaces-config, as \"eth0/ADDRESS\""},
	{"subnet6", G | N, fail, "this server is for IPv4"},
	/* read with the declaration that they stand in */
	{"range", S | P, nothing, NULL},
	{"match", C, nothing, NULL},
	{"spawn", C, nothing, NULL},
	{"lease", C, lease_limit, "address-limit"},
	{"hardware", H, nothing, NULL},
	{"fixed-address", H, nothing, NULL},
	{"host-identifier", H, nothing, NULL},
	{"dynamic", H, nothing, NULL},
	{"subnet", G | N, nothing, NULL},
	{"shared-network", G, nothing, NULL},
	{"pool", N | S, nothing, NULL},
	{"group", G | N | S, nothing, NULL},
	{"host", G | N | S, nothing, NULL},
	{"class", G | N | S, nothing, NULL},
	{"subclass", G | N | S, nothing, NULL},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void apply_one(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, bool inherited)
{
	const char *name = s->n > 0 ? isc_word(isc, &s->t[0]) : "";

	for (size_t i = 0; i < N_ROWS; i++) {
		if (s->n == 0 || !isc_is_word(&s->t[0], rows[i].name))
			continue;
		if ((rows[i].places & scope->place) != 0)
			rows[i].code(isc, scope, s, rows[i].arg);
		else if (!inherited || rows[i].code != nothing)
			isc_fail(isc, s, "%s cannot be set %s here", name,
				scope->place == ISC_HOST ? "for a host; use a class that the host "
							   "is a member of,"
					: scope->place == ISC_POOL
					? "for a pool; use a class or a subnet of a shared network,"
					: "in this place");
		return;
	}
	isc_fail(isc, s, "%s: unknown statement", name);
}

static void apply_groups(struct isc *isc, struct isc_scope *scope, const struct isc_group *groups)
{
	if (groups == NULL)
		return;
	apply_groups(isc, scope, groups->outer);
	for (struct isc_stmt *s = groups->stmt->first; s != NULL; s = s->next)
		apply_one(isc, scope, s, true);
}

void isc_scope_begin(struct isc_scope *scope, enum isc_place place, const struct isc_scope *up)
{
	*scope = (struct isc_scope){.place = place,
		.default_time = TIME_DEFAULT,
		.min_time = TIME_MIN,
		.max_time = TIME_MAX};
	if (up == NULL)
		return;
	scope->default_time = up->default_time;
	scope->min_time = up->min_time;
	scope->max_time = up->max_time;
	scope->known_only = up->known_only;
	scope->host_names = up->host_names;
}

void isc_scope_apply(struct isc *isc, struct isc_scope *scope, struct isc_stmt *stmt,
	const struct isc_group *groups)
{
	apply_groups(isc, scope, groups);
	for (struct isc_stmt *s = stmt->first; s != NULL; s = s->next)
		apply_one(isc, scope, s, false);
}

/* dhcpd keeps the time that a client gets within its limits, also the default one. */
static void end_times(struct isc *isc, struct isc_scope *scope)
{
	uint64_t max = scope->max_time > 0 ? scope->max_time : 1;
	uint64_t min = scope->min_time < max ? scope->min_time : max;
	uint64_t valid = scope->default_time < max ? scope->default_time : max;

	if (!scope->times_set && scope->place != ISC_GLOBAL)
		return;
	min = min > 0 ? min : 1;
	valid = valid < min ? min : valid;
	import_add_int(&isc->im, &scope->map, "valid-lifetime", (int64_t)valid);
	import_add_int(&isc->im, &scope->map, "min-valid-lifetime", (int64_t)min);
	import_add_int(&isc->im, &scope->map, "max-valid-lifetime", (int64_t)max);
}

void isc_scope_end(struct isc *isc, struct isc_scope *scope)
{
	end_times(isc, scope);
	if (scope->options.n > 0)
		import_add_all(&isc->im, &scope->map, "option-data", TREE_LIST, &scope->options);
	if (scope->guards.n > 0)
		import_add_all(&isc->im, &scope->map, "client-classes", TREE_LIST, &scope->guards);
}
