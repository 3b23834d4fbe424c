/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics_pair: what the ha process shows of the pair, in the text format of Prometheus. See
 * metrics.h.
 */
#include "daemon/control/metrics_pair.h"

#include <inttypes.h>
#include <string.h>

#include "ha/fsm.h"
#include "shm/base/clock.h"

static void gauge(struct out *o, const char *name, const char *help)
{
	out_print(o, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void number(struct out *o, const char *name, const char *help, double value)
{
	gauge(o, name, help);
	out_print(o, "%s %.9g\n", name, value);
}

static void print_state(struct out *o, const struct pair_status *s)
{
	const char *name = "lessor_ha_state";

	gauge(o, name, "1: this node's state in the pair.");
	for (unsigned i = 0; i < FSM_STATES; i++) {
		const char *state = fsm_state_name((enum fsm_state)i);

		out_print(o, "%s{state=\"%s\"} %d\n", name, state, strcmp(state, s->state) == 0);
	}
}

static void print_alarms(struct out *o, const struct pair_status *s)
{
	const char *name = "lessor_ha_alarm";

	gauge(o, name, "1: the alarm is on.");
	for (unsigned i = 0; i < FSM_ALARMS; i++) {
		const char *alarm = fsm_alarm_name((enum fsm_alarm)i);

		out_print(o, "%s{alarm=\"%s\"} %d\n", name, alarm, strstr(s->alarms, alarm) != NULL);
	}
}

void metrics_pair(struct out *o, const struct region *r)
{
	struct pair_status s;

	if (!pair_read_status(r, &s))
		return;
	print_state(o, &s);
	print_alarms(o, &s);
	number(o, "lessor_ha_term", "Changes of who serves under which rules.", (double)s.term);
	number(o, "lessor_ha_connected", "1: the partner is connected.", s.linked);
	number(o, "lessor_ha_copying", "1: a full copy of the leases is under way.", s.copying);
	number(o, "lessor_ha_committed_position", "Last change in this node's journal.",
		(double)s.committed);
	number(o, "lessor_ha_acknowledged_position",
		"Last change of it that the partner is known to hold.", (double)s.acked);
	number(o, "lessor_ha_applied_position",
		"Last change of the partner's journal that this node holds.", (double)s.applied);
	number(o, "lessor_ha_lag_seconds", "For how long the partner has not held all changes.",
		(double)s.lag_ns / 1e9);
	if (s.heard_ns != 0)
		number(o, "lessor_ha_heard_seconds", "Time since the partner was last heard.",
			(double)(clock_mono_ns() - s.heard_ns) / 1e9);
	if (s.round_trip_ns != 0)
		number(o, "lessor_ha_round_trip_seconds", "Time of a heartbeat and its answer.",
			(double)s.round_trip_ns / 1e9);
	number(o, "lessor_ha_clock_skew_seconds", "The partner's clock minus this node's.",
		(double)s.skew_us / 1e6);
}
