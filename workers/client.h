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

/* Where stash-agent-options is on: gives a renewal that came without option 82 the one that was
 * kept with its lease. It counts like one that was received, but is not sent back. */
void client_recall_agent(struct query *q);

/* The lease time to grant for q->rec, seconds: what was asked for, within the limits of a class
 * that has them, else of the subnet; where more of its pools is used than its threshold says, the
 * shortest, but not less than what is left of the client's lease. */
uint32_t client_lifetime(const struct query *q);

/* For how many seconds an offer is kept for the client: as the first class that says so, else the
 * subnet, else offer-hold-time. */
uint32_t client_offer_lifetime(const struct query *q);

/* "aa:bb:cc:dd:ee:ff" for logs. */
#define CLIENT_NAME_SIZE 52
const char *client_name(const struct query *q, char buf[CLIENT_NAME_SIZE]);

#endif
