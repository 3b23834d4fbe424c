/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_node: the ha process and its disk. A crash may fall between any two actions.
 */
#include "sim.h"

#include <string.h>

static void note_row(struct sim *s, int i, uint8_t addr, const struct row *row)
{
	uint64_t end;

	if (row->client == NOBODY || row->state != LEASE_ASSIGNED)
		return;
	end = sim_true(s, i, row->end);
	if (end > s->held[i][addr][row->client])
		s->held[i][addr][row->client] = end;
}

static void apply(struct sim *s, int i, const struct entry *e, uint64_t seq)
{
	struct node *n = &s->node[i];

	if (e->kind == ENTRY_ROW) {
		n->table[e->addr].row = e->row;
		n->table[e->addr].seq = e->row.client == NOBODY ? 0 : seq;
		note_row(s, i, e->addr, &e->row);
	} else if (e->kind == ENTRY_SHARE) {
		n->word = e->word;
		n->word_seq = seq;
	}
}

void sim_rebuild(struct sim *s, int i)
{
	struct node *n = &s->node[i];

	for (int a = 0; a < ADDRS; a++)
		n->table[a] = (struct table){.row.client = NOBODY};
	n->word = share_default(BASE);
	n->word_seq = 0;
	for (size_t p = 1; p <= n->n; p++)
		apply(s, i, &n->journal[p], p);
}

void sim_append(struct sim *s, int i, const struct entry *e)
{
	struct node *n = &s->node[i];

	if (n->n == JOURNAL) {
		s->full = true;
		return;
	}
	n->journal[++n->n] = *e;
	apply(s, i, e, n->n);
}

static void mark(struct sim *s, int i, uint64_t term)
{
	struct node *n = &s->node[i];
	struct entry e = {.kind = ENTRY_MARK, .writer = (uint8_t)i, .id = ++s->ids, .term = term};
	struct fsm_event run = {.kind = FSM_EVENT_RUN};

	sim_append(s, i, &e);
	run.run = (struct fsm_run){.term = term, .start = n->n, .writer = (uint8_t)i};
	sim_event(s, i, &run);
}

static void stop_streams(struct node *n)
{
	n->streaming = n->suffix = n->taking = n->receiving = false;
	n->merged_at = n->ack_due = 0;
	n->n_aside = 0;
}

static void send_message(struct sim *s, int i, const struct fsm_message *m)
{
	struct packet p = {.kind = PACKET_MESSAGE, .connection = s->node[i].connection};

	p.message = *m;
	if (p.connection != 0)
		sim_put(s, 1 - i, &p);
}

static void start_stream(struct sim *s, int i, const struct fsm_action *a)
{
	struct node *n = &s->node[i];
	struct packet p = {
		.kind = PACKET_BEGIN, .connection = n->connection, .position = a->stream.position};

	n->streaming = true;
	n->stream_next = a->stream.position == 0 ? 1 : a->stream.position;
	p.until = a->stream.position == 0 ? n->n : 0;
	s->copies += a->stream.position == 0;
	sim_put(s, 1 - i, &p);
}

static void carry_out_stream(struct sim *s, int i, const struct fsm_action *a)
{
	static const char *const name[] = {[FSM_DO_STREAM] = "streams",
		[FSM_DO_RECEIVE] = "receives",
		[FSM_DO_SEND_SUFFIX] = "sends what it has alone",
		[FSM_DO_TAKE_SUFFIX] = "merges",
		[FSM_DO_MERGE] = "ends the merge"};
	struct node *n = &s->node[i];

	sim_say(s, "%d: %s from %lu%s", i, name[a->kind], (unsigned long)a->stream.position,
		a->stream.aside ? " aside" : "");
	switch (a->kind) {
	case FSM_DO_STREAM:
		start_stream(s, i, a);
		break;
	case FSM_DO_RECEIVE:
		n->receiving = true;
		n->receive_from = a->stream.position;
		n->aside = a->stream.aside;
		n->until = a->stream.until;
		n->n_aside = 0;
		break;
	case FSM_DO_SEND_SUFFIX:
		n->suffix = true;
		n->suffix_told = false;
		n->suffix_next = a->stream.position;
		n->suffix_target = n->n;
		break;
	case FSM_DO_TAKE_SUFFIX:
		n->taking = true;
		break;
	default:
		n->merged_at = s->now + sim_random(s, 20 * MS);
		s->merges++;
		break;
	}
}

static void carry_out(struct sim *s, int i, const struct fsm_action *a)
{
	struct node *n = &s->node[i];

	switch (a->kind) {
	case FSM_DO_SAVE:
		if (s->mutant != MUTANT_NOT_DURABLE)
			n->saved = a->durable;
		break;
	case FSM_DO_AUTHORITY:
		check_terms(s, i, &a->change);
		authority_publish(&n->authority, &a->change);
		if (a->change.mode != AUTHORITY_SILENT)
			n->quiescing = false;
		break;
	case FSM_DO_PERMIT:
		authority_permit(&n->authority, a->until_ns);
		break;
	case FSM_DO_ACKED:
		authority_acked(&n->authority, a->stream.position);
		break;
	case FSM_DO_NO_REUSE:
		authority_no_reuse(&n->authority, a->until_ns);
		break;
	case FSM_DO_MARK:
		mark(s, i, a->term);
		break;
	case FSM_DO_SEND:
		send_message(s, i, &a->message);
		break;
	case FSM_DO_CLOSE:
		sim_close(s, i);
		break;
	case FSM_DO_STOP_STREAMS:
		stop_streams(n);
		break;
	case FSM_DO_QUIESCE:
		n->quiescing = true;
		break;
	case FSM_DO_LOG:
		sim_say(s, "%d: %s -> %s (%s), term %lu", i,
			fsm_state_name((enum fsm_state)a->log.from),
			fsm_state_name((enum fsm_state)a->log.to), fsm_reason_text(a->log.reason),
			(unsigned long)a->log.term);
		s->visited[a->log.to]++;
		s->handovers += a->log.to == FSM_ACTIVE && a->log.reason == FSM_REASON_HANDED;
		break;
	case FSM_DO_ALARM:
		break;
	default:
		carry_out_stream(s, i, a);
		break;
	}
}

static void carry_out_all(struct sim *s, int i, const struct fsm_actions *list)
{
	for (size_t k = 0; k < list->n && s->node[i].alive && !s->failed; k++) {
		if (!s->calm && !s->vouched && sim_random(s, 20000) == 0) {
			sim_kill(s, i, false);
			return;
		}
		carry_out(s, i, &list->v[k]);
	}
}

int sim_event(struct sim *s, int i, struct fsm_event *e)
{
	struct node *n = &s->node[i];
	struct fsm_actions list;
	int r;

	e->now_ns = sim_boot(s, i);
	e->wall_us = sim_wall_us(s, i);
	e->end = n->n;
	r = fsm_step(&n->fsm, e, &list);
	carry_out_all(s, i, &list);
	return r;
}

int sim_simple(struct sim *s, int i, enum fsm_event_kind kind)
{
	struct fsm_event e = {.kind = kind};

	return sim_event(s, i, &e);
}

void sim_boot_node(struct sim *s, int i)
{
	struct node *n = &s->node[i];
	struct fsm_event now = {.kind = FSM_EVENT_TICK};
	struct fsm_config config = {.node = (uint8_t)i,
		.mclt_s = MCLT,
		.longest_s = LEASE + 2,
		.prefer = s->seed % 7 == 0 && i == 0};
	struct fsm_runs runs = {0};
	struct fsm_actions list;

	memset(&n->authority, 0, sizeof(n->authority));
	n->authority.rules = AUTHORITY_SILENT;
	memset(n->pending, 0, sizeof(n->pending));
	stop_streams(n);
	n->connection = 0;
	n->quiescing = n->disk_bad = false;
	n->alive = true;
	n->paused_until = 0;
	n->retry_at = s->now + sim_random(s, 200 * MS);
	fsm_timers_default(&config.timers);
	config.uuid[0] = (uint8_t)(1 + i);
	config.uuid[1] = (uint8_t)n->vanished;
	config.incarnation = ++n->incarnation;
	for (size_t p = 1; p <= n->n; p++)
		if (n->journal[p].kind == ENTRY_MARK)
			fsm_runs_add(&runs,
				(struct fsm_run){.term = n->journal[p].term,
					.start = p,
					.writer = n->journal[p].writer});
	now.now_ns = sim_boot(s, i);
	now.wall_us = sim_wall_us(s, i);
	now.end = n->n;
	sim_say(s, "%d: starts, journal %zu, saved %s", i, n->n,
		fsm_state_name((enum fsm_state)n->saved.state));
	if (fsm_init(&n->fsm, &config, &n->saved, &runs, &now, &list) < 0)
		sim_fail(s, "fsm_init");
	if (s->mutant == MUTANT_LONG_PERMIT)
		n->fsm.config.timers.permit_ns = 1300 * MS;
	if (s->mutant == MUTANT_START_SERVES)
		n->fsm.config.timers.start_ns = 0;
	carry_out_all(s, i, &list);
}

void sim_kill(struct sim *s, int i, bool host)
{
	struct node *n = &s->node[i];
	struct packet p = {.kind = PACKET_FIN, .connection = n->connection};

	sim_say(s, "%d: killed%s", i, host ? " with its host" : "");
	n->alive = false;
	n->restart_at = s->now + sim_random(s, 4 * SECOND);
	if (n->connection != 0 && !host) {
		if (sim_chance(s, 300)) {
			p.kind = PACKET_STOPPED;
			sim_put(s, 1 - i, &p);
		}
		p.kind = PACKET_FIN;
		sim_put(s, 1 - i, &p);
	}
	n->connection = 0;
}

static bool is_quiet(const struct node *n)
{
	for (int k = 0; k < PENDING; k++)
		if (n->pending[k].used && !n->pending[k].committed)
			return false;
	return (!n->suffix || n->suffix_next > n->n) && (!n->streaming || n->stream_next > n->n);
}

/* What the ha process does besides: ticks, ends of quiescing, sending and merging. */
void sim_background(struct sim *s, int i)
{
	struct node *n = &s->node[i];
	struct fsm_event merged = {.kind = FSM_EVENT_MERGED, .position = n->n};

	if (n->quiescing && is_quiet(n)) {
		n->quiescing = false;
		sim_simple(s, i, FSM_EVENT_QUIET);
	}
	if (n->alive && n->suffix && !n->suffix_told && n->suffix_next > n->suffix_target) {
		n->suffix_told = true;
		sim_simple(s, i, FSM_EVENT_SUFFIX_SENT);
	}
	if (n->alive && n->merged_at != 0 && s->now >= n->merged_at) {
		n->merged_at = 0;
		merged.position = n->n;
		sim_event(s, i, &merged);
	}
	if (n->alive && sim_boot(s, i) >= fsm_next_ns(&n->fsm))
		sim_simple(s, i, FSM_EVENT_TICK);
}
