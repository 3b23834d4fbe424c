/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leases: a file with a line 'ADDRESS MAC ACKTIME LEASETIME' for each acknowledged lease, as
 * written by --leases and read by --resume. Called by exchange.c and main.c.
 */
#ifndef LESSOR_TESTS_LOAD_LEASES_H
#define LESSOR_TESTS_LOAD_LEASES_H

#include <stdint.h>
#include <stdio.h>

#include "shm/base/err.h"
#include "tests/load/client.h"

struct leases {
	FILE *file; /* NULL: nothing is written */
	uint64_t flushed_ns;
};

/* Opens path to append to; path NULL: every later call does nothing. */
int leases_open(struct leases *l, const char *path, struct err *err);

/* Writes what is buffered and closes; a failed write of the whole run is told here. */
int leases_close(struct leases *l, struct err *err);

/* Notes an ACK that arrived now; reaches the file within a second of leases_flush() calls. */
void leases_add(struct leases *l, uint32_t address, const uint8_t mac[CLIENT_MAC_SIZE],
	uint32_t lease_s);
void leases_flush(struct leases *l, uint64_t now_ns);

/* Gives the clients what they hold according to the file; the last line of a client counts.
 * *ret_held: clients that hold a lease afterwards. */
int leases_read(const char *path, struct client_table *clients, uint32_t *ret_held,
	struct err *err);

#endif
