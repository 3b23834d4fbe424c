/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask: see ask.h. A supervisor that is gone takes this process with it, so nobody waits for ever.
 */
#include "daemon/control/ask.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "shm/base/clock.h"

#define HEAD offsetof(struct ask_answer, text)
#define TAKE_NS CLOCK_NS_PER_S /* who has not taken an answer by then is gone */

struct ask {
	int fd;
	sd_event_source *io;
	bool busy, answered;
	uint64_t answered_ns;
	struct ask_answer answer;
};

static int on_answer(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	struct ask *a = (struct ask *)arg;
	ssize_t n = recv(fd, &a->answer, sizeof(a->answer), MSG_DONTWAIT);

	(void)events;
	if (n < (ssize_t)HEAD) {
		if (n < 0 && errno == EAGAIN)
			return 0;
		return sd_event_source_set_enabled(s, SD_EVENT_OFF);
	}
	/* the text comes as long as it is */
	a->answer.text[(size_t)n - HEAD < ASK_TEXT_MAX ? (size_t)n - HEAD : ASK_TEXT_MAX - 1] = '\0';
	a->answered = a->busy;
	a->answered_ns = clock_mono_ns();
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

static ssize_t send_request(int socket, const struct ask_request *request, int fd)
{
	struct ask_request copy = *request;
	struct iovec iov = {&copy, sizeof(copy)};
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.room = {0}};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.room);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	}
	return sendmsg(socket, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int ask_send(struct ask *a, const struct ask_request *request, int fd)
{
	bool left = a->answered && clock_mono_ns() - a->answered_ns > TAKE_NS;

	if (a->busy && !left)
		return -EBUSY;
	if (send_request(a->fd, request, fd) < 0)
		return -errno;
	a->busy = true;
	a->answered = false;
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
