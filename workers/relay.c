/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay: some relays send from a port of their own and listen only there, without the sub-option of
 * RFC 8357. Their clients get offers that never arrive, so they ask again and again.
 */
#include "workers/relay.h"

#include "shm/base/log.h"
#include "shm/base/text.h"

#define SERVER_PORT 67
#define ENOUGH      3     /* repeats of clients of one relay, without an offer taken in between */
#define QUIET_MS    60000 /* between two events */

/* The relay that most repeats came through of late: others count against it. */
static struct {
	uint32_t giaddr, repeats;
} suspect;

uint16_t relay_port(const struct query *q)
{
	struct span agent = opt_get(&q->msg.opt, OPT_AGENT);
	bool source = q->subnet != NULL && q->subnet->params.relay_reply_source;

	return source || opt_sub(agent, RAI_RELAY_PORT).p != NULL ? q->packet.src_port :
								    SERVER_PORT;
}

static bool is_answered_elsewhere(const struct query *q)
{
	return q->msg.giaddr != 0 && relay_port(q) != q->packet.src_port;
}

static void report(const struct query *q)
{
	static struct log_limit limit;
	char giaddr[TEXT_IP_SIZE], src[TEXT_IP_SIZE];
	unsigned missed;

	if (!log_limit(&limit, QUIET_MS, &missed))
		return;
	LOG(EV_RELAY_PORT_SUSPECTED,
		"relay %s (%s): sends from port %u, is answered at port %u, and its clients in "
		"subnet %u repeat themselves: if its answers get lost, set relay-reply-port = "
		"\"source\" there (%u more such events)",
		text_ip(q->msg.giaddr, giaddr), text_ip(q->packet.src_ip, src), q->packet.src_port,
		SERVER_PORT, q->subnet->id, missed);
}

void relay_note_repeat(const struct query *q)
{
	if (!is_answered_elsewhere(q))
		return;
	counter_inc(child_counters(q->ctx->child), COUNTER_RELAY_PORT_SUSPECTED);
	if (suspect.repeats == 0)
		suspect.giaddr = q->msg.giaddr;
	if (suspect.giaddr != q->msg.giaddr) {
		suspect.repeats--;
		return;
	}
	if (++suspect.repeats >= ENOUGH) {
		suspect.repeats = 0;
		report(q);
	}
}

void relay_note_taken(const struct query *q)
{
	if (q->msg.giaddr == suspect.giaddr)
		suspect.repeats = 0;
}
