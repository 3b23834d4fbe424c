/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leases_csv: Kea's lease file for DHCPv4, which kea-dhcp4 keeps with its memfile back end and
 * kea-admin writes from others. Called by import, export and leases --csv.
 */
#ifndef LESSOR_DAEMON_CTL_LEASES_CSV_H
#define LESSOR_DAEMON_CTL_LEASES_CSV_H

#include <stdio.h>

#include "daemon/ctl/leases_sink.h"
#include "shm/base/err.h"

/* Whether the file begins as one of this form does. */
bool leases_csv_begins(const char *text, size_t len);

/* Reads a whole file, which is changed while it is read and has a NUL behind its len octets.
 * Returns 0, or -EINVAL with words if its head is not one of Kea's, or what the sink said. */
int leases_csv_read(char *text, size_t len, const struct leases_sink *sink, struct err *err);

/* The columns of a row, as text where they are text. */
struct leases_csv_row {
	const char *address, *hwaddr, *client_id; /* dotted, hex with colons, the same */
	int64_t valid_lifetime, expire, subnet_id, state, pool_id;
	bool fqdn_fwd, fqdn_rev;
	struct span hostname, user_context;
};

void leases_csv_write_head(FILE *f);
void leases_csv_write(FILE *f, const struct leases_csv_row *row);
void leases_csv_write_lease(FILE *f, const struct lease *l);

#endif
