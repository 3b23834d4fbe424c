/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel: the connections on RUN/control.sock: one command each, answered, closed.
 */
#ifndef LESSOR_DAEMON_CONTROL_CHANNEL_H
#define LESSOR_DAEMON_CONTROL_CHANNEL_H

#include <systemd/sd-event.h>

#include "daemon/control/control.h"

struct channel;

/* Accepts on listen_fd (non-blocking) and serves its connections in the loop. Returns 0 or a
 * negative errno value. What is open ends with the process. */
int channel_start(struct control *ctl, sd_event *loop, int listen_fd, struct channel **ret);

/* Accepts nobody any more. */
void channel_stop(struct channel *ch);

#endif
