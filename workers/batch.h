/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch [8] [e]: answers that leave together, with as few system calls as possible. Those that
 * tell of changes stand in the batch of the commit that they wait for.
 */
#ifndef LESSOR_WORKERS_BATCH_H
#define LESSOR_WORKERS_BATCH_H

#include <stdbool.h>

#include "shm/counter.h"
#include "workers/packet/frame.h"

#define BATCH_MAX   256  /* answers, and packets taken at a time */
#define ANSWER_SIZE 1472 /* largest DHCP message sent: an Ethernet MTU without IP and UDP header */

/* How an answer leaves. */
enum answer_way {
	WAY_FRAME, /* as an Ethernet frame, to dst_mac */
	WAY_ROUTE, /* through the UDP socket, as the kernel routes */
	WAY_TEST,  /* to the self test (selftest.h) */
};

struct answer {
	enum answer_way way;
	uint8_t type;          /* enum msg_type */
	uint8_t dst_mac[6];
	uint32_t src_ip, dst_ip; /* host byte order */
	uint16_t dst_port;
	uint64_t taken_ns; /* monotonic: when its packet was taken from the socket */
	uint64_t ticket;   /* of its packet on the shelf (shelf.h), where there is one */
	uint32_t test; /* WAY_TEST: its ticket */
	size_t len; /* of the message */
	uint8_t headers[FRAME_HEADERS]; /* room for frame_build(), in front of the message */
	uint8_t message[ANSWER_SIZE];
};

struct batch {
	size_t n;
	struct answer v[BATCH_MAX];
};

/* The next answer to fill in, NULL: the batch is full. It counts once batch_keep() is called. */
struct answer *batch_next(struct batch *b);
void batch_keep(struct batch *b);

#endif
