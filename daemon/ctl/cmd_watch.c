/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_watch: the server at a glance, once a second: packets by kind, what is thrown away and why,
 * the pools that are nearest to full, its processes.
 */
#include "daemon/ctl/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ctl/call.h"
#include "daemon/ctl/print.h"
#include "daemon/ctl/screen.h"
#include "shm/base/clock.h"

#define POOLS   8
#define TALKERS 5

struct watch {
	const struct ctl *c;
	json_t *status, *now, *before, *talkers; /* answers */
	uint64_t now_ns, before_ns;
};

struct counted {
	const char *statistic, *name;
};

static json_int_t sample(const json_t *answer, const char *name)
{
	return json_integer_value(json_array_get(json_array_get(
		json_object_get(json_object_get(answer, "arguments"), name), 0), 0));
}

/* A second; what was reset meanwhile counts from 0. */
static double rate(const struct watch *w, const char *name)
{
	json_int_t now = sample(w->now, name), before = sample(w->before, name);

	if (w->before == NULL || w->now_ns <= w->before_ns)
		return 0;
	return (double)(now >= before ? now - before : now) * CLOCK_NS_PER_S /
		(double)(w->now_ns - w->before_ns);
}

static const char *colour(const struct watch *w, const char *code)
{
	return w->c->colour ? code : "";
}

static void draw_head(const struct watch *w)
{
	const json_t *s = json_object_get(w->status, "arguments");
	const json_t *lessor = json_object_get(s, "lessor");
	const json_t *ha = json_array_get(json_object_get(s, "high-availability"), 0);
	const json_t *local = json_object_get(json_object_get(ha, "ha-servers"), "local");
	const char *version = json_string_value(json_object_get(lessor, "version"));
	const char *state = json_string_value(json_object_get(local, "state"));
	json_int_t up = json_integer_value(json_object_get(s, "uptime"));
	bool off = json_is_true(
		json_object_get(json_object_get(s, "dhcp-state"), "globally-disabled"));

	screen_line(colour(w, PRINT_BOLD),
		"Lessor %s   up %d d %02d:%02d:%02d   generation %d   %s%s%s",
		version != NULL ? version : "?", (int)(up / 86400), (int)(up / 3600 % 24),
		(int)(up / 60 % 60), (int)(up % 60),
		(int)json_integer_value(json_object_get(lessor, "generation")),
		off ? "DISABLED" : "serving", state != NULL ? "   HA " : "",
		state != NULL ? state : "");
	screen_line("", "%s", "");
}

static void draw_rates(const struct watch *w)
{
	static const struct counted kinds[] = {
		{"pkt4-discover-received", "DISCOVER"},
		{"pkt4-offer-sent", "OFFER"},
		{"pkt4-request-received", "REQUEST"},
		{"pkt4-ack-sent", "ACK"},
		{"pkt4-nak-sent", "NAK"},
		{"pkt4-release-received", "RELEASE"},
		{"pkt4-decline-received", "DECLINE"},
		{"pkt4-inform-received", "INFORM"},
	};

	screen_line(colour(w, PRINT_BOLD), "%-24s %12s %16s", "PACKETS", "a second", "in total");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		screen_line("", "%-24s %12.1f %16" JSON_INTEGER_FORMAT, kinds[i].name,
			rate(w, kinds[i].statistic), sample(w->now, kinds[i].statistic));
	screen_line("", "%s", "");
}

/* Only what has happened. */
static void draw_drops(const struct watch *w)
{
	static const struct counted drops[] = {
		{"pkt4-parse-failed", "malformed"},
		{"pkt4-rfc-violation", "against RFC 2131"},
		{"pkt4-not-for-us", "not for this server"},
		{"pkt4-admin-filtered", "class DROP or REJECT"},
		{"pkt4-duplicate", "still in work"},
		{"pkt4-queue-full", "no room"},
		{"pkt4-limit-exceeded", "rate limit"},
		{"pkt4-service-disabled", "service disabled"},
		{"pkt4-processing-failed", "failure"},
		{"v4-allocation-fail", "no address free"},
	};
	bool any = false;

	screen_line(colour(w, PRINT_BOLD), "%-24s %12s %16s", "DROPPED", "a second", "in total");
	for (size_t i = 0; i < sizeof(drops) / sizeof(*drops); i++) {
		double r = rate(w, drops[i].statistic);

		if (sample(w->now, drops[i].statistic) == 0)
			continue;
		any = true;
		screen_line(r > 0 ? colour(w, PRINT_YELLOW) : "",
			"%-24s %12.1f %16" JSON_INTEGER_FORMAT, drops[i].name, r,
			sample(w->now, drops[i].statistic));
	}
	if (!any)
		screen_line("", "nothing");
	screen_line("", "%s", "");
}

struct fullest {
	size_t n;
	struct {
		char name[64];
		json_int_t assigned, total;
		double used;
	} v[POOLS];
};

static void insert(struct fullest *f, const char *name, size_t len, json_int_t assigned,
	json_int_t total)
{
	double used = (double)assigned / (double)total;
	size_t i;

	if (f->n == POOLS && used <= f->v[POOLS - 1].used)
		return;
	i = f->n < POOLS ? f->n++ : POOLS - 1;
	for (; i > 0 && f->v[i - 1].used < used; i--)
		f->v[i] = f->v[i - 1];
	snprintf(f->v[i].name, sizeof(f->v[i].name), "%.*s", (int)len, name);
	f->v[i].assigned = assigned;
	f->v[i].total = total;
	f->v[i].used = used;
}

static void draw_pools(const struct watch *w)
{
	static const char suffix[] = "].total-addresses", bar[] = "####################";
	const json_t *all = json_object_get(w->now, "arguments");
	struct fullest f = {0};
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)all, key, value) {
		const char *end = strstr(key, suffix);
		char name[96];

		if (end == NULL || strstr(key, ".pool[") == NULL ||
			strncmp(key, "subnet[", 7) != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s].assigned-addresses", (int)(end - key), key);
		if (sample(w->now, key) > 0)
			insert(&f, key, (size_t)(end - key) + 1, sample(w->now, name),
				sample(w->now, key));
	}
	screen_line(colour(w, PRINT_BOLD), "%-24s %12s %16s", "FULLEST POOLS", "assigned",
		"addresses");
	for (size_t i = 0; i < f.n; i++)
		screen_line(f.v[i].used >= 0.9 ? colour(w, PRINT_RED) :
			f.v[i].used >= 0.8     ? colour(w, PRINT_YELLOW) : "",
			"%-24s %12" JSON_INTEGER_FORMAT " %16" JSON_INTEGER_FORMAT
			" %5.1f %% %.*s", f.v[i].name, f.v[i].assigned, f.v[i].total,
			100 * f.v[i].used, (int)(20 * f.v[i].used), bar);
	screen_line("", "%s", "");
}

static void draw_talkers(const struct watch *w)
{
	const json_t *a = json_object_get(w->talkers, "arguments");
	const json_t *list = json_object_get(a, "talkers");
	json_int_t missed = json_integer_value(json_object_get(a, "missed"));
	double ns = w->before != NULL ? (double)(w->now_ns - w->before_ns) : 0;

	screen_line(colour(w, PRINT_BOLD), "%-24s %12s %16s", "TOP TALKERS", "a second",
		missed > 0 ? "of a sample" : "dropped");
	for (size_t i = 0; i < json_array_size(list) && i < TALKERS && ns > 0; i++) {
		const json_t *t = json_array_get(list, i);
		const char *mac = json_string_value(json_object_get(t, "hw-address"));
		const char *interface = json_string_value(json_object_get(t, "interface"));

		screen_line("", "%-24.24s %12.1f %16" JSON_INTEGER_FORMAT " %s",
			mac != NULL && mac[0] != '\0' ? mac : "malformed packets",
			(double)json_integer_value(json_object_get(t, "packets")) *
				CLOCK_NS_PER_S / ns,
			json_integer_value(json_object_get(t, "dropped")),
			interface != NULL ? interface : "");
	}
	screen_line("", "%s", "");
}

static void draw_processes(const struct watch *w)
{
	const json_t *list = json_object_get(json_object_get(
		json_object_get(w->status, "arguments"), "lessor"), "children");

	screen_line(colour(w, PRINT_BOLD), "%-24s %12s", "PROCESSES", "pid");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *p = json_array_get(list, i);
		const char *role = json_string_value(json_object_get(p, "role"));
		const char *of = json_string_value(json_object_get(p, "interface"));
		char name[64];

		snprintf(name, sizeof(name), "%s %s", role != NULL ? role : "?",
			of != NULL ? of : "");
		screen_line("", "%-24s %12" JSON_INTEGER_FORMAT, name,
			json_integer_value(json_object_get(p, "pid")));
	}
}

static void draw(const struct watch *w, const struct err *err)
{
	screen_begin();
	if (w->now == NULL || w->status == NULL) {
		screen_line(colour(w, PRINT_RED), "%s", err->text);
		screen_line("", "%s", err->cure);
	} else {
		draw_head(w);
		draw_rates(w);
		draw_drops(w);
		draw_pools(w);
		draw_talkers(w);
		draw_processes(w);
	}
	screen_end(colour(w, PRINT_BOLD), "q: end");
}

/* Who has sent since the last time. */
static void ask_talkers(struct watch *w, struct err *err)
{
	json_t *cursors =
		json_object_get(json_object_get(w->talkers, "arguments"), "cursors");
	json_t *args = json_pack("{sO*}", "cursors", cursors);

	json_decref(w->talkers);
	w->talkers = NULL;
	call_send(w->c, "lessor-talkers", args, &w->talkers, err);
}

/* Asks again; of a server that does not answer nothing is kept. */
static void ask(struct watch *w, struct err *err)
{
	json_decref(w->status);
	json_decref(w->before);
	w->before = w->now;
	w->before_ns = w->now_ns;
	w->status = w->now = NULL;
	if (call_send(w->c, "status-get", NULL, &w->status, err) == 0 &&
		call_send(w->c, "statistic-get-all", NULL, &w->now, err) == 0)
		ask_talkers(w, err);
	w->now_ns = clock_mono_ns();
}

int cmd_watch(const struct ctl *c)
{
	struct watch w = {.c = c};
	struct err err = {0};

	if (screen_open() < 0) {
		print_error("watch: needs a terminal");
		return CTL_FAILED;
	}
	do {
		ask(&w, &err);
		draw(&w, &err);
	} while (screen_wait(1000));
	screen_close();
	json_decref(w.status);
	json_decref(w.now);
	json_decref(w.before);
	json_decref(w.talkers);
	return CTL_DONE;
}
