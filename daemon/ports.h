/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ports: the sockets through which the workers of one interface receive, opened with privileges
 * by the supervisor, which keeps them: a worker's successor goes on with the same queue.
 */
#ifndef LESSOR_DAEMON_PORTS_H
#define LESSOR_DAEMON_PORTS_H

#include <stdbool.h>

#include "daemon/conf/model.h"
#include "daemon/netif.h"
#include "shm/child.h"

/* One port for each of n workers; a client always meets the same one. */
struct ports {
	unsigned refs;
	enum model_socket_type type;
	uint32_t ifindex;
	uint8_t mac[6];
	uint32_t n;
	struct child_port port[];
};

/* Opens ports of interface number on link. prev: those of the same interface that the new ones
 * take over from, or NULL; from then on prev gets no new packet, none is lost. address: probed,
 * without prev, for another program on port 67 (-EADDRINUSE). */
int ports_open(const struct netif_link *link, uint32_t number, uint32_t address,
	enum model_socket_type type, uint32_t n, struct ports *prev, struct ports **ret,
	struct err *err);

/* Whether p is what ports_open() would make again for this link, kind and number. */
bool ports_fit(const struct ports *p, const struct netif_link *link, enum model_socket_type type,
	uint32_t n);

/* Whether no packet waits on any of them. */
bool ports_drained(const struct ports *p);

struct ports *ports_ref(struct ports *p);
/* Closes the sockets with the last reference; NULL is allowed. */
void ports_unref(struct ports *p);

#endif
