/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_ha: octets from the partner. The first one chooses the version agreed on; the checksum is
 * put right, so that what is behind it is reached. What is read is written again as it was.
 */
#include <string.h>

#include "ha/proto.h"
#include "shm/base/err.h"
#include "shm/base/hash.h"
#include "shm/record.h"
#include "tests/fuzz/fuzz.h"

static uint8_t buf[2 * PROTO_FRAME_MAX], again[2 * PROTO_FRAME_MAX];

static int on_entry(void *arg, uint64_t position, struct span entry)
{
	struct change c;

	(void)arg;
	if (position == 0 || entry.len == 0)
		bug("an entry that must not be");
	change_decode(entry, &c);
	return 0;
}

static int on_row(void *arg, uint64_t seq, struct span row)
{
	struct lease l;

	(void)arg;
	(void)seq;
	if (row.len == 0)
		bug("an empty row");
	record_decode(row, &l);
	return 0;
}

static void check_message(struct span payload)
{
	struct fsm_message m, n;
	struct wire_writer w;

	if (proto_read_message(payload, &m) < 0)
		return;
	wire_writer_init(&w, again, sizeof(again));
	proto_write_message(&w, &m);
	if (w.failed || wire_written(&w) != payload.len ||
		proto_read_message(span_of(again, wire_written(&w)), &n) < 0 || n.term != m.term)
		bug("a message became something else");
}

static void read_payload(const struct proto_frame *f)
{
	char text[PROTO_TEXT_MAX + 1];
	struct proto_snapshot copy;
	struct proto_hello hello;
	uint32_t ids[PAIR_IDS];
	uint64_t number;
	uint8_t why;

	switch (f->type) {
	case PROTO_HELLO:
		if (proto_read_hello(f->payload, &hello) == 0 &&
			strlen(hello.name) > PROTO_NAME_MAX)
			bug("a name without end");
		break;
	case PROTO_REFUSE:
		proto_read_refusal(f->payload, &why, text);
		break;
	case PROTO_MESSAGE:
		check_message(f->payload);
		break;
	case PROTO_CHANGES:
	case PROTO_SUFFIX:
		proto_each_change(f->payload, on_entry, NULL);
		break;
	case PROTO_ROWS:
	case PROTO_HOSTS:
		proto_each_row(f->payload, on_row, NULL);
		break;
	case PROTO_SNAPSHOT:
	case PROTO_SNAPSHOT_END:
		proto_read_snapshot(f->payload, &copy);
		break;
	case PROTO_IDS:
		proto_read_ids(f->payload, ids);
		break;
	default:
		proto_read_number(f->payload, &number);
		break;
	}
}

static void set_checksum(uint8_t *frame, size_t len)
{
	static const struct hash_key zero;
	struct wire_reader r;
	struct wire_writer w;
	uint32_t size;

	wire_reader_init(&r, frame, len);
	wire_read_le32(&r);
	size = wire_read_le32(&r);
	if (r.failed || size > len || PROTO_HEADER + (size_t)size > len)
		return;
	wire_writer_init(&w, frame, 4);
	wire_write_le32(&w, (uint32_t)hash_bytes(&zero, frame + 4, PROTO_HEADER - 4 + size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proto_frame f;
	size_t used, len = size > 0 ? size - 1 : 0;
	uint8_t version = size > 0 ? data[0] % 2 : 0;

	if (len > sizeof(buf))
		return 0;
	memcpy(buf, data + (size > 0), len);
	set_checksum(buf, len);
	if (proto_take(buf, len, version, &f, &used) != 1)
		return 0;
	if (used > len || f.payload.len > PROTO_PAYLOAD_MAX)
		bug("a frame longer than what came");
	read_payload(&f);
	return 0;
}
