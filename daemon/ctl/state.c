/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state: see state.h.
 */
#include "daemon/ctl/state.h"

#include <unistd.h>

#include "daemon/ctl/print.h"
#include "daemon/sandbox.h"

int state_take(const char *dir, struct state *ret)
{
	struct sandbox_user user;
	struct err err = {0};
	int rc = sandbox_find_user(&user, &err);

	*ret = (struct state){.dir = dir, .place = {-1, -1}};
	if (rc == 0)
		rc = place_lock(dir, &user, &ret->place, &err);
	if (rc == 0)
		rc = sandbox_drop(&user, &err);
	if (rc < 0)
		print_err(&err);
	return rc;
}

int state_open(struct state *s)
{
	struct err err = {0};
	int rc = offline_open(s->dir, &s->offline, &err);

	if (rc < 0)
		print_err(&err);
	return rc;
}

void state_give_back(struct state *s)
{
	offline_close(&s->offline);
	if (s->place.lock_fd >= 0)
		close(s->place.lock_fd);
}
