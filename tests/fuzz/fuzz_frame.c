/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_frame: frame_parse() on one flag octet and a frame. What it accepts lies inside the frame,
 * and, built again, is accepted again with the same contents.
 */
#include <string.h>

#include "shm/base/err.h"
#include "tests/fuzz/fuzz.h"
#include "workers/packet/frame.h"

static void build_again(const struct frame *f)
{
	static uint8_t buf[FRAME_HEADERS + FRAME_PAYLOAD_MAX];
	struct frame again;
	size_t len;

	memcpy(buf + FRAME_HEADERS, f->payload.p, f->payload.len);
	len = frame_build(buf + FRAME_HEADERS, f->payload.len, f);
	if (frame_parse(buf, len, true, f->dst_port, &again) != FRAME_OK)
		bug("what was built is not accepted");
	if (!span_equal(again.payload, f->payload) || again.src_ip != f->src_ip ||
		again.dst_ip != f->dst_ip || again.src_port != f->src_port ||
		memcmp(again.src_mac, f->src_mac, 6) != 0 ||
		memcmp(again.dst_mac, f->dst_mac, 6) != 0)
		bug("what was built is something else");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame f;

	if (size == 0)
		return 0;
	if (frame_parse(data + 1, size - 1, (data[0] & 1) != 0, 67, &f) != FRAME_OK)
		return 0;
	if (f.payload.p < data + 1 || f.payload.len > size - (size_t)(f.payload.p - data))
		bug("the payload is not inside the frame");
	build_again(&f);
	return 0;
}
