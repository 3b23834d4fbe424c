/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange: the client's side of DHCP (RFC 2131 section 4.4), one state per client, and what every
 * answer proves about the server. Called by run.c; reads no clock and never blocks.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shm/base/clock.h"
#include "shm/base/text.h"
#include "tests/load/load.h"

#define EXAMPLES_MAX 10 /* duplicates that are told in full */

/* The server that the client has to do with; NULL: none has been met so far. */
static const struct load_server *server_of(const struct load *l, const struct client *c)
{
	for (unsigned k = 0; k < l->n_servers; k++) {
		if (l->server[k].id == c->server)
			return &l->server[k];
	}
	return l->n_servers > 0 ? &l->server[0] : NULL;
}

static void learn_server(struct load *l, uint32_t id, const uint8_t *mac)
{
	struct load_server *s;
	unsigned k = 0;

	while (k < l->n_servers && l->server[k].id != id)
		k++;
	if (k == LOAD_SERVERS_MAX)
		return;
	s = &l->server[k];
	s->id = id;
	if (mac != NULL)
		memcpy(s->mac, mac, sizeof(s->mac));
	if (k == l->n_servers)
		l->n_servers++;
}

static void send_message(struct load *l, uint32_t i, enum packet_kind kind)
{
	static const uint8_t everybody[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	const struct client *c = &l->clients.client[i];
	bool bound = kind == PACKET_RENEW || kind == PACKET_RELEASE;
	const struct load_server *server = server_of(l, c);
	struct packet_fields f = {
		.xid = c->xid,
		.ciaddr = bound ? c->address : 0,
		.requested = c->offered,
		.server = server != NULL ? server->id : l->opt->server[0],
		.giaddr = l->opt->giaddr,
	};
	struct frame to = {
		.src_mac = f.mac,
		.dst_mac = everybody,
		.src_ip = f.ciaddr,
		.dst_ip = UINT32_MAX,
		.src_port = l->opt->local_port,
		.dst_port = l->opt->server_port,
	};

	client_mac(&l->clients, i, f.mac);
	if (bound && server != NULL) {
		to.dst_mac = server->mac;
		to.dst_ip = server->id;
	}
	if (l->sites.n > 0) {
		const struct site *site = site_of(&l->sites, i);

		f.giaddr = site->giaddr;
		f.options = span_of(site->options, site->n_options);
	}
	io_queue(&l->io, &to, packet_write(&l->packets, kind, &f, io_slot(&l->io)));
}

bool exchange_possible(const struct load *l, uint32_t i)
{
	const struct client *c = &l->clients.client[i];

	if (l->phase->kind == LOAD_RENEW)
		return c->address != 0 && c->held_until_ns > l->now_ns;
	/* on a link renewals need a server's hardware address: one exchange finds it out */
	return !l->phase->fresh || c->address == 0 ||
	       (l->opt->lan != NULL && l->n_servers == 0 && l->clients.waiting == 0);
}

void exchange_start(struct load *l, uint32_t i, uint64_t start_ns, bool measured)
{
	struct client *c = &l->clients.client[i];
	bool renew = l->phase->kind == LOAD_RENEW;

	/* odd factor: no xid comes twice in 2^32 exchanges, and neighbours differ in every part */
	c->xid = (l->n_xids++ + (uint32_t)l->opt->seed) * 2654435761U;
	c->start_ns = start_ns;
	c->measured = measured;
	client_wait(&l->clients, i, renew ? CLIENT_WAIT_ACK : CLIENT_WAIT_OFFER, l->now_ns);
	if (renew)
		c->offered = c->address;
	send_message(l, i, renew ? PACKET_RENEW : PACKET_DISCOVER);
	if (!measured)
		return;
	l->stats.started++;
	if (renew)
		l->stats.request_sent++;
	else
		l->stats.discover_sent++;
	hist_add(&l->stats.lag, l->now_ns - start_ns);
}

static void finish(struct load *l, uint32_t i, bool completed)
{
	struct client *c = &l->clients.client[i];

	client_stop_waiting(&l->clients, i);
	if (!l->phase->once || (!completed && ++c->tries < LOAD_TRIES_MAX))
		client_give(&l->clients, i);
}

static void take_offer(struct load *l, uint32_t i, const struct msg *m, const uint8_t *src_mac)
{
	struct client *c = &l->clients.client[i];
	struct span id = opt_get(&m->opt, OPT_SERVER_ID);

	if (c->state != CLIENT_WAIT_OFFER) {
		l->totals.late++;
		return;
	}
	if (m->yiaddr == 0 || id.p == NULL) {
		l->totals.invalid++;
		return;
	}
	c->server = wire_be32(id.p);
	c->offered = m->yiaddr;
	learn_server(l, c->server, src_mac);
	client_wait(&l->clients, i, CLIENT_WAIT_ACK, l->now_ns);
	send_message(l, i, PACKET_REQUEST);
	if (!c->measured)
		return;
	l->stats.offers++;
	l->stats.request_sent++;
	hist_add(&l->stats.offer, l->now_ns - c->start_ns);
}

static void tell_duplicate(struct load *l, uint32_t i, uint32_t other)
{
	const struct client *first = &l->clients.client[other];
	uint8_t mac[2][CLIENT_MAC_SIZE];
	char ip[TEXT_IP_SIZE], hex[2][3 * CLIENT_MAC_SIZE + 1];

	if (++l->totals.duplicates > EXAMPLES_MAX)
		return;
	for (int k = 0; k < 2; k++) {
		client_mac(&l->clients, k == 0 ? i : other, mac[k]);
		text_hex(span_of(mac[k], CLIENT_MAC_SIZE), hex[k], sizeof(hex[k]));
	}
	fprintf(stderr,
		"lessor-load: duplicate: %s acknowledged to %s while %s holds it for another "
		"%" PRIu64 " s\n",
		text_ip(l->clients.client[i].address, ip), hex[0], hex[1],
		(uint64_t)((first->held_until_ns - l->now_ns) / CLOCK_NS_PER_S));
}

/* The client has been told that the address is its own: true whenever the ACK comes. */
static void note_lease(struct load *l, uint32_t i, uint32_t address, uint32_t lease_s)
{
	/* a lease counts from the request, RFC 2131 4.4.1; 32 bits of seconds fit into 64 of ns */
	uint64_t until_ns = l->clients.client[i].sent_ns + lease_s * CLOCK_NS_PER_S;
	uint32_t other = client_hold(&l->clients, i, address, until_ns, l->now_ns);
	uint8_t mac[CLIENT_MAC_SIZE];

	if (other != CLIENT_NONE)
		tell_duplicate(l, i, other);
	client_mac(&l->clients, i, mac);
	leases_add(&l->leases, address, mac, lease_s);
}

static void take_ack(struct load *l, uint32_t i, const struct msg *m)
{
	struct client *c = &l->clients.client[i];
	struct span lease = opt_get(&m->opt, OPT_LEASE_TIME);
	bool waited = c->state == CLIENT_WAIT_ACK;

	if (m->yiaddr == 0 || lease.p == NULL) {
		l->totals.invalid++;
		return;
	}
	note_lease(l, i, m->yiaddr, wire_be32(lease.p));
	if (!waited || m->yiaddr != c->offered) {
		l->totals.late += !waited;
		l->totals.invalid += waited;
		return;
	}
	l->totals.acks++;
	if (c->measured) {
		/* a renewal's request was meant to leave when the exchange was to start */
		uint64_t sent = l->phase->kind == LOAD_RENEW ? c->start_ns : c->sent_ns;

		l->stats.acks++;
		l->stats.completed++;
		l->stats.last_ns = l->now_ns;
		hist_add(&l->stats.ack, l->now_ns - sent);
		hist_add(&l->stats.whole, l->now_ns - c->start_ns);
	}
	finish(l, i, true);
}

static void take_nak(struct load *l, uint32_t i)
{
	struct client *c = &l->clients.client[i];

	if (c->state != CLIENT_WAIT_ACK) {
		l->totals.late++;
		return;
	}
	l->stats.nak += c->measured;
	client_let_go(&l->clients, i);
	finish(l, i, false);
}

void exchange_answer(struct load *l, const struct io_packet *packet)
{
	uint32_t i = CLIENT_NONE;
	struct msg m;

	if (msg_decode(packet->payload.p, packet->payload.len, MSG_BOOTREPLY, false, &m) !=
		MSG_OK) {
		l->totals.invalid++;
		return;
	}
	if (m.htype == 1 && m.hlen == CLIENT_MAC_SIZE)
		i = client_by_mac(&l->clients, m.chaddr);
	if (i == CLIENT_NONE || m.xid != l->clients.client[i].xid) {
		l->totals.stray++;
		return;
	}
	if (m.type == MSG_OFFER)
		take_offer(l, i, &m, packet->src_mac);
	else if (m.type == MSG_ACK)
		take_ack(l, i, &m);
	else if (m.type == MSG_NAK)
		take_nak(l, i);
	else
		l->totals.stray++;
}

void exchange_expire(struct load *l)
{
	uint64_t timeout_ns = l->opt->timeout_ms * CLOCK_NS_PER_MS;
	uint32_t i;

	while ((i = l->clients.oldest) != CLIENT_NONE) {
		const struct client *c = &l->clients.client[i];

		if (c->sent_ns + timeout_ns > l->now_ns)
			return;
		l->stats.no_offer += c->measured && c->state == CLIENT_WAIT_OFFER;
		l->stats.no_ack += c->measured && c->state == CLIENT_WAIT_ACK;
		finish(l, i, false);
	}
}

void exchange_release(struct load *l, uint32_t i)
{
	struct client *c = &l->clients.client[i];

	c->xid = (l->n_xids++ + (uint32_t)l->opt->seed) * 2654435761U;
	send_message(l, i, PACKET_RELEASE);
	client_let_go(&l->clients, i);
	l->totals.released++;
}
