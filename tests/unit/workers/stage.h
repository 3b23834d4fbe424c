/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage: a worker without sockets: a model, a region and a journal as the supervisor would make
 * them, and messages put together octet by octet. One stage in a process.
 */
#ifndef LESSOR_TESTS_UNIT_WORKERS_STAGE_H
#define LESSOR_TESTS_UNIT_WORKERS_STAGE_H

#include "workers/path.h"
#include "workers/reply.h"

#define STAGE_SERVER 0xc0000201u /* 192.0.2.1, on eth0 */
#define STAGE_NOW    100000u

struct stage {
	char dir[64];
	struct model *model;
	struct region *region;
	struct pools pools;
	struct child child; /* slot 1 */
	struct journal *journal;
	struct context ctx;
	struct query q;
	uint8_t octets[2048];
	size_t len;
};

/* conf: the file's text; interfaces-config is put in front. */
struct stage *stage_new(const char *conf);
void stage_free(struct stage *s);

/* Begins a broadcast message of client number k, an Ethernet address. */
void stage_begin(struct stage *s, uint8_t type, uint32_t k);
void stage_opt(struct stage *s, uint8_t code, const void *data, size_t len);
void stage_opt_be32(struct stage *s, uint8_t code, uint32_t v);
/* Sets a field of the header, which is at this offset. */
#define STAGE_FLAGS  8 /* upper half of the four octets: secs */
#define STAGE_CIADDR 12
#define STAGE_GIADDR 24
void stage_set(struct stage *s, size_t at, uint32_t v);

/* Ends the message and lets it go its way. */
enum verdict stage_walk(struct stage *s);

/* The commit of the batch. */
void stage_commit(struct stage *s);

/* Client k asks for this address in the state SELECTING; the address is committed. */
void stage_lease(struct stage *s, uint32_t k, uint32_t address);

/* State of the address in the table, TABLE_FREE if it was never used. */
uint8_t stage_state(const struct stage *s, uint32_t address);

#endif
