/* SPDX-License-Identifier: Apache-2.0 */
/*
 * receive: frames of the partner: messages to the machine, its stream to apply, snapshot or suffix.
 * What is wrong with a frame ends the connection; what is wrong with our disk is told to the
 * machine. Called by ha.c and act.c.
 */
#include <errno.h>

#include "ha/node.h"
#include "shm/base/clock.h"
#include "shm/base/log.h"

static void send_number(struct node *n, enum proto_type type, uint64_t number)
{
	uint8_t buf[PROTO_HEADER + 8];
	struct wire_writer w;

	proto_begin(&w, buf, sizeof(buf), link_version(n->link), type);
	proto_write_number(&w, number);
	link_send_urgent(n->link, buf, proto_end(&w));
}

/* The partner's fault, or ours. */
static void trouble(struct node *n, int rc, struct err *err)
{
	if (rc == -EPROTO || rc == -EBADMSG || rc == -ENOTSUP || rc == -EMSGSIZE) {
		link_refuse(n->link, "a frame that must not be");
		return;
	}
	if (rc == -ESTALE || rc == -EROFS) {
		link_close(n->link, err->text);
		return;
	}
	if (err->code == 0)
		err_set(err, rc, NULL, "what the partner sent cannot be kept: %s", strerror(-rc));
	if (!n->disk_failed)
		log_err(EV_COMMIT_FAILED, err);
	n->disk_failed = true;
	n->disk_tried_ns = clock_mono_ns();
	node_feed_kind(n, FSM_EVENT_DISK_FAILED);
	link_close(n->link, "this node cannot write");
}

static void learn_clock(struct node *n)
{
	if (n->fsm.offset_error_us == 0)
		return;
	n->shift_s = apply_shift(n->fsm.offset_us, n->fsm.offset_error_us);
	apply_set_shift(n->apply, n->shift_s);
	n->snapshot.shift_s = n->suffix.shift_s = n->shift_s;
}

/* Nothing of the stream is wanted before the clocks are known: it tells times. */
static void tell_taken(struct node *n)
{
	learn_clock(n);
	if (!link_is_up(n->link) || (n->told && n->told_taken == n->taken) ||
		(!n->told && n->fsm.offset_error_us == 0))
		return;
	n->told = true;
	n->told_taken = n->taken;
	send_number(n, PROTO_TAKEN, n->taken);
}

/* --- the stream --- */

static bool is_appending(const struct node *n)
{
	return n->receiving == NODE_APPEND || n->receiving == NODE_REACH;
}

static int run_apply(struct node *n, struct err *err)
{
	struct fsm_run run;
	uint64_t position;
	int rc = apply_run(n->apply, &position, &run, err);

	if (rc < 0 || position == 0)
		return rc;
	node_feed_run(n, &run);
	send_number(n, PROTO_ACK, position);
	node_feed_position(n, FSM_EVENT_APPLIED, position);
	return 0;
}

struct adding {
	struct node *n;
	struct err *err;
};

static int add_change(void *arg, uint64_t position, struct span entry)
{
	struct adding *a = (struct adding *)arg;
	int rc = apply_add(a->n->apply, position, entry);

	if (rc != -ENOBUFS)
		return rc;
	rc = run_apply(a->n, a->err);
	return rc < 0 ? rc : apply_add(a->n->apply, position, entry);
}

static int take_changes(struct node *n, struct span payload, struct err *err)
{
	struct adding a = {n, err};
	int rc;

	if (snapshot_is_on(&n->snapshot))
		return snapshot_changes(&n->snapshot, payload, err);
	if (!is_appending(n))
		return 0; /* of a stream that the machine has ended */
	rc = proto_each_change(payload, add_change, &a);
	return rc < 0 ? rc : 0;
}

/* The journal of the partner does not reach back to our end: it sends everything. */
static int begin_copy(struct node *n, struct span payload, struct err *err)
{
	int rc = 0;

	if (!is_appending(n) && n->receiving != NODE_ASIDE)
		return 0;
	if (is_appending(n))
		rc = run_apply(n, err);
	if (rc == 0 && !snapshot_is_on(&n->snapshot))
		snapshot_want(&n->snapshot, n->receiving == NODE_REACH ? n->reach : 0, n->shift_s);
	if (rc == 0)
		rc = snapshot_begin(&n->snapshot, payload, err);
	if (rc == 0)
		LOG(EV_HA_SYNC, "a copy of all leases comes from %s", n->ha->peer.name);
	return rc;
}

static int take_stream(struct node *n, const struct proto_frame *f, struct err *err)
{
	bool on = snapshot_is_on(&n->snapshot) && n->snapshot.phase != SNAPSHOT_WANTED;

	n->taken += f->payload.len;
	switch (f->type) {
	case PROTO_SNAPSHOT:
		return begin_copy(n, f->payload, err);
	case PROTO_ROWS:
		return on ? snapshot_rows(&n->snapshot, f->payload, err) : 0;
	case PROTO_HOSTS:
		return on ? snapshot_hosts(&n->snapshot, f->payload, err) : 0;
	case PROTO_SNAPSHOT_END:
		return on ? snapshot_end(&n->snapshot, f->payload) : 0;
	case PROTO_SUFFIX:
		return n->receiving == NODE_MERGE ? suffix_take(&n->suffix, f->payload, err) : 0;
	default:
		return take_changes(n, f->payload, err);
	}
}

/* --- other frames --- */

static int take_message(struct node *n, struct span payload)
{
	struct fsm_message m;
	struct fsm_event e = {.kind = FSM_EVENT_MESSAGE, .message = &m};
	int rc = proto_read_message(payload, &m);

	if (rc < 0)
		return rc;
	if (m.kind == FSM_HELLO)
		n->hello = m;
	node_feed(n, &e);
	return 0;
}

static int take_number(struct node *n, const struct proto_frame *f)
{
	uint64_t number;
	int rc = proto_read_number(f->payload, &number);

	if (rc < 0)
		return rc;
	if (f->type == PROTO_TAKEN)
		return stream_taken(&n->stream, number);
	if (n->stream.phase != STREAM_CHANGES)
		return 0; /* of a stream that has ended, or begun anew */
	rc = stream_acked(&n->stream, number);
	if (rc == 0)
		node_feed_position(n, FSM_EVENT_ACKED, number);
	return rc;
}

/* Clients that chose the partner are served by us while it is silent. */
static int take_ids(struct node *n, struct span payload)
{
	uint32_t ids[PAIR_IDS] = {0};
	int rc = proto_read_ids(payload, ids);

	for (size_t i = 0; rc >= 0 && i < PAIR_IDS; i++)
		atomic_store(&n->region->pair.partner_ids[i], ids[i]);
	return rc;
}

static int restart_with_copy(struct node *n, struct err *err)
{
	if (n->stream.phase == STREAM_OFF || n->stream.type != PROTO_CHANGES)
		return 0;
	LOG(EV_HA_SYNC, "%s gets a copy of all leases", n->ha->peer.name);
	return stream_start(&n->stream, PROTO_CHANGES, 0, &n->fsm.runs, err);
}

void node_frame(struct node *n, const struct proto_frame *f)
{
	struct err err = {0};
	int rc;

	switch (f->type) {
	case PROTO_MESSAGE:
		rc = take_message(n, f->payload);
		break;
	case PROTO_ACK:
	case PROTO_TAKEN:
		rc = take_number(n, f);
		break;
	case PROTO_STOPPED:
		rc = node_feed_kind(n, FSM_EVENT_PARTNER_STOPPED);
		break;
	case PROTO_IDS:
		rc = take_ids(n, f->payload);
		break;
	case PROTO_COPY:
		rc = restart_with_copy(n, &err);
		break;
	default:
		rc = take_stream(n, f, &err);
		break;
	}
	if (rc < 0 && n->failed == 0)
		trouble(n, rc, &err);
}

void node_drained(struct node *n)
{
	struct err err = {0};
	int rc = 0;

	if (is_appending(n) && !snapshot_is_on(&n->snapshot))
		rc = run_apply(n, &err);
	if (rc < 0)
		trouble(n, rc, &err);
	tell_taken(n);
	node_go_on(n);
}

void node_say_goodbye(struct node *n)
{
	for (size_t i = 1; i < REGION_SLOTS; i++) {
		const struct region_slot *s = &n->region->slots[i];

		if (atomic_load(&s->role) == ROLE_WORKER && atomic_load(&s->pid) != 0)
			return;
	}
	if (!link_is_up(n->link))
		return;
	send_number(n, PROTO_STOPPED, 0);
	link_flush(n->link);
}

/* --- what the machine wants --- */

/* Aside means: what we have counts until all is there. If our journal is nothing but the beginning
 * of the partner's, appending to it does the same. Else a full copy takes its place. */
static void begin_receiving(struct node *n, uint64_t position, uint64_t until, bool aside)
{
	uint64_t end = atomic_load(&n->region->committed);

	apply_start(n->apply, end + 1);
	if (position == end + 1) {
		n->receiving = aside ? NODE_REACH : NODE_APPEND;
		n->reach = until;
	} else if (aside) {
		n->receiving = NODE_ASIDE;
		snapshot_want(&n->snapshot, until, n->shift_s);
		if (position != 0)
			send_number(n, PROTO_COPY, 0);
	} else {
		link_close(n->link, "the partner's journal does not go on where ours ends");
	}
}

void node_receive(struct node *n, const struct fsm_action *a)
{
	switch (a->kind) {
	case FSM_DO_TAKE_SUFFIX:
		n->receiving = NODE_MERGE;
		suffix_start(&n->suffix, a->stream.position, n->shift_s, &n->hello);
		break;
	case FSM_DO_MERGE:
		n->merging = true;
		n->merge_end = a->stream.position;
		break;
	default:
		begin_receiving(n, a->stream.position, a->stream.until, a->stream.aside);
		break;
	}
}

void node_stop_streams(struct node *n)
{
	stream_stop(&n->stream);
	snapshot_stop(&n->snapshot);
	n->receiving = NODE_NOTHING;
	n->sending_suffix = n->merging = false;
}

/* The copy takes the place of what we had. */
static void switch_over(struct node *n)
{
	struct fsm_event e = {.kind = FSM_EVENT_SWITCHED, .runs = &n->snapshot.runs};
	enum node_receiving before = n->receiving;
	struct err err = {0};
	int rc = snapshot_switch(&n->snapshot, &err);

	if (rc == -EBUSY)
		return;
	if (rc < 0) {
		n->err = err;
		node_fail(n, rc, "putting the partner's leases in force");
		return;
	}
	snapshot_stop(&n->snapshot);
	pair_hosts_changed(n->child);
	e.position = n->snapshot.position;
	LOG(EV_HA_SYNC, "the partner's leases are in force: %llu, up to position %llu",
		(unsigned long long)n->snapshot.rows, (unsigned long long)e.position);
	n->receiving = NODE_APPEND;
	apply_start(n->apply, e.position + 1);
	if (before != NODE_APPEND) {
		node_feed(n, &e);
	} else {
		for (size_t i = 0; i < n->snapshot.runs.n; i++)
			node_feed_run(n, &n->snapshot.runs.v[i]);
		node_feed_position(n, FSM_EVENT_APPLIED, e.position);
	}
	send_number(n, PROTO_ACK, e.position);
}

/* Our journal has become as good as a copy. */
static void reached(struct node *n)
{
	struct fsm_runs runs = n->fsm.runs;
	struct fsm_event e = {.kind = FSM_EVENT_SWITCHED,
		.position = atomic_load(&n->region->committed),
		.runs = &runs};
	n->receiving = NODE_APPEND;
	node_feed(n, &e);
}

/* Workers append only under rules that let them: once these are gone, one look at the journal from
 * inside a write transaction is behind the last of them. */
static void fence(struct node *n)
{
	struct err err;

	if (journal_fence(n->journal, &n->quiet_end, &err) < 0)
		return; /* tried again at the next look */
	n->fenced = true;
	node_raise_committed(n, n->quiet_end);
}

static void look_whether_quiet(struct node *n)
{
	bool serves = fsm_mode(n->fsm.state) != AUTHORITY_SILENT;

	if (!serves && (!n->fenced ||
		(n->stream.phase != STREAM_OFF && !stream_has_sent(&n->stream, n->quiet_end))))
		return;
	n->quiescing = false;
	if (!serves)
		node_feed_kind(n, FSM_EVENT_QUIET);
}

void node_go_on(struct node *n)
{
	int rc;

	if (n->quiescing && !n->fenced)
		fence(n);
	rc = stream_go(&n->stream, &n->err);
	if (rc < 0) {
		stream_stop(&n->stream);
		node_stream_failed(n, rc);
		return;
	}
	if (snapshot_is_complete(&n->snapshot))
		switch_over(n);
	if (n->receiving == NODE_REACH && !snapshot_is_on(&n->snapshot) &&
		atomic_load(&n->region->committed) >= n->reach)
		reached(n);
	if (n->merging && n->suffix.next > n->merge_end) {
		n->merging = false;
		node_feed_position(n, FSM_EVENT_MERGED, atomic_load(&n->region->committed));
	}
	if (n->sending_suffix && stream_has_sent(&n->stream, n->suffix_end)) {
		n->sending_suffix = false;
		node_feed_kind(n, FSM_EVENT_SUFFIX_SENT);
	}
	if (n->quiescing)
		look_whether_quiet(n);
}
