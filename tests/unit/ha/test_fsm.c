/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_fsm: each transition as a line: a state, an event, the state after it, and the actions in
 * their order, since what is on disk before what is half of the meaning.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ha/fsm.h"

#define MS  1000000ULL
#define NOW (100 * 1000 * MS)
#define END 50

static const char *const action_name[] = {
        [FSM_DO_SAVE] = "save",
        [FSM_DO_AUTHORITY] = "authority",
        [FSM_DO_PERMIT] = "permit",
        [FSM_DO_ACKED] = "acked",
        [FSM_DO_NO_REUSE] = "no-reuse",
        [FSM_DO_MARK] = "mark",
        [FSM_DO_SEND] = "send",
        [FSM_DO_CLOSE] = "close",
        [FSM_DO_STREAM] = "stream",
        [FSM_DO_RECEIVE] = "receive",
        [FSM_DO_SEND_SUFFIX] = "suffix",
        [FSM_DO_TAKE_SUFFIX] = "take",
        [FSM_DO_MERGE] = "merge",
        [FSM_DO_STOP_STREAMS] = "stop",
        [FSM_DO_QUIESCE] = "quiesce",
        [FSM_DO_LOG] = "log",
        [FSM_DO_ALARM] = "alarm",
};

static const char *const message_name[FSM_MESSAGE_KINDS] = {
        [FSM_HELLO] = "hello",
        [FSM_BEAT] = "beat",
        [FSM_BEAT_ACK] = "beat-ack",
        [FSM_HIGHER_TERM] = "higher-term",
        [FSM_HAND_OVER] = "hand-over",
        [FSM_ASK_HANDOVER] = "ask-handover",
        [FSM_MAINTAIN] = "maintain",
        [FSM_MAINTAIN_END] = "maintain-end",
        [FSM_MERGE_END] = "merge-end",
        [FSM_MERGE_DONE] = "merge-done",
};

static const char *const mode_name[] = {"alone", "silent", "active", "restricted", "partner-down"};

static const char *describe(const struct fsm_actions *list, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (size_t k = 0; k < list->n; k++) {
		const struct fsm_action *a = &list->v[k];
		const char *word = action_name[a->kind];

		if (a->kind == FSM_DO_LOG)
			continue;
		if (a->kind == FSM_DO_SEND)
			word = message_name[a->message.kind];
		if (a->kind == FSM_DO_AUTHORITY)
			word = mode_name[a->change.mode];
		if (a->kind == FSM_DO_RECEIVE && a->stream.aside)
			word = "receive-aside";
		n += (size_t)snprintf(buf + n, size - n, "%s%s", n == 0 ? "" : " ", word);
	}
	return buf;
}

static struct fsm_config config_of(uint8_t node)
{
	struct fsm_config c = {
		.node = node, .mclt_s = 600, .uuid = {(uint8_t)(node + 1)}, .incarnation = 1};

	fsm_timers_default(&c.timers);
	return c;
}

static struct fsm_event event_at(enum fsm_event_kind kind, uint64_t now)
{
	return (struct fsm_event){
		.kind = kind, .now_ns = now, .wall_us = 1000000000 + now / 1000, .end = END};
}

/* Node 0 in this state, term 5, connected to node 1 in that one; journal 1..END, one run. */
static void place(struct fsm *f, enum fsm_state state, enum fsm_state partner)
{
	struct fsm_config c = config_of(0);
	struct fsm_durable saved = {
		.term = 5, .acked = END, .state = (uint8_t)state, .partner = {2}};
	struct fsm_runs runs = {1, {{.term = 1, .start = 1, .writer = 0}}};
	struct fsm_event e = event_at(FSM_EVENT_TICK, NOW);
	struct fsm_actions list;

	cr_assert_eq(fsm_init(f, &c, &saved, &runs, &e, &list), 0);
	f->state = state;
	f->linked = f->greeted = true;
	f->partner_state = partner;
	f->partner_term = 5;
	f->phase = fsm_mode(state) != AUTHORITY_SILENT || state == FSM_HANDOVER ? FSM_PHASE_LEAD
										: FSM_PHASE_FOLLOW;
	f->settled = fsm_mode(state) == AUTHORITY_SILENT;
	f->pure = f->settled;
	f->applied = f->target = END;
	f->heard_ns = f->begun_ns = f->led_ns = f->mark_ns = f->active_ns = NOW;
	f->beat_in_ns = NOW;
	f->beat_end = f->mark = END;
	f->next_beat_ns = NOW + 100 * MS;
	f->permit_until_ns = NOW + 700 * MS;
	f->locked_until_ns = NOW + 1000 * MS;
}

struct transition {
	const char *what;
	enum fsm_state from, partner;
	enum fsm_event_kind event;
	uint64_t after_ms;
	enum fsm_state to;
	const char *actions;
};

#define TAKES_OVER "save mark acked restricted stop close"
#define RESTRICTS  "save mark acked restricted"

static const struct transition transitions[] = {
        {"standby: silent partner", FSM_STANDBY, FSM_ACTIVE, FSM_EVENT_TICK, 1000, FSM_INTERRUPTED,
                TAKES_OVER},
        {"standby: just before", FSM_STANDBY, FSM_ACTIVE, FSM_EVENT_TICK, 999, FSM_STANDBY, "beat"},
        {"standby: partner stopped", FSM_STANDBY, FSM_ACTIVE, FSM_EVENT_PARTNER_STOPPED, 0,
                FSM_INTERRUPTED, TAKES_OVER},
        {"standby: connection lost", FSM_STANDBY, FSM_ACTIVE, FSM_EVENT_LINK_DOWN, 0, FSM_STANDBY,
                "stop"},
        {"standby: asks for the service", FSM_STANDBY, FSM_ACTIVE, FSM_EVENT_OP_HANDOVER, 0,
                FSM_STANDBY, "ask-handover"},
        {"standby: maintenance of the active", FSM_STANDBY, FSM_ACTIVE, FSM_EVENT_OP_MAINTENANCE, 0,
                FSM_STANDBY, "ask-handover"},
        {"standby: disk fails", FSM_STANDBY, FSM_ACTIVE, FSM_EVENT_DISK_FAILED, 0, FSM_STANDBY,
                "beat"},
        {"standby: sees clients waiting", FSM_STANDBY, FSM_ACTIVE, FSM_EVENT_UNANSWERED, 0,
                FSM_STANDBY, "beat"},
        {"maintenance: silent partner", FSM_MAINTENANCE, FSM_INTERRUPTED, FSM_EVENT_TICK, 999,
                FSM_MAINTENANCE, "beat"},
        {"catch-up: partner vanishes", FSM_CATCHUP, FSM_INTERRUPTED, FSM_EVENT_TICK, 1000,
                FSM_INTERRUPTED, TAKES_OVER},
        {"recover: partner vanishes", FSM_RECOVER, FSM_INTERRUPTED, FSM_EVENT_TICK, 1000,
                FSM_RECOVER, "stop close"},
        {"active: no permit", FSM_ACTIVE, FSM_STANDBY, FSM_EVENT_TICK, 700, FSM_INTERRUPTED,
                RESTRICTS " beat"},
        {"active: no permit, whatever comes", FSM_ACTIVE, FSM_STANDBY, FSM_EVENT_CLIENTS_BACK,
                20000, FSM_INTERRUPTED, RESTRICTS " beat"},
        {"active: connection lost", FSM_ACTIVE, FSM_STANDBY, FSM_EVENT_LINK_DOWN, 0,
                FSM_INTERRUPTED, "stop " RESTRICTS},
        {"active: partner stopped", FSM_ACTIVE, FSM_STANDBY, FSM_EVENT_PARTNER_STOPPED, 0,
                FSM_INTERRUPTED, RESTRICTS},
        {"active: hands over", FSM_ACTIVE, FSM_STANDBY, FSM_EVENT_OP_HANDOVER, 0, FSM_HANDOVER,
                "silent quiesce"},
        {"active: disk fails", FSM_ACTIVE, FSM_STANDBY, FSM_EVENT_DISK_FAILED, 0, FSM_HANDOVER,
                "beat silent quiesce"},
        {"active: maintenance of the standby", FSM_ACTIVE, FSM_STANDBY, FSM_EVENT_OP_MAINTENANCE, 0,
                FSM_ACTIVE, "maintain"},
        {"active: no clients, nor does the partner see any", FSM_ACTIVE, FSM_STANDBY,
                FSM_EVENT_CLIENTS_GONE, 0, FSM_ACTIVE, "beat"},
        {"active: begin again", FSM_ACTIVE, FSM_STANDBY, FSM_EVENT_OP_RESYNC, 0, FSM_INTERRUPTED,
                "stop close " RESTRICTS},
        {"handover: all acknowledged", FSM_HANDOVER, FSM_STANDBY, FSM_EVENT_QUIET, 10, FSM_STANDBY,
                "save hand-over stop receive"},
        {"handover: too late", FSM_HANDOVER, FSM_STANDBY, FSM_EVENT_TICK, 300, FSM_INTERRUPTED,
                RESTRICTS " beat"},
        {"handover: connection lost", FSM_HANDOVER, FSM_STANDBY, FSM_EVENT_LINK_DOWN, 10,
                FSM_INTERRUPTED, "stop " RESTRICTS},
        {"interrupted: connection lost", FSM_INTERRUPTED, FSM_CATCHUP, FSM_EVENT_LINK_DOWN, 0,
                FSM_INTERRUPTED, "stop"},
        {"interrupted: maintenance", FSM_INTERRUPTED, FSM_CATCHUP, FSM_EVENT_OP_MAINTENANCE, 0,
                FSM_INTERRUPTED, "maintain"},
        {"connection up", FSM_INTERRUPTED, FSM_STANDBY, FSM_EVENT_LINK_UP, 0, FSM_INTERRUPTED,
                "stop hello"},
};

Test(fsm, transitions)
{
	for (size_t k = 0; k < sizeof(transitions) / sizeof(transitions[0]); k++) {
		const struct transition *t = &transitions[k];
		struct fsm_event e = event_at(t->event, NOW + t->after_ms * MS);
		struct fsm_actions list;
		char got[400];
		struct fsm f;

		place(&f, t->from, t->partner);
		cr_expect_eq(fsm_step(&f, &e, &list), 0, "%s", t->what);
		cr_expect_str_eq(fsm_state_name(f.state), fsm_state_name(t->to), "%s: %s", t->what,
			fsm_state_name(f.state));
		cr_expect_str_eq(
			describe(&list, got, sizeof(got)), t->actions, "%s: %s", t->what, got);
		if (fsm_mode(t->to) != AUTHORITY_SILENT && t->to != t->from)
			cr_expect_eq(f.durable.term, 6, "%s: term", t->what);
	}
}

struct arrival {
	const char *what;
	enum fsm_state from, partner;
	struct fsm_message m;
	uint64_t after_ms;
	enum fsm_state to;
	const char *actions;
};

static const struct arrival arrivals[] = {
        {"a beat is answered at once", FSM_STANDBY, FSM_ACTIVE, {.kind = FSM_BEAT, .term = 5}, 900,
                FSM_STANDBY, "beat-ack"},
        {"a standby learns a term before it uses it", FSM_STANDBY, FSM_ACTIVE,
                {.kind = FSM_BEAT, .term = 9}, 0, FSM_STANDBY, "save beat-ack"},
        {"a higher term ends ACTIVE", FSM_ACTIVE, FSM_STANDBY, {.kind = FSM_BEAT, .term = 9}, 0,
                FSM_INTERRUPTED, RESTRICTS " beat-ack"},
        {"a lower term is refused", FSM_INTERRUPTED, FSM_ACTIVE, {.kind = FSM_BEAT, .term = 4}, 0,
                FSM_INTERRUPTED, "higher-term"},
        {"an answer renews the permit", FSM_ACTIVE, FSM_STANDBY,
                {.kind = FSM_BEAT_ACK, .term = 5, .beat.sent_ns = NOW + 100 * MS}, 110, FSM_ACTIVE,
                "permit"},
        {"an answer to what was never sent does not", FSM_ACTIVE, FSM_STANDBY,
                {.kind = FSM_BEAT_ACK, .term = 5, .beat.sent_ns = NOW + 900 * MS}, 110, FSM_ACTIVE,
                ""},
        {"an answer from before we served does not", FSM_ACTIVE, FSM_STANDBY,
                {.kind = FSM_BEAT_ACK, .term = 5, .beat.sent_ns = NOW - 1}, 110, FSM_ACTIVE, ""},
        {"an answer of one who is no standby ends ACTIVE", FSM_ACTIVE, FSM_CATCHUP,
                {.kind = FSM_BEAT_ACK, .term = 5, .beat.sent_ns = NOW + MS}, 10, FSM_INTERRUPTED,
                RESTRICTS},
        {"a quiet standby ends ACTIVE", FSM_ACTIVE, FSM_MAINTENANCE,
                {.kind = FSM_BEAT_ACK, .term = 5, .beat.sent_ns = NOW + MS}, 10, FSM_INTERRUPTED,
                RESTRICTS},
        {"a standby that keeps pace makes us active", FSM_INTERRUPTED, FSM_STANDBY,
                {.kind = FSM_BEAT_ACK, .term = 5, .beat.sent_ns = NOW + MS}, 10, FSM_ACTIVE,
                "save mark acked permit active"},
        {"an old answer does not", FSM_INTERRUPTED, FSM_STANDBY,
                {.kind = FSM_BEAT_ACK, .term = 5, .beat.sent_ns = NOW + MS}, 800, FSM_INTERRUPTED,
                ""},
        {"a standby without disk does not", FSM_INTERRUPTED, FSM_STANDBY,
                {.kind = FSM_BEAT_ACK,
                        .term = 5,
                        .flags = FSM_FLAG_DISK_FAILED,
                        .beat.sent_ns = NOW + MS},
                10, FSM_INTERRUPTED, ""},
        {"the partner's disk fails", FSM_ACTIVE, FSM_STANDBY,
                {.kind = FSM_BEAT, .term = 5, .flags = FSM_FLAG_DISK_FAILED}, 10, FSM_INTERRUPTED,
                "beat-ack " RESTRICTS},
        {"the service is handed to us", FSM_STANDBY, FSM_STANDBY,
                {.kind = FSM_HAND_OVER, .term = 5, .position = END, .beat.sent_ns = NOW}, 10,
                FSM_ACTIVE, "stop stream save mark acked permit active beat"},
        {"... but something is missing", FSM_STANDBY, FSM_STANDBY,
                {.kind = FSM_HAND_OVER, .term = 5, .position = END + 1, .beat.sent_ns = NOW}, 10,
                FSM_STANDBY, ""},
        {"... but too late", FSM_STANDBY, FSM_STANDBY,
                {.kind = FSM_HAND_OVER, .term = 5, .position = END, .beat.sent_ns = NOW}, 700,
                FSM_STANDBY, ""},
        {"the standby asks for it", FSM_ACTIVE, FSM_STANDBY, {.kind = FSM_ASK_HANDOVER, .term = 5},
                10, FSM_HANDOVER, "silent quiesce"},
        {"the standby is preferred", FSM_ACTIVE, FSM_STANDBY,
                {.kind = FSM_BEAT, .term = 5, .flags = FSM_FLAG_PREFER}, 10, FSM_ACTIVE,
                "beat-ack"},
        {"be quiet", FSM_STANDBY, FSM_ACTIVE, {.kind = FSM_MAINTAIN, .term = 5}, 10,
                FSM_MAINTENANCE, "save"},
        {"be a standby again", FSM_MAINTENANCE, FSM_INTERRUPTED,
                {.kind = FSM_MAINTAIN_END, .term = 5}, 10, FSM_STANDBY, "save"},
};

Test(fsm, messages)
{
	for (size_t k = 0; k < sizeof(arrivals) / sizeof(arrivals[0]); k++) {
		const struct arrival *t = &arrivals[k];
		struct fsm_event e = event_at(FSM_EVENT_MESSAGE, NOW + t->after_ms * MS);
		struct fsm_message m = t->m;
		struct fsm_actions list;
		char got[400];
		struct fsm f;

		place(&f, t->from, t->partner);
		f.permit_until_ns = NOW + 750 * MS;
		m.node = 1;
		m.state = (uint8_t)t->partner;
		m.beat.echo_us = m.beat.received_us = m.beat.sent_us = e.wall_us;
		e.message = &m;
		cr_expect_eq(fsm_step(&f, &e, &list), 0);
		cr_expect_str_eq(fsm_state_name(f.state), fsm_state_name(t->to), "%s: %s", t->what,
			fsm_state_name(f.state));
		cr_expect_str_eq(
			describe(&list, got, sizeof(got)), t->actions, "%s: %s", t->what, got);
	}
}

Test(fsm, promise_is_made_to_a_leader_only)
{
	struct fsm_event e = event_at(FSM_EVENT_MESSAGE, NOW + 500 * MS);
	struct fsm_message m = {.kind = FSM_BEAT, .node = 1, .term = 5, .state = FSM_ACTIVE};
	struct fsm_actions list;
	struct fsm f;

	e.message = &m;
	place(&f, FSM_STANDBY, FSM_ACTIVE);
	fsm_step(&f, &e, &list);
	cr_assert_eq(f.locked_until_ns, NOW + 1500 * MS);
	place(&f, FSM_STANDBY, FSM_STANDBY);
	m.state = FSM_STANDBY;
	fsm_step(&f, &e, &list);
	cr_assert_eq(f.locked_until_ns, NOW + 1000 * MS);
}

/* A node that starts, by what it has and last was, when nobody is there. */
Test(fsm, starts_alone)
{
	static const struct {
		const char *what;
		uint64_t end;
		uint8_t saved, partner;
		enum fsm_state to;
	} cases[] = {
		{"new", 0, FSM_START, 0, FSM_RECOVER},
		{"leases, but never a partner", END, FSM_START, 0, FSM_PARTNER_DOWN},
		{"was standby", END, FSM_STANDBY, 2, FSM_INTERRUPTED},
		{"was active", END, FSM_ACTIVE, 2, FSM_INTERRUPTED},
		{"was without its partner", END, FSM_PARTNER_DOWN, 2, FSM_INTERRUPTED},
		{"had lost something", END, FSM_RECOVER, 2, FSM_RECOVER},
		{"disk replaced", 0, FSM_START, 2, FSM_RECOVER},
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct fsm_config c = config_of(0);
		struct fsm_durable saved = {.term = 5,
			.acked = 10,
			.state = cases[k].saved,
			.partner = {cases[k].partner}};
		struct fsm_event e = event_at(FSM_EVENT_TICK, NOW);
		struct fsm_runs runs = {0};
		struct fsm_actions list;
		struct fsm f;

		e.end = cases[k].end;
		cr_assert_eq(fsm_init(&f, &c, &saved, &runs, &e, &list), 0);
		cr_expect_eq(fsm_next_ns(&f), NOW + 1500 * MS);
		e.now_ns = NOW + 1499 * MS;
		e.wall_us += 1499000;
		fsm_step(&f, &e, &list);
		cr_expect_eq(f.state, FSM_START, "%s: early", cases[k].what);
		e.now_ns += MS;
		e.wall_us += 1000;
		fsm_step(&f, &e, &list);
		cr_expect_eq(
			f.state, cases[k].to, "%s: %s", cases[k].what, fsm_state_name(f.state));
		if (cases[k].saved == FSM_STANDBY)
			cr_expect_eq(f.durable.acked, END, "what a standby has, the partner has");
	}
}

Test(fsm, operator_is_refused)
{
	static const struct {
		enum fsm_state from, partner;
		bool greeted;
		enum fsm_event_kind event;
		int result;
	} cases[] = {
		{FSM_INTERRUPTED, FSM_CATCHUP, true, FSM_EVENT_OP_PARTNER_DOWN, -EBUSY},
		{FSM_STANDBY, FSM_ACTIVE, false, FSM_EVENT_OP_PARTNER_DOWN, -EBUSY},
		{FSM_PARTNER_DOWN, FSM_START, false, FSM_EVENT_OP_PARTNER_DOWN, -EALREADY},
		{FSM_INTERRUPTED, FSM_START, false, FSM_EVENT_OP_PARTNER_DOWN, 0},
		{FSM_RECOVER, FSM_START, false, FSM_EVENT_OP_PARTNER_DOWN, 0},
		{FSM_INTERRUPTED, FSM_START, false, FSM_EVENT_OP_HANDOVER, -ENOTCONN},
		{FSM_INTERRUPTED, FSM_CATCHUP, true, FSM_EVENT_OP_HANDOVER, -EBUSY},
		{FSM_ACTIVE, FSM_CATCHUP, true, FSM_EVENT_OP_HANDOVER, -EBUSY},
		{FSM_INTERRUPTED, FSM_START, false, FSM_EVENT_OP_MAINTENANCE, -ENOTCONN},
		{FSM_CATCHUP, FSM_INTERRUPTED, true, FSM_EVENT_OP_MAINTENANCE, -EBUSY},
		{FSM_ACTIVE, FSM_STANDBY, true, FSM_EVENT_OP_MAINTENANCE_END, -EALREADY},
		{FSM_MAINTENANCE, FSM_INTERRUPTED, true, FSM_EVENT_OP_MAINTENANCE_END, -EBUSY},
		{FSM_MAINTENANCE, FSM_START, false, FSM_EVENT_OP_MAINTENANCE_END, 0},
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct fsm_event e = event_at(cases[k].event, NOW);
		struct fsm_actions list;
		struct fsm f;

		place(&f, cases[k].from, cases[k].partner);
		f.linked = f.greeted = cases[k].greeted;
		cr_expect_eq(fsm_step(&f, &e, &list), cases[k].result, "case %zu", k);
		if (cases[k].result < 0)
			cr_expect_eq(list.n, 0, "case %zu", k);
	}
}

Test(fsm, timers_must_be_sound)
{
	struct fsm_config good = config_of(0), bad;
	struct fsm_durable saved = {0};
	struct fsm_event e = event_at(FSM_EVENT_TICK, NOW);
	struct fsm_runs runs = {0};
	struct fsm_actions list;
	struct fsm f;

	cr_assert_eq(fsm_init(&f, &good, &saved, &runs, &e, &list), 0);
	bad = good;
	bad.timers.permit_ns = 995 * MS; /* with drift: too near */
	cr_assert_eq(fsm_init(&f, &bad, &saved, &runs, &e, &list), -EINVAL);
	bad = good;
	bad.timers.start_ns = 999 * MS;
	cr_assert_eq(fsm_init(&f, &bad, &saved, &runs, &e, &list), -EINVAL);
	bad = good;
	bad.timers.beat_ns = 700 * MS;
	cr_assert_eq(fsm_init(&f, &bad, &saved, &runs, &e, &list), -EINVAL);
}

Test(fsm, clock_steps_stop_reuse)
{
	struct fsm_event e = event_at(FSM_EVENT_TICK, NOW + MS);
	struct fsm_actions list;
	struct fsm f;

	place(&f, FSM_INTERRUPTED, FSM_START);
	e.wall_us += 500000; /* slewed: too small to count */
	fsm_step(&f, &e, &list);
	cr_assert_eq(f.no_reuse_until_ns, 0);
	e.wall_us += 60000000;
	fsm_step(&f, &e, &list);
	cr_assert_eq(list.v[0].kind, FSM_DO_NO_REUSE);
	cr_assert_geq(f.no_reuse_until_ns, NOW + 70000 * MS);
	e.wall_us -= 3600000000;
	fsm_step(&f, &e, &list);
	cr_assert_geq(f.no_reuse_until_ns, NOW + 3610000 * MS);
}

Test(fsm, clocks_are_compared)
{
	struct fsm_event e = event_at(FSM_EVENT_MESSAGE, NOW + 20 * MS);
	struct fsm_message m = {.kind = FSM_BEAT_ACK, .node = 1, .term = 5, .state = FSM_STANDBY};
	struct fsm_actions list;
	struct fsm f;

	place(&f, FSM_ACTIVE, FSM_STANDBY);
	e.message = &m;
	m.beat.sent_ns = NOW;
	m.beat.echo_us = e.wall_us - 20000;
	m.beat.received_us = m.beat.sent_us = e.wall_us - 10000 + 15000000; /* 15 s ahead */
	fsm_step(&f, &e, &list);
	cr_assert_eq(f.offset_us, 15000000);
	cr_assert_leq(f.offset_error_us, 10002);
	cr_assert((f.alarms >> FSM_ALARM_SKEW & 1) == 1);
	cr_assert_eq(f.state, FSM_ACTIVE);         /* an alarm, not an end of service */
	cr_assert_eq(fsm_own_time(&f, 1000), 986); /* 985 and the error, rounded up */
	cr_assert_eq(fsm_own_time(&f, UINT32_MAX), UINT32_MAX);
	cr_assert_eq(fsm_own_time(&f, 3), 0);
	m.beat.sent_us = m.beat.received_us + 1000000; /* longer than the whole trip */
	f.offset_us = 7;
	fsm_step(&f, &e, &list);
	cr_assert_eq(f.offset_us, 7);
}

Test(fsm, journals_part)
{
	struct fsm_runs a = {2, {{1, 1, 0}, {2, 11, 0}}}, b = {2, {{1, 1, 0}, {2, 8, 1}}},
			none = {0};

	cr_assert_eq(fsm_common(&a, 20, &b, 20), 7);
	cr_assert_eq(fsm_common(&b, 20, &a, 20), 7);
	cr_assert_eq(fsm_common(&a, 20, &a, 15), 15);
	cr_assert_eq(fsm_common(&a, 20, &none, 0), 0);
	for (uint64_t k = 0; k < FSM_RUNS + 5; k++)
		fsm_runs_add(&a, (struct fsm_run){.term = 3 + k, .start = 30 + k});
	cr_assert_eq(a.n, FSM_RUNS);
	cr_assert_eq(a.v[FSM_RUNS - 1].start, 30 + FSM_RUNS + 4);
	fsm_runs_add(&a, (struct fsm_run){.term = 99, .start = 30});
	cr_assert_eq(a.v[FSM_RUNS - 1].start, 30 + FSM_RUNS + 4, "not newer");
	cr_assert_eq(fsm_common(&a, 200, &b, 20), 0, "forgotten");
}

Test(fsm, kea_names)
{
	static const struct {
		enum fsm_state own, partner;
		const char *own_name, *partner_name;
	} cases[] = {
		{FSM_ACTIVE, FSM_STANDBY, "hot-standby", "hot-standby"},
		{FSM_STANDBY, FSM_INTERRUPTED, "ready", "communication-recovery"},
		{FSM_INTERRUPTED, FSM_CATCHUP, "communication-recovery", "syncing"},
		{FSM_MAINTENANCE, FSM_INTERRUPTED, "in-maintenance", "partner-in-maintenance"},
		{FSM_PARTNER_DOWN, FSM_RECOVER, "partner-down", "syncing"},
		{FSM_START, FSM_START, "waiting", "waiting"},
	};
	struct fsm f;

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		place(&f, cases[k].own, cases[k].partner);
		cr_expect_str_eq(fsm_kea_state(&f), cases[k].own_name, "case %zu", k);
		cr_expect_str_eq(fsm_kea_partner_state(&f), cases[k].partner_name, "case %zu", k);
	}
	f.greeted = false;
	cr_expect_str_eq(fsm_kea_partner_state(&f), "unavailable");
}
