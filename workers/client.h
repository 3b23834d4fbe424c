/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client [3]: who sent this message, and how long and under which name it wants its lease.
 */
#ifndef LESSOR_WORKERS_CLIENT_H
#define LESSOR_WORKERS_CLIENT_H

#include "workers/query.h"

/* Fills q->client from message and subnet (match-client-id). false: the message names nobody,
 * neither by chaddr nor by option 61. */
bool client_identify(struct query *q);

/* The name of its reservation, else the client's own (option 12) in lower case, letters other than
 * [a-z0-9.-] left out, into buf; returns the length, 0 if there is none. */
size_t client_hostname(const struct query *q, uint8_t buf[255]);

/* The lease time to grant, seconds: what was asked for, within the limits of a class that
 * has them, else of the subnet. */
uint32_t client_lifetime(const struct query *q);

/* "aa:bb:cc:dd:ee:ff" for logs. */
#define CLIENT_NAME_SIZE 52
const char *client_name(const struct query *q, char buf[CLIENT_NAME_SIZE]);

#endif
