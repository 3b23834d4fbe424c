/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fsm_plan: two nodes meet. Both decide from the same two hellos who leads and who follows, so
 * nothing has to be negotiated; then the follower gives what only it has, and takes the leader's
 * journal. The leader serves all the time; the follower, if it served, until its last entry goes.
 */
#include "ha/fsm_part.h"

#include <string.h>

static bool is_zero(const uint8_t *uuid)
{
	static const uint8_t zero[FSM_UUID_SIZE];

	return memcmp(uuid, zero, FSM_UUID_SIZE) == 0;
}

static bool is_same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, FSM_UUID_SIZE) == 0;
}

void fsm_alone(struct fsm_work *w, enum fsm_reason reason)
{
	struct fsm *f = w->f;

	if (f->end == 0 || f->durable.state == FSM_RECOVER)
		fsm_fall_silent(w, FSM_RECOVER, f->end == 0 ? reason : FSM_REASON_LOST);
	else if (is_zero(f->durable.partner))
		fsm_serve(w, FSM_PARTNER_DOWN, FSM_REASON_NEVER_PAIRED);
	else
		fsm_interrupt(w, reason);
}

/* One side of a meeting, as its hello tells. */
struct side {
	const struct fsm_message *m;
	bool empty;
	bool lost; /* it held more once, as the other knows */
};

/* How good a node's claim to lead is; equal claims go by term, then to node 0. */
static int rank(const struct side *s)
{
	if (s->empty)
		return 0;
	if (s->lost)
		return 1;
	if (s->m->state == FSM_PARTNER_DOWN)
		return 5;
	if (fsm_is_serving((enum fsm_state)s->m->state))
		return 4;
	if (fsm_is_serving((enum fsm_state)s->m->saved))
		return 3;
	return 2;
}

static bool leads(const struct side *a, const struct side *b)
{
	if (rank(a) != rank(b))
		return rank(a) > rank(b);
	if (a->m->term != b->m->term)
		return a->m->term > b->m->term;
	return a->m->node < b->m->node;
}

static struct side side_of(
        const struct fsm_message *m, const struct fsm_message *other, uint64_t common)
{
	struct side s = {.m = m, .empty = m->end == 0};

	s.lost = m->saved == FSM_RECOVER ||
		(common > 0 && other->hello.acked > common &&
			is_same(other->hello.partner, m->hello.uuid));
	return s;
}

/* Whether it has entries that the other has not, or may get some before it falls silent. */
static bool has_suffix(const struct side *s, uint64_t common)
{
	return s->m->end > common || fsm_is_serving((enum fsm_state)s->m->state) ||
		(s->m->flags & FSM_FLAG_UNSETTLED) != 0;
}

/* A store that was one of this pair's is gone, and with it what it told clients on its own. It
 * cannot have told anything after this meeting. Both nodes note that; workers have to know. */
static bool note_loss(struct fsm_work *w, const struct side *follower, const struct side *leader)
{
	struct fsm_durable *d = &w->f->durable;

	if ((!follower->empty && !follower->lost) || is_zero(leader->m->hello.partner))
		return false;
	d->doubt_s = (uint32_t)(w->e->wall_us / 1000000) + 1;
	d->doubt_after = leader->m->node == w->f->config.node ? d->acked : 0;
	d->doubt_lost = 1;
	fsm_save(w);
	return true;
}

static void lead(struct fsm_work *w, const struct side *me, const struct side *other, bool loss)
{
	struct fsm *f = w->f;
	bool down =
		f->state == FSM_PARTNER_DOWN && !fsm_is_serving((enum fsm_state)other->m->state);

	f->full = other->empty ? me->m->end > 0 : other->lost || f->common == 0;
	if (down && f->durable.doubt_s == 0) {
		/* from now on there is a partner, and ends may not run ahead of what it holds */
		f->durable.doubt_s = (uint32_t)(w->e->wall_us / 1000000);
		f->durable.doubt_after = f->end;
		loss = true;
	}
	if (down && loss)
		fsm_serve(w, FSM_PARTNER_DOWN, FSM_REASON_LEAD);
	else if (!down && (loss || f->state != FSM_INTERRUPTED))
		fsm_interrupt(w, FSM_REASON_LEAD);
	if (!f->full && f->common > f->durable.acked) { /* acknowledged, but that was lost */
		f->durable.acked = f->common;
		fsm_do_stream(w, FSM_DO_ACKED, f->common);
	}
	if (has_suffix(other, f->common)) {
		f->phase = FSM_PHASE_TAKE;
		fsm_do_stream(w, FSM_DO_TAKE_SUFFIX, f->common + 1);
	} else {
		f->phase = FSM_PHASE_LEAD;
		fsm_do_stream(w, FSM_DO_STREAM, f->full ? 0 : f->common + 1);
	}
}

static void receive(struct fsm_work *w, bool aside, uint64_t until)
{
	struct fsm *f = w->f;
	struct fsm_action *a;

	f->phase = aside ? FSM_PHASE_ASIDE : FSM_PHASE_FOLLOW;
	f->pure = !aside;
	f->target = until;
	a = fsm_do_stream(w, FSM_DO_RECEIVE, f->full ? 0 : f->common + 1);
	a->stream.aside = aside;
	a->stream.until = f->full ? 0 : until;
	if (aside)
		return;
	a->stream.until = 0;
	f->applied = f->end;
	fsm_caught_up(w);
}

static void send_suffix(struct fsm_work *w)
{
	struct fsm *f = w->f;

	fsm_do_stream(w, FSM_DO_SEND_SUFFIX, f->common + 1);
	if (fsm_is_serving(f->state)) {
		f->phase = FSM_PHASE_SUFFIX;
		return;
	}
	f->phase = FSM_PHASE_QUIET;
	fsm_do(w, FSM_DO_QUIESCE);
}

static void follow(struct fsm_work *w, const struct side *me, const struct side *leader)
{
	struct fsm *f = w->f;
	enum fsm_state silent = me->empty || me->lost ? FSM_RECOVER : FSM_CATCHUP;

	f->full = me->empty ? leader->m->end > 0 : me->lost || f->common == 0;
	f->pure = false;
	if (f->state == FSM_PARTNER_DOWN)
		fsm_interrupt(w, FSM_REASON_FOLLOW); /* the partner serves: it is not down */
	if (!fsm_is_serving(f->state)) {
		if (me->empty && !f->full)
			silent = FSM_CATCHUP; /* a new pair: there is nothing to copy */
		fsm_fall_silent(w, silent, me->lost ? FSM_REASON_LOST : FSM_REASON_FOLLOW);
	}
	if (has_suffix(me, f->common))
		send_suffix(w);
	else
		receive(w, f->full, f->full ? 0 : leader->m->end);
}

/* Whether the store of the other is one that ours may be a pair with. */
static bool is_stranger(const struct fsm *f, const struct fsm_message *m)
{
	if (f->end == 0 || m->end == 0)
		return false; /* nothing can be lost by copying */
	return !is_same(f->durable.partner, m->hello.uuid) &&
		!is_same(m->hello.partner, f->config.uuid);
}

void fsm_hello(struct fsm_work *w, const struct fsm_message *m)
{
	struct fsm *f = w->f;
	struct side me, other;
	bool stranger = is_stranger(f, m);

	fsm_alarm(w, FSM_ALARM_NODE, m->node == f->config.node);
	fsm_alarm(w, FSM_ALARM_STRANGER, stranger);
	/* What we told must still be so, or both would plan differently. */
	if (f->greeted || m->node == f->config.node || stranger || f->state != f->hello.state ||
		f->durable.term != f->hello.term) {
		fsm_unlink(w, true);
		return;
	}
	fsm_alarm(w, FSM_ALARM_CONFIG,
		memcmp(f->config.config_hash, m->hello.config_hash, FSM_HASH_SIZE) != 0);
	f->greeted = true;
	f->heard_ns = w->e->now_ns;
	f->partner_state = (enum fsm_state)m->state;
	f->partner_end = m->end;
	f->partner_flags = m->flags;
	f->maintained = f->maintained && m->hello.incarnation == f->partner_incarnation;
	f->partner_incarnation = m->hello.incarnation;
	if (m->term > f->partner_term)
		f->partner_term = m->term;
	if (!is_same(f->durable.partner, m->hello.uuid)) {
		memcpy(f->durable.partner, m->hello.uuid, FSM_UUID_SIZE);
		fsm_save(w);
	}
	f->common = fsm_common(&f->hello.hello.runs, f->hello.end, &m->hello.runs, m->end);
	me = side_of(&f->hello, m, f->common);
	other = side_of(m, &f->hello, f->common);
	if (leads(&me, &other)) {
		lead(w, &me, &other, note_loss(w, &other, &me));
	} else {
		note_loss(w, &me, &other);
		follow(w, &me, &other);
	}
	if (f->greeted)
		fsm_beat(w);
}

void fsm_caught_up(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (f->state == FSM_CATCHUP && f->phase == FSM_PHASE_FOLLOW && f->applied >= f->target) {
		if (f->partner_term > f->durable.term)
			f->durable.term = f->partner_term;
		fsm_fall_silent(w, FSM_STANDBY, FSM_REASON_COMPLETE);
	}
}

/* The partner's journal has taken the place of ours, in one step. */
void fsm_switched(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (f->phase != FSM_PHASE_ASIDE)
		return;
	f->phase = FSM_PHASE_FOLLOW;
	f->pure = true;
	f->runs = *w->e->runs;
	f->applied = w->e->position;
	f->durable.acked = w->e->position; /* it is the partner's */
	if (f->full)
		f->target = f->partner_end; /* what was written while it was copied */
	if (f->state != FSM_CATCHUP)
		fsm_fall_silent(w, FSM_CATCHUP, FSM_REASON_COMPLETE);
	else
		fsm_save(w);
	fsm_caught_up(w);
}

void fsm_suffix_sent(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (f->phase != FSM_PHASE_SUFFIX)
		return;
	f->phase = FSM_PHASE_QUIET;
	fsm_fall_silent(w, FSM_CATCHUP, FSM_REASON_FOLLOW);
	fsm_do(w, FSM_DO_QUIESCE);
}

void fsm_quiet(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (fsm_is_serving(f->state))
		return;
	f->settled = true;
	if (f->state == FSM_HANDOVER) {
		fsm_end_handover(w);
	} else if (f->phase == FSM_PHASE_QUIET) {
		f->phase = FSM_PHASE_MERGING;
		fsm_send(w, FSM_MERGE_END)->position = f->end;
	}
}

void fsm_merge_done(struct fsm_work *w, const struct fsm_message *m)
{
	if (w->f->phase != FSM_PHASE_MERGING)
		return;
	fsm_do(w, FSM_DO_STOP_STREAMS);
	receive(w, true, m->position);
}

void fsm_merged(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (f->phase != FSM_PHASE_TAKE)
		return;
	fsm_do(w, FSM_DO_STOP_STREAMS);
	fsm_send(w, FSM_MERGE_DONE)->position = w->e->position;
	f->phase = FSM_PHASE_LEAD;
	fsm_do_stream(w, FSM_DO_STREAM, f->full ? 0 : f->common + 1);
}
