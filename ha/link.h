/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link: the connection between the two nodes: made, greeted, lost and made again by itself. The
 * standby dials, the primary listens; what comes in counts only after a greeting with the
 * partner's name. Called by ha. It knows nothing of leases.
 */
#ifndef LESSOR_HA_LINK_H
#define LESSOR_HA_LINK_H

#include "daemon/conf/model.h"
#include "ha/conn.h"

struct link;

struct link_ops {
	/* A connection is up, greeted, in a version that both speak. */
	void (*up)(void *arg);
	/* Of the present connection; the payload lives until it returns. */
	void (*frame)(void *arg, const struct proto_frame *f);
	/* Everything that had arrived was handed over. */
	void (*drained)(void *arg);
	/* The queue of ordinary frames is empty. */
	void (*room)(void *arg);
	/* It is gone; called once for each up(), before the next one. */
	void (*down)(void *arg, const char *why);
};

/* Takes connections from listen_fd (non-blocking), or dials and takes none that come in, as the
 * configuration says; goes on until link_free(). What is in ha lives longer than the link. */
int link_new(sd_event *loop, const struct model_ha *ha, int listen_fd, const struct link_ops *ops,
        void *arg, struct link **ret, struct err *err);
void link_free(struct link *l);

bool link_is_up(const struct link *l);
/* Of the present connection. */
uint8_t link_version(const struct link *l);

/* As conn.h's, for the present connection; without one nothing happens. */
int link_send(struct link *l, const void *frame, size_t len);
int link_send_urgent(struct link *l, const void *frame, size_t len);
size_t link_room(const struct link *l);
/* Sends what the kernel takes at once: for a process that is about to end. */
void link_flush(struct link *l);
/* Ends the present connection; down() follows from the loop. */
void link_close(struct link *l, const char *why);
/* The same, after telling the partner why. */
void link_refuse(struct link *l, const char *why);

#endif
