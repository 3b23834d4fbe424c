/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask: see ask.h. A supervisor that is gone takes this process with it, so nobody waits for ever.
 */
#include "daemon/control/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

struct ask {
	int fd;
	sd_event_source *io;
	bool busy, answered;
	struct ask_answer answer;
};

static int on_answer(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	struct ask *a = (struct ask *)arg;
	ssize_t n = recv(fd, &a->answer, sizeof(a->answer), MSG_DONTWAIT);

	(void)events;
	if (n < (ssize_t)sizeof(a->answer.failed)) {
		if (n < 0 && errno == EAGAIN)
			return 0;
		return sd_event_source_set_enabled(s, SD_EVENT_OFF);
	}
	/* the text comes as long as it is */
	a->answer.text[(size_t)n - sizeof(a->answer.failed) < ASK_TEXT_MAX ?
			(size_t)n - sizeof(a->answer.failed) : ASK_TEXT_MAX - 1] = '\0';
	a->answered = a->busy;
	return 0;
}

int ask_start(sd_event *loop, int fd, struct ask **ret)
{
	struct ask *a = (struct ask *)calloc(1, sizeof(*a));
	int rc;

	if (a == NULL)
		return -ENOMEM;
	a->fd = fd;
	rc = sd_event_add_io(loop, &a->io, fd, EPOLLIN, on_answer, a);
	if (rc < 0) {
		free(a);
		return rc;
	}
	*ret = a;
	return 0;
}

void ask_stop(struct ask *a)
{
	if (a == NULL)
		return;
	sd_event_source_disable_unref(a->io);
	free(a);
}

int ask_send(struct ask *a, const struct ask_request *request)
{
	if (a->busy)
		return -EBUSY;
	if (send(a->fd, request, sizeof(*request), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return -errno;
	a->busy = true;
	return 0;
}

const struct ask_answer *ask_answer_get(const struct ask *a)
{
	return a->answered ? &a->answer : NULL;
}

void ask_take(struct ask *a)
{
	a->busy = a->answered = false;
}
