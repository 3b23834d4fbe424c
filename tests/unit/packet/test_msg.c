/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_msg: which messages msg_decode() takes, what it finds in them, why it refuses the others,
 * and the header that msg_encode_header() writes.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/text.h"
#include "workers/packet/msg.h"

#define SNAME_AT 44
#define FILE_AT 108

static const uint8_t header[28] = {1, 1, 6, 2, 0xde, 0xad, 0xbe, 0xef, 0, 9, 0x80, 0, 10, 0, 0, 1,
	10, 0, 0, 2, 10, 0, 0, 3, 10, 0, 0, 4};
static const uint8_t chaddr[MSG_CHADDR_SIZE] = {2, 0, 0, 0, 0, 0x1e};

/* A message with these options, on the heap and of just its size. */
static uint8_t *message(const char *options, const char *file, const char *sname, size_t *ret_len)
{
	uint8_t buf[2048] = {0};
	size_t len;
	uint8_t *ret;

	memcpy(buf, header, sizeof(header));
	memcpy(buf + 28, chaddr, sizeof(chaddr));
	memcpy(buf + MSG_HEADER, "\x63\x82\x53\x63", 4);
	cr_assert(text_parse_hex(sname, buf + SNAME_AT, 64, &len) == 0, "%s", sname);
	cr_assert(text_parse_hex(file, buf + FILE_AT, 128, &len) == 0, "%s", file);
	cr_assert(text_parse_hex(options, buf + MSG_OPTIONS, 1500, &len) == 0, "%s", options);
	*ret_len = MSG_OPTIONS + len;
	ret = (uint8_t *)malloc(*ret_len);
	memcpy(ret, buf, *ret_len);
	return ret;
}

static const char *as_hex(struct span s)
{
	static char buf[3 * OPT_JOIN_MAX + 1];

	return s.p == NULL ? "absent" : text_hex(s, buf, sizeof(buf));
}

static const struct {
	const char *name, *options, *file, *sname;
	enum msg_reject want;
	uint8_t type, code;
	const char *value; /* of code; NULL: not asked for */
} cases[] = {
	{"DISCOVER", "35 01 01 ff", "", "", MSG_OK, MSG_DISCOVER, 53, "01"},
	{"no END", "35 01 01", "", "", MSG_OK, MSG_DISCOVER, 53, "01"},
	{"PAD first", "00 00 35 01 03 00 ff 00", "", "", MSG_OK, MSG_REQUEST, 53, "03"},
	{"BOOTP with options", "0c 01 41 ff", "", "", MSG_OK, MSG_BOOTP, 12, "41"},
	{"BOOTP without", "", "", "", MSG_OK, MSG_BOOTP, 53, "absent"},
	{"unknown type", "35 01 63 ff", "", "", MSG_OK, 99, 53, "63"},
	{"type 0", "35 01 00 ff", "", "", MSG_BAD_TYPE, 0, 0, NULL},
	{"type of no octets", "35 00 ff", "", "", MSG_BAD_TYPE, 0, 0, NULL},
	{"type of two octets", "35 02 01 01 ff", "", "", MSG_BAD_TYPE, 0, 0, NULL},
	{"type twice", "35 01 01 35 01 01 ff", "", "", MSG_BAD_TYPE, 0, 0, NULL},
	{"cut option", "35 01 01 0c 05 41", "", "", MSG_BAD_OPTION, 0, 0, NULL},
	{"lone code", "35 01 01 0c", "", "", MSG_BAD_OPTION, 0, 0, NULL},
	{"file", "35 01 01 34 01 01 ff", "0c 02 61 62 ff", "0d 01 63 ff", MSG_OK, 1, 12, "61:62"},
	{"file, sname is left alone", "35 01 01 34 01 01 ff", "0c 01 61 ff", "0d 01 63 ff", MSG_OK,
		1, 13, "absent"},
	{"sname", "35 01 01 34 01 02 ff", "0c 01 61 ff", "0d 01 63 ff", MSG_OK, 1, 13, "63"},
	{"sname, file is left alone", "35 01 01 34 01 02 ff", "0c 01 61 ff", "0d 01 63 ff", MSG_OK,
		1, 12, "absent"},
	{"both, joined in order", "0c 01 41 35 01 01 34 01 03 ff", "0c 01 42 ff", "0c 01 43 ff",
		MSG_OK, 1, 12, "41:42:43"},
	{"type in file", "34 01 01 ff", "35 01 03 ff", "", MSG_OK, MSG_REQUEST, 53, "03"},
	{"type in sname", "34 01 02 ff", "", "35 01 04", MSG_OK, MSG_DECLINE, 53, "04"},
	{"no overload: file is text", "35 01 01 ff", "0c ff", "", MSG_OK, 1, 12, "absent"},
	{"cut option in file", "34 01 01 ff", "0c 80", "", MSG_BAD_OPTION, 0, 0, NULL},
	{"cut option in sname", "34 01 02 ff", "", "0c 3f", MSG_BAD_OPTION, 0, 0, NULL},
	{"option to file's last octet", "34 01 01 ff", "0c 7e", "", MSG_OK, 0, 13, "absent"},
	{"overload 0", "35 01 01 34 01 00 ff", "0c 01 61 ff", "", MSG_OK, 1, 12, "absent"},
	{"overload 4", "35 01 01 34 01 04 ff", "0c 01 61 ff", "", MSG_OK, 1, 12, "absent"},
	{"overload of two octets", "34 02 01 02 ff", "", "", MSG_BAD_LENGTH, 0, 0, NULL},
	{"overload of none", "34 00 ff", "", "", MSG_BAD_LENGTH, 0, 0, NULL},
	{"overload opens sname in file", "34 01 01 ff", "34 01 02 ff", "0d 01 63 ff",
		MSG_BAD_LENGTH, 0, 0, NULL},
	{"requested address", "32 04 0a 00 00 01 ff", "", "", MSG_OK, 0, 50, "0a:00:00:01"},
	{"requested address cut", "32 03 0a 00 00 ff", "", "", MSG_BAD_LENGTH, 0, 0, NULL},
	{"requested address twice", "32 04 0a 00 00 01 32 04 0a 00 00 01 ff", "", "",
		MSG_BAD_LENGTH, 0, 0, NULL},
	{"lease time", "33 04 00 00 0e 10 ff", "", "", MSG_OK, 0, 51, "00:00:0e:10"},
	{"lease time empty", "33 00 ff", "", "", MSG_BAD_LENGTH, 0, 0, NULL},
	{"server id", "36 05 0a 00 00 01 00 ff", "", "", MSG_BAD_LENGTH, 0, 0, NULL},
	{"maximum size", "39 02 05 dc ff", "", "", MSG_OK, 0, 57, "05:dc"},
	{"maximum size cut", "39 01 05 ff", "", "", MSG_BAD_LENGTH, 0, 0, NULL},
	{"subnet selection cut", "76 02 0a 00 ff", "", "", MSG_BAD_LENGTH, 0, 0, NULL},
	{"client id of one octet", "3d 01 00 ff", "", "", MSG_OK, 0, 61, "00"},
	{"client id empty", "3d 00 0c 01 41 ff", "", "", MSG_OK, 0, 61, "absent"},
	{"client id empty, next one", "35 01 01 3d 00 0c 01 41 ff", "", "", MSG_OK, 1, 12, "41"},
	{"agent", "52 06 01 01 aa 02 01 bb ff", "", "", MSG_OK, 0, 82, "01:01:aa:02:01:bb"},
	{"agent empty", "52 00 ff", "", "", MSG_OK, 0, 82, ""},
	{"agent cut", "52 05 01 01 aa 02 01 ff", "", "", MSG_BAD_LENGTH, 0, 0, NULL},
	{"agent cut short", "52 04 01 01 aa 02 ff", "", "", MSG_BAD_LENGTH, 0, 0, NULL},
	{"agent in parts", "52 04 01 05 aa bb 52 03 cc dd ee ff", "", "", MSG_OK, 0, 82,
		"01:05:aa:bb:cc:dd:ee"},
	{"host name may be empty", "0c 00 ff", "", "", MSG_OK, 0, 12, ""},
	{"codes 254 and 1", "fe 01 01 01 01 02", "", "", MSG_OK, 0, 254, "01"},
};

Test(msg, option_table)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct msg m;
		size_t len;
		uint8_t *data = message(cases[i].options, cases[i].file, cases[i].sname, &len);
		enum msg_reject got = msg_decode(data, len, MSG_BOOTREQUEST, false, &m);

		cr_expect(got == cases[i].want, "%s: %s", cases[i].name, msg_reject_name(got));
		if (got == MSG_OK && cases[i].want == MSG_OK) {
			const char *value = as_hex(opt_get(&m.opt, cases[i].code));

			cr_expect(m.type == cases[i].type, "%s: type %u", cases[i].name, m.type);
			cr_expect_str_eq(value, cases[i].value, "%s: %s", cases[i].name, value);
		}
		free(data);
	}
}

static const struct {
	const char *name;
	size_t len; /* 0: as it is */
	size_t at;
	uint8_t v;
	enum msg_reject want;
} header_cases[] = {
	{"one octet", 1, 0, 1, MSG_SHORT},
	{"no cookie", MSG_HEADER, 0, 1, MSG_SHORT},
	{"part of a cookie", MSG_HEADER + 3, 0, 1, MSG_SHORT},
	{"cookie and nothing more", MSG_OPTIONS, 0, 1, MSG_OK},
	{"reply", 0, 0, 2, MSG_NOT_REQUEST},
	{"op 0", 0, 0, 0, MSG_NOT_REQUEST},
	{"op 255", 0, 0, 255, MSG_NOT_REQUEST},
	{"hlen 0", 0, 2, 0, MSG_OK},
	{"hlen 16", 0, 2, 16, MSG_OK},
	{"hlen 17", 0, 2, 17, MSG_BAD_HLEN},
	{"hlen 255", 0, 2, 255, MSG_BAD_HLEN},
	{"htype 32", 0, 1, 32, MSG_OK},
	{"first octet of the cookie", 0, MSG_HEADER, 0, MSG_BAD_COOKIE},
	{"last octet of the cookie", 0, MSG_HEADER + 3, 0x64, MSG_BAD_COOKIE},
};

Test(msg, header_table)
{
	for (size_t i = 0; i < sizeof(header_cases) / sizeof(header_cases[0]); i++) {
		struct msg m;
		size_t len;
		uint8_t *data = message("35 01 01 ff", "", "", &len);
		enum msg_reject got;

		data[header_cases[i].at] = header_cases[i].v;
		if (header_cases[i].len > 0)
			len = header_cases[i].len;
		got = msg_decode(data, len, MSG_BOOTREQUEST, false, &m);
		cr_expect(got == header_cases[i].want, "%s: %s", header_cases[i].name,
			msg_reject_name(got));
		free(data);
	}
	cr_expect(msg_decode(NULL, 0, MSG_BOOTREQUEST, false, &(struct msg){0}) == MSG_SHORT);
}

Test(msg, header_fields)
{
	struct msg m;
	size_t len;
	uint8_t *data = message("35 01 08 ff", "", "", &len);

	cr_assert(msg_decode(data, len, MSG_BOOTREQUEST, false, &m) == MSG_OK);
	cr_expect(m.op == 1 && m.htype == 1 && m.hlen == 6 && m.hops == 2);
	cr_expect(m.xid == 0xdeadbeef && m.secs == 9 && m.flags == MSG_FLAG_BROADCAST);
	cr_expect(m.ciaddr == 0x0a000001 && m.yiaddr == 0x0a000002);
	cr_expect(m.siaddr == 0x0a000003 && m.giaddr == 0x0a000004);
	cr_expect(memcmp(m.chaddr, chaddr, sizeof(chaddr)) == 0);
	cr_expect(m.type == MSG_INFORM && m.len == len);
	free(data);
}

Test(msg, reply_where_replies_are_asked_for)
{
	struct msg m;
	size_t len;
	uint8_t *data = message("35 01 05 ff", "", "", &len);

	data[0] = MSG_BOOTREPLY;
	cr_expect(msg_decode(data, len, MSG_BOOTREPLY, false, &m) == MSG_OK && m.type == MSG_ACK);
	data[0] = MSG_BOOTREQUEST;
	cr_expect(msg_decode(data, len, MSG_BOOTREPLY, false, &m) == MSG_NOT_REQUEST);
	free(data);
}

/* An empty client identifier leaves a table in which every slot still names its option. */
Test(msg, empty_client_id_is_taken_out)
{
	static const uint8_t left[] = {53, 12, 55};
	struct msg m;
	size_t len;
	uint8_t *data = message("35 01 01 3d 00 0c 01 41 37 02 01 03 ff", "", "", &len);

	cr_assert(msg_decode(data, len, MSG_BOOTREQUEST, false, &m) == MSG_OK);
	cr_assert(m.opt.count == 3);
	for (uint8_t i = 0; i < 3; i++)
		cr_expect(m.opt.code[i] == left[i] && m.opt.slot[left[i]] == i + 1);
	cr_expect(m.opt.slot[61] == 0);
	free(data);
}

Test(msg, more_options_than_are_kept)
{
	uint8_t data[MSG_OPTIONS + 2 * 200] = {1, 1, 6};
	struct msg m;

	memcpy(data + MSG_HEADER, "\x63\x82\x53\x63", 4);
	for (size_t i = 0; i < 200; i++)
		data[MSG_OPTIONS + 2 * i] = (uint8_t)(i < 40 ? i + 1 : i + 55);
	cr_expect(msg_decode(data, MSG_OPTIONS + 2 * 40, MSG_BOOTREQUEST, false, &m) == MSG_OK);
	cr_expect(msg_decode(data, sizeof(data), MSG_BOOTREQUEST, false, &m) == MSG_BAD_OPTION);
}

Test(msg, encode_header)
{
	static const char long_name[] =
		"0123456789012345678901234567890123456789012345678901234567890123456789012345678901"
		"2345678901234567890123456789012345678901234567890123456789";
	struct msg_header h = {.op = 1, .htype = 1, .hlen = 6, .hops = 2, .xid = 0xdeadbeef,
		.secs = 9, .flags = 0x8000, .ciaddr = 0x0a000001, .yiaddr = 0x0a000002,
		.siaddr = 0x0a000003, .giaddr = 0x0a000004, .chaddr = chaddr};
	uint8_t buf[MSG_OPTIONS + 1];
	struct msg m;

	memset(buf, 0xa5, sizeof(buf));
	msg_encode_header(buf, &h);
	cr_expect(memcmp(buf, header, sizeof(header)) == 0);
	cr_expect(memcmp(buf + 28, chaddr, sizeof(chaddr)) == 0);
	for (size_t i = SNAME_AT; i < MSG_HEADER; i++)
		cr_assert(buf[i] == 0);
	cr_expect(memcmp(buf + MSG_HEADER, "\x63\x82\x53\x63", 4) == 0);
	cr_expect(buf[MSG_OPTIONS] == 0xa5, "nothing behind it is touched");
	cr_expect(msg_decode(buf, MSG_OPTIONS, MSG_BOOTREQUEST, false, &m) == MSG_OK);

	h.sname = "boot";
	h.file = "";
	msg_encode_header(buf, &h);
	cr_expect(memcmp(buf + SNAME_AT, "boot\0", 5) == 0 && buf[FILE_AT] == 0);

	h.sname = h.file = long_name;
	msg_encode_header(buf, &h);
	cr_expect(memcmp(buf + SNAME_AT, long_name, 63) == 0 && buf[SNAME_AT + 63] == 0);
	cr_expect(memcmp(buf + FILE_AT, long_name, 127) == 0 && buf[FILE_AT + 127] == 0);
}

Test(msg, names)
{
	cr_expect_str_eq(msg_type_name(0), "BOOTP");
	cr_expect_str_eq(msg_type_name(MSG_DISCOVER), "DHCPDISCOVER");
	cr_expect_str_eq(msg_type_name(MSG_INFORM), "DHCPINFORM");
	cr_expect_str_eq(msg_type_name(9), "unknown");
	cr_expect_str_eq(msg_type_name(255), "unknown");
	cr_expect_str_eq(msg_reject_name(MSG_SHORT), "truncated");
	cr_expect_str_eq(msg_reject_name(MSG_BAD_LENGTH), "bad-length");
	cr_expect_str_eq(msg_reject_name((enum msg_reject)(MSG_BAD_LENGTH + 1)), "unknown");
}
