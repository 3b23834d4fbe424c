/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opt: DHCP options (RFC 2132) on the wire: a table of those received, and a writer that keeps
 * to a size. Pure; called by msg.c, reply.c, the expression evaluator and the tests.
 */
#ifndef LESSOR_WORKERS_PACKET_OPT_H
#define LESSOR_WORKERS_PACKET_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/base/wire.h"

#define OPT_MAX      128  /* different codes kept of one message; a message with more is refused */
#define OPT_JOIN_MAX 2048 /* octets of options that came in several parts */

/* The codes that the server itself reads or writes. */
enum opt_code {
	OPT_PAD = 0,
	OPT_SUBNET_MASK = 1,
	OPT_ROUTERS = 3,
	OPT_DOMAIN_NAME_SERVERS = 6,
	OPT_HOST_NAME = 12,
	OPT_DOMAIN_NAME = 15,
	OPT_REQUESTED_ADDRESS = 50,
	OPT_LEASE_TIME = 51,
	OPT_OVERLOAD = 52,
	OPT_MESSAGE_TYPE = 53,
	OPT_SERVER_ID = 54,
	OPT_PARAMETER_REQUEST = 55,
	OPT_MESSAGE = 56,
	OPT_MAX_MESSAGE_SIZE = 57,
	OPT_RENEWAL_TIME = 58,
	OPT_REBINDING_TIME = 59,
	OPT_VENDOR_CLASS = 60,
	OPT_CLIENT_ID = 61,
	OPT_USER_CLASS = 77,
	OPT_FQDN = 81,
	OPT_AGENT = 82,
	OPT_V6_ONLY = 108,
	OPT_SUBNET_SELECTION = 118,
	OPT_VIVCO = 124, /* vendor classes, RFC 3925 */
	OPT_VIVSO = 125, /* vendor options, RFC 3925 */
	OPT_END = 255,
};

/* Sub-options of the relay's option 82 that the server acts on. */
enum rai_code {
	RAI_CIRCUIT_ID = 1,
	RAI_LINK_SELECTION = 5,     /* RFC 3527 */
	RAI_SERVER_ID_OVERRIDE = 11, /* RFC 5107 */
	RAI_RELAY_PORT = 19,        /* RFC 8357 */
};

/* Values lie in the octets given to opt_table_add() or in join: no table is ever copied. */
struct opt_table {
	uint8_t slot[256];           /* code -> index + 1 into value, 0: not there */
	struct span value[OPT_MAX];  /* in order of first appearance */
	uint8_t code[OPT_MAX];
	uint8_t count;
	size_t joined;               /* used part of join */
	uint8_t join[OPT_JOIN_MAX];  /* what was split, put together */
};

/* Empties the table (only slot and count are cleared: cheap enough for every packet). */
void opt_table_init(struct opt_table *t);

/* Adds the options in data (up to END or the end of data). A code that is there already is
 * joined to it (RFC 3396). Returns 0, -EBADMSG (an option runs over the end) or -ENOBUFS (more
 * than OPT_MAX codes or OPT_JOIN_MAX joined octets). */
int opt_table_add(struct opt_table *t, struct span data);

/* The option's value; {NULL, 0} if it is not there, p set if it is there, also when empty. */
static inline struct span opt_get(const struct opt_table *t, uint8_t code)
{
	return t->slot[code] != 0 ? t->value[t->slot[code] - 1] : (struct span){NULL, 0};
}

/* Adds an option that is not there yet; value has to outlive the table. Nothing happens if the
 * table is full. */
void opt_table_put(struct opt_table *t, uint8_t code, struct span value);

/* Cuts the last sub-option of an option so that it ends with it. A copy is mended: 0, or -ENOBUFS
 * if there is no room for it. */
int opt_table_mend(struct opt_table *t, uint8_t code);

/* A sub-option of value, whose layout is code, length, data (options 82, 43, 122). 0 is PAD and
 * 255 is END here too (RFC 2132 8.4). Values that run over the end end the search. {NULL, 0} if
 * it is not there. */
struct span opt_sub(struct span value, uint8_t code);

/* Whether value is a run of whole sub-options, up to END or its end. */
bool opt_sub_valid(struct span value);

/* Writes options up to a size; what does not fit is left out whole and counted. Room for END is
 * always kept. */
struct opt_writer {
	uint8_t *start, *p, *end; /* end: one before the buffer's end, for END */
	unsigned left_out;
};

/* size: at least 1. */
void opt_writer_init(struct opt_writer *w, uint8_t *buf, size_t size);

/* Writes one option; longer than 255 octets: in several parts (RFC 3396). Returns whether it
 * fitted. */
bool opt_write(struct opt_writer *w, uint8_t code, const void *data, size_t len);
bool opt_write_u8(struct opt_writer *w, uint8_t code, uint8_t v);
bool opt_write_be16(struct opt_writer *w, uint8_t code, uint16_t v);
bool opt_write_be32(struct opt_writer *w, uint8_t code, uint32_t v);

/* Writes END; returns the octets written since opt_writer_init(), END included. */
size_t opt_writer_end(struct opt_writer *w);

#endif
