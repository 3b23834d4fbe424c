/* SPDX-License-Identifier: Apache-2.0 */
/*
 * requests: see requests.h. Called from the supervisor's loop. A message that is none, from a
 * process that was taken over, ends the connection and nothing else.
 */
#include "daemon/requests.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/control/ask.h"
#include "daemon/reload.h"
#include "daemon/stop.h"
#include "daemon/supervisor.h"
#include "daemon/write.h"

void requests_close(struct supervisor *sv)
{
	struct requests *r = &sv->requests;

	r->io = sd_event_source_disable_unref(r->io);
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	r->pending = false;
}

/* A request with its descriptor, -1: none. Returns its size, or as recvmsg(). */
static ssize_t receive(int socket, struct ask_request *ret, int *ret_fd)
{
	struct iovec iov = {ret, sizeof(*ret)};
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(socket, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *c = n >= 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	*ret_fd = -1;
	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(c), sizeof(*ret_fd));
	return n;
}

static void stop_server(struct supervisor *sv, uint32_t status)
{
	if (sv->phase != PHASE_STOPPING)
		sv->exit_status = (enum args_exit)status;
	stop_begin(sv);
}

static void write_file(struct supervisor *sv, const char *name)
{
	struct err err = {0};
	char *config;
	size_t size;
	int rc = generation_config(sv->generation, &config);

	if (rc < 0) {
		requests_failed(sv, strerror(-rc));
		return;
	}
	if (write_config(sv->base.args->config, name, config, &size, &err) == 0)
		requests_done(sv, "", size);
	else
		requests_failed(sv, err.text);
	free(config);
}

/* fd is the callee's; -1: the request has no text. */
static void carry_out(struct supervisor *sv, const struct ask_request *request, int fd)
{
	sv->requests.pending = true;
	if (request->kind == ASK_RELOAD)
		reload(sv);
	else if (request->kind == ASK_WRITE)
		write_file(sv, request->name);
	else
		reload_with(sv, (enum ask_kind)request->kind, fd);
}

static bool has_text(uint32_t kind)
{
	return kind == ASK_TEST || kind == ASK_SET || kind == ASK_HOSTS || kind == ASK_EDIT;
}

static int on_request(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct supervisor *sv = (struct supervisor *)arg;
	struct ask_request request;
	int with;
	ssize_t n = receive(fd, &request, &with);
	bool good = n == sizeof(request) && request.kind >= ASK_RELOAD &&
		request.kind <= ASK_EDIT && !sv->requests.pending;

	(void)source;
	(void)events;
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (good && request.kind == ASK_STOP && request.status <= UINT8_MAX) {
		stop_server(sv, request.status);
	} else if (good && (with >= 0) == has_text(request.kind)) {
		request.name[sizeof(request.name) - 1] = '\0';
		carry_out(sv, &request, with);
		return 0;
	} else {
		requests_close(sv);
	}
	if (with >= 0)
		close(with);
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

static void send_answer(struct supervisor *sv, struct ask_answer *answer, const char *text)
{
	size_t len = strlen(text);

	if (!sv->requests.pending)
		return;
	if (len >= ASK_TEXT_MAX)
		len = ASK_TEXT_MAX - 1;
	memcpy(answer->text, text, len);
	snprintf(answer->hash, sizeof(answer->hash), "%s", sv->generation->model->hash);
	send(sv->requests.fd, answer, offsetof(struct ask_answer, text) + len,
		MSG_DONTWAIT | MSG_NOSIGNAL);
	sv->requests.pending = false;
}

void requests_refused(struct supervisor *sv, enum answer_result why, const char *text)
{
	struct ask_answer answer = {.failed = why};

	send_answer(sv, &answer, text);
}

void requests_failed(struct supervisor *sv, const char *text)
{
	requests_refused(sv, ANSWER_ERROR, text);
}

void requests_done(struct supervisor *sv, const char *text, size_t size)
{
	struct ask_answer answer = {.size = size};

	send_answer(sv, &answer, text);
}
