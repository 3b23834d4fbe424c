/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selftest: packets of the server's own test client, which the control process hands to the workers
 * through a socket pair (child_port.test_fd). Such a packet goes the whole way of a relayed one,
 * but for the wire: its answer goes back through the pair. Any worker may take it.
 */
#ifndef LESSOR_WORKERS_SELFTEST_H
#define LESSOR_WORKERS_SELFTEST_H

#include "shm/child.h"
#include "workers/query.h"

/* The test client: an address of RFC 7042's for documentation, so it is no real client's. */
#define SELFTEST_MAC       "\x00\x00\x5e\x00\x53\x67"
#define SELFTEST_CLIENT_ID "\x00lessor-selftest"

#define SELFTEST_SIZE        576  /* of a request */
#define SELFTEST_ANSWER_SIZE 1472 /* as batch.h's ANSWER_SIZE */

struct answer; /* that of batch.h */

struct selftest_request {
	uint32_t ticket; /* comes back with the reply; not 0 */
	uint32_t len;
	uint8_t message[SELFTEST_SIZE];
};

/* How the packet ended: after VERDICT_ANSWER there is a message, whatever the answer waited for. */
struct selftest_reply {
	uint32_t ticket;
	uint32_t interface; /* of the worker, number in region.interfaces */
	uint32_t verdict;   /* enum verdict */
	uint32_t reason;    /* enum counter, of a drop */
	uint32_t len;
	uint8_t message[SELFTEST_ANSWER_SIZE];
};

/* --- the worker's side --- */

/* Takes a request that waits. One load, if none does. */
bool selftest_take(const struct child *c, struct selftest_request *ret);

/* The request as a packet that its relay has sent to server_ip. */
struct packet selftest_packet(const struct selftest_request *request, uint32_t server_ip);

/* Tells how a packet without an answer ended; nothing, if it is none of the test client's. */
void selftest_tell(const struct child *c, const struct query *q, enum verdict v);

/* Sends an answer whose way is WAY_TEST. */
void selftest_send(const struct child_port *port, const struct answer *a);

/* --- the control process's side --- */

/* Hands a request to the workers. 0 or a negative code. */
int selftest_ask(const struct child *c, const struct selftest_request *request);

/* The reply to the request of this ticket; others are thrown away. false: it is not there yet. */
bool selftest_reply(const struct child *c, uint32_t ticket, struct selftest_reply *ret);

/* Nobody waits for a reply any more. */
void selftest_end(const struct child *c);

#endif
