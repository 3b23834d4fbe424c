/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selftest_client: the self test's messages: those of a client behind a relay, and what has to be
 * right in the answers. Called by cmd_selftest.c; sends nothing.
 */
#ifndef LESSOR_DAEMON_CONTROL_SELFTEST_CLIENT_H
#define LESSOR_DAEMON_CONTROL_SELFTEST_CLIENT_H

#include "daemon/conf/model.h"
#include "workers/selftest.h"

/* What the client knows. Addresses in host byte order. */
struct selftest_client {
	const struct model_subnet *subnet; /* that it is to get an address of */
	uint32_t xid;
	uint32_t address, server_id; /* offered; 0 before */
};

/* A subnet that serves everybody and has an address that no client has, or is remembered for, if
 * there is one; NULL: none. taken: how many addresses of the subnet are in use, or remembered. */
typedef uint64_t selftest_taken_fn(const void *arg, const struct model_subnet *s, bool remembered);
const struct model_subnet *selftest_client_subnet(
	const struct model *model, selftest_taken_fn *taken, const void *arg);

/* Makes the message of this type (enum msg_type). */
void selftest_client_write(
	const struct selftest_client *c, uint8_t type, struct selftest_request *ret);

/* Checks the reply to it; an offer's address and server are noted. false: why says what is wrong,
 * size octets at most. */
bool selftest_client_read(struct selftest_client *c, uint8_t type,
	const struct selftest_reply *reply, char *why, size_t size);

/* Whether the lease is this client's. */
bool selftest_client_has(const struct selftest_client *c, const struct lease *l);

#endif
