/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream: one frame after the other, each from a short transaction of its own, so that neither a
 * slow partner nor a large table holds up the databases.
 */
#include "ha/stream.h"

#include <errno.h>

#define QUEUE_SPARE PROTO_FRAME_MAX /* room in the queue that is left to messages */

static bool may_send(const struct stream *s)
{
	return s->open && s->sent - s->taken < STREAM_WINDOW &&
		link_room(s->link) >= PROTO_FRAME_MAX + QUEUE_SPARE;
}

static void put(struct stream *s, size_t len)
{
	s->sent += len - PROTO_HEADER;
	link_send(s->link, s->frame, len);
}

static void put_snapshot(struct stream *s, enum proto_type type, const struct proto_snapshot *copy)
{
	struct wire_writer w;

	proto_begin(&w, s->frame, sizeof(s->frame), link_version(s->link), type);
	proto_write_snapshot(&w, copy);
	put(s, proto_end(&w));
}

/* --- the copy --- */

static int begin_copy(struct stream *s, const struct fsm_runs *runs, struct err *err)
{
	struct proto_snapshot copy = {.runs = *runs};
	int rc = leasedb_open(s->state_dir, &s->db, err);

	if (rc == 0)
		rc = leasedb_position(s->db, &copy.position, &copy.rows, err);
	if (rc < 0)
		return rc;
	s->phase = STREAM_ROWS;
	s->address = 0;
	s->rows = 0;
	s->needed = copy.position;
	s->next = copy.position + 1;
	put_snapshot(s, PROTO_SNAPSHOT, &copy);
	return 0;
}

struct gathering {
	struct stream *s;
	struct proto_batch batch;
};

/* 1: the frame is full, the copy goes on with this row. */
static int gather_row(void *arg, const struct lease *l)
{
	struct gathering *g = (struct gathering *)arg;
	size_t len = record_encode(l, g->s->row, sizeof(g->s->row));

	g->s->address = l->address;
	return proto_rows_add(&g->batch, l->seq, span_of(g->s->row, len)) ? 0 : 1;
}

/* The copy counts from where the journal ended when its last row had been read. */
static void end_copy(struct stream *s)
{
	struct proto_snapshot copy = {
		.position = atomic_load(&s->region->committed), .rows = s->rows};

	put_snapshot(s, PROTO_SNAPSHOT_END, &copy);
	leasedb_close(s->db);
	s->db = NULL;
	s->phase = STREAM_CHANGES;
}

static int send_rows(struct stream *s, struct err *err)
{
	struct gathering g = {.s = s};
	size_t len;
	int rc;

	proto_rows_begin(&g.batch, s->frame, sizeof(s->frame), link_version(s->link),
		PROTO_ROWS);
	rc = leasedb_each(s->db, s->address, gather_row, &g, err);
	if (rc < 0)
		return rc;
	s->rows += g.batch.n;
	len = proto_batch_end(&g.batch);
	if (len > 0)
		put(s, len);
	if (rc == 0) {
		s->phase = STREAM_HOSTS;
		s->host_len = 0;
	}
	return 1;
}

/* 1: the frame is full, the copy goes on with this one. */
static int gather_host(void *arg, const struct change *c)
{
	struct gathering *g = (struct gathering *)arg;
	size_t len = change_encode(c, g->s->row, sizeof(g->s->row));

	if (c->host_key.len > sizeof(g->s->host))
		return -EBADMSG;
	g->s->host_len = c->host_key.len;
	memcpy(g->s->host, c->host_key.p, c->host_key.len);
	return proto_rows_add(&g->batch, c->lease.seq, span_of(g->s->row, len)) ? 0 : 1;
}

static int send_hosts(struct stream *s, struct err *err)
{
	struct gathering g = {.s = s};
	size_t len;
	int rc;

	proto_rows_begin(&g.batch, s->frame, sizeof(s->frame), link_version(s->link), PROTO_HOSTS);
	rc = leasedb_each_host(s->db, span_of(s->host, s->host_len), gather_host, &g, err);
	if (rc < 0)
		return rc;
	len = proto_batch_end(&g.batch);
	if (len > 0)
		put(s, len);
	if (rc == 0)
		end_copy(s);
	return 1;
}

/* --- changes --- */

static int gather_change(void *arg, const struct change *c)
{
	struct gathering *g = (struct gathering *)arg;

	if (c->lease.seq != g->s->next)
		return -EBADMSG;
	if (!proto_batch_add(&g->batch, c->entry))
		return -ENOBUFS;
	g->s->next++;
	return 0;
}

/* 1: a frame went out; 0: there is no change to send. */
static int send_changes(struct stream *s, struct err *err)
{
	struct gathering g = {.s = s};
	int64_t n;

	if (s->next > atomic_load(&s->region->committed))
		return 0;
	proto_batch_begin(
		&g.batch, s->frame, sizeof(s->frame), link_version(s->link), s->type, s->next);
	n = journal_read(s->journal, s->next, SIZE_MAX, gather_change, &g, err);
	if (n == -EBADMSG && err->code == 0)
		return err_set(err, -ESTALE, NULL,
			"the journal was trimmed at position %llu, which the partner needs",
			(unsigned long long)s->next);
	if (n < 0 && n != -ENOBUFS)
		return (int)n;
	if (g.batch.n == 0)
		return 0;
	put(s, proto_batch_end(&g.batch));
	return 1;
}

/* --- for callers --- */

int stream_start(struct stream *s, enum proto_type type, uint64_t first,
        const struct fsm_runs *runs, struct err *err)
{
	uint64_t held, last;
	int rc = journal_bounds(s->journal, &held, &last, err);

	if (rc < 0)
		return rc;
	stream_stop(s);
	if (type == PROTO_SUFFIX && first < held)
		return err_set(err, -ESTALE,
			"decide whose leases stand, and remove the state directory of the other",
			"what this node wrote alone from position %llu on is not in its journal "
			"any "
			"more (journal-max): it cannot be merged",
			(unsigned long long)first);
	s->type = type;
	if (type == PROTO_CHANGES && (first == 0 || first < held))
		return begin_copy(s, runs, err);
	s->phase = STREAM_CHANGES;
	s->next = first;
	s->needed = first - 1;
	return 0;
}

void stream_stop(struct stream *s)
{
	s->phase = STREAM_OFF;
	leasedb_close(s->db);
	s->db = NULL;
}

void stream_connected(struct stream *s)
{
	stream_stop(s);
	s->open = false;
	s->sent = s->taken = 0;
}

int stream_go(struct stream *s, struct err *err)
{
	int rc = 1;

	while (rc == 1 && s->phase != STREAM_OFF && may_send(s))
		rc = s->phase == STREAM_ROWS  ? send_rows(s, err) :
		     s->phase == STREAM_HOSTS ? send_hosts(s, err) :
						send_changes(s, err);
	return rc < 0 ? rc : 0;
}

int stream_taken(struct stream *s, uint64_t octets)
{
	if (octets < s->taken || octets > s->sent)
		return -EPROTO;
	s->taken = octets;
	s->open = true;
	return 0;
}

int stream_acked(struct stream *s, uint64_t position)
{
	if (s->phase != STREAM_CHANGES || position >= s->next)
		return -EPROTO;
	if (position > s->needed)
		s->needed = position;
	return 0;
}

bool stream_has_sent(const struct stream *s, uint64_t position)
{
	return s->phase == STREAM_CHANGES && s->next > position;
}
