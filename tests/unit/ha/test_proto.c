/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_proto: what is written is read again, and what is damaged, cut short or not agreed on is
 * refused.
 */
#include <criterion/criterion.h>
#include <errno.h>

#include "ha/proto.h"

static uint8_t buf[PROTO_FRAME_MAX];

static size_t number_frame(uint8_t version, enum proto_type type, uint64_t number)
{
	struct wire_writer w;

	proto_begin(&w, buf, sizeof(buf), version, type);
	proto_write_number(&w, number);
	return proto_end(&w);
}

Test(proto, a_frame_comes_in_pieces)
{
	size_t len = number_frame(1, PROTO_ACK, 77), used;
	struct proto_frame f;
	uint64_t number;

	for (size_t i = 0; i < len; i++)
		cr_assert_eq(proto_take(buf, i, 1, &f, &used), 0, "%zu octets", i);
	cr_assert_eq(proto_take(buf, len + 5, 1, &f, &used), 1);
	cr_assert_eq(used, len);
	cr_assert_eq(f.type, PROTO_ACK);
	cr_assert_eq(proto_read_number(f.payload, &number), 0);
	cr_assert_eq(number, 77);
}

Test(proto, every_damaged_octet_is_found)
{
	size_t len = number_frame(1, PROTO_ACK, 77), used;
	struct proto_frame f;

	for (size_t i = 0; i < len; i++) {
		int rc;

		buf[i] ^= 0x40;
		rc = proto_take(buf, len, 1, &f, &used);
		cr_expect(rc < 0 || rc == 0, "octet %zu", i);
		cr_expect(rc != 1, "octet %zu", i);
		buf[i] ^= 0x40;
	}
}

Test(proto, only_what_is_agreed_on)
{
	static const struct {
		uint8_t written, agreed;
		enum proto_type type;
		int rc;
	} cases[] = {
		{1, 1, PROTO_ACK, 1},
		{1, 0, PROTO_ACK, -EPROTO}, /* before the greeting */
		{2, 1, PROTO_ACK, -EPROTO}, /* another version */
		{1, 1, PROTO_HELLO, 1},     /* always in version 0 */
		{1, 0, PROTO_HELLO, 1},
		{1, 0, PROTO_REFUSE, 1},
		{1, 1, PROTO_TYPES, -EPROTO},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = number_frame(cases[i].written, cases[i].type, 1), used;
		struct proto_frame f;

		cr_expect_eq(proto_take(buf, len, cases[i].agreed, &f, &used), cases[i].rc,
			"case %zu", i);
	}
}

Test(proto, a_length_beyond_the_limit_is_refused_at_once)
{
	uint8_t head[8] = {0, 0, 0, 0, 1, 0, 1, 0}; /* 65537 */
	struct proto_frame f;
	size_t used;

	cr_assert_eq(proto_take(head, sizeof(head), 1, &f, &used), -EMSGSIZE);
}

Test(proto, versions)
{
	cr_expect_eq(proto_agree(1, 1), 1);
	cr_expect_eq(proto_agree(1, 9), PROTO_VERSION_HIGH);
	cr_expect_eq(proto_agree(PROTO_VERSION_HIGH + 1, 9), 0);
	cr_expect_eq(proto_agree(0, 0), 0);
}

Test(proto, hello)
{
	struct proto_hello h = {.low = 1, .high = 3, .name = "node-a"}, got;
	struct proto_frame f;
	struct wire_writer w;
	size_t used;

	proto_begin(&w, buf, sizeof(buf), 1, PROTO_HELLO);
	proto_write_hello(&w, &h);
	wire_write_le64(&w, 5); /* what a newer version adds */
	cr_assert_eq(proto_take(buf, proto_end(&w), 0, &f, &used), 1);
	cr_assert_eq(proto_read_hello(f.payload, &got), 0);
	cr_expect_eq(got.low, 1);
	cr_expect_eq(got.high, 3);
	cr_expect_str_eq(got.name, "node-a");
	cr_expect_eq(proto_read_hello(span_of(f.payload.p, 6), &got), -EBADMSG);
}

static struct fsm_message example(void)
{
	struct fsm_message m = {
		.kind = FSM_HELLO,
		.node = 1,
		.state = FSM_CATCHUP,
		.saved = FSM_STANDBY,
		.flags = FSM_FLAG_PREFER,
		.term = 5,
		.end = 100,
		.applied = 99,
		.position = 98,
		.beat = {1, 2, 3, 4},
	};

	memset(m.hello.uuid, 0x11, sizeof(m.hello.uuid));
	m.hello.incarnation = 7;
	m.hello.acked = 50;
	m.hello.runs.n = 2;
	m.hello.runs.v[0] = (struct fsm_run){1, 1, 0};
	m.hello.runs.v[1] = (struct fsm_run){4, 60, 1};
	return m;
}

static size_t message_payload(const struct fsm_message *m, uint8_t *out, size_t size)
{
	struct wire_writer w;

	wire_writer_init(&w, out, size);
	proto_write_message(&w, m);
	cr_assert(!w.failed);
	return wire_written(&w);
}

Test(proto, message)
{
	struct fsm_message m = example(), got = {0};
	size_t len = message_payload(&m, buf, sizeof(buf));

	cr_assert_eq(proto_read_message(span_of(buf, len), &got), 0);
	cr_expect_eq(got.term, 5);
	cr_expect_eq(got.position, 98);
	cr_expect_eq(got.beat.echo_us, 4);
	cr_expect_eq(got.hello.incarnation, 7);
	cr_expect_eq(got.hello.uuid[3], 0x11);
	cr_expect_eq(got.hello.runs.n, 2);
	cr_expect_eq(got.hello.runs.v[1].start, 60);
	for (size_t i = 0; i < len; i++)
		cr_expect_eq(proto_read_message(span_of(buf, i), &got), -EBADMSG, "%zu", i);
}

Test(proto, messages_out_of_range_are_refused)
{
	struct fsm_message m[6], got;

	for (size_t i = 0; i < 6; i++)
		m[i] = example();
	m[0].kind = FSM_MESSAGE_KINDS;
	m[1].node = FSM_NODES;
	m[2].state = FSM_STATES;
	m[3].saved = FSM_STATES;
	m[4].hello.runs.v[1].writer = FSM_NODES;
	m[5].hello.runs.v[0].start = 0;
	for (size_t i = 0; i < 6; i++) {
		size_t len = message_payload(&m[i], buf, sizeof(buf));

		cr_expect_eq(proto_read_message(span_of(buf, len), &got), -EBADMSG, "%zu", i);
	}
}

struct seen {
	uint64_t next;
	int n;
};

static int see(void *arg, uint64_t position, struct span entry)
{
	struct seen *s = (struct seen *)arg;

	cr_assert_eq(position, s->next++);
	cr_assert_eq(entry.len, 100);
	s->n++;
	return 0;
}

Test(proto, a_batch_is_full_before_the_frame_is)
{
	struct seen s = {.next = 500};
	struct proto_batch b;
	struct proto_frame f;
	uint8_t entry[100] = {1};
	size_t used;
	int n = 0;

	proto_batch_begin(&b, buf, sizeof(buf), 1, PROTO_CHANGES, 500);
	cr_assert_eq(proto_batch_end(&b), 0, "no entry, no frame");
	while (proto_batch_add(&b, span_of(entry, sizeof(entry))))
		n++;
	cr_assert_gt(n, 600);
	cr_assert_eq(proto_take(buf, proto_batch_end(&b), 1, &f, &used), 1);
	cr_assert_eq(proto_each_change(f.payload, see, &s), n);
	cr_assert_eq(s.n, n);
	s.next = 500;
	cr_expect_eq(proto_each_change(span_of(f.payload.p, f.payload.len - 1), see, &s), -EBADMSG);
	cr_expect_eq(proto_each_change(span_of(f.payload.p, 8), see, &s), -EBADMSG);
}
