/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim: the schedule. Faults for a while, then calm, in which both must agree again (I8); then one
 * node is killed, and the other must answer in time (I10).
 */
#include "sim.h"

#include <stdarg.h>
#include <string.h>

uint64_t sim_random(struct sim *s, uint64_t n)
{
	s->rng ^= s->rng << 13;
	s->rng ^= s->rng >> 7;
	s->rng ^= s->rng << 17;
	return n == 0 ? 0 : (s->rng * 0x2545f4914f6cdd1dULL >> 16) % n;
}

bool sim_chance(struct sim *s, unsigned int per_thousand)
{
	return sim_random(s, 1000) < per_thousand;
}

__attribute__((format(printf, 2, 0))) static void say(const struct sim *s, const char *fmt,
	va_list ap)
{
	if (!s->trace)
		return;
	fprintf(stderr, "%9.3f  ", (double)s->now / 1e9);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void sim_say(struct sim *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(s, fmt, ap);
	va_end(ap);
}

void sim_fail(struct sim *s, const char *fmt, ...)
{
	va_list ap;

	if (s->full)
		return; /* the model's journal is used up: the schedule ends */
	if (!s->failed) {
		va_start(ap, fmt);
		vsnprintf(s->why, sizeof(s->why), fmt, ap);
		va_end(ap);
		sim_say(s, "%s", s->why);
	}
	s->failed = true;
}

/* The operator tells only the truth: the partner is dead, and when it comes back it reaches us
 * before it serves. So from here on nothing else goes wrong until both are in sync. */
static void maybe_vouch(struct sim *s, int i)
{
	struct node *n = &s->node[i];

	if (s->vouched || s->node[1 - i].alive || n->paused_until > s->now || !n->lan ||
		n->disk_bad || n->fsm.state == FSM_RECOVER) /* it would serve from an empty store */
		return;
	if (sim_simple(s, i, FSM_EVENT_OP_PARTNER_DOWN) < 0)
		return;
	sim_say(s, "operator: %d's partner is down", i);
	s->vouched = true;
	s->cut = false;
	s->node[1 - i].restart_at = s->now + 10 * SECOND + sim_random(s, 20 * SECOND);
}

static void lose_disk(struct sim *s, int i)
{
	struct node *n = &s->node[i];
	const struct node *other = &s->node[1 - i];

	/* one at a time, and not the only one that is complete */
	if (n->alive || !other->alive || fsm_mode(other->fsm.state) == AUTHORITY_SILENT)
		return;
	sim_say(s, "%d: its disk is lost", i);
	memset(&n->saved, 0, sizeof(n->saved));
	n->n = 0;
	n->vanished++;
	sim_rebuild(s, i);
}

static void operator_asks(struct sim *s, int i)
{
	static const enum fsm_event_kind kind[] = {FSM_EVENT_OP_HANDOVER, FSM_EVENT_OP_HANDOVER,
		FSM_EVENT_OP_MAINTENANCE, FSM_EVENT_OP_MAINTENANCE_END, FSM_EVENT_OP_RESYNC};
	enum fsm_event_kind k = kind[sim_random(s, 5)];

	if (s->node[i].paused_until <= s->now && s->node[i].alive && sim_simple(s, i, k) == 0)
		sim_say(s, "operator asks %d (%d)", i, (int)k - FSM_EVENT_OP_HANDOVER);
}

static void nemesis(struct sim *s)
{
	int i = (int)sim_random(s, 2);
	struct node *n = &s->node[i];

	if (s->vouched)
		return;
	switch (sim_random(s, 12)) {
	case 0:
	case 1:
		if (n->alive)
			sim_kill(s, i, sim_chance(s, 300));
		break;
	case 2:
	case 3:
		n->paused_until =
			s->now + sim_random(s, sim_chance(s, 700) ? 2 * SECOND : 20 * SECOND);
		sim_say(s, "%d: paused for %.2f s", i, (double)(n->paused_until - s->now) / 1e9);
		break;
	case 4:
	case 5:
		s->cut = true;
		s->cut_loses = sim_chance(s, 600);
		s->cut_until =
			s->now + sim_random(s, sim_chance(s, 600) ? 2 * SECOND : 15 * SECOND);
		sim_say(s, "link: cut for %.2f s", (double)(s->cut_until - s->now) / 1e9);
		break;
	case 6:
		sim_say(s, "link: reset");
		if (n->alive && n->connection != 0) {
			sim_close(s, i);
			sim_simple(s, i, FSM_EVENT_LINK_DOWN);
		}
		break;
	case 7:
		operator_asks(s, i);
		break;
	case 8:
		if (n->alive && n->paused_until <= s->now) {
			n->disk_bad = !n->disk_bad && n->fsm.state != FSM_CATCHUP;
			sim_simple(
				s, i, n->disk_bad ? FSM_EVENT_DISK_FAILED : FSM_EVENT_DISK_WORKS);
		}
		break;
	case 9:
		if (sim_chance(s, 300))
			lose_disk(s, i);
		break;
	case 10:
		if (n->alive)
			maybe_vouch(s, i);
		break;
	default:
		n->lan = !n->lan;
		if (n->alive && n->paused_until <= s->now)
			sim_simple(s, i, n->lan ? FSM_EVENT_CLIENTS_BACK : FSM_EVENT_CLIENTS_GONE);
		break;
	}
}

static void step_node(struct sim *s, int i)
{
	struct node *n = &s->node[i];

	if (!n->alive) {
		if (s->now >= n->restart_at)
			sim_boot_node(s, i);
		return;
	}
	if (n->paused_until > s->now)
		return;
	/* Workers and ha are processes of their own: after a pause either may be first, and
	 * what clients sent meanwhile waits in the workers' sockets. */
	if (n->paused_until != 0 && n->lan && sim_chance(s, 500))
		for (uint8_t c = 0; c < CLIENTS; c++)
			sim_request(s, i, c, s->now);
	n->paused_until = 0;
	if (sim_chance(s, 500))
		sim_workers(s, i);
	if (n->alive)
		sim_deliver(s, i);
	if (n->alive)
		sim_background(s, i);
	if (n->alive)
		sim_workers(s, i);
	if (n->alive && !s->still && sim_chance(s, 100))
		sim_store(s, i);
	if (n->alive)
		sim_pump(s, i);
}

static bool in_sync(const struct sim *s)
{
	enum fsm_state a = s->node[0].fsm.state, b = s->node[1].fsm.state;

	return s->node[0].alive && s->node[1].alive &&
		((a == FSM_ACTIVE && b == FSM_STANDBY) || (b == FSM_ACTIVE && a == FSM_STANDBY));
}

static void step(struct sim *s)
{
	s->now += MS + sim_random(s, 20 * MS);
	if (s->cut && s->now >= s->cut_until)
		s->cut = false;
	if (s->vouched && in_sync(s))
		s->vouched = false;
	sim_connect(s);
	for (int i = 0; i < 2 && !s->failed; i++)
		step_node(s, i);
	if (!s->failed && !s->still && sim_chance(s, 150))
		sim_clients(s);
	if (!s->failed && !s->calm && sim_chance(s, 6))
		nemesis(s);
	if (!s->failed)
		check_owners(s);
}

static void until(struct sim *s, uint64_t end)
{
	while (s->now < end && !s->failed && !s->full)
		step(s);
}

static void calm_down(struct sim *s)
{
	s->calm = true;
	s->cut = false;
	for (int i = 0; i < 2; i++) {
		struct node *n = &s->node[i];

		n->paused_until = 0;
		n->lan = true;
		if (n->restart_at > s->now + 2 * SECOND)
			n->restart_at = s->now + 2 * SECOND;
		if (!n->alive)
			continue;
		n->disk_bad = false;
		sim_simple(s, i, FSM_EVENT_DISK_WORKS);
		sim_simple(s, i, FSM_EVENT_CLIENTS_BACK);
		sim_simple(s, i, FSM_EVENT_OP_MAINTENANCE_END);
	}
	sim_say(s, "calm");
}

/* I10: the survivor answers a client that it knows. */
static void last_kill(struct sim *s)
{
	int dead = s->node[0].fsm.state == FSM_ACTIVE ? 0 : 1, live = 1 - dead;
	unsigned long before;
	int known = -1;

	for (int a = 0; a < ADDRS; a++)
		if (s->node[live].table[a].row.client != NOBODY &&
			s->node[live].table[a].row.state == LEASE_ASSIGNED &&
			s->node[live].table[a].row.end > sim_wall_s(s, live) + 3)
			known = s->node[live].table[a].row.client;
	sim_kill(s, dead, true);
	s->node[dead].restart_at = UINT64_MAX;
	until(s, s->now + SECOND + 200 * MS);
	if (s->failed || s->full || known < 0)
		return;
	before = s->answered;
	sim_request(s, live, (uint8_t)known, s->now);
	until(s, s->now + 200 * MS);
	if (s->answered == before && !s->failed)
		sim_fail(s, "I10 service: %d does not answer client %d", live, known);
}

bool sim_run(struct sim *s, uint64_t seed, enum mutant mutant, bool trace)
{
	memset(s, 0, offsetof(struct sim, to));
	s->to[0].head = s->to[0].tail = s->to[1].head = s->to[1].tail = 0;
	s->to[0].last_due = s->to[1].last_due = 0;
	s->seed = seed;
	s->rng = seed * 0x9e3779b97f4a7c15ULL + 1;
	s->mutant = mutant;
	s->trace = trace;
	s->now = 1000 * SECOND;
	for (int i = 0; i < 2; i++) {
		s->node[i].lan = true;
		s->node[i].wall_off_us = (int64_t)sim_random(s, 40000000) - 20000000;
		s->node[i].drift_ppm = (int64_t)sim_random(s, 400) - 200;
		sim_rebuild(s, i);
		s->node[i].restart_at = s->now + sim_random(s, SECOND);
	}
	until(s, s->now + 3 * SECOND);
	until(s, s->now + 5 * SECOND + sim_random(s, 60 * SECOND));
	if (s->failed || s->full)
		return !s->failed;
	calm_down(s);
	until(s, s->now + 40 * SECOND);
	s->still = true;
	until(s, s->now + SECOND / 2);
	if (!s->failed && !s->full)
		check_converged(s);
	if (!s->failed && !s->full)
		last_kill(s);
	return !s->failed;
}
