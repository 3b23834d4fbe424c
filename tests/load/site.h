/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site: the relays of a network with many subnets, and which of the clients are behind each, as a
 * file says that --relays names. Called by main.c once, and by exchange.c for each message.
 */
#ifndef LESSOR_TESTS_LOAD_SITE_H
#define LESSOR_TESTS_LOAD_SITE_H

#include <stdint.h>

#include "shm/base/err.h"

#define SITE_OPTIONS_MAX 64 /* octets of the options that a site's clients send */

struct site {
	uint32_t giaddr;                       /* host byte order */
	uint32_t first;                        /* number of its first client */
	uint8_t n_options;                     /* octets of options */
	uint8_t options[SITE_OPTIONS_MAX + 1]; /* as in a message, with room for END */
};

struct site_table {
	struct site *site; /* ascending by first */
	uint32_t n;
	uint32_t n_clients; /* of all sites together */
};

/* Reads lines 'GIADDR CLIENTS [CODE=TEXT]...' from path: the next CLIENTS clients are behind the
 * relay GIADDR and send these options. '#' begins a remark. Returns 0 or a negative errno value
 * with err, and nothing to free then. */
int site_read(const char *path, struct site_table *ret, struct err *err);
void site_fini(struct site_table *t);

/* The site of a client below n_clients, in time that grows with the logarithm of their number. */
const struct site *site_of(const struct site_table *t, uint32_t client);

#endif
