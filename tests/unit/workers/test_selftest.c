/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_selftest: packets of the self test through the socket pair, what the trace says of packets.
 */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/unit/workers/stage.h"
#include "workers/batch.h"
#include "workers/note.h"
#include "workers/selftest.h"

#define RELAY 0xc00002feu

static const char conf[] = "subnet4 = ( { id = 7; subnet = \"192.0.2.0/24\";"
	" pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); } );";

static struct stage *new_stage(void)
{
	struct stage *s = stage_new(conf);
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	s->child.test_fd = fds[0];
	s->child.port.test_fd = fds[1];
	s->child.port.interface = 0;
	return s;
}

/* A DISCOVER through a relay, as the control process hands it over. */
static struct selftest_request request(struct stage *s, uint32_t ticket)
{
	struct selftest_request r = {.ticket = ticket};

	stage_begin(s, MSG_DISCOVER, 1);
	stage_set(s, STAGE_GIADDR, RELAY);
	s->octets[s->len++] = OPT_END;
	r.len = (uint32_t)s->len;
	memcpy(r.message, s->octets, s->len);
	return r;
}

Test(selftest, there_and_back)
{
	struct stage *s = new_stage();
	struct selftest_request out = request(s, 41), in;
	struct answer a = {.way = WAY_TEST, .test = 41, .len = 300};
	struct selftest_reply reply;

	cr_expect_not(selftest_take(&s->child, &in), "nothing waits");
	cr_assert_eq(selftest_ask(&s->child, &out), 0);
	cr_assert(selftest_take(&s->child, &in));
	cr_expect_not(selftest_take(&s->child, &in), "it is taken");
	s->q.packet = selftest_packet(&in, STAGE_SERVER);
	cr_expect_eq(s->q.packet.src_ip, RELAY);
	cr_expect_eq(s->q.packet.test, 41);
	cr_assert_eq(path_walk(&s->q, false), VERDICT_ANSWER);
	cr_expect_not(selftest_reply(&s->child, 41, &reply), "no answer yet");
	selftest_tell(&s->child, &s->q, VERDICT_SILENT);
	a.test = 39; /* an earlier one */
	selftest_send(&s->child.port, &a);
	a.test = 41;
	selftest_send(&s->child.port, &a);
	cr_assert(selftest_reply(&s->child, 41, &reply));
	cr_expect_eq(reply.verdict, VERDICT_SILENT);
	cr_assert(selftest_reply(&s->child, 41, &reply), "the other one is skipped");
	cr_expect(reply.verdict == VERDICT_ANSWER && reply.len == 300);
	s->q.packet.test = 0;
	selftest_tell(&s->child, &s->q, VERDICT_DROP);
	cr_expect_not(selftest_reply(&s->child, 41, &reply), "it is a client's packet");
	stage_free(s);
}

Test(selftest, what_is_no_request)
{
	struct stage *s = new_stage();
	struct selftest_request good = request(s, 1), bad, in;

	cr_assert_eq(selftest_ask(&s->child, &good), 0);
	cr_assert(selftest_take(&s->child, &in));
	bad = good;
	bad.ticket = 0;
	cr_assert_eq(selftest_ask(&s->child, &bad), 0);
	cr_expect_not(selftest_take(&s->child, &in));
	bad = good;
	bad.len = SELFTEST_SIZE + 1;
	cr_assert_eq(selftest_ask(&s->child, &bad), 0);
	cr_expect_not(selftest_take(&s->child, &in));
	bad.len = 10;
	cr_assert_eq(selftest_ask(&s->child, &bad), 0);
	cr_expect_not(selftest_take(&s->child, &in));
	stage_free(s);
}

Test(note, says_what_was_decided)
{
	struct stage *s = new_stage();
	struct trace_record t;

	stage_begin(s, MSG_DISCOVER, 1);
	note_decision(&s->q, stage_walk(s));
	cr_expect_eq(trace_written(s->region, 1), 0, "nobody looks");
	trace_want(s->region);
	stage_begin(s, MSG_DISCOVER, 2);
	note_decision(&s->q, stage_walk(s));
	cr_assert(trace_read(s->region, 1, 0, &t));
	cr_expect(t.verdict == VERDICT_ANSWER && t.type == MSG_DISCOVER && t.answer == MSG_OFFER);
	cr_expect(t.subnet_id == 7 && t.address == s->q.address && t.origin == ORIGIN_FREE);
	cr_expect(t.hlen == 6 && memcmp(t.hwaddr, s->q.msg.chaddr, 6) == 0);
	s->q.packet.payload = span_of("x", 1);
	memcpy(s->q.packet.src_mac, "\2\0\0\0\0\7", 6);
	note_decision(&s->q, path_walk(&s->q, false));
	cr_assert(trace_read(s->region, 1, 1, &t));
	cr_expect(t.verdict == VERDICT_DROP && t.reason == COUNTER_PARSE_FAILED && t.address == 0);
	cr_expect(t.hlen == 6 && memcmp(t.hwaddr, "\2\0\0\0\0\7", 6) == 0);
	stage_free(s);
}
