/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page: all leases of the server, page by page, in order of address. Called by the commands that
 * list or search leases.
 */
#ifndef LESSOR_DAEMON_CTL_PAGE_H
#define LESSOR_DAEMON_CTL_PAGE_H

#include <jansson.h>
#include <stdint.h>

#include "daemon/ctl/ctl.h"

struct page {
	const struct ctl *ctl;
	json_t *answer; /* the present page */
	uint32_t last;  /* last address of it, host byte order */
	bool begun, last_page;
};

void page_init(struct page *p, const struct ctl *c);
void page_fini(struct page *p);

/* Returns 1 with a list of leases, lent until the next call; 0 after the last one; a negative errno
 * value if the server failed, which is then printed. */
int page_next(struct page *p, const json_t **ret_leases);

#endif
