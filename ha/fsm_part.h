/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fsm_part: what the files of the machine share. fsm.c: events and states; fsm_serve.c: beats,
 * permit, take-over, handing over; fsm_plan.c: who leads, catching up, merging; fsm_op.c: the
 * operator. Nobody else includes this.
 */
#ifndef LESSOR_HA_FSM_PART_H
#define LESSOR_HA_FSM_PART_H

#include "ha/fsm.h"

/* One event being worked on. */
struct fsm_work {
	struct fsm *f;
	const struct fsm_event *e;
	struct fsm_actions *out;
};

/* fsm.c */

/* Adds an action; the caller fills in what its kind needs. */
struct fsm_action *fsm_do(struct fsm_work *w, enum fsm_action_kind kind);
struct fsm_action *fsm_do_stream(struct fsm_work *w, enum fsm_action_kind kind, uint64_t position);
void fsm_save(struct fsm_work *w);
void fsm_alarm(struct fsm_work *w, enum fsm_alarm alarm, bool on);

/* Adds a message, with what every message says; returns it. */
struct fsm_message *fsm_send(struct fsm_work *w, enum fsm_message_kind kind);

/* Enters a silent state: silence first, then the disk. A START or HANDOVER is not saved. */
void fsm_fall_silent(struct fsm_work *w, enum fsm_state to, enum fsm_reason reason);

/* Enters a serving state under a new term: the disk and the journal first. For FSM_ACTIVE the
 * caller has set permit_until_ns. */
void fsm_serve(struct fsm_work *w, enum fsm_state to, enum fsm_reason reason);

/* Serves under restricted rules from now on, whatever it was. */
void fsm_interrupt(struct fsm_work *w, enum fsm_reason reason);

/* Forgets the connection, and what went over it. close: it is still open. */
void fsm_unlink(struct fsm_work *w, bool close);

static inline bool fsm_is_serving(enum fsm_state s)
{
	return s == FSM_ACTIVE || s == FSM_INTERRUPTED || s == FSM_PARTNER_DOWN;
}

/* fsm_serve.c */
void fsm_tick(struct fsm_work *w);
void fsm_beat(struct fsm_work *w);
void fsm_beat_in(struct fsm_work *w, const struct fsm_message *m);
void fsm_beat_ack(struct fsm_work *w, const struct fsm_message *m);
void fsm_acked(struct fsm_work *w);
void fsm_maybe_hand_over(struct fsm_work *w);
void fsm_begin_handover(struct fsm_work *w, enum fsm_reason reason);
void fsm_end_handover(struct fsm_work *w);
void fsm_handed_over(struct fsm_work *w, const struct fsm_message *m);

/* fsm_plan.c */
void fsm_alone(struct fsm_work *w, enum fsm_reason reason);
void fsm_hello(struct fsm_work *w, const struct fsm_message *m);
void fsm_caught_up(struct fsm_work *w);
void fsm_switched(struct fsm_work *w);
void fsm_suffix_sent(struct fsm_work *w);
void fsm_merge_done(struct fsm_work *w, const struct fsm_message *m);
void fsm_merged(struct fsm_work *w);
void fsm_quiet(struct fsm_work *w);

/* fsm_op.c */
int fsm_op(struct fsm_work *w);

#endif
