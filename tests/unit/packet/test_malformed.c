/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_malformed: valid messages, damaged in every way that a reason to refuse exists for, many
 * times over from one seed. Whatever comes out has to be known, and whole where it is accepted.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "workers/packet/frame.h"
#include "workers/packet/msg.h"
#include "workers/packet/optdef.h"

#define INPUTS   150000
#define SEED     0x1e5504UL
#define MSG_MAX  1500
#define IP       14
#define SNAME_AT 44
#define FILE_AT  108

struct input {
	uint64_t random; /* state of the generator */
	uint8_t buf[FRAME_HEADERS + 64 + MSG_MAX];
	uint8_t *msg;    /* inside buf */
	size_t msg_len;  /* then the frame's, from msg - FRAME_HEADERS */
	bool checksum_done;
};

/* xorshift64*: good enough to reach every corner, the same everywhere. */
static uint32_t below(struct input *in, uint32_t n)
{
	in->random ^= in->random >> 12;
	in->random ^= in->random << 25;
	in->random ^= in->random >> 27;
	return (uint32_t)(in->random * 0x2545f4914f6cdd1dULL >> 32) % n;
}

static uint8_t octet(struct input *in)
{
	return (uint8_t)below(in, 256);
}

/* Appends one option with random data; false once the message is full. */
static bool append(struct input *in, uint8_t code, size_t len)
{
	if (in->msg_len + 2 + len > MSG_MAX)
		return false;
	in->msg[in->msg_len++] = code;
	in->msg[in->msg_len++] = (uint8_t)len;
	for (size_t i = 0; i < len; i++)
		in->msg[in->msg_len++] = octet(in);
	return true;
}

/* A message that any server would take, without END. */
static void valid_message(struct input *in)
{
	static const uint8_t list[] = {1, 3, 6, 15, 119, 121}, agent[] = {1, 2, 7, 7, 2, 1, 9};
	uint8_t chaddr[MSG_CHADDR_SIZE] = {2, 0, 0, 0, octet(in), octet(in)};
	struct msg_header h = {.op = MSG_BOOTREQUEST, .htype = 1, .hlen = 6, .xid = below(in, ~0u),
		.giaddr = below(in, 2) * 0x0a000001u, .chaddr = chaddr};
	struct opt_writer w;

	msg_encode_header(in->msg, &h);
	opt_writer_init(&w, in->msg + MSG_OPTIONS, 400);
	if (below(in, 8) > 0)
		opt_write_u8(&w, OPT_MESSAGE_TYPE, (uint8_t)(1 + below(in, 10)));
	if (below(in, 2) == 0)
		opt_write(&w, OPT_CLIENT_ID, chaddr, 1 + below(in, 16));
	if (below(in, 2) == 0)
		opt_write_be32(&w, OPT_REQUESTED_ADDRESS, 0x0a000007);
	if (below(in, 4) == 0)
		opt_write_be32(&w, OPT_SERVER_ID, 0x0a000001);
	opt_write(&w, OPT_PARAMETER_REQUEST, list, 1 + below(in, sizeof(list)));
	opt_write(&w, OPT_HOST_NAME, "desk30", 6);
	if (h.giaddr != 0)
		opt_write(&w, OPT_AGENT, agent, sizeof(agent));
	in->msg_len = MSG_OPTIONS + (size_t)(w.p - w.start);
}

static void damage_nothing(struct input *in)
{
	in->msg[in->msg_len++] = OPT_END;
}

static void damage_size(struct input *in)
{
	in->msg_len = below(in, (uint32_t)in->msg_len + 1);
}

static void damage_header(struct input *in)
{
	static const uint8_t at[] = {0, 1, 2, 2, 3, MSG_HEADER, MSG_HEADER + 1, MSG_HEADER + 3};

	in->msg[at[below(in, sizeof(at))]] = octet(in);
}

/* The length of one of the options. */
static void damage_option_length(struct input *in)
{
	size_t at = MSG_OPTIONS;

	for (uint32_t n = below(in, 6); n > 0; n--) {
		size_t next = at + 2u + in->msg[at + 1];

		if (next + 2 > in->msg_len)
			break;
		at = next;
	}
	in->msg[at + 1] = octet(in);
}

/* Options that the server acts on, of any length. */
static void damage_known_option(struct input *in)
{
	static const uint8_t codes[] = {50, 51, 52, 53, 54, 57, 61, 82, 118};

	append(in, codes[below(in, sizeof(codes))], below(in, 7));
}

/* Option 52 anywhere, and options, PAD, END, or 52 again in the fields that it opens. */
static void damage_overload(struct input *in)
{
	static const uint8_t pool[] = {0, 255, 52, 1, 3, 53, 12, 61, 2, 4, 82};

	append(in, OPT_OVERLOAD, 1);
	in->msg[in->msg_len - 1] = (uint8_t)below(in, 5);
	for (size_t i = 0; i < 192; i++)
		in->msg[SNAME_AT + i] =
			below(in, 3) > 0 ? pool[below(in, sizeof(pool))] : octet(in);
	if (below(in, 2) == 0) {
		memset(in->msg + SNAME_AT, 0, 192);
		memcpy(in->msg + FILE_AT, "\x34\x01\x03\x0c\x01\x41\xff", 7);
		memcpy(in->msg + SNAME_AT, "\x0d\x02\x42\x43", 4);
	}
}

/* The same codes again and again: joined, in turns, up to the end of the join buffer. */
static void damage_split(struct input *in)
{
	uint8_t code = (uint8_t)(60 + below(in, 30));
	uint32_t most = below(in, 4) == 0 ? 256 : 20;

	for (uint32_t n = below(in, 40); n > 0; n--) {
		if (!append(in, (uint8_t)(code + below(in, 2)), below(in, most)))
			break;
	}
}

static void damage_many_codes(struct input *in)
{
	for (unsigned code = 1 + below(in, 100); code < 255; code++)
		append(in, (uint8_t)code, below(in, 2));
}

static void damage_octets(struct input *in)
{
	for (uint32_t n = 1 + below(in, 8); n > 0; n--)
		in->msg[below(in, (uint32_t)in->msg_len + 1)] = octet(in);
}

static void damage_everything(struct input *in)
{
	in->msg_len = below(in, MSG_MAX);
	for (size_t i = 0; i < in->msg_len; i++)
		in->msg[i] = octet(in);
}

static void (*const msg_damage[])(struct input *in) = {damage_nothing, damage_nothing, damage_size,
	damage_header, damage_option_length, damage_known_option, damage_known_option,
	damage_overload, damage_split, damage_many_codes, damage_octets, damage_everything};

static void fix_ip_checksum(uint8_t *ip)
{
	uint32_t sum = 0;

	wire_set_be16(ip + 10, 0);
	for (size_t i = 0; i < (size_t)(ip[0] & 15) * 4; i += 2)
		sum += wire_be16(ip + i);
	sum = (sum & 0xffff) + (sum >> 16);
	wire_set_be16(ip + 10, (uint16_t)~((sum & 0xffff) + (sum >> 16)));
}

/* Moves Ethernet and IP headers forward and puts options between IP and UDP. */
static void insert_ip_options(struct input *in)
{
	uint8_t *eth = in->msg - FRAME_HEADERS, *ip;
	size_t extra = 4 * (size_t)(1 + below(in, 10));

	memmove(eth - extra, eth, IP + 20);
	memset(eth - extra + IP + 20, 1, extra);
	in->msg -= extra;
	in->msg_len += extra;
	ip = eth - extra + IP;
	ip[0] = (uint8_t)(0x45 + extra / 4);
	wire_set_be16(ip + 2, (uint16_t)(wire_be16(ip + 2) + extra));
	fix_ip_checksum(ip);
}

/* msg stays FRAME_HEADERS behind the frame's start, msg_len becomes the frame's length. */
static void damage_frame(struct input *in)
{
	static const uint8_t at[] = {12, 13, IP, IP + 2, IP + 3, IP + 6, IP + 7, IP + 8, IP + 9,
		IP + 10, IP + 20, IP + 22, IP + 23, IP + 24, IP + 25, IP + 26, IP + 27, IP + 30};
	uint8_t *frame;
	size_t len;

	if (below(in, 4) == 0)
		insert_ip_options(in);
	frame = in->msg - FRAME_HEADERS;
	len = in->msg_len;
	if (below(in, 4) == 0)
		in->msg_len += below(in, 20); /* padding */
	switch (below(in, 8)) {
	case 0:
		in->msg_len = below(in, (uint32_t)len);
		break;
	case 1:
	case 2:
		frame[at[below(in, sizeof(at))]] ^= (uint8_t)(1 << below(in, 8));
		if (below(in, 2) == 0 && frame[IP] >= 0x45 && len >= IP + 60)
			fix_ip_checksum(frame + IP);
		break;
	case 3:
		frame[below(in, (uint32_t)len)] = octet(in);
		break;
	default:
		break;
	}
	in->checksum_done = below(in, 4) > 0;
}

static void make_input(struct input *in)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
	struct frame f = {mac, mac, 0, 0xffffffff, 68, 67, {NULL, 0}};

	in->msg = in->buf + FRAME_HEADERS + 40;
	valid_message(in);
	for (uint32_t n = 1 + below(in, 2); n > 0 && in->msg_len > MSG_OPTIONS; n--)
		msg_damage[below(in, sizeof(msg_damage) / sizeof(msg_damage[0]))](in);
	in->msg_len = frame_build(in->msg, in->msg_len, &f);
	damage_frame(in);
}

static bool inside(struct span s, const uint8_t *p, size_t len)
{
	return s.p >= p && s.len <= len && (size_t)(s.p - p) <= len - s.len;
}

static void check_accepted(const struct msg *m, struct span payload)
{
	const struct opt_table *t = &m->opt;
	unsigned used = 0;

	cr_assert(m->op == MSG_BOOTREQUEST && m->hlen <= MSG_CHADDR_SIZE && m->len == payload.len);
	cr_assert(t->count <= OPT_MAX && t->joined <= OPT_JOIN_MAX);
	for (uint8_t i = 0; i < t->count; i++) {
		const struct optdef *def = optdef_by_code(t->code[i]);
		char text[64];

		cr_assert(t->slot[t->code[i]] == i + 1);
		cr_assert(t->code[i] != OPT_PAD && t->code[i] != OPT_END);
		cr_assert(inside(t->value[i], payload.p, payload.len) ||
			inside(t->value[i], t->join, t->joined));
		if (def != NULL && t->value[i].len < 64)
			optdef_decode(def, t->value[i], text, sizeof(text));
	}
	for (unsigned code = 0; code < 256; code++)
		used += t->slot[code] != 0;
	cr_assert(used == t->count);
	cr_assert((m->type != MSG_BOOTP) == (opt_get(t, OPT_MESSAGE_TYPE).len == 1));
	cr_assert(opt_get(t, OPT_REQUESTED_ADDRESS).len % 4 == 0);
	cr_assert(opt_get(t, OPT_CLIENT_ID).p == NULL || opt_get(t, OPT_CLIENT_ID).len > 0);
	cr_assert(opt_sub_valid(opt_get(t, OPT_AGENT)));
}

Test(malformed, every_reason_and_no_other)
{
	static struct input in = {.random = SEED};
	static struct msg m;
	unsigned frames[FRAME_UDP_CHECKSUM + 1] = {0}, msgs[MSG_BAD_LENGTH + 1] = {0};

	for (unsigned i = 0; i < INPUTS; i++) {
		struct frame f;
		enum frame_reject frame_reason;
		enum msg_reject msg_reason;
		uint8_t *exact;

		make_input(&in);
		/* of just its size, so that a read behind it is found */
		exact = (uint8_t *)malloc(in.msg_len > 0 ? in.msg_len : 1);
		memcpy(exact, in.msg - FRAME_HEADERS, in.msg_len);
		frame_reason = frame_parse(exact, in.msg_len, in.checksum_done, 67, &f);
		cr_assert((unsigned)frame_reason <= FRAME_UDP_CHECKSUM, "input %u", i);
		frames[frame_reason]++;
		if (frame_reason == FRAME_OK) {
			cr_assert(inside(f.payload, exact, in.msg_len), "input %u", i);
			msg_reason = msg_decode(
				f.payload.p, f.payload.len, MSG_BOOTREQUEST, false, &m);
			cr_assert((unsigned)msg_reason <= MSG_BAD_LENGTH, "input %u", i);
			msgs[msg_reason]++;
			if (msg_reason == MSG_OK)
				check_accepted(&m, f.payload);
		}
		free(exact);
	}
	for (unsigned i = 0; i <= FRAME_UDP_CHECKSUM; i++)
		cr_expect(frames[i] >= 100, "frame reason %u: %u times", i, frames[i]);
	for (unsigned i = 0; i <= MSG_BAD_LENGTH; i++)
		cr_expect(msgs[i] >= 100, "%s: %u times", msg_reject_name((enum msg_reject)i),
			msgs[i]);
}
