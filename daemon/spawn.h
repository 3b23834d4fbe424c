/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn: makes a child: fork, name, user, sandbox, and no descriptor that is not its own.
 */
#ifndef LESSOR_DAEMON_SPAWN_H
#define LESSOR_DAEMON_SPAWN_H

#include <sys/types.h>

#include "daemon/args.h"
#include "daemon/sandbox.h"
#include "shm/child.h"

#define SPAWN_KEEP (10 + CHILD_HTTP_MAX) /* the control process has the most */

/* What all children have in common. */
struct spawn_base {
	const struct args *args;
	struct sandbox_user user;
	int lock_fd; /* stays open in each child: the lock holds as long as one of them lives */
};

struct spawn {
	enum region_role role;       /* whose system calls it may use */
	const char *what;            /* "worker" */
	const char *of;              /* "eth0", or NULL */
	unsigned number;             /* 2 and above: shown in the title */
	int (*run)(const void *arg); /* returns its exit status */
	const void *arg;
	size_t n_keep;
	int keep[SPAWN_KEEP]; /* descriptors that it gets */
};

/* Lets the child have a descriptor; fd < 0: there is none. */
void spawn_keep(struct spawn *s, int fd);

/* Starts it. Returns 0 and its pid, or a negative code. A child that cannot be confined logs the
 * reason and exits with CHILD_FAILED. */
int spawn(const struct spawn_base *base, const struct spawn *s, pid_t *ret_pid, struct err *err);

#endif
