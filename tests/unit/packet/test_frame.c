/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_frame: what frame_parse() takes and why it refuses, and that frame_build() writes what the
 * RFCs say, checked by a checksum of this file's own.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "workers/packet/frame.h"

#define IP  14
#define UDP 34

/* One octet of a frame and what it becomes. */
struct patch {
	size_t at;
	uint8_t v;
};

/* RFC 1071, the slow way. */
static uint16_t checksum(uint32_t sum, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint16_t udp_checksum(const uint8_t *frame)
{
	size_t header = (size_t)(frame[IP] & 15) * 4;
	const uint8_t *udp = frame + IP + header;
	uint32_t sum = 17u + wire_be16(udp + 4);

	for (size_t i = 12; i < 20; i += 2)
		sum += wire_be16(frame + IP + i);
	return checksum(sum, udp, wire_be16(udp + 4));
}

static void fix_ip(uint8_t *frame)
{
	wire_set_be16(frame + IP + 10, 0);
	wire_set_be16(frame + IP + 10, checksum(0, frame + IP, (size_t)(frame[IP] & 15) * 4));
}

/* 10.0.0.7:68 -> 255.255.255.255:67, five octets of data and one of padding, written out by hand;
 * both checksums computed with a program that shares no code with this one. */
static const uint8_t good[48] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 0x1e, 0x08, 0x00, /* Ethernet */
	0x45, 0, 0, 33, 0x12, 0x34, 0, 0, 64, 17, 0x5e, 0x92, 10, 0, 0, 7, 255, 255, 255, 255,
	0, 68, 0, 67, 0, 13, 0xb1, 0x74, 'h', 'e', 'l', 'l', 'o', 0xee};

static const struct {
	const char *name;
	struct patch patch[3];
	size_t len;
	bool keep_ip_checksum;
	enum frame_reject want;
} parse_cases[] = {
	{"as it is", {{0}}, 48, false, FRAME_OK},
	{"no padding", {{0}}, 47, false, FRAME_OK},
	{"UDP checksum absent", {{UDP + 6, 0}, {UDP + 7, 0}}, 48, false, FRAME_OK},
	{"don't fragment", {{IP + 6, 0x40}}, 48, false, FRAME_OK},
	{"nothing", {{0}}, 0, false, FRAME_SHORT},
	{"half an Ethernet header", {{0}}, 13, false, FRAME_SHORT},
	{"only an Ethernet header", {{0}}, 14, false, FRAME_SHORT},
	{"ends in the IP header", {{0}}, 33, false, FRAME_SHORT},
	{"ends in the UDP header", {{0}}, 41, false, FRAME_SHORT},
	{"ends in the data", {{0}}, 46, false, FRAME_SHORT},
	{"header length 4 words", {{IP, 0x44}}, 48, false, FRAME_SHORT},
	{"header longer than datagram", {{IP, 0x4f}}, 48, true, FRAME_SHORT},
	{"total length below header", {{IP + 3, 19}}, 48, false, FRAME_SHORT},
	{"total length of no UDP header", {{IP + 3, 27}}, 48, false, FRAME_SHORT},
	{"UDP longer than IP", {{UDP + 5, 14}}, 48, false, FRAME_SHORT},
	{"UDP length 7", {{UDP + 5, 7}}, 48, false, FRAME_SHORT},
	{"UDP length 0", {{UDP + 5, 0}}, 48, false, FRAME_SHORT},
	{"ARP", {{13, 0x06}}, 48, false, FRAME_NOT_IPV4},
	{"VLAN tag", {{12, 0x81}}, 48, false, FRAME_NOT_IPV4},
	{"version 6", {{IP, 0x65}}, 48, true, FRAME_NOT_IPV4},
	{"TCP", {{IP + 9, 6}}, 48, false, FRAME_NOT_UDP},
	{"port 68", {{UDP + 3, 68}}, 48, false, FRAME_NOT_DHCP},
	{"port 67 * 256", {{UDP + 2, 67}, {UDP + 3, 0}}, 48, false, FRAME_NOT_DHCP},
	{"first fragment", {{IP + 6, 0x20}}, 48, false, FRAME_FRAGMENT},
	{"last fragment", {{IP + 7, 1}}, 48, false, FRAME_FRAGMENT},
	{"fragment far behind", {{IP + 6, 0x1f}, {IP + 7, 0xff}}, 48, false, FRAME_FRAGMENT},
	{"TTL changed", {{IP + 8, 63}}, 48, true, FRAME_IP_CHECKSUM},
	{"IP checksum 0", {{IP + 10, 0}, {IP + 11, 0}}, 48, true, FRAME_IP_CHECKSUM},
	{"data changed", {{UDP + 8, 'j'}}, 48, false, FRAME_UDP_CHECKSUM},
	{"last octet changed", {{UDP + 12, 'O'}}, 48, false, FRAME_UDP_CHECKSUM},
	{"source changed", {{IP + 15, 8}}, 48, false, FRAME_UDP_CHECKSUM},
	{"UDP checksum all ones", {{UDP + 6, 255}, {UDP + 7, 255}}, 48, false, FRAME_UDP_CHECKSUM},
};

Test(frame, parse_table)
{
	for (size_t i = 0; i < sizeof(parse_cases) / sizeof(parse_cases[0]); i++) {
		uint8_t frame[sizeof(good)], *exact;
		struct frame f;
		enum frame_reject got;

		memcpy(frame, good, sizeof(good));
		for (size_t j = 0; j < 3 && parse_cases[i].patch[j].at != 0; j++)
			frame[parse_cases[i].patch[j].at] = parse_cases[i].patch[j].v;
		if (!parse_cases[i].keep_ip_checksum)
			fix_ip(frame);
		/* on the heap and of this size, so that a read behind it is found */
		exact = (uint8_t *)malloc(parse_cases[i].len + 1);
		memcpy(exact + 1, frame, parse_cases[i].len);
		got = frame_parse(exact + 1, parse_cases[i].len, true, 67, &f);
		cr_expect(got == parse_cases[i].want, "%s: %d", parse_cases[i].name, got);
		free(exact);
	}
}

Test(frame, parse_result)
{
	struct frame f;

	cr_assert(frame_parse(good, sizeof(good), true, 67, &f) == FRAME_OK);
	cr_expect(f.dst_mac == good && f.src_mac == good + 6);
	cr_expect(f.src_ip == 0x0a000007 && f.dst_ip == 0xffffffff);
	cr_expect(f.src_port == 68 && f.dst_port == 67);
	cr_expect(f.payload.p == good + 42 && f.payload.len == 5);
}

Test(frame, partial_checksum_is_not_looked_at)
{
	uint8_t frame[sizeof(good)];
	struct frame f;

	memcpy(frame, good, sizeof(good));
	wire_set_be16(frame + UDP + 6, 0xbeef);
	cr_expect(frame_parse(frame, sizeof(frame), true, 67, &f) == FRAME_UDP_CHECKSUM);
	cr_expect(frame_parse(frame, sizeof(frame), false, 67, &f) == FRAME_OK);
}

Test(frame, udp_shorter_than_ip)
{
	uint8_t frame[sizeof(good)];
	struct frame f;

	memcpy(frame, good, sizeof(good));
	wire_set_be16(frame + UDP + 4, 11);
	wire_set_be16(frame + UDP + 6, 0);
	wire_set_be16(frame + UDP + 6, udp_checksum(frame));
	cr_assert(frame_parse(frame, sizeof(frame), true, 67, &f) == FRAME_OK);
	cr_expect(f.payload.len == 3 && memcmp(f.payload.p, "hel", 3) == 0);
}

Test(frame, ip_options)
{
	for (size_t words = 6; words <= 15; words++) {
		uint8_t frame[sizeof(good) + 40] = {0};
		size_t extra = (words - 5) * 4;
		struct frame f;

		memcpy(frame, good, UDP);
		memset(frame + UDP, 1, extra); /* no-operation */
		memcpy(frame + UDP + extra, good + UDP, sizeof(good) - UDP);
		frame[IP] = (uint8_t)(0x40 | words);
		wire_set_be16(frame + IP + 2, (uint16_t)(33 + extra));
		fix_ip(frame);
		cr_assert(frame_parse(frame, sizeof(good) + extra, true, 67, &f) == FRAME_OK);
		cr_expect(f.payload.len == 5 && memcmp(f.payload.p, "hello", 5) == 0);
	}
}

Test(frame, other_port)
{
	struct frame f;

	cr_expect(frame_parse(good, sizeof(good), true, 68, &f) == FRAME_NOT_DHCP);
	cr_expect(frame_parse(good, sizeof(good), true, 0x4300, &f) == FRAME_NOT_DHCP);
}

static const uint8_t src_mac[6] = {2, 0, 0, 0, 0, 1}, dst_mac[6] = {2, 0, 0, 0, 0, 2};

Test(frame, build_and_parse)
{
	static uint8_t buf[FRAME_HEADERS + 1600];
	struct frame out = {src_mac, dst_mac, 0x0a000001, 0x0a0000fe, 67, 68, {NULL, 0}}, in;

	for (size_t len = 0; len <= 1600; len++) {
		size_t n;

		buf[FRAME_HEADERS + (len > 0 ? len - 1 : 0)] = (uint8_t)(len * 7);
		n = frame_build(buf + FRAME_HEADERS, len, &out);
		cr_assert(n == FRAME_HEADERS + len);
		cr_assert(checksum(0, buf + IP, 20) == 0, "IP checksum at %zu", len);
		cr_assert(udp_checksum(buf) == 0, "UDP checksum at %zu", len);
		cr_assert(frame_parse(buf, n, true, 68, &in) == FRAME_OK, "%zu", len);
		cr_assert(in.src_ip == out.src_ip && in.dst_ip == out.dst_ip);
		cr_assert(in.src_port == 67 && in.dst_port == 68);
		cr_assert(in.payload.p == buf + FRAME_HEADERS && in.payload.len == len);
		cr_assert(memcmp(in.src_mac, src_mac, 6) == 0);
		cr_assert(memcmp(in.dst_mac, dst_mac, 6) == 0);
	}
}

Test(frame, build_header_fields)
{
	uint8_t buf[FRAME_HEADERS + 300] = {0};
	struct frame out = {src_mac, dst_mac, 0x0a000001, 0x0a0000fe, 67, 68, {NULL, 0}};
	uint16_t id;

	frame_build(buf + FRAME_HEADERS, 300, &out);
	cr_expect(wire_be16(buf + 12) == 0x0800);
	cr_expect(buf[IP] == 0x45 && buf[IP + 1] == 0x10);
	cr_expect(wire_be16(buf + IP + 2) == 328);
	cr_expect(wire_be16(buf + IP + 6) == 0, "may be fragmented, is not");
	cr_expect(buf[IP + 8] == 64 && buf[IP + 9] == 17);
	cr_expect(wire_be16(buf + UDP + 4) == 308);
	id = wire_be16(buf + IP + 4);
	buf[FRAME_HEADERS] = 1;
	frame_build(buf + FRAME_HEADERS, 300, &out);
	cr_expect(wire_be16(buf + IP + 4) != id, "other contents, other identification");
}

/* RFC 768: a checksum that computes to 0 is sent as all ones. */
Test(frame, udp_checksum_never_zero)
{
	uint8_t buf[FRAME_HEADERS + 2] = {0};
	struct frame out = {src_mac, dst_mac, 0, 0, 67, 68, {NULL, 0}}, in;
	unsigned ones = 0;

	for (uint32_t v = 0; v <= 0xffff; v++) {
		wire_set_be16(buf + FRAME_HEADERS, (uint16_t)v);
		frame_build(buf + FRAME_HEADERS, 2, &out);
		cr_assert(wire_be16(buf + UDP + 6) != 0);
		ones += wire_be16(buf + UDP + 6) == 0xffff;
		cr_assert(frame_parse(buf, sizeof(buf), true, 68, &in) == FRAME_OK);
	}
	cr_expect(ones == 1, "%u", ones);
}
