/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service: whether clients are served at all. Several origins (a user, a partner...) may disable
 * the service, each for itself (Kea's dhcp-disable and dhcp-enable). Changed by the control
 * process alone, asked by workers for each packet.
 */
#ifndef LESSOR_SHM_SERVICE_H
#define LESSOR_SHM_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "shm/region.h"

/* Kea's numbers of origins: a kind, and the first one of a range. */
#define SERVICE_USER   1
#define SERVICE_LOCAL  1000 /* high availability, by a local command */
#define SERVICE_REMOTE 2000 /* by the partner */
#define SERVICE_DB     3000
#define SERVICE_END    4000

/* Disables the service for an origin; period_s 0: until it is enabled. -ENOSPC: too many
 * origins. */
int service_disable(struct region *r, uint32_t origin, uint64_t period_s);

/* Takes back what this origin has disabled. */
void service_enable(struct region *r, uint32_t origin);

/* Whether an origin in [first, end) disables the service. */
bool service_disabled_by(const struct region *r, uint32_t first, uint32_t end);

/* Whether anybody does. */
bool service_is_disabled(const struct region *r);

#endif
