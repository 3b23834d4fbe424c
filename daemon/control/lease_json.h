/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lease_json: a lease in Kea's JSON.
 */
#ifndef LESSOR_DAEMON_CONTROL_LEASE_JSON_H
#define LESSOR_DAEMON_CONTROL_LEASE_JSON_H

#include "daemon/control/out.h"
#include "shm/record.h"

/* Writes l as one value. */
void lease_json_write(struct out *o, const struct lease *l);

#endif
