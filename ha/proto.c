/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proto: every bounds check is wire.h's; a decoder looks at the reader's failure once, at its end.
 */
#include "ha/proto.h"

#include <errno.h>

#include "shm/base/hash.h"

#define MAGIC     0x4c48
#define UNCOUNTED 4 /* octets of the checksum itself */

static uint32_t checksum(const uint8_t *data, size_t len)
{
	static const struct hash_key zero;

	return (uint32_t)hash_bytes(&zero, data, len);
}

static bool may_come(uint8_t version, const struct proto_frame *f)
{
	if (f->type == PROTO_HELLO || f->type == PROTO_REFUSE)
		return f->version == 0;
	return version != 0 && f->version == version && f->type > PROTO_REFUSE &&
		f->type < PROTO_TYPES;
}

int proto_take(
        const uint8_t *data, size_t len, uint8_t version, struct proto_frame *ret, size_t *ret_used)
{
	struct proto_frame f = {0};
	struct wire_reader r;
	uint32_t sum, size;

	wire_reader_init(&r, data, len);
	sum = wire_read_le32(&r);
	size = wire_read_le32(&r);
	if (!r.failed && size > PROTO_PAYLOAD_MAX)
		return -EMSGSIZE;
	if (wire_read_le16(&r) != MAGIC && !r.failed)
		return -EBADMSG;
	f.version = wire_read_u8(&r);
	f.type = wire_read_u8(&r);
	f.payload = wire_read(&r, size);
	if (r.failed)
		return 0;
	if (checksum(data + UNCOUNTED, PROTO_HEADER - UNCOUNTED + size) != sum)
		return -EBADMSG;
	if (!may_come(version, &f))
		return -EPROTO;
	*ret = f;
	*ret_used = PROTO_HEADER + size;
	return 1;
}

void proto_begin(
        struct wire_writer *w, void *buf, size_t size, uint8_t version, enum proto_type type)
{
	wire_writer_init(w, buf, size);
	wire_write_le32(w, 0);
	wire_write_le32(w, 0);
	wire_write_le16(w, MAGIC);
	wire_write_u8(w, type == PROTO_HELLO || type == PROTO_REFUSE ? 0 : version);
	wire_write_u8(w, (uint8_t)type);
}

size_t proto_end(struct wire_writer *w)
{
	size_t len = wire_written(w);
	struct wire_writer head;

	if (w->failed || len > PROTO_FRAME_MAX)
		return 0;
	wire_writer_init(&head, w->start + UNCOUNTED, UNCOUNTED);
	wire_write_le32(&head, (uint32_t)(len - PROTO_HEADER));
	wire_writer_init(&head, w->start, UNCOUNTED);
	wire_write_le32(&head, checksum(w->start + UNCOUNTED, len - UNCOUNTED));
	return len;
}

uint8_t proto_agree(uint16_t low, uint16_t high)
{
	uint16_t best = high < PROTO_VERSION_HIGH ? high : PROTO_VERSION_HIGH;

	return best >= low && best >= PROTO_VERSION_LOW ? (uint8_t)best : 0;
}

/* --- text --- */

static void write_text(struct wire_writer *w, const char *s, size_t max)
{
	size_t len = strnlen(s, max);

	wire_write_u8(w, (uint8_t)len);
	wire_write(w, s, len);
}

/* ret holds max + 1 octets. What could disturb a terminal or a log becomes '?'. */
static void read_text(struct wire_reader *r, char *ret, size_t max)
{
	struct span s = wire_read(r, wire_read_u8(r));

	if (s.len > max)
		r->failed = true;
	if (r->failed)
		s.len = 0;
	for (size_t i = 0; i < s.len; i++)
		ret[i] = s.p[i] >= 0x20 && s.p[i] < 0x7f ? (char)s.p[i] : '?';
	ret[s.len] = '\0';
}

/* --- hello, refusal --- */

void proto_write_hello(struct wire_writer *w, const struct proto_hello *h)
{
	wire_write_le16(w, h->low);
	wire_write_le16(w, h->high);
	write_text(w, h->name, PROTO_NAME_MAX);
}

int proto_read_hello(struct span payload, struct proto_hello *ret)
{
	struct proto_hello h = {0};
	struct wire_reader r;

	wire_reader_init(&r, payload.p, payload.len);
	h.low = wire_read_le16(&r);
	h.high = wire_read_le16(&r);
	read_text(&r, h.name, PROTO_NAME_MAX);
	if (r.failed || h.low > h.high)
		return -EBADMSG;
	*ret = h;
	return 0;
}

void proto_write_refusal(struct wire_writer *w, enum proto_refusal why, const char *text)
{
	wire_write_u8(w, (uint8_t)why);
	write_text(w, text, PROTO_TEXT_MAX);
}

int proto_read_refusal(struct span payload, uint8_t *ret_why, char *text)
{
	struct wire_reader r;
	uint8_t why;

	wire_reader_init(&r, payload.p, payload.len);
	why = wire_read_u8(&r);
	read_text(&r, text, PROTO_TEXT_MAX);
	if (r.failed)
		return -EBADMSG;
	*ret_why = why;
	return 0;
}

/* --- small messages --- */

static int end_read(const struct wire_reader *r)
{
	return r->failed || wire_left(r) > 0 ? -EBADMSG : 0;
}

static void write_runs(struct wire_writer *w, const struct fsm_runs *runs)
{
	wire_write_u8(w, (uint8_t)runs->n);
	for (size_t i = 0; i < runs->n; i++) {
		wire_write_le64(w, runs->v[i].term);
		wire_write_le64(w, runs->v[i].start);
		wire_write_u8(w, runs->v[i].writer);
	}
}

static void read_runs(struct wire_reader *r, struct fsm_runs *ret)
{
	ret->n = wire_read_u8(r);
	if (ret->n > FSM_RUNS)
		r->failed = true;
	for (size_t i = 0; i < ret->n && !r->failed; i++) {
		ret->v[i].term = wire_read_le64(r);
		ret->v[i].start = wire_read_le64(r);
		ret->v[i].writer = wire_read_u8(r);
		if (ret->v[i].writer >= FSM_NODES || ret->v[i].start == 0)
			r->failed = true;
	}
}

void proto_write_message(struct wire_writer *w, const struct fsm_message *m)
{
	wire_write_u8(w, m->kind);
	wire_write_u8(w, m->node);
	wire_write_u8(w, m->state);
	wire_write_u8(w, m->saved);
	wire_write_u8(w, m->flags);
	wire_write_le64(w, m->term);
	wire_write_le64(w, m->end);
	wire_write_le64(w, m->applied);
	wire_write_le64(w, m->position);
	wire_write_le64(w, m->beat.sent_ns);
	wire_write_le64(w, m->beat.sent_us);
	wire_write_le64(w, m->beat.received_us);
	wire_write_le64(w, m->beat.echo_us);
	if (m->kind != FSM_HELLO)
		return;
	wire_write(w, m->hello.uuid, sizeof(m->hello.uuid));
	wire_write(w, m->hello.partner, sizeof(m->hello.partner));
	wire_write(w, m->hello.config_hash, sizeof(m->hello.config_hash));
	wire_write_le64(w, m->hello.incarnation);
	wire_write_le64(w, m->hello.acked);
	write_runs(w, &m->hello.runs);
}

static void read_octets(struct wire_reader *r, uint8_t *ret, size_t len)
{
	struct span s = wire_read(r, len);

	if (s.p != NULL)
		memcpy(ret, s.p, len);
}

static void read_store(struct wire_reader *r, struct fsm_message *m)
{
	read_octets(r, m->hello.uuid, sizeof(m->hello.uuid));
	read_octets(r, m->hello.partner, sizeof(m->hello.partner));
	read_octets(r, m->hello.config_hash, sizeof(m->hello.config_hash));
	m->hello.incarnation = wire_read_le64(r);
	m->hello.acked = wire_read_le64(r);
	read_runs(r, &m->hello.runs);
}

int proto_read_message(struct span payload, struct fsm_message *ret)
{
	struct fsm_message m = {0};
	struct wire_reader r;

	wire_reader_init(&r, payload.p, payload.len);
	m.kind = wire_read_u8(&r);
	m.node = wire_read_u8(&r);
	m.state = wire_read_u8(&r);
	m.saved = wire_read_u8(&r);
	m.flags = wire_read_u8(&r) & FSM_FLAG_KNOWN;
	m.term = wire_read_le64(&r);
	m.end = wire_read_le64(&r);
	m.applied = wire_read_le64(&r);
	m.position = wire_read_le64(&r);
	m.beat.sent_ns = wire_read_le64(&r);
	m.beat.sent_us = wire_read_le64(&r);
	m.beat.received_us = wire_read_le64(&r);
	m.beat.echo_us = wire_read_le64(&r);
	if (m.kind == FSM_HELLO)
		read_store(&r, &m);
	if (end_read(&r) < 0 || m.kind == 0 || m.kind >= FSM_MESSAGE_KINDS || m.node >= FSM_NODES ||
		m.state >= FSM_STATES || m.saved >= FSM_STATES)
		return -EBADMSG;
	*ret = m;
	return 0;
}

void proto_write_number(struct wire_writer *w, uint64_t n)
{
	wire_write_le64(w, n);
}

int proto_read_number(struct span payload, uint64_t *ret)
{
	struct wire_reader r;
	uint64_t n;

	wire_reader_init(&r, payload.p, payload.len);
	n = wire_read_le64(&r);
	if (end_read(&r) < 0)
		return -EBADMSG;
	*ret = n;
	return 0;
}

void proto_write_ids(struct wire_writer *w, const uint32_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		wire_write_le32(w, ids[i]);
}

int proto_read_ids(struct span payload, uint32_t ret_ids[PAIR_IDS])
{
	struct wire_reader r;
	size_t n = payload.len / 4;

	if (payload.len % 4 != 0 || n > PAIR_IDS)
		return -EBADMSG;
	wire_reader_init(&r, payload.p, payload.len);
	for (size_t i = 0; i < n; i++)
		ret_ids[i] = wire_read_le32(&r);
	return (int)n;
}

void proto_write_snapshot(struct wire_writer *w, const struct proto_snapshot *s)
{
	wire_write_le64(w, s->position);
	wire_write_le64(w, s->rows);
	write_runs(w, &s->runs);
}

int proto_read_snapshot(struct span payload, struct proto_snapshot *ret)
{
	struct proto_snapshot s;
	struct wire_reader r;

	wire_reader_init(&r, payload.p, payload.len);
	s.position = wire_read_le64(&r);
	s.rows = wire_read_le64(&r);
	read_runs(&r, &s.runs);
	if (end_read(&r) < 0)
		return -EBADMSG;
	*ret = s;
	return 0;
}

/* --- batches of entries --- */

static bool has_room(const struct proto_batch *b, size_t len)
{
	return !b->w.failed && len <= (size_t)(b->w.end - b->w.p) &&
		wire_written(&b->w) + len <= PROTO_FRAME_MAX && b->n < UINT16_MAX;
}

void proto_batch_begin(struct proto_batch *b, void *buf, size_t size, uint8_t version,
        enum proto_type type, uint64_t first)
{
	b->n = 0;
	proto_begin(&b->w, buf, size, version, type);
	wire_write_le64(&b->w, first);
}

bool proto_batch_add(struct proto_batch *b, struct span entry)
{
	if (entry.len > UINT16_MAX || !has_room(b, 2 + entry.len))
		return false;
	wire_write_le16(&b->w, (uint16_t)entry.len);
	wire_write(&b->w, entry.p, entry.len);
	b->n++;
	return true;
}

size_t proto_batch_end(struct proto_batch *b)
{
	return b->n == 0 ? 0 : proto_end(&b->w);
}

int proto_each_change(struct span payload, proto_entry_fn *fn, void *arg)
{
	struct wire_reader r;
	uint64_t first;
	int n = 0;

	wire_reader_init(&r, payload.p, payload.len);
	first = wire_read_le64(&r);
	if (r.failed || first == 0 || first > UINT64_MAX - PROTO_PAYLOAD_MAX || wire_left(&r) == 0)
		return -EBADMSG;
	while (wire_left(&r) > 0) {
		struct span entry = wire_read(&r, wire_read_le16(&r));
		int rc;

		if (r.failed || entry.len == 0)
			return -EBADMSG;
		rc = fn(arg, first + (uint64_t)n, entry);
		if (rc < 0)
			return rc;
		n++;
	}
	return n;
}

void proto_rows_begin(
        struct proto_batch *b, void *buf, size_t size, uint8_t version, enum proto_type type)
{
	b->n = 0;
	proto_begin(&b->w, buf, size, version, type);
}

bool proto_rows_add(struct proto_batch *b, uint64_t seq, struct span row)
{
	if (row.len > UINT16_MAX || !has_room(b, 10 + row.len))
		return false;
	wire_write_le64(&b->w, seq);
	wire_write_le16(&b->w, (uint16_t)row.len);
	wire_write(&b->w, row.p, row.len);
	b->n++;
	return true;
}

int proto_each_row(struct span payload, proto_entry_fn *fn, void *arg)
{
	struct wire_reader r;
	int n = 0;

	wire_reader_init(&r, payload.p, payload.len);
	if (wire_left(&r) == 0)
		return -EBADMSG;
	while (wire_left(&r) > 0) {
		uint64_t seq = wire_read_le64(&r);
		struct span row = wire_read(&r, wire_read_le16(&r));
		int rc;

		if (r.failed || row.len == 0)
			return -EBADMSG;
		rc = fn(arg, seq, row);
		if (rc < 0)
			return rc;
		n++;
	}
	return n;
}
