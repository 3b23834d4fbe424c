/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name [9]: the name that a client gets: its reservation's, its own (option 81 or 12) made clean
 * and complete, or one made up from its address.
 */
#ifndef LESSOR_WORKERS_NAME_H
#define LESSOR_WORKERS_NAME_H

#include "workers/query.h"

#define NAME_MAX_LEN    253 /* characters of a domain name, without a dot at its end */
#define NAME_ENCODED    260 /* octets that name_encode() writes at most */

/* A name in lower case without a dot at its end, and the option that tells the client of it. */
struct name {
	uint8_t option; /* OPT_HOST_NAME, OPT_FQDN, or 0: the client gets no name */
	uint8_t flags;  /* of OPT_FQDN */
	uint8_t len;
	uint8_t text[NAME_MAX_LEN];
};

/* The name for q, whose address is chosen. */
void name_of(const struct query *q, struct name *ret);

/* Writes the value of n->option to buf, which has room for NAME_ENCODED octets; returns the
 * length. There are no DNS updates: S is clear, N set and O says so if the client wanted one (RFC
 * 4702 4). */
size_t name_encode(const struct name *n, uint8_t *buf);

#endif
