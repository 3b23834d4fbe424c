/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record: rows and journal entries to octets and back. Every field of a row that comes from disk
 * or from the partner is checked here and nowhere else.
 */
#include "shm/record.h"

#include <errno.h>

#define CHANGE_VERSION 1

static uint32_t shifted(uint32_t time_s, int64_t by_s)
{
	int64_t t = (int64_t)time_s + by_s;

	if (time_s == 0 || time_s == UINT32_MAX)
		return time_s;
	return t < 1 ? 1 : t > UINT32_MAX - 1 ? UINT32_MAX - 1 : (uint32_t)t;
}

void lease_shift(struct lease *l, int64_t by_s)
{
	l->cltt = shifted(l->cltt, by_s);
	l->acked_end_s = shifted(l->acked_end_s, by_s);
	l->reuse_after_s = shifted(l->reuse_after_s, by_s);
}

static bool fits(const struct lease *l)
{
	return l->address != 0 && l->hlen <= RECORD_HWADDR_MAX && l->client_id.len <= 255 &&
		l->hostname.len <= 255 && l->agent.len <= 255 &&
		l->client_id.len + l->hostname.len + l->agent.len + l->context.len <= RECORD_VAR_MAX;
}

static void write_row(struct wire_writer *w, const struct lease *l)
{
	bool pair = lease_has_pair(l);

	wire_write_u8(w, RECORD_VERSION);
	wire_write_u8(w, l->state);
	wire_write_u8(w, (uint8_t)((l->flags & ~LEASE_PAIR) | (pair ? LEASE_PAIR : 0)));
	wire_write_u8(w, l->htype);
	wire_write_u8(w, l->hlen);
	wire_write_u8(w, (uint8_t)l->client_id.len);
	wire_write_u8(w, (uint8_t)l->hostname.len);
	wire_write_u8(w, (uint8_t)l->agent.len);
	wire_write_le16(w, (uint16_t)l->context.len);
	wire_write_le32(w, l->address);
	wire_write_le32(w, l->subnet_id);
	wire_write_le32(w, l->pool_id);
	wire_write_le32(w, l->cltt);
	wire_write_le32(w, l->valid_lft);
	if (pair) {
		wire_write_le32(w, l->acked_end_s);
		wire_write_le32(w, l->reuse_after_s);
	}
	wire_write(w, l->hwaddr, l->hlen);
	wire_write(w, l->client_id.p, l->client_id.len);
	wire_write(w, l->hostname.p, l->hostname.len);
	wire_write(w, l->agent.p, l->agent.len);
	wire_write(w, l->context.p, l->context.len);
}

size_t record_encode(const struct lease *l, uint8_t *buf, size_t size)
{
	struct wire_writer w;

	if (!fits(l))
		return 0;
	wire_writer_init(&w, buf, size);
	write_row(&w, l);
	return w.failed ? 0 : wire_written(&w);
}

/* The four parts of variable length, whose lengths were read before. */
static void read_parts(struct wire_reader *r, struct lease *l, const uint8_t lens[3],
	uint16_t context)
{
	struct span hw = wire_read(r, l->hlen);

	if (hw.p != NULL)
		memcpy(l->hwaddr, hw.p, hw.len);
	l->client_id = wire_read(r, lens[0]);
	l->hostname = wire_read(r, lens[1]);
	l->agent = wire_read(r, lens[2]);
	l->context = wire_read(r, context);
}

int record_decode(struct span data, struct lease *ret)
{
	struct lease l = {0};
	struct wire_reader r;
	uint8_t lens[3];
	uint16_t context;

	if (data.len > 0 && data.p[0] > RECORD_VERSION)
		return -ENOTSUP;
	wire_reader_init(&r, data.p, data.len);
	if (wire_read_u8(&r) != RECORD_VERSION)
		return -EBADMSG;
	l.state = wire_read_u8(&r);
	l.flags = wire_read_u8(&r);
	l.htype = wire_read_u8(&r);
	l.hlen = wire_read_u8(&r);
	for (int i = 0; i < 3; i++)
		lens[i] = wire_read_u8(&r);
	context = wire_read_le16(&r);
	l.address = wire_read_le32(&r);
	l.subnet_id = wire_read_le32(&r);
	l.pool_id = wire_read_le32(&r);
	l.cltt = wire_read_le32(&r);
	l.valid_lft = wire_read_le32(&r);
	if ((l.flags & LEASE_PAIR) != 0) {
		l.acked_end_s = wire_read_le32(&r);
		l.reuse_after_s = wire_read_le32(&r);
	}
	l.flags &= (uint8_t)~LEASE_PAIR;
	if (r.failed || l.hlen > RECORD_HWADDR_MAX || l.state > LEASE_RELEASED || l.address == 0)
		return -EBADMSG;
	read_parts(&r, &l, lens, context);
	if (r.failed || wire_left(&r) > 0 || !fits(&l))
		return -EBADMSG;
	*ret = l;
	return 0;
}

static void write_mark(struct wire_writer *w, const struct change *c)
{
	wire_write_le64(w, c->term);
	wire_write_u8(w, c->node);
}

static bool host_fits(const struct change *c)
{
	return c->host_key.len > 5 && c->host_key.len <= HOST_KEY_MAX &&
		c->host.len <= HOST_TEXT_MAX &&
		(c->host.len > 0) == (c->kind == CHANGE_HOST_PUT);
}

static size_t encode_host(const struct change *c, uint8_t *buf, size_t size)
{
	struct wire_writer w;

	if (!host_fits(c))
		return 0;
	wire_writer_init(&w, buf, size);
	wire_write_u8(&w, CHANGE_VERSION);
	wire_write_u8(&w, c->kind);
	wire_write_le16(&w, (uint16_t)c->host_key.len);
	wire_write(&w, c->host_key.p, c->host_key.len);
	wire_write(&w, c->host.p, c->host.len);
	return w.failed ? 0 : wire_written(&w);
}

size_t change_encode(const struct change *c, uint8_t *buf, size_t size)
{
	struct wire_writer w;

	if (change_is_host(c))
		return encode_host(c, buf, size);
	if (c->kind != CHANGE_MARK &&
		(c->lease.address == 0 || (c->kind == CHANGE_PUT && !fits(&c->lease))))
		return 0;
	wire_writer_init(&w, buf, size);
	wire_write_u8(&w, CHANGE_VERSION);
	wire_write_u8(&w, c->kind);
	if (c->kind == CHANGE_PUT) {
		write_row(&w, &c->lease);
	} else if (c->kind == CHANGE_DELETE) {
		wire_write_le32(&w, c->lease.address);
		wire_write_u8(&w, c->lease.state);
	} else {
		write_mark(&w, c);
	}
	return w.failed ? 0 : wire_written(&w);
}

int change_decode(struct span data, struct change *ret)
{
	struct change c = {0};
	struct wire_reader r;
	int rc = 0;

	if (data.len > 0 && data.p[0] > CHANGE_VERSION)
		return -ENOTSUP;
	wire_reader_init(&r, data.p, data.len);
	if (wire_read_u8(&r) != CHANGE_VERSION)
		return -EBADMSG;
	c.kind = wire_read_u8(&r);
	if (c.kind == CHANGE_PUT) {
		c.row = wire_read(&r, wire_left(&r));
		rc = r.failed ? -EBADMSG : record_decode(c.row, &c.lease);
	} else if (c.kind == CHANGE_DELETE) {
		c.lease.address = wire_read_le32(&r);
		c.lease.state = wire_read_u8(&r);
		rc = r.failed || wire_left(&r) > 0 || c.lease.address == 0 ? -EBADMSG : 0;
	} else if (c.kind == CHANGE_MARK) {
		c.term = wire_read_le64(&r);
		c.node = wire_read_u8(&r);
		rc = r.failed || wire_left(&r) > 0 || c.node > 1 ? -EBADMSG : 0;
	} else if (change_is_host(&c)) {
		c.host_key = wire_read(&r, wire_read_le16(&r));
		c.host = wire_read(&r, wire_left(&r));
		rc = r.failed || !host_fits(&c) ? -EBADMSG : 0;
	} else {
		rc = -EBADMSG;
	}
	if (rc == 0)
		*ret = c;
	return rc;
}
