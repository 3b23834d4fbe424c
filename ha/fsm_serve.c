/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fsm_serve: who serves at this moment. The active's permit and the standby's promise, which
 * together are I4; take-over; handing over without a gap. All times are CLOCK_BOOTTIME of the node
 * that reads them: no clock of the partner is ever compared with ours.
 */
#include "ha/fsm_part.h"

/* A preferred node waits this long before it is handed the service, so that a node that fails
 * again and again does not tear at it. */
#define PREFER_NS 5000000000ULL

/* How much a sample of the partner's clock loses in value from beat to beat, microseconds. */
#define OFFSET_AGING_US 100

static bool partner_is_fit(const struct fsm *f)
{
	return f->greeted && f->partner_state == FSM_STANDBY &&
		(f->partner_flags & FSM_FLAG_DISK_FAILED) == 0;
}

void fsm_beat(struct fsm_work *w)
{
	struct fsm_message *m = fsm_send(w, FSM_BEAT);

	m->beat.sent_ns = w->e->now_ns;
	m->beat.sent_us = w->e->wall_us;
	w->f->beat_end = w->f->end;
	w->f->next_beat_ns = w->e->now_ns + w->f->config.timers.beat_ns;
}

/* The journal's end of some moment must be acknowledged within ack_ns; then the next moment's. */
static bool ack_is_late(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (f->mark <= f->durable.acked) {
		f->mark = f->end;
		f->mark_ns = w->e->now_ns;
	}
	return f->mark > f->durable.acked && w->e->now_ns - f->mark_ns >= f->config.timers.ack_ns;
}

static void tick_state(struct fsm_work *w)
{
	struct fsm *f = w->f;
	uint64_t now = w->e->now_ns;

	switch (f->state) {
	case FSM_START:
		if (now - f->begun_ns >= f->config.timers.start_ns)
			fsm_alone(w, FSM_REASON_ALONE);
		break;
	case FSM_CATCHUP:
	case FSM_STANDBY:
		if (now >= f->locked_until_ns)
			fsm_interrupt(w, FSM_REASON_PARTNER_SILENT);
		break;
	case FSM_HANDOVER:
		if (now - f->mark_ns >= f->config.timers.ack_ns)
			fsm_interrupt(w, FSM_REASON_NO_ACK);
		break;
	case FSM_ACTIVE:
		if (ack_is_late(w))
			fsm_interrupt(w, FSM_REASON_NO_ACK);
		break;
	default:
		break;
	}
}

void fsm_tick(struct fsm_work *w)
{
	struct fsm *f = w->f;
	uint64_t now = w->e->now_ns;

	tick_state(w);
	if (f->linked && now - f->heard_ns >= f->config.timers.takeover_ns)
		fsm_unlink(w, true);
	if (f->greeted && now >= f->next_beat_ns)
		fsm_beat(w);
	/* After a crash a low value only makes us more careful, so it need not be exact. */
	if (now >= f->next_save_ns && f->durable.acked != f->saved_acked) {
		f->next_save_ns = now + f->config.timers.save_ns;
		fsm_save(w);
	}
}

uint64_t fsm_next_ns(const struct fsm *f)
{
	uint64_t next = UINT64_MAX, at;

	if (f->greeted)
		next = f->next_beat_ns;
	else if (f->linked)
		next = f->heard_ns + f->config.timers.takeover_ns;
	switch (f->state) {
	case FSM_START:
		at = f->begun_ns + f->config.timers.start_ns;
		break;
	case FSM_CATCHUP:
	case FSM_STANDBY:
		at = f->locked_until_ns;
		break;
	case FSM_HANDOVER:
		at = f->mark_ns + f->config.timers.ack_ns;
		break;
	case FSM_ACTIVE:
		at = f->permit_until_ns;
		break;
	default:
		at = UINT64_MAX;
		break;
	}
	return at < next ? at : next;
}

void fsm_beat_in(struct fsm_work *w, const struct fsm_message *m)
{
	struct fsm *f = w->f;
	enum fsm_state theirs = (enum fsm_state)m->state;
	struct fsm_message *answer;

	f->beat_in_ns = m->beat.sent_ns;
	/* The promise: made to one who leads, or two silent nodes would keep each other silent. */
	if (fsm_is_serving(theirs) || theirs == FSM_HANDOVER)
		f->locked_until_ns = w->e->now_ns + f->config.timers.takeover_ns;
	answer = fsm_send(w, FSM_BEAT_ACK);
	answer->beat.sent_ns = m->beat.sent_ns;
	answer->beat.echo_us = m->beat.sent_us;
	answer->beat.received_us = w->e->wall_us;
	answer->beat.sent_us = w->e->wall_us;
	fsm_maybe_hand_over(w);
}

/* Four time stamps (RFC 5905, section 8), of which the nearest pair is kept for a while. */
static void measure_clock(struct fsm_work *w, const struct fsm_message *m)
{
	struct fsm *f = w->f;
	uint64_t trip_us, there, back, error, skew;

	f->round_trip_ns = w->e->now_ns - m->beat.sent_ns;
	trip_us = f->round_trip_ns / 1000 + 1;
	there = m->beat.received_us - m->beat.echo_us;
	back = m->beat.sent_us - w->e->wall_us;
	/* A slow answer says nothing that could be relied on, and the answerer can have taken no
	 * longer than the whole trip. */
	if (f->round_trip_ns >= f->config.timers.takeover_ns ||
		m->beat.sent_us - m->beat.received_us > trip_us)
		return;
	error = trip_us / 2 + 1;
	if (f->offset_error_us != 0)
		f->offset_error_us += OFFSET_AGING_US;
	if (f->offset_error_us != 0 && error > f->offset_error_us)
		return;
	f->offset_us = (int64_t)there + ((int64_t)(back - there)) / 2;
	f->offset_error_us = error;
	skew = f->offset_us < 0 ? -(uint64_t)f->offset_us : (uint64_t)f->offset_us;
	fsm_alarm(w, FSM_ALARM_SKEW, skew >= f->config.timers.skew_ns / 1000);
}

/* The partner has told all it knows. What a lost store knew ends by time: no lease of then is
 * longer than the longest, and MCLT. */
static void end_doubt(struct fsm_work *w)
{
	struct fsm_durable *d = &w->f->durable;
	uint64_t over = (uint64_t)d->doubt_s + w->f->config.longest_s + 2ULL * w->f->config.mclt_s +
		AUTHORITY_SLACK_S;

	if (d->doubt_lost != 0 && w->e->wall_us / 1000000 < over)
		return;
	d->doubt_s = 0;
	d->doubt_after = 0;
	d->doubt_lost = 0;
}

/* The partner is a standby that keeps pace: from now on it holds what we tell. */
static void maybe_activate(struct fsm_work *w, uint64_t permit_until_ns)
{
	struct fsm *f = w->f;

	if (f->phase != FSM_PHASE_LEAD || !partner_is_fit(f) || f->disk_failed ||
		f->durable.acked < f->beat_end || w->e->now_ns >= permit_until_ns)
		return;
	if (f->maintained) {
		fsm_send(w, FSM_MAINTAIN);
		return;
	}
	end_doubt(w);
	f->permit_until_ns = permit_until_ns;
	fsm_serve(w, FSM_ACTIVE, FSM_REASON_COMPLETE);
	if (f->maintain_wanted) {
		f->maintain_wanted = false;
		f->maintained = true;
		fsm_send(w, FSM_MAINTAIN);
	}
}

void fsm_beat_ack(struct fsm_work *w, const struct fsm_message *m)
{
	struct fsm *f = w->f;
	uint64_t until = m->beat.sent_ns + f->config.timers.permit_ns;

	if (m->beat.sent_ns > w->e->now_ns)
		return; /* never sent */
	measure_clock(w, m);
	if (m->beat.sent_ns < f->led_ns || !fsm_is_serving(f->state))
		return; /* no promise was made to us for it */
	if (f->state != FSM_ACTIVE) {
		maybe_activate(w, until);
		return;
	}
	if (m->state == FSM_MAINTENANCE) {
		fsm_interrupt(w, FSM_REASON_OPERATOR);
	} else if (!partner_is_fit(f)) {
		fsm_interrupt(w, FSM_REASON_PARTNER_DISK);
	} else if (until > f->permit_until_ns) {
		f->permit_until_ns = until;
		fsm_do(w, FSM_DO_PERMIT)->until_ns = until;
	}
	fsm_maybe_hand_over(w);
}

void fsm_acked(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (f->phase != FSM_PHASE_LEAD || w->e->position <= f->durable.acked ||
		w->e->position > f->end)
		return;
	f->durable.acked = w->e->position;
	fsm_do_stream(w, FSM_DO_ACKED, w->e->position);
	fsm_end_handover(w);
}

void fsm_maybe_hand_over(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (f->state != FSM_ACTIVE)
		return;
	if ((f->partner_flags & FSM_FLAG_DISK_FAILED) != 0)
		fsm_interrupt(w, FSM_REASON_PARTNER_DISK);
	else if (f->disk_failed)
		fsm_begin_handover(w, FSM_REASON_DISK);
	else if (f->clients_gone && (f->partner_flags & FSM_FLAG_UNANSWERED) != 0)
		fsm_begin_handover(w, FSM_REASON_CLIENTS);
	else if ((f->partner_flags & FSM_FLAG_PREFER) != 0 && !f->config.prefer &&
		w->e->now_ns - f->active_ns >= PREFER_NS)
		fsm_begin_handover(w, FSM_REASON_PREFERRED);
}

void fsm_begin_handover(struct fsm_work *w, enum fsm_reason reason)
{
	struct fsm *f = w->f;

	if (f->state != FSM_ACTIVE || !partner_is_fit(f) || f->beat_in_ns == 0)
		return;
	f->mark_ns = w->e->now_ns;
	fsm_fall_silent(w, FSM_HANDOVER, reason);
	fsm_do(w, FSM_DO_QUIESCE);
}

void fsm_end_handover(struct fsm_work *w)
{
	struct fsm *f = w->f;
	struct fsm_message *m;

	if (f->state != FSM_HANDOVER || !f->settled || f->durable.acked < f->end)
		return;
	fsm_fall_silent(w, FSM_STANDBY, FSM_REASON_HANDED);
	f->pure = true;
	m = fsm_send(w, FSM_HAND_OVER);
	m->position = f->end;
	m->beat.sent_ns = f->beat_in_ns;
	fsm_do(w, FSM_DO_STOP_STREAMS);
	f->phase = FSM_PHASE_FOLLOW;
	f->applied = f->target = f->end;
	fsm_do_stream(w, FSM_DO_RECEIVE, f->end + 1);
}

/* The giver is silent from before it sent this, and promises so for takeover_ns: at least from
 * the sending of our beat that it had received by then. */
void fsm_handed_over(struct fsm_work *w, const struct fsm_message *m)
{
	struct fsm *f = w->f;
	uint64_t until = m->beat.sent_ns + f->config.timers.permit_ns;

	if (f->state != FSM_STANDBY || f->phase != FSM_PHASE_FOLLOW || f->disk_failed ||
		m->position != f->end || m->beat.sent_ns > w->e->now_ns || w->e->now_ns >= until)
		return; /* the giver serves again when it hears nothing of us */
	fsm_do(w, FSM_DO_STOP_STREAMS);
	f->phase = FSM_PHASE_LEAD;
	f->durable.acked = f->end;
	f->permit_until_ns = until;
	fsm_do_stream(w, FSM_DO_STREAM, f->end + 1);
	fsm_serve(w, FSM_ACTIVE, FSM_REASON_HANDED);
	fsm_beat(w);
	if (f->maintain_wanted) {
		f->maintain_wanted = false;
		f->maintained = true;
		fsm_send(w, FSM_MAINTAIN);
	}
}
