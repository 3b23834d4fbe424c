/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statistic: Kea's statistics by name: what they are now, and resetting them.
 */
#ifndef LESSOR_DAEMON_CONTROL_STATISTIC_H
#define LESSOR_DAEMON_CONTROL_STATISTIC_H

#include "daemon/conf/model.h"
#include "daemon/control/control.h"

/* Values of a pool, or summed over a subnet. */
enum statistic_value {
	STATISTIC_TOTAL,
	STATISTIC_ASSIGNED, /* now */
	STATISTIC_CUMULATIVE,
	STATISTIC_DECLINED, /* now */
	STATISTIC_RECLAIMED,
	STATISTIC_RECLAIMED_DECLINED,
	STATISTIC_REUSED, /* of subnets only, as all that follow */
	STATISTIC_FAILED,
	STATISTIC_FAILED_NETWORK,
	STATISTIC_FAILED_SUBNET,
	STATISTIC_FAILED_CLASSES,
	STATISTIC_CONFLICTS,
	STATISTIC_NEVER,
	STATISTIC_VALUES,
};

/* Takes every statistic; name is the writer's until it returns. */
typedef void statistic_fn(void *arg, const char *name, uint64_t value);

/* The global ones that statistic-get-all has; those of a subnet and its pools. usage_refresh()
 * comes first. */
void statistic_each_global(struct control *ctl, statistic_fn *fn, void *arg);
void statistic_each_of_subnet(const struct control *ctl, const struct model_subnet *s,
	statistic_fn *fn, void *arg);

/* The values of a subnet, without names. */
void statistic_sum_subnet(const struct control *ctl, const struct model_subnet *s,
	uint64_t ret_values[STATISTIC_VALUES]);

/* The subnet whose statistic this could be, NULL: none. */
const struct model_subnet *statistic_subnet(const struct control *ctl, const char *name);

/* Whether there is a statistic of this name. */
bool statistic_is_known(struct control *ctl, const char *name);

/* Sets what is counted under this name to 0; what is computed (leases of now, totals) stays true.
 * false: there is no such statistic. */
bool statistic_reset(struct control *ctl, const char *name);
void statistic_reset_all(struct control *ctl);

#endif
