/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path: decode, select the subnet, identify the client, serve. Sockets, batches and commits are
 * the worker's business.
 */
#include "workers/path.h"

#include "shm/base/log.h"
#include "shm/base/text.h"
#include "shm/service.h"
#include "workers/classify.h"
#include "workers/client.h"
#include "workers/limit.h"
#include "workers/reserve.h"
#include "workers/select.h"
#include "workers/serve.h"

static void count_received(const struct query *q)
{
	static const enum counter by_type[] = {
		[MSG_BOOTP] = COUNTER_UNKNOWN_RECEIVED,
		[MSG_DISCOVER] = COUNTER_DISCOVER_RECEIVED,
		[MSG_OFFER] = COUNTER_OFFER_RECEIVED,
		[MSG_REQUEST] = COUNTER_REQUEST_RECEIVED,
		[MSG_DECLINE] = COUNTER_DECLINE_RECEIVED,
		[MSG_ACK] = COUNTER_ACK_RECEIVED,
		[MSG_NAK] = COUNTER_NAK_RECEIVED,
		[MSG_RELEASE] = COUNTER_RELEASE_RECEIVED,
		[MSG_INFORM] = COUNTER_INFORM_RECEIVED,
	};

	counter_inc(child_counters(q->ctx->child),
		q->msg.type <= MSG_INFORM ? by_type[q->msg.type] : COUNTER_UNKNOWN_RECEIVED);
}

static enum verdict malformed(struct query *q, enum msg_reject reason)
{
	counter_inc(child_counters(q->ctx->child),
		(enum counter)(COUNTER_MSG_SHORT + (reason - MSG_SHORT)));
	return query_drop(q, COUNTER_PARSE_FAILED);
}

/* Kea's monitoring searches for this event. */
static void log_no_subnet(const struct query *q)
{
	static struct log_limit limit;
	char name[CLIENT_NAME_SIZE], giaddr[TEXT_IP_SIZE], src[TEXT_IP_SIZE];
	unsigned missed;

	if (!log_limit(&limit, 1000, &missed))
		return;
	LOG(EV_DHCP4_PACKET_NAK_0001,
		"client %s: no subnet fits its %s from %s through relay %s on %s (%u more such)",
		client_name(q, name), msg_type_name(q->msg.type), text_ip(q->packet.src_ip, src),
		text_ip(q->msg.giaddr, giaddr), q->ctx->interface, missed);
}

static bool is_in(const struct query *q, enum model_builtin class)
{
	return query_is_member(q, q->ctx->model->builtin[class]);
}

/* Classes, subnet, reservation; the class DROP is looked at each time that classes came to it.
 * false: drop the packet. */
static bool classify_and_select(struct query *q)
{
	bool early = q->ctx->model->early_global;
	const struct model_host *h;

	classify_begin(q);
	if (is_in(q, MODEL_DROP))
		return false;
	if (early) {
		h = reserve_global(q);
		if (h != NULL)
			classify_host(q, h);
		classify_known(q, h != NULL);
		if (is_in(q, MODEL_DROP))
			return false;
	}
	select_subnet(q);
	reserve_find(q);
	if (q->host != NULL)
		classify_host(q, q->host);
	if (!early)
		classify_known(q, q->reserved);
	return !is_in(q, MODEL_DROP);
}

static enum verdict serve(struct query *q)
{
	if (q->subnet == NULL && q->msg.type != MSG_REQUEST) {
		counter_inc(child_counters(q->ctx->child), COUNTER_NO_SUBNET);
		return query_drop(q, COUNTER_NOT_FOR_US);
	}
	switch (q->msg.type) {
	case MSG_BOOTP:
		return is_in(q, MODEL_REJECT) ? query_drop(q, COUNTER_ADMIN_FILTERED) :
						serve_bootp(q);
	case MSG_DISCOVER:
		/* a server identifier in it has no meaning: RFC 2131 table 5 */
		if (opt_get(&q->msg.opt, OPT_SERVER_ID).p != NULL)
			return query_drop(q, COUNTER_RFC_VIOLATION);
		if (is_in(q, MODEL_REJECT))
			return query_drop(q, COUNTER_ADMIN_FILTERED);
		return serve_discover(q);
	case MSG_REQUEST:
		if (is_in(q, MODEL_REJECT))
			return query_answer(q, VERDICT_ANSWER, MSG_NAK);
		return serve_request(q);
	case MSG_DECLINE:
		return serve_decline(q);
	case MSG_RELEASE:
		return serve_release(q);
	case MSG_INFORM:
		return serve_inform(q);
	default:
		return query_drop(q, COUNTER_RFC_VIOLATION);
	}
}

/* What the options of an answer depend on, now that subnet and pool are certain. */
static void classify_answer(struct query *q)
{
	if (q->host != NULL)
		classify_host(q, q->host);
	classify_additional(q);
}

enum verdict path_walk(struct query *q, bool again)
{
	enum msg_reject reason = msg_decode(q->packet.payload.p, q->packet.payload.len,
		MSG_BOOTREQUEST, q->ctx->model->lenient_options, &q->msg);
	enum verdict v;

	q->rec = TABLE_NONE;
	q->address = 0;
	q->pool = NULL;
	q->lifetime = 0;
	q->rests_on = 0;
	q->rule = RULE_NONE;
	q->origin = ORIGIN_NONE;
	q->limited = NULL;
	if (reason != MSG_OK)
		return malformed(q, reason);
	if (!again)
		count_received(q);
	if (service_is_disabled(q->ctx->region))
		return query_drop(q, COUNTER_SERVICE_DISABLED);
	if (q->msg.type > MSG_INFORM || (q->msg.type == MSG_BOOTP && !q->ctx->model->bootp))
		return query_drop(q, COUNTER_RFC_VIOLATION);
	/* in udp mode a client without an address cannot be reached but through its relay */
	if (q->ctx->model->socket_type == MODEL_UDP && q->msg.giaddr == 0 && q->msg.ciaddr == 0)
		return query_drop(q, COUNTER_NOT_FOR_US);
	client_recall_agent(q);
	if (!classify_and_select(q))
		return query_drop(q, COUNTER_ADMIN_FILTERED);
	if (!again && limit_is_over_rate(q))
		return query_drop(q, COUNTER_LIMIT_EXCEEDED);
	if (q->server_id == 0)
		return query_drop(q, COUNTER_PROCESSING_FAILED); /* the interface has no address */
	if (!client_identify(q))
		return query_drop(q, COUNTER_RFC_VIOLATION);
	if (q->msg.type != MSG_DISCOVER && !select_is_for_us(q))
		return query_drop(q, COUNTER_NOT_FOR_US);
	if (q->subnet == NULL)
		log_no_subnet(q);
	v = serve(q);
	if ((v == VERDICT_ANSWER || v == VERDICT_HOLD) && q->answer != MSG_NAK)
		classify_answer(q);
	else if (q->limited != NULL && v != VERDICT_AGAIN)
		limit_note(q);
	return v;
}
