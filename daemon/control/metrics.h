/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics: everything that is counted, in the text format of Prometheus.
 */
#ifndef LESSOR_DAEMON_CONTROL_METRICS_H
#define LESSOR_DAEMON_CONTROL_METRICS_H

#include "daemon/control/answer.h"
#include "daemon/control/control.h"

/* Lets a->more make the text, which is not JSON. */
void metrics_begin(struct control *ctl, struct answer *a);

#endif
