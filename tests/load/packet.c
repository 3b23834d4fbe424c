/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packet: RFC 2131 table 5 says which message carries which option; every one is padded to the
 * least size of BOOTP.
 */
#include "tests/load/packet.h"

#include <string.h>

#include "workers/packet/opt.h"

enum {
	XID_AT = 4,
	CIADDR_AT = 12,
	GIADDR_AT = 24,
	CHADDR_AT = 28,
};

/* The client identifier; both forms end with the hardware address, which is patched later. */
static void write_client_id(struct packet_template *t, struct opt_writer *w,
	enum options_client_id form)
{
	static const uint8_t by_mac[1 + CLIENT_MAC_SIZE] = {1};
	static const uint8_t by_duid[9 + CLIENT_MAC_SIZE] = {255, 0, 0, 0, 1, 0, 3, 0, 1};

	if (form == OPTIONS_ID_NONE)
		return;
	if (form == OPTIONS_ID_MAC)
		opt_write(w, OPT_CLIENT_ID, by_mac, sizeof(by_mac));
	else
		opt_write(w, OPT_CLIENT_ID, by_duid, sizeof(by_duid));
	t->id_mac = (uint16_t)(w->p - t->data - CLIENT_MAC_SIZE);
}

static void make(struct packet_template *t, enum packet_kind kind, const struct options *opt)
{
	static const uint8_t types[] = {MSG_DISCOVER, MSG_REQUEST, MSG_REQUEST, MSG_RELEASE};
	static const uint8_t zero[MSG_CHADDR_SIZE];
	struct msg_header h = {
		.op = MSG_BOOTREQUEST,
		.htype = 1,
		.hlen = CLIENT_MAC_SIZE,
		.hops = opt->lan == NULL,
		.flags = opt->broadcast && kind <= PACKET_REQUEST ? MSG_FLAG_BROADCAST : 0,
		.chaddr = zero,
	};
	struct opt_writer w;

	memset(t, 0, sizeof(*t));
	msg_encode_header(t->data, &h);
	opt_writer_init(&w, t->data + MSG_OPTIONS, PACKET_TEMPLATE_SIZE - MSG_OPTIONS);
	opt_write_u8(&w, OPT_MESSAGE_TYPE, types[kind]);
	write_client_id(t, &w, opt->client_id);
	if (kind == PACKET_REQUEST) {
		opt_write_be32(&w, OPT_REQUESTED_ADDRESS, 0);
		t->address = (uint16_t)(w.p - t->data - 4);
	}
	if (kind == PACKET_REQUEST || kind == PACKET_RELEASE) {
		opt_write_be32(&w, OPT_SERVER_ID, 0);
		t->server = (uint16_t)(w.p - t->data - 4);
	}
	if (kind != PACKET_RELEASE)
		opt_write(&w, OPT_PARAMETER_REQUEST, opt->request, opt->n_request);
	t->end = (uint16_t)(MSG_OPTIONS + opt_writer_end(&w) - 1);
}

void packet_init(struct packet_set *p, const struct options *opt)
{
	for (int kind = 0; kind < PACKET_KINDS; kind++)
		make(&p->kind[kind], (enum packet_kind)kind, opt);
}

size_t packet_write(const struct packet_set *p, enum packet_kind kind,
	const struct packet_fields *f, uint8_t *ret)
{
	const struct packet_template *t = &p->kind[kind];
	size_t len = t->end + f->options.len + 1;

	memcpy(ret, t->data, PACKET_TEMPLATE_SIZE);
	wire_set_be32(ret + XID_AT, f->xid);
	wire_set_be32(ret + CIADDR_AT, f->ciaddr);
	wire_set_be32(ret + GIADDR_AT, f->giaddr);
	memcpy(ret + CHADDR_AT, f->mac, CLIENT_MAC_SIZE);
	if (t->id_mac != 0)
		memcpy(ret + t->id_mac, f->mac, CLIENT_MAC_SIZE);
	if (t->address != 0)
		wire_set_be32(ret + t->address, f->requested);
	if (t->server != 0)
		wire_set_be32(ret + t->server, f->server);
	if (f->options.len > 0) {
		memcpy(ret + t->end, f->options.p, f->options.len);
		ret[len - 1] = OPT_END;
	}
	return len > PACKET_TEMPLATE_SIZE ? len : PACKET_TEMPLATE_SIZE;
}
