/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packet: the messages that are sent, each a template that is copied and patched. Called by
 * exchange.c; the templates are made once, by the codec of workers/packet.
 */
#ifndef LESSOR_TESTS_LOAD_PACKET_H
#define LESSOR_TESTS_LOAD_PACKET_H

#include <stdint.h>

#include "tests/load/client.h"
#include "tests/load/options.h"
#include "tests/load/site.h"
#include "workers/packet/msg.h"

#define PACKET_TEMPLATE_SIZE MSG_BOOTP_SIZE
#define PACKET_SIZE          (PACKET_TEMPLATE_SIZE + SITE_OPTIONS_MAX)

enum packet_kind {
	PACKET_DISCOVER,
	PACKET_REQUEST, /* SELECTING */
	PACKET_RENEW,   /* a DHCPREQUEST in RENEWING */
	PACKET_RELEASE,
	PACKET_KINDS,
};

struct packet_template {
	uint8_t data[PACKET_TEMPLATE_SIZE];
	uint16_t end; /* of its options, where END stands */
	uint16_t id_mac, address, server; /* where to patch, 0: the message has no such field */
};

struct packet_set {
	struct packet_template kind[PACKET_KINDS];
};

/* What differs from one message to the next; addresses in host byte order. */
struct packet_fields {
	uint32_t xid, ciaddr, giaddr, requested, server;
	struct span options; /* more of them, encoded: SITE_OPTIONS_MAX at most */
	uint8_t mac[CLIENT_MAC_SIZE];
};

void packet_init(struct packet_set *p, const struct options *opt);

/* Writes a message of PACKET_SIZE octets at most; returns how many there are. */
size_t packet_write(const struct packet_set *p, enum packet_kind kind,
	const struct packet_fields *f, uint8_t *ret);

#endif
