/* SPDX-License-Identifier: Apache-2.0 */
/*
 * committer: a semaphore wakes the thread, an eventfd the worker, which sleeps in ppoll(). Between
 * the two everything belongs to the thread, otherwise to the worker.
 */
#include "workers/committer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "shm/base/thread.h"

struct committer {
	pthread_t thread;
	sem_t work;
	int back_fd;
	bool busy;        /* the worker's own note: something is handed over */
	_Atomic bool back; /* set with back_fd: a look at it costs no system call */
	struct commit *m; /* NULL: the thread shall end */
	int rc;
	struct err err;
};

static void *run(void *arg)
{
	struct committer *c = (struct committer *)arg;
	uint64_t one = 1;

	for (;;) {
		while (sem_wait(&c->work) < 0)
			; /* EINTR */
		if (c->m == NULL)
			return NULL;
		c->rc = commit_append(c->m, &c->err);
		atomic_store(&c->back, true);
		if (write(c->back_fd, &one, sizeof(one)) != sizeof(one))
			bug("an eventfd cannot be written");
	}
}

int committer_start(struct committer **ret, struct err *err)
{
	struct committer *c = (struct committer *)calloc(1, sizeof(*c));
	int rc;

	if (c == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	sem_init(&c->work, 0, 0);
	c->back_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = c->back_fd < 0 ? -errno : thread_start(&c->thread, run, c);
	if (rc < 0) {
		if (c->back_fd >= 0)
			close(c->back_fd);
		free(c);
		return err_set(err, rc, NULL, "cannot start the committer: %s", strerror(-rc));
	}
	*ret = c;
	return 0;
}

void committer_stop(struct committer *c)
{
	if (c == NULL)
		return;
	c->m = NULL;
	sem_post(&c->work);
	pthread_join(c->thread, NULL);
	close(c->back_fd);
	sem_destroy(&c->work);
	free(c);
}

void committer_submit(struct committer *c, struct commit *m)
{
	c->m = m;
	c->err = (struct err){0};
	c->busy = true;
	sem_post(&c->work);
}

bool committer_done(struct committer *c, int *ret_rc, struct err *err)
{
	uint64_t n;

	if (!c->busy || !atomic_load(&c->back) || read(c->back_fd, &n, sizeof(n)) != sizeof(n))
		return false;
	atomic_store(&c->back, false);
	c->busy = false;
	*ret_rc = c->rc;
	if (c->rc < 0)
		*err = c->err;
	return true;
}

bool committer_is_busy(const struct committer *c)
{
	return c->busy;
}

int committer_wait(struct committer *c, struct err *err)
{
	struct pollfd p = {.fd = c->back_fd, .events = POLLIN};
	int rc;

	while (!committer_done(c, &rc, err))
		poll(&p, 1, -1);
	return rc;
}

int committer_fd(const struct committer *c)
{
	return c->back_fd;
}
