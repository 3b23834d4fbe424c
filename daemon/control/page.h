/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page: what the HTTP channel shows to people, and to who only wants to know whether all is well.
 */
#ifndef LESSOR_DAEMON_CONTROL_PAGE_H
#define LESSOR_DAEMON_CONTROL_PAGE_H

#include "daemon/control/control.h"
#include "daemon/control/out.h"

/* NULL: clients are served. Else why not, one line. */
const char *page_health(const struct control *ctl);

/* Writes a page of HTML without scripts. */
void page_write(struct control *ctl, struct out *o);

#endif
