/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child: what a process gets from the supervisor at its fork, and how it is asked to end. The
 * whole contract between the supervisor and its children stands here.
 */
#ifndef LESSOR_SHM_CHILD_H
#define LESSOR_SHM_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "shm/region.h"

struct model;
struct pools;

/* The sockets of one worker, opened by the supervisor, which keeps them for a successor. */
struct child_port {
	uint32_t interface; /* number in region.interfaces */
	uint32_t ifindex;
	uint8_t mac[6];
	int packet_fd; /* AF_PACKET, bound and filtered; -1 in udp mode */
	int udp_fd;    /* port 67, bound to the interface: sends what is routed; receives in udp mode */
	int test_fd;   /* the workers' end of the self test's socket pair (workers/selftest.h) */
};

#define CHILD_HTTP_MAX 8

struct child {
	uint32_t slot; /* this process in region.slots; also the owner mark of its claims */
	struct region *region;
	const struct model *model; /* of this generation */
	const struct pools *pools; /* pools[i] is model->pools[i] in shared memory */
	const char *state_dir, *run_dir;
	struct child_port port; /* workers */
	int listen_fd;          /* control: RUN/control.sock; ha: where the partner connects */
	int http_fds[CHILD_HTTP_MAX]; /* control: listen for model->http[i] */
	int secrets_fd;         /* control: what daemon/control/secrets.h reads; -1: no HTTP */
	int supervisor_fd;      /* control: daemon/control/ask.h; elsewhere -1 */
	int test_fd;            /* control: its end of the self test's socket pair */
	int wake_fd;            /* eventfd that wakes the ha process; -1: there is none */
	int news_fd;            /* eventfd: tells the supervisor of reservations from the partner */
	int config_fd;          /* control, reader: the configuration in force, JSON, sealed */
	int hosts_fd;           /* control: the reservations made at run time, JSON, sealed */
	int in_fd, out_fd;      /* reader: what it reads, -1 if nothing; where its result goes */
	uint32_t task;          /* reader: enum ask_kind */
	uint32_t dead_slot;     /* repair: whose claims to settle */
};

static inline struct counter_block *child_counters(const struct child *c)
{
	return &c->region->counters[c->slot];
}

/* Exit status of a child: 0 done as asked, 1 failed for a reason that it has logged. */
enum child_exit {
	CHILD_DONE = 0,
	CHILD_FAILED = 1,
};

/* Set by SIGTERM, whose handler child_signals() installs; the process finishes what it has begun
 * and returns from its main function. */
extern volatile sig_atomic_t child_stop;

/* SIGTERM sets child_stop and is blocked but in ppoll() with *ret_wait; SIGINT, SIGHUP and
 * SIGPIPE are ignored. */
void child_signals(sigset_t *ret_wait);

#endif
