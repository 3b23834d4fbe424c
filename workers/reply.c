/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply: header, options, destination. Answers are at least 300 octets, as old relays and BOOTP
 * clients want them (RFC 1542 2.1).
 */
#include "workers/reply.h"

#include <string.h>

#include "workers/options.h"
#include "workers/relay.h"

#define CLIENT_PORT   68
#define LEAST_MAX     576 /* what every client takes: RFC 2131 2 */
#define IP_UDP        28
#define HTYPE_ETHERNET 1

static const uint8_t broadcast_mac[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* How long the message may be: the client's option 57 or 576, and the interface. A BOOTP client may
 * have no room for more than it sent itself, or for more than the least. */
static size_t room(const struct query *q)
{
	struct span max = opt_get(&q->msg.opt, OPT_MAX_MESSAGE_SIZE);
	size_t datagram = max.len == 2 ? wire_be16(max.p) : LEAST_MAX;

	if (q->answer == MSG_BOOTP)
		datagram = IP_UDP + (q->msg.len > MSG_BOOTP_SIZE ? q->msg.len : MSG_BOOTP_SIZE);
	else if (datagram < LEAST_MAX)
		datagram = LEAST_MAX;
	if (q->ctx->mtu >= LEAST_MAX && datagram > q->ctx->mtu)
		datagram = q->ctx->mtu;
	return datagram - IP_UDP < ANSWER_SIZE ? datagram - IP_UDP : ANSWER_SIZE;
}

/* Whether the answer goes through a relay. That to an INFORM goes straight to the client, which
 * has its address, and carries nothing of the relay's. */
bool reply_is_relayed(const struct query *q)
{
	return q->msg.giaddr != 0 && q->msg.type != MSG_INFORM;
}

static bool must_broadcast(const struct query *q)
{
	return q->answer == MSG_NAK || (q->msg.flags & MSG_FLAG_BROADCAST) != 0 ||
		q->address == 0 || q->msg.htype != HTYPE_ETHERNET || q->msg.hlen != 6;
}

/* RFC 2131 4.1: giaddr, else ciaddr, else broadcast flag, else yiaddr at chaddr. A NAK to a
 * client on this link is always broadcast. */
static void set_destination(const struct query *q, struct answer *a)
{
	a->src_ip = q->ctx->server_ip;
	a->dst_port = CLIENT_PORT;
	a->way = WAY_FRAME;
	memcpy(a->dst_mac, broadcast_mac, 6);
	if (reply_is_relayed(q)) {
		a->way = WAY_ROUTE;
		a->dst_ip = q->msg.giaddr;
		a->dst_port = relay_port(q);
	} else if (q->answer != MSG_NAK && (q->msg.ciaddr != 0 || q->msg.type == MSG_INFORM)) {
		/* the frame's sender is the client or the router it came through: no look-up in
		 * the kernel's neighbour table, which holds a thousand */
		a->dst_ip = q->msg.ciaddr != 0 ? q->msg.ciaddr : q->packet.src_ip;
		memcpy(a->dst_mac, q->packet.src_mac, 6);
	} else if (must_broadcast(q)) {
		a->dst_ip = UINT32_MAX;
	} else {
		a->dst_ip = q->address;
		memcpy(a->dst_mac, q->msg.chaddr, 6);
	}
	/* a relayed INFORM's frame came from the relay, not from the client's router */
	if (q->ctx->child->port.packet_fd < 0 || q->msg.giaddr != 0)
		a->way = WAY_ROUTE;
}

/* Fills what is not set in b from a scope further out. */
static void fill_boot(struct model_boot *b, const struct model_boot *more)
{
	if (b->next_server == 0)
		b->next_server = more->next_server;
	if (b->server_hostname == NULL || b->server_hostname[0] == '\0')
		b->server_hostname = more->server_hostname;
	if (b->boot_file_name == NULL || b->boot_file_name[0] == '\0')
		b->boot_file_name = more->boot_file_name;
}

/* Each field from the reservation, else the first class that has it, else the subnet. */
static struct model_boot boot_fields(const struct query *q)
{
	struct model_boot b = {0, NULL, NULL};

	if (q->host != NULL && q->host->boot != NULL)
		b = *q->host->boot;
	for (size_t i = 0; i < q->n_classes; i++)
		fill_boot(&b, &q->ctx->model->classes[q->classes[i]]->boot);
	fill_boot(&b, &q->subnet->params.boot);
	return b;
}

void reply_make(const struct query *q, struct answer *a)
{
	bool nak = q->answer == MSG_NAK, relayed = reply_is_relayed(q);
	struct model_boot boot = {0, NULL, NULL};
	struct msg_header h;

	if (!nak && q->subnet != NULL)
		boot = boot_fields(q);
	h = (struct msg_header){
		.op = MSG_BOOTREPLY,
		.htype = q->msg.htype,
		.hlen = q->msg.hlen,
		.xid = q->msg.xid,
		/* RFC 2131 4.3.2: the relay shall broadcast a NAK */
		.flags = nak && relayed ? q->msg.flags | MSG_FLAG_BROADCAST :
			q->msg.giaddr != 0 && !relayed ? 0 : q->msg.flags,
		.ciaddr = nak ? 0 : q->msg.type == MSG_DISCOVER ? 0 : q->msg.ciaddr,
		.yiaddr = nak ? 0 : q->address,
		.siaddr = boot.next_server,
		.giaddr = relayed ? q->msg.giaddr : 0,
		.chaddr = q->msg.chaddr,
		.sname = boot.server_hostname,
		.file = boot.boot_file_name,
	};

	msg_encode_header(a->message, &h);
	a->len = MSG_OPTIONS +
		options_write(q, a->message + MSG_OPTIONS, room(q) - MSG_OPTIONS);
	if (a->len < MSG_BOOTP_SIZE) {
		memset(a->message + a->len, 0, MSG_BOOTP_SIZE - a->len);
		a->len = MSG_BOOTP_SIZE;
	}
	a->type = q->answer;
	set_destination(q, a);
}
