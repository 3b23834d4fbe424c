/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sockets: single sockets, ready for a worker. What belongs together on one interface is made
 * by ports.c.
 */
#ifndef LESSOR_DAEMON_SOCKETS_H
#define LESSOR_DAEMON_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/bpf.h"
#include "shm/base/err.h"

/* A packet socket bound to the interface that receives nothing until it gets another filter.
 * Returns the descriptor or a negative code. */
int sockets_packet(uint32_t ifindex, struct err *err);

/* Puts packet socket fd into a fanout group: *group 0 makes a new one of n members and sets
 * *group; the program shares packets out. */
int sockets_join(int fd, uint32_t n, uint16_t *group, struct err *err);

/* A UDP socket on port 67 of the interface. receive: it is meant to receive, else the kernel
 * drops what comes in. */
int sockets_udp(const char *name, bool receive, struct err *err);

/* Shares datagrams out among the first n sockets of fd's reuseport group. */
int sockets_share(int fd, uint32_t n, struct err *err);

/* -EADDRINUSE if another program has port 67 at this address (host byte order) of the interface. */
int sockets_probe(const char *name, uint32_t address, struct err *err);

/* Replaces fd's filter in one step. */
int sockets_filter(int fd, const struct bpf_program *program, struct err *err);

#endif
