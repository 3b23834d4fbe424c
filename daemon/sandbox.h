/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox: what a child loses before it does anything: its user, every capability, the right to
 * gain new ones, and all system calls that its role does not need.
 */
#ifndef LESSOR_DAEMON_SANDBOX_H
#define LESSOR_DAEMON_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether this is a build with sanitizers, which need more than the sandbox of a role allows. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(SANDBOX_SANITIZED)
#define SANDBOX_SANITIZED 1
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

#include "shm/base/err.h"
#include "shm/region.h"

/* The user that children run as. */
struct sandbox_user {
	char name[32];
	uid_t uid;
	gid_t gid;
	bool change; /* false: the server was not started as root, children stay what they are */
};

/* "lessor", else "nobody". -ENOENT: there is neither. */
int sandbox_find_user(struct sandbox_user *ret, struct err *err);

/* Becomes the user, without capabilities and supplementary groups. */
int sandbox_drop(const struct sandbox_user *user, struct err *err);

/* Leaves this process only the system calls of its role; another one kills it. */
int sandbox_filter(enum region_role role, struct err *err);

#endif
