/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot: one database transaction a frame. The order of the switch lets a crash at any point be
 * mended: the copy is marked complete; the journal becomes empty and goes on behind the copy's
 * position; the copy is put in force (the loader does that, if it finds the first two); the table
 * is filled (pair.refill says so to a successor).
 */
#include "ha/snapshot.h"

#include <errno.h>

#include "shm/load.h"

#define FRAME_ROWS (PROTO_PAYLOAD_MAX / 16)

struct taking {
	struct snapshot *s;
	size_t n;
	struct leasedb_row v[FRAME_ROWS];
	size_t n_hosts;
	struct change hosts[FRAME_ROWS];
	size_t used;
	uint8_t buf[2 * PROTO_PAYLOAD_MAX]; /* rows with other times */
};

static struct taking taking; /* too large for the stack; one copy at a time */

static void begin_taking(struct snapshot *s)
{
	taking.s = s;
	taking.n = taking.n_hosts = taking.used = 0;
}

static int open_db(struct snapshot *s, struct err *err)
{
	return s->db != NULL ? 0 : leasedb_open(s->child->state_dir, &s->db, err);
}

void snapshot_want(struct snapshot *s, uint64_t until, int64_t shift_s)
{
	snapshot_stop(s);
	s->phase = SNAPSHOT_WANTED;
	s->until = until;
	s->shift_s = shift_s;
}

void snapshot_stop(struct snapshot *s)
{
	leasedb_close(s->db);
	s->db = NULL;
	s->phase = SNAPSHOT_OFF;
}

int snapshot_begin(struct snapshot *s, struct span payload, struct err *err)
{
	struct proto_snapshot copy;
	int rc = proto_read_snapshot(payload, &copy);

	if (rc == 0 && s->phase == SNAPSHOT_OFF)
		rc = -EPROTO;
	if (rc == 0)
		rc = open_db(s, err);
	if (rc == 0)
		rc = leasedb_stage_begin(s->db, err);
	if (rc < 0)
		return rc;
	s->phase = SNAPSHOT_ROWS;
	s->position = copy.position;
	s->runs = copy.runs;
	s->rows = 0;
	s->last = 0;
	return 0;
}

/* Keeps one row for the transaction of this frame. row empty: the address has no lease. */
static int keep(struct taking *t, uint32_t address, uint64_t seq, struct span row)
{
	struct lease l;
	size_t len;

	if (t->n == FRAME_ROWS)
		return -EBADMSG;
	if (t->s->shift_s != 0 && row.len > 0) {
		if (record_decode(row, &l) < 0)
			return -EBADMSG;
		lease_shift(&l, t->s->shift_s);
		len = record_encode(&l, t->buf + t->used, sizeof(t->buf) - t->used);
		row = span_of(t->buf + t->used, len);
		t->used += len;
	}
	t->v[t->n++] = (struct leasedb_row){address, seq, row};
	return 0;
}

static int take_row(void *arg, uint64_t seq, struct span row)
{
	struct taking *t = (struct taking *)arg;
	struct lease l;

	if (record_decode(row, &l) < 0 || l.address <= t->s->last)
		return -EBADMSG;
	t->s->last = l.address;
	t->s->rows++;
	return keep(t, l.address, seq, row);
}

int snapshot_rows(struct snapshot *s, struct span payload, struct err *err)
{
	int rc;

	if (s->phase != SNAPSHOT_ROWS)
		return -EPROTO;
	begin_taking(s);
	rc = proto_each_row(payload, take_row, &taking);
	return rc < 0 ? rc : leasedb_stage_rows(s->db, taking.v, taking.n, err);
}

/* Keeps a change of a reservation for the transaction of this frame. */
static int keep_host(struct taking *t, const struct change *c, uint64_t position)
{
	if (t->n_hosts == FRAME_ROWS)
		return -EBADMSG;
	t->hosts[t->n_hosts] = *c;
	t->hosts[t->n_hosts++].lease.seq = position;
	return 0;
}

static int take_host(void *arg, uint64_t seq, struct span entry)
{
	struct taking *t = (struct taking *)arg;
	struct change c;

	if (change_decode(entry, &c) < 0 || c.kind != CHANGE_HOST_PUT)
		return -EBADMSG;
	return keep_host(t, &c, seq);
}

int snapshot_hosts(struct snapshot *s, struct span payload, struct err *err)
{
	int rc;

	if (s->phase != SNAPSHOT_ROWS)
		return -EPROTO;
	begin_taking(s);
	rc = proto_each_row(payload, take_host, &taking);
	return rc < 0 ? rc : leasedb_stage_hosts(s->db, taking.hosts, taking.n_hosts, err);
}

int snapshot_end(struct snapshot *s, struct span payload)
{
	struct proto_snapshot copy;
	int rc = proto_read_snapshot(payload, &copy);

	if (rc < 0)
		return rc;
	if (s->phase != SNAPSHOT_ROWS || copy.rows != s->rows || copy.position < s->position ||
		copy.position == 0)
		return -EPROTO; /* an empty store is nobody's copy */
	s->phase = SNAPSHOT_CHANGES;
	if (copy.position > s->until)
		s->until = copy.position;
	return 0;
}

static int take_change(void *arg, uint64_t position, struct span entry)
{
	struct taking *t = (struct taking *)arg;
	struct snapshot *s = t->s;
	struct change c;

	if (change_decode(entry, &c) < 0)
		return -EBADMSG;
	if (position != s->position + 1)
		return -EPROTO;
	s->position = position;
	if (change_is_host(&c))
		return keep_host(t, &c, position);
	if (c.kind != CHANGE_MARK)
		return keep(t, c.lease.address, position, c.row);
	fsm_runs_add(&s->runs, (struct fsm_run){c.term, position, c.node});
	return 0;
}

int snapshot_changes(struct snapshot *s, struct span payload, struct err *err)
{
	int rc;

	if (s->phase == SNAPSHOT_WANTED)
		return 0;
	if (s->phase != SNAPSHOT_CHANGES)
		return -EPROTO;
	begin_taking(s);
	rc = proto_each_change(payload, take_change, &taking);
	if (rc >= 0 && taking.n_hosts > 0)
		rc = leasedb_stage_hosts(s->db, taking.hosts, taking.n_hosts, err);
	return rc < 0 ? rc : leasedb_stage_rows(s->db, taking.v, taking.n, err);
}

bool snapshot_is_complete(const struct snapshot *s)
{
	return s->phase == SNAPSHOT_CHANGES && s->position >= s->until;
}

int snapshot_switch(struct snapshot *s, struct err *err)
{
	struct region *r = s->child->region;
	int lock = leasedb_lock(s->child->state_dir, err), rc;

	if (lock < 0)
		return lock;
	atomic_store(&r->pair.refill, 1);
	rc = leasedb_stage_end(s->db, s->position, err);
	if (rc == 0)
		rc = journal_reset(s->journal, s->position, err);
	if (rc == 0)
		rc = leasedb_switch(s->db, err);
	if (rc == 0)
		rc = load_refill(s->child, s->db, s->journal, err);
	leasedb_unlock(lock);
	return rc;
}
