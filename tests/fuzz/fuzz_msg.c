/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_msg: msg_decode() on a message. What it accepts can be read to its last octet, and, written
 * again, is accepted again with the same options.
 */
#include <string.h>

#include "shm/base/err.h"
#include "tests/fuzz/fuzz.h"
#include "workers/packet/msg.h"

static uint8_t buf[MSG_OPTIONS + 2 * 65536];

static size_t write_again(const struct msg *m)
{
	struct msg_header h = {.op = m->op, .htype = m->htype, .hlen = m->hlen, .hops = m->hops,
		.xid = m->xid, .secs = m->secs, .flags = m->flags, .ciaddr = m->ciaddr,
		.yiaddr = m->yiaddr, .siaddr = m->siaddr, .giaddr = m->giaddr, .chaddr = m->chaddr};
	struct opt_writer w;

	msg_encode_header(buf, &h);
	opt_writer_init(&w, buf + MSG_OPTIONS, sizeof(buf) - MSG_OPTIONS);
	for (uint8_t i = 0; i < m->opt.count; i++)
		opt_write(&w, m->opt.code[i], m->opt.value[i].p, m->opt.value[i].len);
	if (w.left_out > 0)
		bug("options grew");
	return MSG_OPTIONS + opt_writer_end(&w);
}

static void compare(const struct msg *a, const struct msg *b)
{
	if (a->type != b->type || a->xid != b->xid || a->giaddr != b->giaddr ||
		a->opt.count != b->opt.count)
		bug("what was written is something else");
	for (uint8_t i = 0; i < a->opt.count; i++) {
		uint8_t code = a->opt.code[i];

		if (b->opt.code[i] != code || a->opt.slot[code] != i + 1 ||
			!span_equal(opt_get(&a->opt, code), opt_get(&b->opt, code)))
			bug("an option became something else");
		if (opt_sub(opt_get(&a->opt, code), OPT_PAD).p != NULL)
			bug("PAD is no sub-option");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct msg m, again;
	enum msg_op op = size > 0 && data[0] == MSG_BOOTREPLY ? MSG_BOOTREPLY : MSG_BOOTREQUEST;
	enum msg_reject reason =
		size <= 65507 ? msg_decode(data, size, op, size % 2 == 1, &m) : MSG_SHORT;

	if (strcmp(msg_reject_name(reason), "unknown") == 0)
		bug("unknown reason");
	if (reason != MSG_OK)
		return 0;
	if (msg_decode(buf, write_again(&m), op, false, &again) != MSG_OK)
		bug("what was written is not accepted");
	compare(&m, &again);
	return 0;
}
