/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asked: a made-up configuration and packet for the tests of class expressions.
 */
#include "tests/unit/packet/asked.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "shm/base/text.h"
#include "workers/packet/optdef.h"

static const char *const options[] = {
	"35 01 01",                                     /* DISCOVER */
	"0c 04 61 62 31 32",                            /* host-name ab12 */
	"03 08 c0 00 02 01 c0 00 02 02",                /* routers 192.0.2.1, 192.0.2.2 */
	"3c 09 50 58 45 43 6c 69 65 6e 74",             /* PXEClient */
	"3d 07 01 02 00 00 00 00 01",                   /* client identifier */
	"4d 03 4c 41 42",                               /* user-class LAB */
	"50 00",                                        /* rapid-commit */
	"5d 02 00 07",                                  /* client-system 7 */
	"2b 09 01 02 61 62 02 03 05 01 7a",             /* 43: 1 is ab, 2 has 5, which is z */
	"52 14 01 09 73 77 33 2f 70 6f 72 74 37 05 04 c0 00 02 63 06 01 78", /* 1, 5, 6 */
	"7c 0c 00 00 11 8b 07 03 61 62 63 02 64 65",    /* 124: 4491 abc, de */
	"7d 0b 00 00 11 8b 06 01 01 05 02 01 09",       /* 125: 4491 1 is 5, 2 is 9 */
	"7d 08 00 00 00 09 03 01 01 06",                /* and 9 */
	"e0 05 73 69 74 65 00",                         /* site-name, terminated */
	"e1 07 00 00 00 05 07 01 41",                   /* site-box 5, 7 is A */
	"e2 04 00 01 01 00",                            /* site-ids 1, 256 */
	"e3 02 01 02",                                  /* site-odd */
	"78 02 ab cd",                                  /* sip-servers, binary */
	"ff",
};

static int option_code(void *arg, const char *name)
{
	static const char *const names[] = {"site-name", "site-box", "site-ids", "site-odd"};

	(void)arg;
	for (int i = 0; i < 4; i++) {
		if (strcmp(names[i], name) == 0)
			return 224 + i;
	}
	return -1;
}

static int class_number(void *arg, const char *name)
{
	static const struct {
		const char *name;
		int number;
	} classes[] = {{"A", 0}, {"B", 1}, {"KNOWN", 2}, {"UNKNOWN", 3}, {"VENDOR_CLASS_own", 70},
		{"SPAWN_t_v", 71}};

	(void)arg;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strcmp(classes[i].name, name) == 0)
			return classes[i].number;
	}
	return -1;
}

static const struct optdef *option_def(void *arg, uint8_t code)
{
	static const struct optdef own[] = {
		{.code = 224, .name = "site-name", .type = OPTDEF_STRING},
		{.code = 225, .name = "site-box", .type = OPTDEF_UINT32, .encapsulates = "box"},
		{.code = 226, .name = "site-ids", .type = OPTDEF_UINT16, .array = true},
		{.code = 227, .name = "site-odd", .type = OPTDEF_RECORD, .n_fields = 2,
			.fields = {OPTDEF_UINT8, OPTDEF_UINT8}},
	};

	(void)arg;
	return code >= 224 && code <= 227 ? &own[code - 224] : NULL;
}

const struct expr_names asked_names = {NULL, option_code, class_number, option_def};

const struct expr_packet *asked_packet(void)
{
	static const uint8_t header[44] = {1, 1, 6, 1, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0,
		10, 0, 0, 1, 10, 0, 0, 2, 10, 0, 0, 3, 192, 0, 2, 1, 2, 0, 0, 0, 0, 1};
	static const uint64_t classes[2] = {1u << 0 | 1u << 2, 1u << 6 | 1u << 7};
	static uint8_t data[MSG_OPTIONS + 512];
	static struct msg msg;
	static struct expr_packet packet;
	size_t at = MSG_OPTIONS, len;

	memset(data, 0, sizeof(data));
	memcpy(data, header, sizeof(header));
	memcpy(data + MSG_HEADER, "\x63\x82\x53\x63", 4);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		cr_assert(text_parse_hex(options[i], data + at, sizeof(data) - at, &len) == 0);
		at += len;
	}
	cr_assert(msg_decode(data, at, MSG_BOOTREQUEST, false, &msg) == MSG_OK);
	packet = (struct expr_packet){&msg, "eth1", 0xc0000201, 0xc0000202, classes};
	return &packet;
}

char asked_warning[512];

static void warn(void *arg, const char *line)
{
	(void)arg;
	snprintf(asked_warning, sizeof(asked_warning), "%s", line);
}

struct expr *asked_compile(const char *text, enum expr_kind kind)
{
	struct expr *e = NULL;
	struct err err = {0};

	asked_warning[0] = '\0';
	cr_assert(expr_compile(text, kind, &asked_names, warn, NULL, &e, &err) == 0, "%s: %s", text,
		err.text);
	return e;
}

int asked_test(const char *text)
{
	static struct expr_scratch scratch;
	struct expr *e = asked_compile(text, EXPR_TEST);
	int r = expr_test(e, asked_packet(), &scratch);

	cr_expect(scratch.used == 0, "%s: %zu octets were left", text, scratch.used);
	scratch.used = 0;
	expr_free(e);
	return r;
}

const char *asked_show(struct span v)
{
	static char shown[3 * EXPR_SCRATCH];
	size_t n = 0;

	shown[0] = '\0';
	for (size_t i = 0; i < v.len && n + 5 < sizeof(shown); i++) {
		bool plain = v.p[i] >= ' ' && v.p[i] <= '~';

		n += (size_t)snprintf(shown + n, sizeof(shown) - n, plain ? "%c" : "<%02x>",
			v.p[i]);
	}
	return shown;
}

const char *asked_value(const char *text)
{
	static char problem[32];
	static struct expr_scratch scratch;
	struct expr *e = asked_compile(text, EXPR_VALUE);
	struct span v = {NULL, 0};
	const char *shown;
	int r;

	scratch.used = 0;
	r = expr_value(e, asked_packet(), &scratch, &v);
	snprintf(problem, sizeof(problem), "error %d", r);
	shown = r < 0 ? problem : asked_show(v);
	expr_free(e);
	return shown;
}
