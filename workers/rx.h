/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rx [1] [2]: takes what is waiting at a socket, checks the frame around each message, and hands
 * out packets. Two kinds of sockets behind one table of functions.
 */
#ifndef LESSOR_WORKERS_RX_H
#define LESSOR_WORKERS_RX_H

#include <stdbool.h>
#include <sys/socket.h>

#include "workers/batch.h"
#include "workers/query.h"

#define RX_SIZE 2048 /* octets kept of a packet; longer ones are thrown away */

struct rx;

struct rx_ops {
	/* Whether packet i of the last rx_receive() holds a message, and which; if not, the reason
	 * is counted. */
	bool (*get)(const struct rx *rx, unsigned i, struct counter_block *c, struct packet *ret);
};

extern const struct rx_ops rx_packet; /* AF_PACKET, SOCK_RAW, PACKET_AUXDATA */
extern const struct rx_ops rx_udp;    /* UDP, IP_PKTINFO */

struct rx {
	int fd;
	const struct rx_ops *ops;
	unsigned used; /* messages of the last rx_receive() */
	bool tells_age;
	uint64_t wall_ns; /* of the last rx_receive(), if it tells ages */
	struct mmsghdr msg[BATCH_MAX];
	struct iovec iov[BATCH_MAX];
	struct sockaddr_storage from[BATCH_MAX];
	uint8_t control[BATCH_MAX][128];
	uint8_t data[BATCH_MAX][RX_SIZE];
};

void rx_init(struct rx *rx, int fd, const struct rx_ops *ops);

/* From now on packets have an age, by the kernel's time stamps. */
void rx_tell_age(struct rx *rx);

/* Takes up to max packets, BATCH_MAX at most, without waiting; returns how many, or a negative errno
 * value. */
int rx_receive(struct rx *rx, unsigned max);

/* How long ago packet i arrived, ns; 0 if the socket does not tell. */
uint64_t rx_age(const struct rx *rx, unsigned i);

/* The control message of this level and type in packet i, NULL: none. */
const void *rx_control(const struct rx *rx, unsigned i, int level, int type);

#endif
