/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call: one connection per command, as the control channel wants it. The answer is parsed while it
 * comes in, so that its text is never held as a whole.
 */
#include "daemon/ctl/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/ctl/print.h"

#define TIMEOUT_S 60

static const char *connect_cure(int code)
{
	switch (code) {
	case -EACCES:
		return "be root or a member of group lessor";
	case -ENOENT:
	case -ECONNREFUSED:
		return "is lessord running? -s names another socket";
	default:
		return NULL;
	}
}

static int connect_to(const char *path, int *ret_fd, struct err *err)
{
	const struct timeval timeout = {.tv_sec = TIMEOUT_S};
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd, rc;

	if (strlen(path) >= sizeof(sun.sun_path))
		return err_set(err, -ENAMETOOLONG, NULL, "%s: too long for a socket", path);
	memcpy(sun.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err, -errno, NULL, "socket: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0 ||
		connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0) {
		rc = -errno;
		close(fd);
		return err_set(err, rc, connect_cure(rc), "%s: %s", path, strerror(-rc));
	}
	*ret_fd = fd;
	return 0;
}

static int send_all(int fd, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, s, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -errno;
		s += sent;
		n -= (size_t)sent;
	}
	return 0;
}

static int send_command(int fd, const char *command, json_t *args)
{
	json_t *request = json_pack("{ss}", "command", command);
	char *text;
	int rc;

	if (request == NULL || (args != NULL && json_object_set(request, "arguments", args) < 0)) {
		json_decref(request);
		return -EINVAL;
	}
	text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (text == NULL)
		return -ENOMEM;
	rc = send_all(fd, text, strlen(text));
	free(text);
	return rc;
}

struct input {
	int fd;
	int code; /* why reading failed */
};

static size_t read_some(void *buf, size_t size, void *arg)
{
	struct input *in = (struct input *)arg;
	ssize_t n;

	do
		n = recv(in->fd, buf, size, 0);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return (size_t)n;
	in->code = errno == EAGAIN ? -ETIMEDOUT : -errno;
	return (size_t)-1;
}

static int read_answer(int fd, const char *path, json_t **ret_answer, struct err *err)
{
	struct input in = {.fd = fd};
	json_error_t why;
	json_t *answer = json_load_callback(read_some, &in,
		JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK, &why);

	if (in.code < 0) {
		json_decref(answer);
		return err_set(err, in.code, NULL, "%s: no answer: %s", path, strerror(-in.code));
	}
	if (!json_is_integer(json_object_get(answer, "result"))) {
		json_decref(answer);
		return err_set(err, -EPROTO, NULL, "%s: not an answer: %s", path,
			answer == NULL ? why.text : "no result in it");
	}
	*ret_answer = answer;
	return 0;
}

int call_send(const struct ctl *c, const char *command, json_t *args, json_t **ret_answer,
	struct err *err)
{
	int fd = -1, rc;

	rc = connect_to(c->socket, &fd, err);
	if (rc < 0)
		goto out;
	rc = send_command(fd, command, args);
	if (rc < 0)
		err_set(err, rc, NULL, "%s: cannot send: %s", c->socket, strerror(-rc));
	else
		rc = read_answer(fd, c->socket, ret_answer, err);
	close(fd);
out:
	json_decref(args);
	return rc;
}

json_t *call_get(const struct ctl *c, const char *command, json_t *args)
{
	struct err err = {0};
	json_t *answer;

	if (call_send(c, command, args, &answer, &err) == 0)
		return answer;
	if (err.cure[0] != '\0')
		print_error("%s (%s)", err.text, err.cure);
	else
		print_error("%s", err.text);
	return NULL;
}

json_t *call_do(const struct ctl *c, const char *command, json_t *args)
{
	json_t *answer = call_get(c, command, args);

	if (answer == NULL || call_result(answer) == CALL_SUCCESS)
		return answer;
	call_complain(answer);
	json_decref(answer);
	return NULL;
}

json_int_t call_result(const json_t *answer)
{
	return json_integer_value(json_object_get(answer, "result"));
}

void call_complain(const json_t *answer)
{
	const char *text = json_string_value(json_object_get(answer, "text"));

	if (text != NULL && text[0] != '\0')
		print_error("%s", text);
	else
		print_error("the server answers with result %" JSON_INTEGER_FORMAT,
			call_result(answer));
}
