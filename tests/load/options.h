/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options: what the command line asks lessor-load to do. Called by main.c once; read-only for
 * everybody else.
 */
#ifndef LESSOR_TESTS_LOAD_OPTIONS_H
#define LESSOR_TESTS_LOAD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "shm/base/err.h"

#define OPTIONS_SERVERS_MAX 4
#define OPTIONS_REQUEST_MAX 16

enum options_client_id {
	OPTIONS_ID_MAC,  /* 01 and the hardware address, RFC 2132 9.14 */
	OPTIONS_ID_DUID, /* ff, IAID and a DUID-LL, RFC 4361 */
	OPTIONS_ID_NONE,
};

enum options_verdict {
	OPTIONS_RUN,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_WRONG,
};

struct options {
	const char *lan;  /* interface, NULL: relay */
	uint32_t giaddr;  /* host byte order, 0: none or many */
	uint32_t server[OPTIONS_SERVERS_MAX];
	unsigned n_servers;
	uint16_t server_port, local_port;
	double rate;        /* exchanges/s, 0: closed loop */
	uint32_t window;    /* exchanges under way in a closed loop */
	double duration_s;  /* 0: no end */
	double warmup_s;
	uint32_t clients; /* 0: as many as the file of relays says */
	uint32_t timeout_ms;
	uint64_t mac_base, seed;
	enum options_client_id client_id;
	bool renew, release, once, json, broadcast, sequential, spin;
	const char *leases, *resume, *relays; /* files, NULL: none */
	uint8_t request[OPTIONS_REQUEST_MAX]; /* codes of the parameter request list */
	uint8_t n_request;
};

/* Reads the command line. OPTIONS_WRONG: err says what and how to mend it. */
enum options_verdict options_parse(int argc, char **argv, struct options *ret_opt,
	struct err *err);

/* Prints --help to standard output. */
void options_help(void);

#endif
