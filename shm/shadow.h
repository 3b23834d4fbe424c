/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shadow: a private view of the shared region, copy-on-write. Whoever decides on it sees the
 * server as it is, and changes nothing that anybody else can see. Used by workers/explain.c.
 */
#ifndef LESSOR_SHM_SHADOW_H
#define LESSOR_SHM_SHADOW_H

#include "shm/child.h"
#include "shm/pool.h"

struct shadow {
	struct child child; /* as the one it was made of; region and pools are private */
	struct pools pools;
};

/* Makes a view for the process c, which has to have the region's descriptor. What others write
 * later shows in it until this process has written to the same page. 0, or a negative code with
 * err. */
int shadow_open(struct shadow *ret, const struct child *c, struct err *err);
void shadow_close(struct shadow *s);

#endif
