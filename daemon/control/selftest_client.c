/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selftest_client: the relay names the subnet by its own address and by link selection (RFC 3527),
 * whichever the server looks at. The lease is asked for a minute only, in case the test is cut off.
 */
#include "daemon/control/selftest_client.h"

#include <stdio.h>
#include <string.h>

#include "shm/base/text.h"
#include "workers/packet/msg.h"

#define HTYPE_ETHERNET 1
#define MAC_SIZE       6
#define LEASE_S        60

static const uint8_t mac[MSG_CHADDR_SIZE] = SELFTEST_MAC;
static const uint8_t client_id[] = SELFTEST_CLIENT_ID;

static uint64_t addresses_for_all(const struct model_subnet *s)
{
	uint64_t n = 0;

	if (s->guard.n > 0 || (s->network != NULL && s->network->guard.n > 0))
		return 0;
	for (size_t i = 0; i < s->n_pools; i++)
		if (s->pools[i]->guard.n == 0)
			n += (uint64_t)s->pools[i]->end - s->pools[i]->start + 1;
	return n;
}

const struct model_subnet *selftest_client_subnet(
	const struct model *model, selftest_taken_fn *taken, const void *arg)
{
	for (int remembered = 1; remembered >= 0; remembered--)
		for (size_t i = 0; i < model->n_subnets; i++)
			if (addresses_for_all(model->subnets[i]) >
				taken(arg, model->subnets[i], remembered != 0))
				return model->subnets[i];
	return NULL;
}

static uint32_t link_address(const struct model_subnet *s)
{
	return s->n_pools > 0 ? s->pools[0]->start : s->prefix + 1;
}

void selftest_client_write(
	const struct selftest_client *c, uint8_t type, struct selftest_request *ret)
{
	uint8_t agent[6] = {RAI_LINK_SELECTION, 4};
	struct opt_writer w;

	msg_encode_header(ret->message,
		&(struct msg_header){.op = MSG_BOOTREQUEST,
			.htype = HTYPE_ETHERNET,
			.hlen = MAC_SIZE,
			.hops = 1,
			.xid = c->xid,
			.ciaddr = type == MSG_RELEASE ? c->address : 0,
			.giaddr = link_address(c->subnet),
			.chaddr = mac});
	opt_writer_init(&w, ret->message + MSG_OPTIONS, SELFTEST_SIZE - MSG_OPTIONS);
	opt_write_u8(&w, OPT_MESSAGE_TYPE, type);
	opt_write(&w, OPT_CLIENT_ID, client_id, sizeof(client_id) - 1);
	if (type == MSG_REQUEST)
		opt_write_be32(&w, OPT_REQUESTED_ADDRESS, c->address);
	if (type != MSG_RELEASE)
		opt_write_be32(&w, OPT_LEASE_TIME, LEASE_S);
	if (type != MSG_DISCOVER)
		opt_write_be32(&w, OPT_SERVER_ID, c->server_id);
	wire_set_be32(agent + 2, link_address(c->subnet));
	opt_write(&w, OPT_AGENT, agent, sizeof(agent));
	ret->len = (uint32_t)(MSG_OPTIONS + opt_writer_end(&w));
}

static bool wrong(char *why, size_t size, const char *what)
{
	snprintf(why, size, "%s", what);
	return false;
}

static bool check_dropped(const struct selftest_reply *reply, char *why, size_t size)
{
	if (reply->reason >= COUNTER_COUNT)
		return wrong(why, size, "was not answered");
	snprintf(why, size, "was dropped: %s: %s", counter_symbol((enum counter)reply->reason),
		counter_meaning((enum counter)reply->reason));
	return false;
}

/* What has to be right in each answer (RFC 2131 4.3.1, table 3). */
static bool check_answer(
	const struct selftest_client *c, const struct msg *m, char *why, size_t size)
{
	struct span lease = opt_get(&m->opt, OPT_LEASE_TIME);
	struct span server = opt_get(&m->opt, OPT_SERVER_ID);

	if (m->xid != c->xid || m->hlen != MAC_SIZE || memcmp(m->chaddr, mac, MAC_SIZE) != 0)
		return wrong(why, size, "was answered with a message for another client");
	if (m->giaddr != link_address(c->subnet))
		return wrong(why, size, "was answered to another relay");
	if (opt_sub(opt_get(&m->opt, OPT_AGENT), RAI_LINK_SELECTION).len != 4)
		return wrong(why, size, "was answered without the relay's option 82");
	if (m->yiaddr == 0 || lease.len != 4 || server.len != 4)
		return wrong(why, size, "was answered without address, lease time or server");
	return true;
}

bool selftest_client_read(struct selftest_client *c, uint8_t type,
	const struct selftest_reply *reply, char *why, size_t size)
{
	uint8_t wanted = type == MSG_DISCOVER ? MSG_OFFER : MSG_ACK;
	struct msg m;

	if (type == MSG_RELEASE && reply->verdict == VERDICT_SILENT)
		return true;
	if (reply->verdict != VERDICT_ANSWER)
		return check_dropped(reply, why, size);
	if (msg_decode(reply->message, reply->len, MSG_BOOTREPLY, false, &m) != MSG_OK)
		return wrong(why, size, "was answered with what is no DHCP message");
	if (m.type != wanted) {
		snprintf(why, size, "was answered with a %s", msg_type_name(m.type));
		return false;
	}
	if (!check_answer(c, &m, why, size))
		return false;
	if (type == MSG_REQUEST && m.yiaddr != c->address)
		return wrong(why, size, "was answered with another address than offered");
	c->address = m.yiaddr;
	c->server_id = wire_be32(opt_get(&m.opt, OPT_SERVER_ID).p);
	return true;
}

bool selftest_client_has(const struct selftest_client *c, const struct lease *l)
{
	return l->address == c->address && l->state == LEASE_ASSIGNED &&
		span_equal(span_of(l->hwaddr, l->hlen), span_of(mac, MAC_SIZE));
}
