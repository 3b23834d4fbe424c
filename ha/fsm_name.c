/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fsm_name: what others ask of the machine: names, where two journals part, the partner's time.
 */
#include "ha/fsm_part.h"

#include <string.h>

const char *fsm_state_name(enum fsm_state state)
{
	static const char *const name[FSM_STATES] = {"start", "recover", "catchup", "standby",
		"maintenance", "active", "handover", "interrupted", "partner-down"};

	return (unsigned int)state < FSM_STATES ? name[state] : "unknown";
}

const char *fsm_reason_text(enum fsm_reason reason)
{
	static const char *const text[FSM_REASONS] = {
		[FSM_REASON_NONE] = "no reason",
		[FSM_REASON_ALONE] = "no partner was found after the start",
		[FSM_REASON_PARTNER_SILENT] = "the partner sent no heartbeat",
		[FSM_REASON_PARTNER_STOPPED] = "the partner's processes have ended",
		[FSM_REASON_LINK_DOWN] = "the connection is gone",
		[FSM_REASON_NO_PERMIT] =
			"the partner answered no heartbeat, or this node was paused",
		[FSM_REASON_NO_ACK] = "the partner did not acknowledge changes in time",
		[FSM_REASON_PARTNER_DISK] = "the partner cannot write or is no standby any more",
		[FSM_REASON_DISK] = "this node cannot write",
		[FSM_REASON_CLIENTS] = "the partner sees clients that this node does not",
		[FSM_REASON_HIGHER_TERM] = "the partner has a higher term",
		[FSM_REASON_OPERATOR] = "the operator asked for it",
		[FSM_REASON_PREFERRED] = "the partner is the preferred node",
		[FSM_REASON_FOLLOW] = "the partner leads",
		[FSM_REASON_LOST] = "this node has lost changes that it had acknowledged",
		[FSM_REASON_COMPLETE] = "both nodes have the same leases",
		[FSM_REASON_HANDED] = "the service was handed over",
		[FSM_REASON_NEVER_PAIRED] = "there are leases, and there never was a partner",
		[FSM_REASON_LEAD] = "this node leads",
	};

	return (unsigned int)reason < FSM_REASONS ? text[reason] : "unknown";
}

/* Kea 1.9: what monitoring knows. A follower is `ready` once it holds everything, until the
 * leader answers for both. */
static const char *kea_name(
        enum fsm_state state, enum fsm_state other, bool greeted, bool other_maintained)
{
	switch (state) {
	case FSM_ACTIVE:
	case FSM_HANDOVER:
		return "hot-standby";
	case FSM_STANDBY:
		return greeted && other == FSM_INTERRUPTED ? "ready" : "hot-standby";
	case FSM_MAINTENANCE:
		return "in-maintenance";
	case FSM_CATCHUP:
		return "syncing";
	case FSM_RECOVER:
		return greeted ? "syncing" : "waiting";
	case FSM_INTERRUPTED:
		return other_maintained ? "partner-in-maintenance" : "communication-recovery";
	case FSM_PARTNER_DOWN:
		return "partner-down";
	default:
		return "waiting";
	}
}

const char *fsm_kea_state(const struct fsm *f)
{
	return kea_name(f->state, f->partner_state, f->greeted, f->maintained);
}

const char *fsm_kea_partner_state(const struct fsm *f)
{
	if (!f->greeted)
		return "unavailable";
	return kea_name(f->partner_state, f->state, true, f->state == FSM_MAINTENANCE);
}

/* Where run i of the list ends, in a journal that ends at `end`. */
static uint64_t run_end(const struct fsm_runs *runs, size_t i, uint64_t end)
{
	return i + 1 < runs->n ? runs->v[i + 1].start - 1 : end;
}

uint64_t fsm_common(
        const struct fsm_runs *a, uint64_t a_end, const struct fsm_runs *b, uint64_t b_end)
{
	for (size_t i = a->n; i-- > 0;) {
		for (size_t k = b->n; k-- > 0;) {
			uint64_t ea = run_end(a, i, a_end), eb = run_end(b, k, b_end);

			if (a->v[i].term == b->v[k].term && a->v[i].writer == b->v[k].writer &&
				a->v[i].start == b->v[k].start)
				return ea < eb ? ea : eb;
		}
	}
	return 0;
}

void fsm_runs_add(struct fsm_runs *runs, struct fsm_run run)
{
	if (runs->n > 0 && run.start <= runs->v[runs->n - 1].start)
		return;
	if (runs->n == FSM_RUNS) {
		memmove(runs->v, runs->v + 1, sizeof(runs->v[0]) * (FSM_RUNS - 1));
		runs->n--;
	}
	runs->v[runs->n++] = run;
}

uint32_t fsm_own_time(const struct fsm *f, uint32_t partner_s)
{
	int64_t us;

	if (partner_s == UINT32_MAX)
		return partner_s;
	if (f->offset_us > INT64_MAX / 4 || f->offset_us < -(INT64_MAX / 4))
		return partner_s; /* no clock is wrong by that much */
	us = (int64_t)partner_s * 1000000 - f->offset_us + (int64_t)f->offset_error_us + 999999;
	if (us < 0)
		return 0;
	return us / 1000000 >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)(us / 1000000);
}

const char *fsm_alarm_name(enum fsm_alarm alarm)
{
	static const char *const names[] = {
		[FSM_ALARM_SKEW] = "clock-skew",
		[FSM_ALARM_CONFIG] = "configuration-differs",
		[FSM_ALARM_STRANGER] = "stranger",
		[FSM_ALARM_NODE] = "same-role",
	};

	return names[alarm];
}
