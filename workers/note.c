/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note: see note.h.
 */
#include "workers/note.h"

#include <string.h>

#define ETHERNET_SIZE 6
#define NO_TYPE       UINT8_MAX

void note_write(const struct query *q, enum verdict v)
{
	const struct child *c = q->ctx->child;
	struct trace_record t = {
		.time_ns = q->ctx->now_ns,
		.interface = (uint16_t)c->port.interface,
		.verdict = (uint8_t)v,
		.reason = (uint16_t)(v == VERDICT_AGAIN ? COUNTER_DUPLICATE : q->reason),
	};

	if (v == VERDICT_DROP && q->reason == COUNTER_PARSE_FAILED) {
		/* the message could not be read: who sent the frame is all that is known */
		t.type = NO_TYPE;
		t.hlen = ETHERNET_SIZE;
		memcpy(t.hwaddr, q->packet.src_mac, ETHERNET_SIZE);
	} else {
		t.type = q->msg.type;
		t.hlen = q->msg.hlen;
		memcpy(t.hwaddr, q->msg.chaddr, sizeof(t.hwaddr));
		t.xid = q->msg.xid;
		t.giaddr = q->msg.giaddr;
		t.address = q->address != 0 ? q->address : q->msg.ciaddr;
		t.answer = q->answer;
		t.origin = q->address != 0 ? q->origin : ORIGIN_NONE;
		t.subnet_id = q->subnet != NULL ? q->subnet->id : 0;
	}
	trace_add(q->ctx->region, c->slot, &t);
}
