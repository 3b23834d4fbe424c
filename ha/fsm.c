/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fsm: what all states have in common: how one is entered, what is saved before what, how a
 * message and an event find their function.
 */
#include "ha/fsm_part.h"

#include <errno.h>
#include <string.h>

#include "shm/base/err.h"

#define NS_PER_S  1000000000ULL
#define NS_PER_MS 1000000ULL

/* Clocks of the two machines may run apart by this much while a permit lasts: 1 in 100. */
#define DRIFT_PERCENT 1

void fsm_timers_default(struct fsm_timers *ret_timers)
{
	*ret_timers = (struct fsm_timers){
		.beat_ns = 100 * NS_PER_MS,
		.permit_ns = 700 * NS_PER_MS,
		.takeover_ns = 1000 * NS_PER_MS,
		.start_ns = 1500 * NS_PER_MS,
		.ack_ns = 300 * NS_PER_MS,
		.save_ns = NS_PER_S,
		.skew_ns = 10 * NS_PER_S,
		.step_ns = NS_PER_S,
	};
}

static bool timers_are_sound(const struct fsm_timers *t)
{
	uint64_t hour = 3600 * NS_PER_S;

	return t->beat_ns > 0 && t->ack_ns > 0 && t->save_ns > 0 && t->step_ns > 0 &&
		t->takeover_ns <= hour && t->beat_ns < t->permit_ns &&
		t->permit_ns * (100 + DRIFT_PERCENT) / 100 < t->takeover_ns &&
		t->takeover_ns <= t->start_ns;
}

enum authority_mode fsm_mode(enum fsm_state state)
{
	switch (state) {
	case FSM_ACTIVE:
		return AUTHORITY_ACTIVE;
	case FSM_INTERRUPTED:
		return AUTHORITY_RESTRICTED;
	case FSM_PARTNER_DOWN:
		return AUTHORITY_PARTNER_DOWN;
	default:
		return AUTHORITY_SILENT;
	}
}

struct fsm_action *fsm_do(struct fsm_work *w, enum fsm_action_kind kind)
{
	struct fsm_action *a;

	if (w->out->n == FSM_ACTIONS)
		bug("more actions than an event can have");
	a = &w->out->v[w->out->n++];
	memset(a, 0, sizeof(*a));
	a->kind = kind;
	return a;
}

struct fsm_action *fsm_do_stream(struct fsm_work *w, enum fsm_action_kind kind, uint64_t position)
{
	struct fsm_action *a = fsm_do(w, kind);

	a->stream.position = position;
	return a;
}

void fsm_save(struct fsm_work *w)
{
	fsm_do(w, FSM_DO_SAVE)->durable = w->f->durable;
	w->f->saved_acked = w->f->durable.acked;
}

void fsm_alarm(struct fsm_work *w, enum fsm_alarm alarm, bool on)
{
	struct fsm_action *a;

	if (((w->f->alarms >> alarm) & 1) == on)
		return;
	w->f->alarms ^= 1U << alarm;
	a = fsm_do(w, FSM_DO_ALARM);
	a->alarm.alarm = alarm;
	a->alarm.on = on;
}

struct fsm_message *fsm_send(struct fsm_work *w, enum fsm_message_kind kind)
{
	struct fsm *f = w->f;
	struct fsm_message *m = &fsm_do(w, FSM_DO_SEND)->message;

	m->kind = (uint8_t)kind;
	m->node = f->config.node;
	m->state = (uint8_t)f->state;
	m->saved = f->durable.state;
	m->flags = (uint8_t)((f->disk_failed ? FSM_FLAG_DISK_FAILED : 0) |
		(f->unanswered ? FSM_FLAG_UNANSWERED : 0) |
		(f->config.prefer ? FSM_FLAG_PREFER : 0) | (f->settled ? 0 : FSM_FLAG_UNSETTLED));
	m->term = f->durable.term;
	m->end = f->end;
	m->applied = f->applied;
	return m;
}

static void publish(struct fsm_work *w)
{
	struct fsm *f = w->f;

	fsm_do(w, FSM_DO_AUTHORITY)->change = (struct authority_change){
		.mode = fsm_mode(f->state),
		.term = f->durable.term,
		.node = f->config.node,
		.mclt_s = f->config.mclt_s,
		.doubt_s = f->durable.doubt_s,
		.doubt_after = f->durable.doubt_after,
	};
}

static void enter(struct fsm_work *w, enum fsm_state to, enum fsm_reason reason)
{
	struct fsm_action *a = fsm_do(w, FSM_DO_LOG);

	a->log.from = (uint8_t)w->f->state;
	a->log.to = (uint8_t)to;
	a->log.reason = reason;
	a->log.term = w->f->durable.term;
	w->f->state = to;
	if (to != FSM_START && to != FSM_HANDOVER)
		w->f->durable.state = (uint8_t)to;
}

void fsm_fall_silent(struct fsm_work *w, enum fsm_state to, enum fsm_reason reason)
{
	bool served = fsm_is_serving(w->f->state);

	enter(w, to, reason);
	if (served)
		publish(w);
	w->f->locked_until_ns = w->e->now_ns + w->f->config.timers.takeover_ns;
	if (to != FSM_HANDOVER)
		fsm_save(w);
}

void fsm_serve(struct fsm_work *w, enum fsm_state to, enum fsm_reason reason)
{
	struct fsm *f = w->f;

	if (f->partner_term > f->durable.term)
		f->durable.term = f->partner_term;
	f->durable.term++; /* never the same twice, on either node, for different rules (I5) */
	if (!fsm_is_serving(f->state))
		f->led_ns = w->e->now_ns;
	f->settled = false;
	enter(w, to, reason);
	fsm_save(w);
	fsm_do(w, FSM_DO_MARK)->term = f->durable.term;
	fsm_do(w, FSM_DO_ACKED)->stream.position = f->durable.acked;
	if (to == FSM_ACTIVE) {
		f->active_ns = w->e->now_ns;
		f->mark = 0;
		fsm_do(w, FSM_DO_PERMIT)->until_ns = f->permit_until_ns;
	}
	publish(w);
}

void fsm_interrupt(struct fsm_work *w, enum fsm_reason reason)
{
	struct fsm *f = w->f;
	bool follower = !fsm_is_serving(f->state) && f->state != FSM_HANDOVER;
	uint8_t saved = f->durable.state;

	/* All that a standby has, the partner has. */
	if (f->state == FSM_STANDBY || f->state == FSM_MAINTENANCE ||
		(f->state == FSM_CATCHUP && f->pure) ||
		(f->state == FSM_START && (saved == FSM_STANDBY || saved == FSM_MAINTENANCE)))
		f->durable.acked = f->end;
	fsm_serve(w, FSM_INTERRUPTED, reason);
	if (follower && f->phase != FSM_PHASE_NONE)
		fsm_unlink(w, true); /* who leads now is a new question */
}

void fsm_unlink(struct fsm_work *w, bool close)
{
	struct fsm *f = w->f;

	f->linked = false;
	f->greeted = false;
	f->partner_flags = 0;
	f->beat_in_ns = 0;
	if (f->phase != FSM_PHASE_NONE)
		fsm_do(w, FSM_DO_STOP_STREAMS);
	f->phase = FSM_PHASE_NONE;
	if (close)
		fsm_do(w, FSM_DO_CLOSE);
	if (f->state == FSM_ACTIVE || f->state == FSM_HANDOVER)
		fsm_interrupt(w, FSM_REASON_LINK_DOWN);
}

/* What the partner says of itself in every message. */
static void note_partner(struct fsm_work *w, const struct fsm_message *m)
{
	struct fsm *f = w->f;

	f->partner_state = (enum fsm_state)m->state;
	f->partner_end = m->end;
	f->partner_flags = m->flags;
	f->heard_ns = w->e->now_ns;
	if (m->term > f->partner_term)
		f->partner_term = m->term;
	if (m->term <= f->durable.term)
		return;
	if (f->state == FSM_ACTIVE || f->state == FSM_HANDOVER)
		fsm_interrupt(w, FSM_REASON_HIGHER_TERM);
	else if (f->state == FSM_STANDBY || f->state == FSM_MAINTENANCE) {
		f->durable.term = m->term;
		fsm_save(w);
	}
}

static void on_message(struct fsm_work *w)
{
	struct fsm *f = w->f;
	const struct fsm_message *m = w->e->message;

	if (!f->linked)
		return;
	if (m->kind == FSM_HELLO) {
		fsm_hello(w, m);
		return;
	}
	if (!f->greeted)
		return;
	note_partner(w, m);
	if (m->term < f->durable.term && m->state == FSM_ACTIVE) {
		fsm_send(w, FSM_HIGHER_TERM);
		return;
	}
	switch (m->kind) {
	case FSM_BEAT:
		fsm_beat_in(w, m);
		break;
	case FSM_BEAT_ACK:
		fsm_beat_ack(w, m);
		break;
	case FSM_HAND_OVER:
		fsm_handed_over(w, m);
		break;
	case FSM_ASK_HANDOVER:
		fsm_begin_handover(w, FSM_REASON_OPERATOR);
		break;
	case FSM_MAINTAIN:
		if (f->state == FSM_STANDBY)
			fsm_fall_silent(w, FSM_MAINTENANCE, FSM_REASON_OPERATOR);
		break;
	case FSM_MAINTAIN_END:
		if (f->state == FSM_MAINTENANCE)
			fsm_fall_silent(w, FSM_STANDBY, FSM_REASON_OPERATOR);
		break;
	case FSM_MERGE_END:
		if (f->phase == FSM_PHASE_TAKE)
			fsm_do_stream(w, FSM_DO_MERGE, m->position);
		break;
	case FSM_MERGE_DONE:
		fsm_merge_done(w, m);
		break;
	default:
		break;
	}
}

static void on_link_up(struct fsm_work *w)
{
	struct fsm *f = w->f;
	struct fsm_message *m;

	if (f->linked)
		fsm_unlink(w, false);
	f->linked = true;
	f->heard_ns = w->e->now_ns;
	m = fsm_send(w, FSM_HELLO);
	memcpy(m->hello.uuid, f->config.uuid, FSM_UUID_SIZE);
	memcpy(m->hello.partner, f->durable.partner, FSM_UUID_SIZE);
	memcpy(m->hello.config_hash, f->config.config_hash, FSM_HASH_SIZE);
	m->hello.incarnation = f->config.incarnation;
	m->hello.acked = f->durable.acked;
	m->hello.runs = f->runs;
	f->hello = *m;
}

static void on_partner_stopped(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (f->state == FSM_START)
		fsm_alone(w, FSM_REASON_PARTNER_STOPPED);
	else if (f->state == FSM_STANDBY || f->state == FSM_CATCHUP || f->state == FSM_ACTIVE ||
		f->state == FSM_HANDOVER)
		fsm_interrupt(w, FSM_REASON_PARTNER_STOPPED);
}

/* A step shows as a change of the difference between the clocks. Ends recorded before it may
 * seem to have passed, so no address changes hands for a while. */
static void watch_wall_clock(struct fsm_work *w)
{
	struct fsm *f = w->f;
	uint64_t base = w->e->wall_us - w->e->now_ns / 1000;
	uint64_t step = base - f->wall_base_us, until;

	if (step > UINT64_MAX / 2)
		step = -step;
	if (step < f->config.timers.step_ns / 1000)
		return;
	f->wall_base_us = base;
	f->offset_error_us = 0;
	if (step > UINT32_MAX * 1000000ULL)
		step = UINT32_MAX * 1000000ULL;
	until = w->e->now_ns + step * 1000 + 10 * NS_PER_S;
	if (until > f->no_reuse_until_ns) {
		f->no_reuse_until_ns = until;
		fsm_do(w, FSM_DO_NO_REUSE)->until_ns = until;
	}
}

/* What an event says about this node. */
static void on_news(struct fsm_work *w)
{
	struct fsm *f = w->f;

	switch (w->e->kind) {
	case FSM_EVENT_DISK_FAILED:
	case FSM_EVENT_DISK_WORKS:
		f->disk_failed = w->e->kind == FSM_EVENT_DISK_FAILED;
		break;
	case FSM_EVENT_CLIENTS_GONE:
	case FSM_EVENT_CLIENTS_BACK:
		f->clients_gone = w->e->kind == FSM_EVENT_CLIENTS_GONE;
		break;
	default:
		f->unanswered = w->e->kind == FSM_EVENT_UNANSWERED;
		break;
	}
	if (f->greeted)
		fsm_beat(w); /* the partner hears of it at once */
	fsm_maybe_hand_over(w);
}

static void on_run(struct fsm_work *w)
{
	struct fsm *f = w->f;

	fsm_runs_add(&f->runs, w->e->run);
	if (w->e->run.term > f->durable.term && !fsm_is_serving(f->state)) {
		f->durable.term = w->e->run.term;
		fsm_save(w);
	}
}

static void dispatch(struct fsm_work *w)
{
	struct fsm *f = w->f;

	switch (w->e->kind) {
	case FSM_EVENT_TICK:
		fsm_tick(w);
		break;
	case FSM_EVENT_LINK_UP:
		on_link_up(w);
		break;
	case FSM_EVENT_LINK_DOWN:
		if (f->linked)
			fsm_unlink(w, false);
		break;
	case FSM_EVENT_PARTNER_STOPPED:
		on_partner_stopped(w);
		break;
	case FSM_EVENT_MESSAGE:
		on_message(w);
		break;
	case FSM_EVENT_ACKED:
		fsm_acked(w);
		break;
	case FSM_EVENT_APPLIED:
		f->applied = w->e->position;
		fsm_caught_up(w);
		break;
	case FSM_EVENT_RUN:
		on_run(w);
		break;
	case FSM_EVENT_SWITCHED:
		fsm_switched(w);
		break;
	case FSM_EVENT_SUFFIX_SENT:
		fsm_suffix_sent(w);
		break;
	case FSM_EVENT_QUIET:
		fsm_quiet(w);
		break;
	case FSM_EVENT_MERGED:
		fsm_merged(w);
		break;
	default:
		on_news(w);
		break;
	}
}

int fsm_step(struct fsm *f, const struct fsm_event *event, struct fsm_actions *ret_actions)
{
	struct fsm_work w = {f, event, ret_actions};

	ret_actions->n = 0;
	f->end = event->end;
	watch_wall_clock(&w);
	/* Before anything else: after a pause an old answer must not bring the permit back. */
	if (f->state == FSM_ACTIVE && event->now_ns >= f->permit_until_ns)
		fsm_interrupt(&w, FSM_REASON_NO_PERMIT);
	if (event->kind >= FSM_EVENT_OP_HANDOVER)
		return fsm_op(&w);
	dispatch(&w);
	return 0;
}

int fsm_init(struct fsm *f, const struct fsm_config *config, const struct fsm_durable *saved,
        const struct fsm_runs *runs, const struct fsm_event *now, struct fsm_actions *ret_actions)
{
	struct fsm_work w = {f, now, ret_actions};

	if (!timers_are_sound(&config->timers) || config->node >= FSM_NODES)
		return -EINVAL;
	memset(f, 0, sizeof(*f));
	f->config = *config;
	f->durable = *saved;
	f->runs = *runs;
	f->end = now->end;
	f->state = FSM_START;
	f->begun_ns = now->now_ns;
	f->wall_base_us = now->wall_us - now->now_ns / 1000;
	f->saved_acked = saved->acked;
	ret_actions->n = 0;
	publish(&w);
	fsm_do(&w, FSM_DO_ACKED)->stream.position = f->durable.acked;
	fsm_do(&w, FSM_DO_QUIESCE); /* workers outlive the ha process */
	return 0;
}
