/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leases_isc: ISC dhcpd's dhcpd.leases. Called by import_leases.c.
 */
#ifndef LESSOR_DAEMON_CTL_LEASES_ISC_H
#define LESSOR_DAEMON_CTL_LEASES_ISC_H

#include "daemon/ctl/leases_sink.h"

/* Reads a whole file of len octets, which is changed while it is read. Leases are told with
 * subnet_id 0, since the file has none. Reservations that were made at run time, and what is no
 * entry of such a file, go to the sink's bad(). Returns 0 or what the sink said. */
int leases_isc_read(char *text, size_t len, const struct leases_sink *sink);

#endif
