/* SPDX-License-Identifier: Apache-2.0 */
/*
 * children: the table of processes by slot, and the posts that they fill. A post is a place that
 * shall always be filled: when its process dies, what that left behind is repaired, then it gets
 * a successor in another slot. A process that was replaced has no post and just ends.
 */
#ifndef LESSOR_DAEMON_CHILDREN_H
#define LESSOR_DAEMON_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "daemon/backoff.h"
#include "shm/region.h"

struct supervisor;
struct interface;
struct generation;
struct ports;

enum child_proc_state {
	PROC_NONE,
	PROC_RUNNING,
	PROC_DEAD, /* its slot waits for a repair */
};

struct child_proc {
	enum child_proc_state state;
	pid_t pid;
	enum region_role role;
	bool stopping; /* was asked to end */
	uint64_t started_ns;
	struct generation *generation;
	struct ports *ports;     /* of a worker, else NULL */
	struct child_post *post; /* NULL: replaced, or none */
	uint32_t repairs;        /* of a repair: the slot that it settles */
	bool repairing;          /* dead: a repair is at work on its slot */
	struct backoff repair_backoff;
	sd_event_source *timer; /* running: end it by force, or when drained; dead: repair again */
	struct supervisor *supervisor;
};

struct child_post {
	enum region_role role;
	struct interface *interface; /* of a worker */
	uint32_t number;             /* of a worker: its port */
	uint32_t slot;               /* its process, 0: none now */
	uint64_t due_ns;             /* not before */
	struct backoff backoff;
	sd_event_source *timer;
	struct supervisor *supervisor;
};

/* Starts the reader for sv->renewal; reload_read() is called when it has ended. */
int children_read(struct supervisor *sv, struct err *err);

void children_post_init(struct child_post *post, struct supervisor *sv, enum region_role role);

/* Starts a process for an empty post, now or when it is due; tries again by itself on failure. */
void children_fill(struct child_post *post);

/* Replaces a post's process by one of the generation in force: a worker's successor starts before
 * it is asked to end; store and control are one at a time. */
void children_renew(struct child_post *post);

/* Empties a post for good; its process is asked to end, with drain after it has taken what waits
 * on its ports. */
void children_vacate(struct child_post *post, bool drain);

/* Starts the loader. */
int children_load(struct supervisor *sv, struct err *err);

/* Asks all processes of a role to end, or kills them. Returns how many there are. */
unsigned children_signal(struct supervisor *sv, enum region_role role, int signo);

/* Whether a process of this role runs that has an older configuration than the one in force. */
bool children_of_before(const struct supervisor *sv, enum region_role role);

/* Takes note of every child that has ended. */
void children_reap(struct supervisor *sv);

#endif
