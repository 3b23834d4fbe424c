/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decision: words for what a worker decides. Called by the commands that show decisions.
 */
#ifndef LESSOR_DAEMON_CONTROL_DECISION_H
#define LESSOR_DAEMON_CONTROL_DECISION_H

#include "workers/query.h"

/* By which rule the subnet was selected. */
const char *decision_rule(uint8_t rule);

/* Where the address came from. */
const char *decision_origin(uint8_t origin);

#endif
