/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_inform: options for a client that has its address from elsewhere (RFC 2131 4.3.5).
 */
#include "workers/serve.h"

enum verdict serve_inform(struct query *q)
{
	if (q->msg.ciaddr == 0 && q->packet.src_ip == 0)
		return query_drop(q, COUNTER_RFC_VIOLATION);
	q->address = 0; /* no yiaddr, no lease time */
	return query_answer(q, VERDICT_ANSWER, MSG_ACK);
}
