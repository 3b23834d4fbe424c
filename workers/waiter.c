/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waiter: while the worker is busy it looks at everything in each turn anyway, so the thread
 * writes to the eventfd only if the worker has armed it since.
 */
#include "workers/waiter.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "shm/base/thread.h"
#include "shm/pair.h"

#define LOOK_MS 1000 /* between looks whether the thread shall end; stop() does not wait for it */

struct waiter {
	pthread_t thread;
	struct region *region;
	int fd;
	_Atomic bool armed, stop;
};

static void *run(void *arg)
{
	struct waiter *w = (struct waiter *)arg;
	const uint64_t one = 1;
	uint32_t seen = 0;

	while (!atomic_load(&w->stop)) {
		if (!pair_wait(w->region, &seen, LOOK_MS))
			continue;
		if (atomic_exchange(&w->armed, false) &&
			write(w->fd, &one, sizeof(one)) != sizeof(one))
			bug("an eventfd cannot be written");
	}
	return NULL;
}

int waiter_start(struct waiter **ret, struct region *r, struct err *err)
{
	struct waiter *w = (struct waiter *)calloc(1, sizeof(*w));
	int rc;

	if (w == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	w->region = r;
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = w->fd < 0 ? -errno : thread_start(&w->thread, run, w);
	if (rc < 0) {
		if (w->fd >= 0)
			close(w->fd);
		free(w);
		return err_set(err, rc, NULL, "cannot start a thread: %s", strerror(-rc));
	}
	*ret = w;
	return 0;
}

void waiter_stop(struct waiter *w)
{
	if (w == NULL)
		return;
	atomic_store(&w->stop, true);
	pair_changed(w->region);
	pthread_join(w->thread, NULL);
	close(w->fd);
	free(w);
}

void waiter_arm(struct waiter *w)
{
	uint64_t n;

	if (!atomic_exchange(&w->armed, true))
		if (read(w->fd, &n, sizeof(n)) < 0)
			return; /* it was not written to */
}

int waiter_fd(const struct waiter *w)
{
	return w->fd;
}
