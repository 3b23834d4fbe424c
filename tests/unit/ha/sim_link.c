/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_link: a connection is a pair of queues in order; it ends by a close, a crash or silence.
 * Entries are applied, built aside or merged here.
 */
#include "sim.h"

#include <string.h>

void sim_put(struct sim *s, int to, const struct packet *p)
{
	struct wire *w = &s->to[to];
	uint64_t due = s->now + MS / 10 + sim_random(s, s->calm ? 2 * MS : 15 * MS);

	if (w->tail - w->head == WIRE)
		s->doomed = p->connection; /* nobody reads */
	/* A cut either holds everything up, as TCP does, or ends the connection unseen. */
	if (s->cut && s->cut_loses)
		s->doomed = p->connection;
	if (s->doomed == p->connection)
		return;
	if (s->cut)
		due += s->cut_until - s->now;
	if (!s->calm && sim_random(s, 300) == 0)
		due += sim_random(s, 900 * MS); /* a stall: everything behind it waits too */
	if (due < w->last_due)
		due = w->last_due;
	w->last_due = due;
	w->v[w->tail % WIRE] = *p;
	w->v[w->tail % WIRE].due = due;
	w->tail++;
}

void sim_close(struct sim *s, int i)
{
	struct packet fin = {.kind = PACKET_FIN, .connection = s->node[i].connection};

	if (fin.connection == 0)
		return;
	sim_put(s, 1 - i, &fin);
	s->node[i].connection = 0;
	s->node[i].retry_at = s->now + sim_random(s, 200 * MS);
}

void sim_connect(struct sim *s)
{
	struct packet up = {.kind = PACKET_UP};

	if (s->cut)
		return;
	for (int i = 0; i < 2; i++) {
		const struct node *n = &s->node[i];

		if (!n->alive || n->paused_until > s->now || n->connection != 0 ||
			n->retry_at > s->now)
			return;
	}
	up.connection = ++s->connections;
	for (int i = 0; i < 2; i++) {
		s->node[i].connection = up.connection;
		s->to[i].last_due = 0;
		sim_put(s, i, &up);
	}
}

/* Sends what has been journaled. */
void sim_pump(struct sim *s, int i)
{
	struct node *n = &s->node[i];
	struct packet p = {.connection = n->connection};

	if (n->connection == 0)
		return;
	for (int k = 0; k < 20; k++) {
		if (n->streaming && n->stream_next <= n->n) {
			p.kind = PACKET_ENTRY;
			p.position = n->stream_next++;
		} else if (n->suffix && n->suffix_next <= n->n) {
			p.kind = PACKET_SUFFIX;
			p.position = n->suffix_next++;
			p.until = n->fsm.durable.acked;
		} else {
			break;
		}
		p.entry = n->journal[p.position];
		sim_put(s, 1 - i, &p);
	}
	if (n->ack_due != 0) {
		p.kind = PACKET_ACK;
		p.position = n->ack_due;
		n->ack_due = 0;
		sim_put(s, 1 - i, &p);
	}
}

static struct entry converted(const struct sim *s, int i, const struct entry *e)
{
	const struct fsm *f = &s->node[i].fsm;
	struct entry c = *e;

	if (s->mutant == MUTANT_NO_CLOCKS)
		return c;
	c.row.cltt = fsm_own_time(f, e->row.cltt);
	c.row.end = fsm_own_time(f, e->row.end);
	c.row.acked_end = e->row.acked_end == 0 ? 0 : fsm_own_time(f, e->row.acked_end);
	c.row.reuse_after = e->row.reuse_after == 0 ? 0 : fsm_own_time(f, e->row.reuse_after);
	return c;
}

static void tell_run(struct sim *s, int i, const struct entry *e, uint64_t position)
{
	struct fsm_event run = {.kind = FSM_EVENT_RUN};

	if (e->kind != ENTRY_MARK)
		return;
	run.run = (struct fsm_run){.term = e->term, .start = position, .writer = e->writer};
	sim_event(s, i, &run);
}

static void switch_over(struct sim *s, int i)
{
	struct node *n = &s->node[i];
	struct fsm_event e = {.kind = FSM_EVENT_SWITCHED};
	struct fsm_runs runs = {0};
	uint64_t from = n->receive_from == 0 ? 1 : n->receive_from;

	memcpy(&n->journal[from], n->beside, n->n_aside * sizeof(n->beside[0]));
	n->n = from - 1 + n->n_aside;
	n->n_aside = 0;
	n->aside = false;
	sim_rebuild(s, i);
	for (size_t p = 1; p <= n->n; p++)
		if (n->journal[p].kind == ENTRY_MARK)
			fsm_runs_add(&runs,
				(struct fsm_run){.term = n->journal[p].term,
					.start = p,
					.writer = n->journal[p].writer});
	e.position = n->n;
	e.runs = &runs;
	sim_say(s, "%d: switched at %zu", i, n->n);
	sim_event(s, i, &e);
	n->ack_due = n->n;
}

static void receive_entry(struct sim *s, int i, const struct packet *p)
{
	struct node *n = &s->node[i];
	struct entry e = converted(s, i, &p->entry);
	struct fsm_event applied = {.kind = FSM_EVENT_APPLIED, .position = p->position};
	uint64_t from = n->receive_from == 0 ? 1 : n->receive_from;

	if (!n->receiving || n->n == JOURNAL)
		return;
	if (n->aside) {
		if (p->position != from + n->n_aside)
			sim_fail(s, "I6: stream has a gap at %lu", (unsigned long)p->position);
		if (s->mutant == MUTANT_IN_PLACE && e.kind == ENTRY_ROW) {
			n->table[e.addr].row = e.row;
			n->journal[p->position] = e;
			if (n->n < p->position)
				n->n = p->position;
		}
		n->beside[n->n_aside++] = e;
		if (p->position >= n->until)
			switch_over(s, i);
		else if (!s->calm && !s->vouched && sim_chance(s, 3))
			sim_kill(s, i, false);
		return;
	}
	if (p->position != n->n + 1) {
		sim_fail(s, "I6: stream does not fit at %lu", (unsigned long)p->position);
		return;
	}
	sim_append(s, i, &e);
	tell_run(s, i, &e, p->position);
	if (n->alive)
		sim_event(s, i, &applied);
	n->ack_due = p->position;
}

static struct merge_row merge_side(
        const struct row *row, bool changed, bool acked, uint64_t term, uint8_t writer)
{
	struct merge_row m = {.changed = changed};

	if (row->client == NOBODY)
		return m;
	m.present = true;
	m.acked = acked;
	m.sure = row->sure;
	m.term = term;
	m.writer = writer;
	m.acked_end_s = row->acked_end;
	m.reuse_after_s = row->reuse_after;
	m.lease.state = row->state;
	m.lease.cltt = row->cltt;
	m.lease.valid_lft = row->end - row->cltt;
	m.lease.hlen = 1;
	m.lease.hwaddr[0] = row->client;
	return m;
}

/* A row of the partner that parted from us: what stands is journaled here. */
static void merge_entry(struct sim *s, int i, const struct packet *p)
{
	struct node *n = &s->node[i];
	struct entry e = converted(s, i, &p->entry);
	const struct table *t = &n->table[e.addr];
	struct merge_row own, other, out;
	bool conflict = false;

	if (!n->taking || e.kind == ENTRY_MARK)
		return;
	if (e.kind == ENTRY_SHARE) {
		e.word = i == 0 ? share_merge(n->word, e.word, &conflict)
				: share_merge(e.word, n->word, &conflict);
	} else {
		own = merge_side(&t->row, t->seq > n->fsm.common, t->seq <= n->fsm.durable.acked,
			n->journal[t->seq].term, n->journal[t->seq].writer);
		other = merge_side(&e.row, true, p->position <= p->until, e.term, e.writer);
		merge_rows(i == 0 ? &own : &other, i == 0 ? &other : &own, (unsigned int)i, &out,
			&conflict);
		e.row = (struct row){.client = NOBODY};
		if (out.present)
			e.row = (struct row){.client = out.lease.hwaddr[0],
				.state = out.lease.state,
				.sure = out.sure,
				.cltt = out.lease.cltt,
				.end = out.lease.cltt + out.lease.valid_lft,
				.acked_end = out.acked_end_s,
				.reuse_after = out.reuse_after_s};
	}
	if (conflict) {
		s->conflicts++;
		sim_fail(s, "I2: two clients of address %d meet in a merge", e.addr);
	}
	e.id = ++s->ids;
	e.term = n->fsm.durable.term;
	e.writer = (uint8_t)i;
	sim_append(s, i, &e);
}

/* Whether the packet must wait: clocks unknown, address being changed. */
static bool must_wait(const struct sim *s, int i, const struct packet *p)
{
	const struct node *n = &s->node[i];

	switch (p->kind) {
	case PACKET_ENTRY:
		return n->fsm.offset_error_us == 0;
	case PACKET_SUFFIX:
		return n->fsm.offset_error_us == 0 ||
			(p->entry.kind == ENTRY_ROW && sim_busy(n, p->entry.addr));
	case PACKET_MESSAGE:
		return p->message.kind != FSM_HELLO && p->message.kind != FSM_BEAT &&
			p->message.kind != FSM_BEAT_ACK;
	default:
		return false;
	}
}

static void take(struct sim *s, int i, const struct packet *p)
{
	struct node *n = &s->node[i];
	struct fsm_event e = {.position = p->position};

	switch (p->kind) {
	case PACKET_UP:
		sim_say(s, "%d: connection %lu", i, (unsigned long)p->connection);
		sim_simple(s, i, FSM_EVENT_LINK_UP);
		break;
	case PACKET_FIN:
		sim_say(s, "%d: connection closed", i);
		n->connection = 0;
		n->retry_at = s->now + sim_random(s, 200 * MS);
		sim_simple(s, i, FSM_EVENT_LINK_DOWN);
		break;
	case PACKET_STOPPED:
		sim_simple(s, i, FSM_EVENT_PARTNER_STOPPED);
		break;
	case PACKET_MESSAGE:
		e.kind = FSM_EVENT_MESSAGE;
		e.message = &p->message;
		sim_event(s, i, &e);
		break;
	case PACKET_BEGIN:
		if (n->receiving && n->until == 0)
			n->until = p->until;
		if (n->receiving && p->position != n->receive_from)
			sim_fail(s, "I6: stream begins at %lu", (unsigned long)p->position);
		break;
	case PACKET_ACK:
		e.kind = FSM_EVENT_ACKED;
		if (s->node[1 - i].connection == p->connection)
			check_prefix(s, i, p->position);
		sim_event(s, i, &e);
		break;
	case PACKET_ENTRY:
		receive_entry(s, i, p);
		break;
	case PACKET_SUFFIX:
		merge_entry(s, i, p);
		break;
	}
}

/* Everything that is due. While something waits only heartbeats pass it. */
void sim_deliver(struct sim *s, int i)
{
	struct wire *w = &s->to[i];
	bool waiting = false;

	while (w->head < w->tail && w->v[w->head % WIRE].connection == 0)
		w->head++;
	for (size_t k = w->head; k < w->tail && !s->failed; k++) {
		struct packet *p = &w->v[k % WIRE], one;

		if (p->connection == 0)
			continue;
		if (p->due > s->now || !s->node[i].alive)
			break;
		if (p->connection != s->node[i].connection) {
			p->connection = 0; /* of a connection that is gone */
			continue;
		}
		if (p->kind == PACKET_MESSAGE ? waiting && must_wait(s, i, p)
					      : must_wait(s, i, p)) {
			waiting = true;
			continue;
		}
		if (waiting && p->kind != PACKET_MESSAGE && p->kind != PACKET_FIN)
			continue;
		one = *p;
		p->connection = 0;
		take(s, i, &one);
	}
}
