/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_list: all reservations that this process knows of, as JSON: those of the configuration and
 * those made by command. Called by cmd_host.c.
 */
#ifndef LESSOR_DAEMON_CONTROL_HOST_LIST_H
#define LESSOR_DAEMON_CONTROL_HOST_LIST_H

#include <jansson.h>

#include "daemon/control/out.h"
#include "shm/child.h"
#include "shm/record.h"

#define HOST_LIST_KEY_SIZE (2 * HOST_KEY_MAX + 1)

/* A new list of {"key": hex digits of host_key(), "subnet-id": number, "host": map, "stored": made
 * by command}, NULL: no memory. */
json_t *host_list(const struct child *c);

/* The key, in hex digits, of an identifier as clients write it, or of the one in a reservation.
 * 0, or -EINVAL: it is none; for a reservation, there is not exactly one. */
int host_list_key(uint32_t subnet_id, const char *type, const char *id, char key[HOST_LIST_KEY_SIZE]);
int host_list_key_of(const json_t *host, uint32_t subnet_id, char key[HOST_LIST_KEY_SIZE]);

/* A copy of a reservation from a client without its subnet, and without what is empty. */
json_t *host_list_clean(const json_t *host);

/* Writes the reservation of an entry as Kea does. */
void host_list_write(struct out *o, const json_t *entry);

#endif
