/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_reply: where answers go (RFC 2131 4.1), and the order and room of their options.
 */
#include <criterion/criterion.h>

#include "tests/unit/workers/stage.h"

#define POOL  0xc0000264u /* 192.0.2.100 */
#define RELAY 0xc00002feu

static const char conf[] = "subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\"; authoritative = true;"
	"next-server = \"192.0.2.9\"; boot-file-name = \"boot\";"
	"pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); option-data = ("
	"{ name = \"routers\"; data = \"192.0.2.1\"; },"
	"{ name = \"domain-name\"; data = \"example.org\"; },"
	"{ name = \"ntp-servers\"; data = \"192.0.2.3\"; },"
	"{ name = \"tftp-server-name\"; data = \"t\"; always-send = true; } ); } );";

static struct answer a;

Test(reply, destinations)
{
	static const struct {
		const char *what;
		uint8_t type;
		uint32_t giaddr, ciaddr, flags, asked, dst;
		uint16_t port;
		enum answer_way way;
		bool to_broadcast_mac;
	} cases[] = {
		{"OFFER", MSG_DISCOVER, 0, 0, 0, 0, POOL, 68, WAY_FRAME, false},
		{"OFFER, broadcast flag", MSG_DISCOVER, 0, 0, 0x8000, 0, UINT32_MAX, 68, WAY_FRAME,
			true},
		{"OFFER, relay", MSG_DISCOVER, RELAY, 0, 0, 0, RELAY, 67, WAY_ROUTE, true},
		{"OFFER, relay, broadcast flag", MSG_DISCOVER, RELAY, 0, 0x8000, 0, RELAY, 67,
			WAY_ROUTE, true},
		{"ACK, renewing", MSG_REQUEST, 0, POOL, 0, 0, POOL, 68, WAY_FRAME, false},
		{"ACK, renewing, broadcast flag", MSG_REQUEST, 0, POOL, 0x8000, 0, POOL, 68,
			WAY_FRAME, false},
		{"NAK", MSG_REQUEST, 0, 0, 0, POOL + 50, UINT32_MAX, 68, WAY_FRAME, true},
		{"NAK, relay", MSG_REQUEST, RELAY, 0, 0, POOL + 50, RELAY, 67, WAY_ROUTE, true},
		{"ACK to INFORM", MSG_INFORM, 0, POOL + 50, 0, 0, POOL + 50, 68, WAY_FRAME, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
		struct stage *s = stage_new(conf);
		enum verdict v;

		stage_begin(s, cases[i].type, 1);
		stage_set(s, STAGE_FLAGS, cases[i].flags);
		stage_set(s, STAGE_CIADDR, cases[i].ciaddr);
		stage_set(s, STAGE_GIADDR, cases[i].giaddr);
		if (cases[i].asked != 0)
			stage_opt_be32(s, OPT_REQUESTED_ADDRESS, cases[i].asked);
		v = stage_walk(s);
		cr_assert(v == VERDICT_ANSWER || v == VERDICT_HOLD, "%s", cases[i].what);
		reply_make(&s->q, &a);
		cr_assert_eq(a.dst_ip, cases[i].dst, "%s: to %#x", cases[i].what, a.dst_ip);
		cr_assert_eq(a.dst_port, cases[i].port, "%s", cases[i].what);
		cr_assert_eq(a.way, cases[i].way, "%s", cases[i].what);
		if (a.way == WAY_FRAME)
			cr_assert_eq(memcmp(a.dst_mac, all, 6) == 0, cases[i].to_broadcast_mac, "%s",
				cases[i].what);
		if (s->q.answer == MSG_NAK && cases[i].giaddr != 0)
			cr_assert_eq(a.message[10] & 0x80, 0x80, "the relay shall broadcast it");
		stage_free(s);
	}
}

Test(reply, an_interface_that_cannot_send_frames_routes)
{
	struct stage *s = stage_new(conf);

	s->child.port.packet_fd = -1;
	stage_begin(s, MSG_INFORM, 1);
	stage_set(s, STAGE_CIADDR, POOL + 50);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	reply_make(&s->q, &a);
	cr_assert_eq(a.way, WAY_ROUTE);
	cr_assert_eq(a.dst_ip, POOL + 50);
	stage_free(s);
}

/* The codes of a's options in order, END not among them. */
static size_t codes(uint8_t ret[256])
{
	const uint8_t *p = a.message + MSG_OPTIONS, *end = a.message + a.len;
	size_t n = 0;

	for (; p < end && *p != OPT_END; p += 2 + p[1]) {
		cr_assert(p + 1 < end && p + 2 + p[1] < end, "an option runs over the end");
		ret[n++] = *p;
	}
	cr_assert(p < end, "no END");
	return n;
}

Test(reply, options_in_order_the_relays_last)
{
	static const uint8_t plain[] = {53, 1, 3, 15, 51, 54, 66};
	static const uint8_t asked[] = {53, 1, 3, 15, 42, 51, 54, 61, 66, 82};
	static const uint8_t nak[] = {53, 54, 82};
	struct stage *s = stage_new(conf);
	uint8_t got[256];

	stage_begin(s, MSG_DISCOVER, 1);
	stage_walk(s);
	reply_make(&s->q, &a);
	cr_assert(span_equal(span_of(got, codes(got)), span_of(plain, sizeof(plain))));
	cr_assert_eq(a.len, MSG_BOOTP_SIZE);
	cr_assert_eq(wire_be32(a.message + 16), POOL);
	cr_assert_eq(wire_be32(a.message + 20), 0xc0000209);
	cr_assert_str_eq((const char *)a.message + 108, "boot");
	stage_begin(s, MSG_DISCOVER, 1);
	stage_set(s, STAGE_GIADDR, RELAY);
	stage_opt(s, OPT_PARAMETER_REQUEST, "\x2a\x03", 2);
	stage_opt(s, OPT_AGENT, "\1\2ab", 4);
	stage_opt(s, OPT_CLIENT_ID, "\1\2\0\0\0\0\1", 7);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	reply_make(&s->q, &a);
	cr_assert(span_equal(span_of(got, codes(got)), span_of(asked, sizeof(asked))));
	stage_begin(s, MSG_REQUEST, 1);
	stage_set(s, STAGE_GIADDR, RELAY);
	stage_opt(s, OPT_AGENT, "\1\2ab", 4);
	stage_opt_be32(s, OPT_REQUESTED_ADDRESS, POOL + 50);
	cr_assert_eq(stage_walk(s), VERDICT_ANSWER);
	reply_make(&s->q, &a);
	cr_assert(span_equal(span_of(got, codes(got)), span_of(nak, sizeof(nak))));
	cr_assert_eq(wire_be32(a.message + 16), 0);
	stage_free(s);
}

/* However small the room, what goes out is whole, and the relay's option is there. */
Test(reply, no_larger_than_the_client_takes)
{
	static const struct {
		uint16_t asked;
		uint32_t mtu;
		size_t most; /* octets of message */
		bool all;    /* they all fit */
	} cases[] = {
		{0, 1500, 548, false}, {100, 1500, 548, false}, {576, 1500, 548, false},
		{1000, 1500, 972, true}, {65535, 1500, 1472, true}, {65535, 700, 672, false},
		{65535, 9000, ANSWER_SIZE, true},
	};
	struct stage *s = stage_new("subnet4 = ( { id = 1; subnet = \"192.0.2.0/24\";"
		"pools = ( { pool = \"192.0.2.100 - 192.0.2.109\"; } ); option-data = ("
		"{ name = \"domain-name\"; data = \"example.org\"; } ); } );");
	uint8_t id[255] = {0}, agent[255] = {1, 250}, got[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t max[2];
		size_t n;

		agent[252] = 2;
		agent[253] = 1;
		stage_begin(s, MSG_DISCOVER, 1);
		stage_set(s, STAGE_GIADDR, RELAY);
		stage_opt(s, OPT_CLIENT_ID, id, sizeof(id));
		stage_opt(s, OPT_AGENT, agent, sizeof(agent));
		wire_set_be16(max, cases[i].asked);
		if (cases[i].asked != 0)
			stage_opt(s, OPT_MAX_MESSAGE_SIZE, max, 2);
		s->ctx.mtu = cases[i].mtu;
		cr_assert_eq(stage_walk(s), VERDICT_ANSWER, "case %zu", i);
		reply_make(&s->q, &a);
		cr_assert_leq(a.len, cases[i].most, "case %zu", i);
		n = codes(got);
		cr_assert_eq(got[0], OPT_MESSAGE_TYPE);
		cr_assert_eq(got[n - 1], OPT_AGENT, "case %zu", i);
		cr_assert_eq(memchr(got, OPT_CLIENT_ID, n) != NULL, cases[i].all, "case %zu", i);
	}
	stage_free(s);
}
