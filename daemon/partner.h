/* SPDX-License-Identifier: Apache-2.0 */
/*
 * partner: what the supervisor holds for a pair: the socket that the partner connects to, the
 * descriptor that wakes the ha process, and which changes need a restart.
 */
#ifndef LESSOR_DAEMON_PARTNER_H
#define LESSOR_DAEMON_PARTNER_H

#include <systemd/sd-event.h>

#include "daemon/conf/model.h"
#include "shm/base/err.h"
#include "shm/region.h"

struct supervisor;

struct partner {
	int listen_fd; /* every child keeps it (ha/probe.h); -1: there is no pair, nor wake_fd */
	int wake_fd;
	int news_fd;   /* of the ha process: reservations came from the partner */
	sd_event_source *news, *pause;
};

/* Opens both if the model has a pair; tells the region that there is one. */
int partner_open(struct partner *p, const struct model *model, struct region *r, struct err *err);
void partner_close(struct partner *p);

/* From now on reservations that come from the partner lead to a new generation. */
int partner_watch(struct supervisor *sv, struct err *err);

/* Whether the ha process of one would do the same for the other: it can stay at a reload, and the
 * connection with it. */
bool partner_is_same(const struct model *from, const struct model *to);

/* -EBUSY with the reason if a reload cannot go from one to the other. */
int partner_check_reload(const struct model *from, const struct model *to, struct err *err);

#endif
