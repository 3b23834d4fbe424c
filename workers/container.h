/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container [9]: options that hold others: a space's options inside the one that encapsulates it
 * (RFC 2132 8.4), and those of vendors inside 125 (RFC 3925).
 */
#ifndef LESSOR_WORKERS_CONTAINER_H
#define LESSOR_WORKERS_CONTAINER_H

#include "workers/chosen.h"

/* Writes value (may be empty) and, behind it, q's options of space. Returns the octets written;
 * what does not fit adds to *left_out. */
size_t container_write(const struct query *q, struct span value, uint16_t space, uint8_t *buf,
	size_t size, unsigned *left_out);

/* Writes option 125's value: a part for each enterprise of which an option is always sent or asked
 * for, or which conf (option 125 as configured; NULL: it is not, or not wanted) names. Returns the
 * octets written, 0: there is nothing to send. */
size_t container_write_vendors(const struct query *q, const struct model_option *conf, uint8_t *buf,
	size_t size, unsigned *left_out);

#endif
