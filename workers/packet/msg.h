/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg: a received DHCPv4 or BOOTP message (RFC 2131 section 2) as a view into the receive buffer,
 * and the fixed header of an answer. Pure: no socket, no configuration, no heap.
 */
#ifndef LESSOR_WORKERS_PACKET_MSG_H
#define LESSOR_WORKERS_PACKET_MSG_H

#include <stddef.h>
#include <stdint.h>

#include "shm/base/wire.h"
#include "workers/packet/opt.h"

#define MSG_HEADER      236 /* fixed part, before the magic cookie */
#define MSG_OPTIONS     240 /* where options start */
#define MSG_BOOTP_SIZE  300 /* RFC 1542 2.1: the least that is sent */
#define MSG_CHADDR_SIZE 16
#define MSG_FLAG_BROADCAST 0x8000

enum msg_op {
	MSG_BOOTREQUEST = 1,
	MSG_BOOTREPLY = 2,
};

/* Option 53, RFC 2132 9.6; 0: none, a BOOTP message. */
enum msg_type {
	MSG_BOOTP = 0,
	MSG_DISCOVER = 1,
	MSG_OFFER,
	MSG_REQUEST,
	MSG_DECLINE,
	MSG_ACK,
	MSG_NAK,
	MSG_RELEASE,
	MSG_INFORM,
};

/* Why a message was thrown away; each has a counter of its own. */
enum msg_reject {
	MSG_OK,
	MSG_SHORT,       /* ends before the cookie */
	MSG_NOT_REQUEST, /* op is not BOOTREQUEST (BOOTREPLY where replies are asked for) */
	MSG_BAD_HLEN,    /* hlen above 16 */
	MSG_BAD_COOKIE,
	MSG_BAD_OPTION,  /* an option runs over its field's end, or more than opt.h keeps */
	MSG_BAD_TYPE,    /* option 53 is not one octet, or 0 */
	MSG_BAD_LENGTH,  /* an option that the server uses has an impossible length */
};

struct msg {
	uint8_t op, htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	uint32_t ciaddr, yiaddr, siaddr, giaddr; /* host byte order */
	uint8_t chaddr[MSG_CHADDR_SIZE];
	uint8_t type;         /* enum msg_type, or an unknown number */
	struct opt_table opt; /* options, also those in overloaded sname and file */
	size_t len;           /* of the whole message */
};

/* Decodes a message of the kind op (enum msg_op). Options may be repeated (joined, RFC 3396),
 * overloaded (option 52; other values than 1 to 3 are ignored), padded, or end without END.
 * Lengths are checked here, once, for the options a server acts on: 50, 54, 118 (4 octets), 51
 * (4), 53 and 52 (1), 57 (2), 82 (sub-options fit; lenient: the last is cut so that it does); an
 * empty 61 is taken out, as if it were absent. ret refers to data, which has to outlive it, and to
 * itself: it is not to be copied. Returns MSG_OK, or a reason with *ret undefined. */
enum msg_reject msg_decode(const uint8_t *data, size_t len, enum msg_op op, bool lenient,
	struct msg *ret);

/* A word for counters and logs: "truncated", "bad-cookie"... */
const char *msg_reject_name(enum msg_reject reason);

/* "DHCPDISCOVER"...; "BOOTP" for 0, "unknown" for other numbers. */
const char *msg_type_name(uint8_t type);

/* The fixed header of a message to be sent, all zero but for what is given, and the cookie. */
struct msg_header {
	uint8_t op, htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	uint32_t ciaddr, yiaddr, siaddr, giaddr; /* host byte order */
	const uint8_t *chaddr;                   /* MSG_CHADDR_SIZE octets */
	const char *sname, *file;                /* text, NULL: empty; cut at 63 and 127 octets */
};

/* Writes MSG_OPTIONS octets to buf. */
void msg_encode_header(uint8_t *buf, const struct msg_header *h);

#endif
