/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leases_isc: see leases_isc.h. active is a lease, abandoned a declined one; released and expired
 * leases are remembered for their clients; every other state means that the address is nobody's.
 */
#include "daemon/ctl/leases_isc.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "daemon/ctl/isc_lex.h"

#define PROGRESS_ENTRIES 4096

#define TIME_NONE  (-1)
#define TIME_NEVER INT64_MAX

/* One "lease" entry while it is read. */
struct entry {
	uint32_t line;
	struct lease lease;
	int64_t starts, ends, cltt; /* Unix time, TIME_NONE: not said, TIME_NEVER */
	struct isc_token state;
	uint8_t id[255];
	const char *wrong; /* the first thing that cannot be used, NULL: none */
};

struct reader {
	struct isc_lex lex;
	struct isc_token t; /* the token at hand */
	const struct leases_sink *sink;
};

static void next(struct reader *r)
{
	r->t = isc_lex_next(&r->lex);
}

/* To the end of the statement at hand: behind its ';' or its block, or at the end of the block that
 * it stands in. */
static void skip_statement(struct reader *r)
{
	unsigned depth = 0;
	bool end = false;

	while (!end && r->t.type != ISC_END) {
		if (isc_is_mark(&r->t, '}')) {
			if (depth == 0)
				return;
			end = --depth == 0;
		} else if (isc_is_mark(&r->t, '{')) {
			depth++;
		} else if (isc_is_mark(&r->t, ';')) {
			end = depth == 0;
		}
		next(r);
	}
}

/* "4 2026/11/24 12:19:05", "epoch 1795522745", "never". */
static bool read_time(struct reader *r, int64_t *ret)
{
	char text[48];
	struct tm tm = {0};
	uint64_t epoch;
	size_t len;
	int end = 0;

	if (isc_is_word(&r->t, "never")) {
		*ret = TIME_NEVER;
		return true;
	}
	if (isc_is_word(&r->t, "epoch")) {
		next(r);
		if (!isc_number(&r->t, UINT32_MAX, &epoch))
			return false;
		*ret = (int64_t)epoch;
		return true;
	}
	next(r); /* behind the day of the week */
	len = r->t.text.len;
	if (r->t.type != ISC_WORD || len > 20)
		return false;
	memcpy(text, r->t.text.p, len);
	text[len++] = ' ';
	next(r);
	if (r->t.type != ISC_WORD || r->t.text.len > 20)
		return false;
	memcpy(text + len, r->t.text.p, r->t.text.len);
	text[len + r->t.text.len] = '\0';
	if (sscanf(text, "%4d/%2d/%2d %2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		    &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &end) != 6 ||
		text[end] != '\0')
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*ret = timegm(&tm);
	return *ret >= 0 && *ret <= UINT32_MAX;
}

static const char *read_hardware(struct reader *r, struct lease *l)
{
	static const struct {
		const char *name;
		uint8_t type;
	} types[] = {{"ethernet", 1}, {"token-ring", 6}, {"fddi", 8}, {"infiniband", 32}};
	size_t len;

	l->htype = 0;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (isc_is_word(&r->t, types[i].name))
			l->htype = types[i].type;
	if (l->htype == 0)
		return "unknown type of hardware";
	next(r);
	if (!isc_octets(&r->t, l->hwaddr, sizeof(l->hwaddr), &len))
		return "not a hardware address of at most 16 octets";
	l->hlen = (uint8_t)len;
	return NULL;
}

static const char *read_uid(struct reader *r, struct entry *e)
{
	size_t len = r->t.text.len;

	if (r->t.type == ISC_STRING && len <= sizeof(e->id))
		memcpy(e->id, r->t.text.p, len);
	else if (!isc_octets(&r->t, e->id, sizeof(e->id), &len))
		return "uid is not a client identifier of at most 255 octets";
	e->lease.client_id = span_of(e->id, len);
	return NULL;
}

static const char *read_name(struct reader *r, struct lease *l)
{
	if ((r->t.type != ISC_STRING && r->t.type != ISC_WORD) || r->t.text.len > 255)
		return "client-hostname is not a name of at most 255 octets";
	l->hostname = r->t.text;
	return NULL;
}

/* One statement of a lease; what is not needed is skipped. NULL or what is wrong. */
static const char *read_member(struct reader *r, struct entry *e)
{
	static const char bad_time[] = "not a time between 1970 and 2106";
	struct isc_token name = r->t;

	next(r);
	if (isc_is_word(&name, "starts"))
		return read_time(r, &e->starts) ? NULL : bad_time;
	if (isc_is_word(&name, "ends"))
		return read_time(r, &e->ends) ? NULL : bad_time;
	if (isc_is_word(&name, "cltt"))
		return read_time(r, &e->cltt) ? NULL : bad_time;
	if (isc_is_word(&name, "hardware"))
		return read_hardware(r, &e->lease);
	if (isc_is_word(&name, "uid"))
		return read_uid(r, e);
	if (isc_is_word(&name, "client-hostname"))
		return read_name(r, &e->lease);
	if (isc_is_word(&name, "binding")) {
		next(r); /* behind "state" */
		e->state = r->t;
	}
	return NULL;
}

static bool settle_state(struct entry *e)
{
	static const struct {
		const char *name;
		enum lease_state state;
	} states[] = {{"active", LEASE_ASSIGNED}, {"abandoned", LEASE_DECLINED},
		{"expired", LEASE_EXPIRED}, {"released", LEASE_RELEASED}};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (isc_is_word(&e->state, states[i].name)) {
			e->lease.state = (uint8_t)states[i].state;
			return true;
		}
	}
	return false;
}

static const char *settle_times(struct entry *e)
{
	int64_t from = e->cltt != TIME_NONE ? e->cltt : e->starts;

	if (from == TIME_NONE || from == TIME_NEVER || e->ends == TIME_NONE)
		return "starts or ends is missing";
	if (e->ends != TIME_NEVER && from > e->ends)
		from = e->ends;
	e->lease.cltt = (uint32_t)from;
	e->lease.valid_lft = e->ends == TIME_NEVER ? RECORD_INFINITE : (uint32_t)(e->ends - from);
	return NULL;
}

/* What the entry comes to, told to the sink. */
static int finish(struct reader *r, struct entry *e)
{
	struct lease *l = &e->lease;

	if (e->wrong == NULL && e->state.type == ISC_END)
		e->wrong = "no binding state";
	if (e->wrong == NULL && !settle_state(e))
		return r->sink->gone(r->sink->arg, e->line, l->address);
	if (e->wrong == NULL)
		e->wrong = settle_times(e);
	if (l->state == LEASE_DECLINED) { /* nobody's: the identity goes */
		l->client_id.len = l->hostname.len = 0;
		l->hlen = 0;
	} else if (e->wrong == NULL && l->hlen == 0 && l->client_id.len == 0) {
		e->wrong = "neither hardware nor uid";
	}
	return e->wrong != NULL ? r->sink->bad(r->sink->arg, e->line, e->wrong)
				: r->sink->lease(r->sink->arg, e->line, l);
}

static int read_lease(struct reader *r)
{
	struct entry e = {.line = r->t.line,
		.starts = TIME_NONE,
		.ends = TIME_NONE,
		.cltt = TIME_NONE,
		.state = {.type = ISC_END}};
	int rc;

	next(r);
	if (!isc_address(&r->t, &e.lease.address) || e.lease.address == 0)
		e.wrong = "not a lease of an IPv4 address";
	next(r);
	if (!isc_is_mark(&r->t, '{')) {
		rc = r->sink->bad(r->sink->arg, e.line, "'{' is missing");
		skip_statement(r);
		return rc;
	}
	next(r);
	while (r->t.type != ISC_END && !isc_is_mark(&r->t, '}')) {
		const char *wrong = r->t.type == ISC_BAD ? "a quote without an end, or a "
							   "character that has no meaning"
							 : read_member(r, &e);

		if (e.wrong == NULL)
			e.wrong = wrong;
		skip_statement(r);
	}
	if (r->t.type == ISC_END)
		e.wrong = "it has no end: the file was cut";
	next(r);
	return finish(r, &e);
}

int leases_isc_read(char *text, size_t len, const struct leases_sink *sink)
{
	struct reader r = {.sink = sink};
	int rc = 0;

	isc_lex_init(&r.lex, text, len);
	next(&r);
	for (unsigned n = 1; r.t.type != ISC_END && rc == 0; n++) {
		uint32_t line = r.t.line;

		if (isc_is_word(&r.t, "lease")) {
			rc = read_lease(&r);
		} else if (isc_is_word(&r.t, "host")) {
			rc = sink->bad(sink->arg, line,
				"a host that was made at run time: write it into the "
				"configuration as a reservation");
			skip_statement(&r);
		} else {
			if (!isc_is_word(&r.t, "failover") && !isc_is_word(&r.t, "server-duid") &&
				!isc_is_word(&r.t, "authoring-byte-order"))
				rc = sink->bad(sink->arg, line, "not an entry of dhcpd.leases");
			if (isc_is_mark(&r.t, '}'))
				next(&r);
			skip_statement(&r);
		}
		if (n % PROGRESS_ENTRIES == 0)
			sink->progress(sink->arg, (size_t)((char *)r.lex.p - text));
	}
	return rc;
}
