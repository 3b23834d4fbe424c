/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lease_text: a lease as the server tells it, for people and as a row of Kea's lease file.
 * Called by the commands that print leases.
 */
#ifndef LESSOR_DAEMON_CTL_LEASE_TEXT_H
#define LESSOR_DAEMON_CTL_LEASE_TEXT_H

#include <jansson.h>
#include <stdio.h>

#include "daemon/ctl/table.h"

/* Reads the name or the number of a state; returns 0 or -EINVAL. */
int lease_text_parse_state(const char *s, int *ret_state);

void lease_text_table(struct table *t, bool colour);
void lease_text_row(struct table *t, const json_t *lease);

/* A row of Kea's lease file (leases_csv.h). */
void lease_text_csv_row(FILE *f, const json_t *lease);

#endif
