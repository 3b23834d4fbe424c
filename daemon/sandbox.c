/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox: the user and the capabilities of a child. Called in the child, right after the fork.
 */
#include "daemon/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SERVICE_USER  "lessor"
#define FALLBACK_USER "nobody"

int sandbox_find_user(struct sandbox_user *ret, struct err *err)
{
	const struct passwd *pw = getpwnam(SERVICE_USER);

	if (geteuid() != 0) {
		snprintf(ret->name, sizeof(ret->name), "%u", (unsigned)geteuid());
		ret->uid = geteuid();
		ret->gid = getegid();
		ret->change = false;
		return 0;
	}
	if (pw == NULL)
		pw = getpwnam(FALLBACK_USER);
	if (pw == NULL)
		return err_set(err, -ENOENT, "create the system user " SERVICE_USER,
			"there is no user " SERVICE_USER " and no user " FALLBACK_USER);
	snprintf(ret->name, sizeof(ret->name), "%s", pw->pw_name);
	ret->uid = pw->pw_uid;
	ret->gid = pw->pw_gid;
	ret->change = true;
	return 0;
}

int sandbox_drop(const struct sandbox_user *user, struct err *err)
{
	int rc;

	capng_clear(CAPNG_SELECT_ALL);
	if (user->change)
		rc = capng_change_id((int)user->uid, (int)user->gid,
			CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING | CAPNG_CLEAR_AMBIENT);
	else
		rc = capng_apply(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
	if (rc != 0)
		return err_set(err, -EPERM,
			"started as root it needs CAP_SETUID, CAP_SETGID and CAP_SETPCAP",
			"cannot become user %s without capabilities (libcap-ng: %d)", user->name,
			rc);
	if (capng_get_caps_process() != 0 ||
		capng_have_capabilities(CAPNG_SELECT_CAPS) > CAPNG_NONE)
		return err_set(err, -EPERM, NULL, "capabilities remain after giving them up");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(err, -errno, NULL, "no_new_privs: %s", strerror(errno));
	return 0;
}
