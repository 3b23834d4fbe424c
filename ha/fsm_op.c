/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fsm_op: what the operator asks for, and may be refused.
 */
#include "ha/fsm_part.h"

#include <errno.h>

static int hand_over(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (!f->greeted)
		return -ENOTCONN;
	if (f->state == FSM_STANDBY && f->partner_state == FSM_ACTIVE) {
		fsm_send(w, FSM_ASK_HANDOVER);
		return 0;
	}
	if (f->state != FSM_ACTIVE)
		return -EBUSY;
	fsm_begin_handover(w, FSM_REASON_OPERATOR);
	return f->state == FSM_HANDOVER ? 0 : -EBUSY;
}

static int partner_down(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (f->state == FSM_PARTNER_DOWN && !f->greeted)
		return -EALREADY;
	if (f->greeted ||
		(f->state != FSM_INTERRUPTED && f->state != FSM_RECOVER &&
			f->state != FSM_MAINTENANCE))
		return -EBUSY;
	f->durable.doubt_after = f->state == FSM_RECOVER ? 0 : f->durable.acked;
	f->durable.doubt_s = (uint32_t)(w->e->wall_us / 1000000) + 1;
	fsm_serve(w, FSM_PARTNER_DOWN, FSM_REASON_OPERATOR);
	return 0;
}

static int maintain(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (f->maintained || f->maintain_wanted)
		return -EALREADY;
	if (!f->greeted)
		return -ENOTCONN;
	if (f->state == FSM_STANDBY && f->partner_state == FSM_ACTIVE) {
		f->maintain_wanted = true;
		fsm_send(w, FSM_ASK_HANDOVER);
		return 0;
	}
	if (!fsm_is_serving(f->state) || f->phase != FSM_PHASE_LEAD)
		return -EBUSY;
	f->maintained = true;
	fsm_send(w, FSM_MAINTAIN); /* heeded by a standby; sent again when it has become one */
	return 0;
}

static int maintain_end(struct fsm_work *w)
{
	struct fsm *f = w->f;

	if (f->state == FSM_MAINTENANCE) {
		if (f->greeted)
			return -EBUSY; /* the partner is to be asked: it would ask again for quiet
					*/
		fsm_fall_silent(w, FSM_STANDBY, FSM_REASON_OPERATOR);
		return 0;
	}
	if (!f->maintained && !f->maintain_wanted)
		return -EALREADY;
	f->maintained = f->maintain_wanted = false;
	if (f->greeted)
		fsm_send(w, FSM_MAINTAIN_END);
	return 0;
}

int fsm_op(struct fsm_work *w)
{
	switch (w->e->kind) {
	case FSM_EVENT_OP_HANDOVER:
		return hand_over(w);
	case FSM_EVENT_OP_PARTNER_DOWN:
		return partner_down(w);
	case FSM_EVENT_OP_MAINTENANCE:
		return maintain(w);
	case FSM_EVENT_OP_MAINTENANCE_END:
		return maintain_end(w);
	default:
		if (!w->f->linked)
			return -ENOTCONN;
		fsm_unlink(w, true);
		return 0;
	}
}
