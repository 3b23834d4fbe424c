/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netif: the machine's network interfaces and their IPv4 addresses, as the kernel tells them by
 * rtnetlink. A notification is only a hint to read everything again: what netif shows is always
 * one complete state, however many notifications were lost.
 */
#ifndef LESSOR_DAEMON_NETIF_H
#define LESSOR_DAEMON_NETIF_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/base/err.h"

struct netif_link {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	uint16_t type; /* ARPHRD_... */
	uint8_t mac[6];
	bool up; /* up, and with carrier */
	bool loopback;
	uint32_t mtu;
};

struct netif;

/* Subscribes to changes and reads the present state. */
int netif_open(struct netif **ret, struct err *err);
void netif_close(struct netif *n);

/* Becomes readable when something has changed; netif_refresh() then. */
int netif_fd(const struct netif *n);

/* Takes all notifications that wait and reads the state. On failure the old one stays. */
int netif_refresh(struct netif *n, struct err *err);

/* Lent until the next netif_refresh(). NULL: there is none. */
const struct netif_link *netif_by_name(const struct netif *n, const char *name);
const struct netif_link *netif_at(const struct netif *n, size_t i);

/* The address to identify the server by on a link: wanted, if the link has it; with wanted 0 the
 * first one. 0: there is none. Host byte order. */
uint32_t netif_address(const struct netif *n, uint32_t ifindex, uint32_t wanted);

#endif
