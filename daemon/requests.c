/* SPDX-License-Identifier: Apache-2.0 */
/*
 * requests: see requests.h. Called from the supervisor's loop. A message that is none, from a
 * process that was taken over, ends the connection and nothing else.
 */
#include "daemon/requests.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/control/ask.h"
#include "daemon/reload.h"
#include "daemon/stop.h"
#include "daemon/supervisor.h"

void requests_close(struct supervisor *sv)
{
	struct requests *r = &sv->requests;

	r->io = sd_event_source_disable_unref(r->io);
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	r->pending = false;
}

static int on_request(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct supervisor *sv = (struct supervisor *)arg;
	struct ask_request request;
	ssize_t n = recv(fd, &request, sizeof(request), MSG_DONTWAIT);

	(void)source;
	(void)events;
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n == sizeof(request) && request.kind == ASK_STOP && request.status <= UINT8_MAX) {
		if (sv->phase != PHASE_STOPPING)
			sv->exit_status = (enum args_exit)request.status;
		stop_begin(sv);
		return 0;
	}
	if (n != sizeof(request) || request.kind != ASK_RELOAD || sv->requests.pending) {
		requests_close(sv);
		return 0;
	}
	sv->requests.pending = true;
	reload(sv);
	return 0;
}

int requests_open(struct supervisor *sv, struct err *err)
{
	int pair[2], rc;

	requests_close(sv);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(err, -errno, NULL, "socketpair: %s", strerror(errno));
	rc = sd_event_add_io(sv->event, &sv->requests.io, pair[0], EPOLLIN, on_request, sv);
	if (rc < 0) {
		close(pair[0]);
		close(pair[1]);
		return err_set(err, rc, NULL, "event loop: %s", strerror(-rc));
	}
	sv->requests.fd = pair[0];
	return pair[1];
}

void requests_answer(struct supervisor *sv, const char *text)
{
	struct ask_answer answer = {.failed = text != NULL};
	size_t len = text != NULL ? strlen(text) : 0;

	if (!sv->requests.pending)
		return;
	if (len >= ASK_TEXT_MAX)
		len = ASK_TEXT_MAX - 1;
	memcpy(answer.text, text != NULL ? text : "", len);
	send(sv->requests.fd, &answer, offsetof(struct ask_answer, text) + len,
		MSG_DONTWAIT | MSG_NOSIGNAL);
	sv->requests.pending = false;
}
