/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heard: a sink that writes down, as one text, what the readers of lease files tell it.
 */
#ifndef LESSOR_TESTS_UNIT_CTL_HEARD_H
#define LESSOR_TESTS_UNIT_CTL_HEARD_H

#include "daemon/ctl/leases_sink.h"

/* Lines: "LINE put ADDRESS HTYPE/HWADDR CLIENT-ID CLTT+LIFETIME subnet N state N pool N flags N
 * HOSTNAME CONTEXT", "LINE gone ADDRESS", "LINE bad REASON". */
struct heard {
	char said[4096];
	struct leases_sink sink;
};

void heard_init(struct heard *h);

#endif
