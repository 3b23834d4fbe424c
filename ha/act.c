/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act: carries out what the state machine answers, in order; if one action fails the rest is not
 * carried out, clients hear nothing more, and the process ends. Its successor begins anew.
 */
#include <errno.h>
#include <stdio.h>

#include "ha/node.h"
#include "shm/base/clock.h"
#include "shm/base/log.h"

static const char *alarm_text(enum fsm_alarm alarm)
{
	switch (alarm) {
	case FSM_ALARM_SKEW:
		return "the nodes' clocks differ: synchronise them";
	case FSM_ALARM_CONFIG:
		return "the nodes' configurations differ: subnets, pools, lifetimes and times of "
		       "the "
		       "pair have to be the same";
	case FSM_ALARM_STRANGER:
		return "both nodes have leases and never were a pair: stop one of them and remove "
		       "its "
		       "state directory";
	case FSM_ALARM_NODE:
		return "both nodes have the same role: one has to be primary, the other standby";
	default:
		return "";
	}
}

void node_fail(struct node *n, int rc, const char *what)
{
	struct authority_change silent = {
		.mode = AUTHORITY_SILENT,
		.term = n->fsm.durable.term,
		.node = n->fsm.config.node,
		.mclt_s = n->fsm.config.mclt_s,
	};

	if (n->failed != 0)
		return;
	authority_publish(&n->region->pair.authority, &silent);
	n->failed = rc;
	if (n->err.code == 0)
		err_set(&n->err, rc, NULL, "%s: %s", what, strerror(-rc));
	log_err(EV_HA_FAILED, &n->err);
	sd_event_exit(n->loop, CHILD_FAILED);
}

static void save(struct node *n)
{
	int rc;

	n->term.runs = n->fsm.runs;
	rc = term_write(n->child->state_dir, &n->term, &n->err);
	if (rc < 0)
		node_fail(n, rc, "saving");
}

void node_raise_committed(struct node *n, uint64_t position)
{
	_Atomic uint64_t *committed = &n->region->committed;
	uint64_t old = atomic_load(committed);

	while (old < position && !atomic_compare_exchange_weak(committed, &old, position))
		;
}

void node_stream_failed(struct node *n, int rc)
{
	if (rc != -ESTALE) {
		node_fail(n, rc, "reading the journal");
		return;
	}
	/* the next connection begins with a copy */
	log_err(EV_HA_ALARM, &n->err);
	link_close(n->link, n->err.text);
	n->err = (struct err){0};
}

/* The mark is the first change under a term. */
static void mark(struct node *n, uint64_t term)
{
	struct change c = {.kind = CHANGE_MARK, .term = term, .node = n->fsm.config.node};
	uint8_t buf[32];
	struct span entry = span_of(buf, change_encode(&c, buf, sizeof(buf)));
	uint64_t position;
	int rc = journal_append(n->journal, &entry, 1, NULL, &position, &n->err);

	if (rc < 0) {
		node_fail(n, rc, "writing the mark of a term");
		return;
	}
	node_raise_committed(n, position);
	n->run = (struct fsm_run){term, position, n->fsm.config.node};
}

/* Heartbeats overtake the stream; what ends a part of it must not. */
static void send_message(struct node *n, const struct fsm_message *m)
{
	uint8_t buf[PROTO_HEADER + sizeof(*m) + FSM_RUNS * 32];
	struct wire_writer w;
	size_t len;

	proto_begin(&w, buf, sizeof(buf), link_version(n->link), PROTO_MESSAGE);
	proto_write_message(&w, m);
	len = proto_end(&w);
	if (len == 0)
		bug("a message does not fit");
	if (m->kind == FSM_MERGE_END || m->kind == FSM_MERGE_DONE || m->kind == FSM_HAND_OVER)
		link_send(n->link, buf, len);
	else
		link_send_urgent(n->link, buf, len);
}

static void start_stream(struct node *n, enum proto_type type, uint64_t first)
{
	int rc = stream_start(&n->stream, type, first, &n->fsm.runs, &n->err);

	if (rc == 0 && n->stream.phase == STREAM_ROWS)
		LOG(EV_HA_SYNC, "%s gets a copy of all leases", n->ha->peer.name);
	n->sending_suffix = type == PROTO_SUFFIX;
	if (n->sending_suffix)
		n->suffix_end = atomic_load(&n->region->committed);
	if (rc < 0)
		node_stream_failed(n, rc);
	else
		node_go_on(n);
}

static void log_transition(struct node *n, const struct fsm_action *a)
{
	enum fsm_state from = (enum fsm_state)a->log.from, to = (enum fsm_state)a->log.to;
	const char *reason = fsm_reason_text(a->log.reason);
	char term[24];
	struct log_field fields[] = {{"HA_FROM", fsm_state_name(from)},
		{"HA_STATE", fsm_state_name(to)}, {"HA_REASON", reason}, {"HA_TERM", term}};

	n->reason = a->log.reason;
	snprintf(term, sizeof(term), "%llu", (unsigned long long)a->log.term);
	log_event(EV_HA_STATE, fields, sizeof(fields) / sizeof(fields[0]),
		"%s, was %s, term %s: %s", fsm_state_name(to), fsm_state_name(from), term, reason);
}

static void act(struct node *n, const struct fsm_action *a)
{
	struct pair *p = &n->region->pair;

	switch (a->kind) {
	case FSM_DO_SAVE:
		n->term.durable = a->durable;
		save(n);
		break;
	case FSM_DO_AUTHORITY:
		authority_publish(&p->authority, &a->change);
		pair_changed(n->region);
		break;
	case FSM_DO_PERMIT:
		authority_permit(&p->authority, a->until_ns);
		pair_changed(n->region);
		break;
	case FSM_DO_ACKED:
		authority_acked(&p->authority, a->stream.position);
		pair_changed(n->region);
		break;
	case FSM_DO_NO_REUSE:
		authority_no_reuse(&p->authority, a->until_ns);
		break;
	case FSM_DO_MARK:
		mark(n, a->term);
		break;
	case FSM_DO_SEND:
		send_message(n, &a->message);
		break;
	case FSM_DO_CLOSE:
		link_close(n->link, "this node begins anew with its partner");
		break;
	case FSM_DO_STREAM:
		start_stream(n, PROTO_CHANGES, a->stream.position);
		break;
	case FSM_DO_SEND_SUFFIX:
		start_stream(n, PROTO_SUFFIX, a->stream.position);
		break;
	case FSM_DO_RECEIVE:
	case FSM_DO_TAKE_SUFFIX:
	case FSM_DO_MERGE:
		node_receive(n, a);
		break;
	case FSM_DO_STOP_STREAMS:
		node_stop_streams(n);
		break;
	case FSM_DO_QUIESCE:
		n->quiescing = true;
		n->fenced = false;
		break;
	case FSM_DO_LOG:
		log_transition(n, a);
		break;
	case FSM_DO_ALARM:
		LOG(a->alarm.on ? EV_HA_ALARM : EV_HA_ALARM_OVER, "%s", alarm_text(a->alarm.alarm));
		break;
	}
}

static void act_all(struct node *n, const struct fsm_actions *actions)
{
	for (size_t i = 0; i < actions->n && n->failed == 0; i++)
		act(n, &actions->v[i]);
}

/* Up to where the partner does not need our journal any more. */
static void publish_retain(struct node *n)
{
	uint64_t retain = n->fsm.durable.acked;

	if (n->receiving == NODE_APPEND || n->receiving == NODE_REACH)
		retain = atomic_load(&n->region->committed);
	else if (n->stream.phase != STREAM_OFF)
		retain = n->stream.needed;
	atomic_store(&n->region->pair.retain, retain);
}

static void fill(struct node *n, struct fsm_event *event)
{
	event->now_ns = clock_mono_ns();
	event->wall_us = clock_wall_us();
	event->end = atomic_load(&n->region->committed);
}

static void feed_runs(struct node *n)
{
	struct fsm_actions actions;

	while (n->run.start != 0 && n->failed == 0) {
		struct fsm_event run = {.kind = FSM_EVENT_RUN, .run = n->run};

		n->run.start = 0;
		fill(n, &run);
		fsm_step(&n->fsm, &run, &actions);
		act_all(n, &actions);
		save(n); /* before the journal, which has the mark, is trimmed */
	}
}

int node_feed(struct node *n, struct fsm_event *event)
{
	struct fsm_actions actions;
	int rc;

	if (n->failed != 0)
		return -ESHUTDOWN;
	fill(n, event);
	rc = fsm_step(&n->fsm, event, &actions);
	act_all(n, &actions);
	feed_runs(n);
	publish_retain(n);
	return rc;
}

void node_feed_run(struct node *n, const struct fsm_run *run)
{
	if (run->start == 0)
		return;
	n->run = *run;
	feed_runs(n);
}

int node_feed_kind(struct node *n, enum fsm_event_kind kind)
{
	struct fsm_event e = {.kind = kind};

	return node_feed(n, &e);
}

int node_feed_position(struct node *n, enum fsm_event_kind kind, uint64_t position)
{
	struct fsm_event e = {.kind = kind, .position = position};

	return node_feed(n, &e);
}

static struct fsm_config config_of(const struct node *n)
{
	const struct model_ha *ha = n->ha;
	struct fsm_config c = {
		.node = ha->standby ? 1 : 0,
		.prefer = ha->prefer,
		.mclt_s = ha->mclt,
		.longest_s = ha->longest,
		.incarnation = n->term.incarnation,
	};

	_Static_assert(sizeof(ha->digest) == sizeof(c.config_hash), "one digest");
	memcpy(c.uuid, n->term.uuid, sizeof(c.uuid));
	memcpy(c.config_hash, ha->digest, sizeof(c.config_hash));
	fsm_timers_default(&c.timers);
	c.timers.beat_ns = ha->heartbeat_interval * CLOCK_NS_PER_MS;
	c.timers.takeover_ns = ha->partner_timeout * CLOCK_NS_PER_MS;
	c.timers.permit_ns = c.timers.takeover_ns / 10 * 7;
	c.timers.start_ns = ha->start_timeout * CLOCK_NS_PER_MS;
	c.timers.ack_ns = ha->ack_timeout * CLOCK_NS_PER_MS;
	return c;
}

int node_begin(struct node *n)
{
	struct fsm_config config = config_of(n);
	struct fsm_event now = {.kind = FSM_EVENT_TICK};
	struct fsm_actions actions;
	int rc;

	fill(n, &now);
	rc = fsm_init(&n->fsm, &config, &n->term.durable, &n->term.runs, &now, &actions);
	if (rc < 0)
		return err_set(&n->err, rc, "see high-availability in lessor.conf(5)",
			"the times of the pair contradict each other");
	act_all(n, &actions);
	publish_retain(n);
	return n->failed;
}

/* --- for people --- */

static void show_alarms(const struct node *n, char *buf, size_t size)
{
	buf[0] = '\0';
	for (unsigned i = 0; i < FSM_ALARMS; i++) {
		size_t len = strlen(buf);

		if ((n->fsm.alarms >> i & 1) != 0)
			snprintf(buf + len, size - len, "%s%s", len > 0 ? " " : "",
				fsm_alarm_name((enum fsm_alarm)i));
	}
}

void node_show(struct node *n)
{
	const struct fsm *f = &n->fsm;
	struct pair_status s = {
		.written_ns = clock_mono_ns(),
		.heard_ns = f->heard_ns,
		.term = f->durable.term,
		.committed = atomic_load(&n->region->committed),
		.acked = f->durable.acked,
		.partner_committed = f->partner_end,
		.applied = f->applied,
		.round_trip_ns = f->round_trip_ns,
		.skew_us = f->offset_error_us != 0 ? f->offset_us : 0,
		.linked = f->greeted,
		.copying = n->stream.phase == STREAM_ROWS || n->stream.phase == STREAM_HOSTS ||
			snapshot_is_on(&n->snapshot),
	};

	if (s.acked >= s.committed || n->level_ns == 0)
		n->level_ns = s.written_ns;
	s.lag_ns = s.written_ns - n->level_ns;
	snprintf(s.state, sizeof(s.state), "%s", fsm_state_name(f->state));
	snprintf(s.kea_state, sizeof(s.kea_state), "%s", fsm_kea_state(f));
	snprintf(s.partner_kea_state, sizeof(s.partner_kea_state), "%s", fsm_kea_partner_state(f));
	snprintf(s.reason, sizeof(s.reason), "%s", fsm_reason_text(n->reason));
	show_alarms(n, s.alarms, sizeof(s.alarms));
	pair_write_status(n->region, &s);
}
