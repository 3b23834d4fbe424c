/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packet: the messages that are sent, each a template of fixed size that is copied and patched.
 * Called by exchange.c; the templates are made once, by the codec of workers/packet.
 */
#ifndef LESSOR_TESTS_LOAD_PACKET_H
#define LESSOR_TESTS_LOAD_PACKET_H

#include <stdint.h>

#include "tests/load/client.h"
#include "tests/load/options.h"
#include "workers/packet/msg.h"

#define PACKET_SIZE MSG_BOOTP_SIZE

enum packet_kind {
	PACKET_DISCOVER,
	PACKET_REQUEST, /* SELECTING */
	PACKET_RENEW,   /* a DHCPREQUEST in RENEWING */
	PACKET_RELEASE,
	PACKET_KINDS,
};

struct packet_template {
	uint8_t data[PACKET_SIZE];
	uint16_t id_mac, address, server; /* where to patch, 0: the message has no such field */
};

struct packet_set {
	struct packet_template kind[PACKET_KINDS];
};

/* What differs from one message to the next; addresses in host byte order. */
struct packet_fields {
	uint32_t xid, ciaddr, requested, server;
	uint8_t mac[CLIENT_MAC_SIZE];
};

void packet_init(struct packet_set *p, const struct options *opt);

/* Writes the PACKET_SIZE octets of a message. */
void packet_write(const struct packet_set *p, enum packet_kind kind, const struct packet_fields *f,
	uint8_t *ret);

#endif
