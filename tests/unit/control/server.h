/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server: what the control process finds around it, without the rest of a server: a configuration
 * of three subnets, a region, a journal and a lease database in a directory of their own.
 */
#ifndef LESSOR_TESTS_UNIT_CONTROL_SERVER_H
#define LESSOR_TESTS_UNIT_CONTROL_SERVER_H

#include <jansson.h>

#include "daemon/conf/model.h"
#include "daemon/control/answer.h"
#include "daemon/control/command.h"

struct server {
	char dir[64];
	struct model *model;
	struct pools pools;
	struct child child;
	struct journal *journal;
	struct control control;
	sd_event *loop;
};

/* Subnets 1 (192.0.2.0/24, pools 10-19 and 30-39 of pool-id 0, 50-54 of pool-id 7), 9
 * (198.51.100.0/24, in shared network "floor") and 1001 (203.0.113.0/24, no pool). */
void server_init(struct server *s);
void server_fini(struct server *s);

/* Commits a lease of this address, given as text, with hardware address 02:00:00:00:00:<host>. */
void server_lease(struct server *s, const char *address, uint32_t subnet_id,
	void (*change)(struct lease *l));

/* Commits n leases of consecutive addresses. */
void server_many(struct server *s, uint32_t address, uint32_t n, uint32_t subnet_id);

/* Carries everything over to the lease database, as the store would. */
void server_carry(struct server *s);

/* Runs a command in single quotes instead of double ones; the whole answer, parsed. */
json_t *server_ask(struct server *s, const char *request);

/* ... whose result and text have to be these; text NULL: none; returns its arguments. The answer
 * lives until the next call. */
const json_t *server_expect(struct server *s, const char *request, int result, const char *text);

#endif
