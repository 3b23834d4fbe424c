/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_ha: the pair, in Kea's words: what it is, and what its operator wants of it. A wish goes to
 * the ha process, which decides (shm/pair.h).
 */
#include "daemon/control/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "daemon/conf/model.h"
#include "shm/base/clock.h"

#define WAIT_NS        (5 * CLOCK_NS_PER_S)
#define RESULT_REFUSED 1001 /* of ha-maintenance-notify */

static const char *role(bool standby)
{
	return standby ? "standby" : "primary";
}

/* In hot standby the node that serves has the primary's name as its scope. */
static void write_scopes(struct out *o, const char *key, const struct model_ha *ha, bool serves)
{
	out_key(o, key);
	out_open(o, '[');
	if (serves)
		out_string(o, ha->standby ? ha->peer.name : ha->name);
	out_close(o, ']');
}

static bool serves(const char *kea_state, bool standby)
{
	return strcmp(kea_state, "partner-down") == 0 ||
		strcmp(kea_state, "communication-recovery") == 0 ||
		strcmp(kea_state, "partner-in-maintenance") == 0 ||
		(strcmp(kea_state, "hot-standby") == 0 && !standby);
}

static void write_time(struct out *o, int64_t skew_s)
{
	time_t now = (time_t)((int64_t)clock_wall_s() + skew_s);
	char text[32];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	out_key_string(o, "system-time", text);
}

static bool is_active(const struct pair_status *s)
{
	return strcmp(s->state, "active") == 0 || strcmp(s->state, "interrupted") == 0 ||
		strcmp(s->state, "partner-down") == 0;
}

static void write_local(struct out *o, const struct model_ha *ha, const struct pair_status *s)
{
	out_key(o, "local");
	out_open(o, '{');
	out_key_string(o, "role", role(ha->standby));
	out_key_string(o, "server-name", ha->name);
	out_key_string(o, "state", s->kea_state);
	write_scopes(o, "scopes", ha, is_active(s));
	write_time(o, 0);
	out_close(o, '}');
}

static void write_remote(struct out *o, const struct model_ha *ha, const struct pair_status *s)
{
	static const char *const zeros[] = {"connecting-clients", "unacked-clients",
		"unacked-clients-left", "analyzed-packets"};
	int64_t skew_s = s->skew_us / 1000000;

	out_key(o, "remote");
	out_open(o, '{');
	out_key_string(o, "role", role(!ha->standby));
	out_key_string(o, "server-name", ha->peer.name);
	out_key_bool(o, "in-touch", s->linked);
	out_key_int(o, "age",
		s->heard_ns == 0 ? 0 : (int64_t)((clock_mono_ns() - s->heard_ns) / CLOCK_NS_PER_S));
	out_key_string(o, "last-state", s->partner_kea_state);
	write_scopes(
		o, "last-scopes", ha, !is_active(s) && serves(s->partner_kea_state, !ha->standby));
	out_key_bool(o, "communication-interrupted", !s->linked);
	for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++)
		out_key_int(o, zeros[i], 0);
	write_time(o, skew_s);
	out_key_int(o, "clock-skew", skew_s);
	out_close(o, '}');
}

void cmd_ha_write_status(const struct control *ctl, struct out *o)
{
	const struct model_ha *ha = ctl->child->model->ha;
	struct pair_status s = {
		.state = "start", .kea_state = "waiting", .partner_kea_state = "unavailable"};

	if (ha == NULL)
		return;
	pair_read_status(ctl->child->region, &s);
	out_key(o, "high-availability");
	out_open(o, '[');
	out_open(o, '{');
	out_key_string(o, "ha-mode", "hot-standby");
	out_key(o, "ha-servers");
	out_open(o, '{');
	write_local(o, ha, &s);
	write_remote(o, ha, &s);
	out_close(o, '}');
	out_close(o, '}');
	out_close(o, ']');
}

void cmd_ha_write_pair(const struct control *ctl, struct out *o)
{
	struct pair_status s;

	if (ctl->child->model->ha == NULL || !pair_read_status(ctl->child->region, &s))
		return;
	out_key(o, "pair");
	out_open(o, '{');
	out_key_string(o, "state", s.state);
	out_key_string(o, "reason", s.reason);
	out_key_int(o, "term", (int64_t)s.term);
	out_key_bool(o, "linked", s.linked);
	out_key_bool(o, "copying", s.copying);
	out_key_int(o, "acked", (int64_t)s.acked);
	out_key_int(o, "lag", (int64_t)(s.committed > s.acked ? s.committed - s.acked : 0));
	out_key_int(o, "partner-committed", (int64_t)s.partner_committed);
	out_key_int(o, "round-trip-us", (int64_t)(s.round_trip_ns / 1000));
	out_key_int(o, "clock-skew-us", s.skew_us);
	out_key_string(o, "alarms", s.alarms);
	out_close(o, '}');
}

/* Whether there is a pair, and "server-name" names one of its nodes; else the answer says so. */
static bool check(
        const struct control *ctl, const json_t *args, const char *command, struct answer *a)
{
	const struct model_ha *ha = ctl->child->model->ha;
	const json_t *name = json_object_get(args, "server-name");
	const char *text = json_string_value(name);

	if (ha == NULL) {
		answer_text(a, ANSWER_UNSUPPORTED,
			"'%s' needs high-availability in the configuration", command);
		return false;
	}
	if (name == NULL ||
		(text != NULL && (strcmp(text, ha->name) == 0 || strcmp(text, ha->peer.name) == 0)))
		return true;
	answer_text(a, ANSWER_ERROR, "%s matches no server of the pair",
		text != NULL ? text : "'server-name'");
	return false;
}

/* --- wishes --- */

struct waiting {
	const struct region *region;
	uint64_t ticket, until_ns;
	const char *done, *command;
};

static const char *why(int rc)
{
	switch (rc) {
	case -ENOTCONN:
		return "the partner is not connected";
	case -EALREADY:
		return "it is so already";
	default:
		return "not in the present state of the pair";
	}
}

static enum answer_progress wait_for_grant(struct answer *a)
{
	const struct waiting *w = (const struct waiting *)a->state;
	int rc;

	if (pair_granted(w->region, w->ticket, &rc)) {
		if (rc == 0)
			answer_text(a, ANSWER_SUCCESS, "%s", w->done);
		else
			answer_text(a, ANSWER_ERROR, "%s was refused: %s", w->command, why(rc));
		return ANSWER_DONE;
	}
	if (clock_mono_ns() < w->until_ns)
		return ANSWER_WAIT;
	answer_text(a, ANSWER_ERROR, "%s: the ha process does not answer", w->command);
	return ANSWER_DONE;
}

static void wish(struct control *ctl, const json_t *args, struct answer *a, const char *command,
        enum pair_wish what, const char *done)
{
	struct waiting *w;
	uint64_t ticket;

	if (!check(ctl, args, command, a))
		return;
	if (pair_ask(ctl->child, what, &ticket) < 0) {
		answer_text(
			a, ANSWER_ERROR, "%s: another command waits for the ha process", command);
		return;
	}
	w = (struct waiting *)answer_stream(a, wait_for_grant, sizeof(*w));
	if (w != NULL)
		*w = (struct waiting){
			ctl->child->region, ticket, clock_mono_ns() + WAIT_NS, done, command};
}

void cmd_ha_sync(struct control *ctl, const json_t *args, struct answer *a)
{
	wish(ctl, args, a, "ha-sync", PAIR_WISH_RESYNC,
		"The nodes compare their leases anew and send each other what is missing.");
}

void cmd_ha_reset(struct control *ctl, const json_t *args, struct answer *a)
{
	wish(ctl, args, a, "ha-reset", PAIR_WISH_RESYNC,
		"The state machine begins anew with the partner; service goes on.");
}

void cmd_ha_maintenance_start(struct control *ctl, const json_t *args, struct answer *a)
{
	wish(ctl, args, a, "ha-maintenance-start", PAIR_WISH_MAINTENANCE,
		"Server is now serving alone; its partner stays quiet and may be stopped.");
}

void cmd_ha_maintenance_cancel(struct control *ctl, const json_t *args, struct answer *a)
{
	wish(ctl, args, a, "ha-maintenance-cancel", PAIR_WISH_MAINTENANCE_END,
		"The partner's maintenance is over.");
}

void cmd_ha_handover(struct control *ctl, const json_t *args, struct answer *a)
{
	wish(ctl, args, a, "ha-handover", PAIR_WISH_HANDOVER, "The other node serves now.");
}

void cmd_ha_partner_down(struct control *ctl, const json_t *args, struct answer *a)
{
	wish(ctl, args, a, "ha-partner-down", PAIR_WISH_PARTNER_DOWN,
		"The partner counts as down: its addresses become usable when their leases have "
		"ended.");
}

/* --- questions, and what has nothing to do here --- */

void cmd_ha_heartbeat(struct control *ctl, const json_t *args, struct answer *a)
{
	struct pair_status s = {.kea_state = "waiting"};
	time_t now = (time_t)clock_wall_s();
	char date[40];
	struct tm tm;

	if (!check(ctl, args, "ha-heartbeat", a))
		return;
	pair_read_status(ctl->child->region, &s);
	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	answer_begin(a);
	out_open(&a->out, '{');
	out_key_string(&a->out, "state", s.kea_state);
	out_key_string(&a->out, "date-time", date);
	write_scopes(&a->out, "scopes", ctl->child->model->ha, is_active(&s));
	out_key_int(&a->out, "unsent-update-count",
		(int64_t)(s.committed > s.acked ? s.committed - s.acked : 0));
	out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, "HA peer status returned.");
}

void cmd_ha_scopes(struct control *ctl, const json_t *args, struct answer *a)
{
	const json_t *scopes = json_object_get(args, "scopes");
	const struct model_ha *ha = ctl->child->model->ha;

	if (!check(ctl, args, "ha-scopes", a))
		return;
	if (!json_is_array(scopes)) {
		answer_text(a, ANSWER_ERROR, "'scopes' must be a list in the 'ha-scopes' command");
		return;
	}
	for (size_t i = 0; i < json_array_size(scopes); i++) {
		const char *name = json_string_value(json_array_get(scopes, i));

		if (name == NULL ||
			(strcmp(name, ha->name) != 0 && strcmp(name, ha->peer.name) != 0)) {
			answer_text(a, ANSWER_ERROR, "invalid server name in 'scopes'");
			return;
		}
	}
	answer_text(a, ANSWER_SUCCESS,
		"Scopes are known; who serves is decided between the nodes, see ha-handover.");
}

void cmd_ha_continue(struct control *ctl, const json_t *args, struct answer *a)
{
	if (check(ctl, args, "ha-continue", a))
		answer_text(a, ANSWER_SUCCESS, "HA state machine is not paused.");
}

void cmd_ha_maintenance_notify(struct control *ctl, const json_t *args, struct answer *a)
{
	if (check(ctl, args, "ha-maintenance-notify", a))
		answer_text(a, (enum answer_result)RESULT_REFUSED,
			"The nodes tell each other over their own connection; use "
			"ha-maintenance-start.");
}

void cmd_ha_sync_complete_notify(struct control *ctl, const json_t *args, struct answer *a)
{
	if (check(ctl, args, "ha-sync-complete-notify", a))
		answer_text(
			a, ANSWER_SUCCESS, "The nodes know by themselves when they are in sync.");
}
