/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel: reads until a JSON object is whole, runs it, writes the answer as its reader takes it.
 * A connection costs a bounded amount of memory and ends when nothing moves for IDLE_US.
 */
#include "daemon/control/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/control/answer.h"
#include "daemon/control/command.h"
#include "daemon/control/json_scan.h"
#include "shm/base/log.h"

#define CONNECTIONS_MAX 128
#define REQUEST_MAX     ((size_t)64 << 20)
#define IDLE_US         (10ULL * 1000000)
#define WAIT_US         (5ULL * 1000)

struct channel {
	struct control *ctl;
	sd_event *loop;
	unsigned connections;
	struct log_limit limit;
};

struct connection {
	struct channel *channel;
	sd_event_source *io, *timer;
	int fd;
	struct json_scan scan;
	char *request;
	size_t len, size;
	bool answering, complete, waiting; /* complete: out holds the rest of the answer */
	struct answer answer;
};

static void close_connection(struct connection *c)
{
	c->channel->connections--;
	sd_event_source_disable_unref(c->io);
	sd_event_source_disable_unref(c->timer);
	close(c->fd);
	free(c->request);
	answer_fini(&c->answer);
	free(c);
}

static void set_timer(struct connection *c, uint64_t us)
{
	sd_event_source_set_time_relative(c->timer, us);
	sd_event_source_set_enabled(c->timer, SD_EVENT_ONESHOT);
}

/* Sends what waits. false: the connection is gone. */
static bool send_out(struct connection *c)
{
	struct out *o = &c->answer.out;

	while (out_waiting(o) > 0) {
		ssize_t n = send(c->fd, o->buf + o->start, out_waiting(o),
			MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return true;
		if (n < 0) {
			close_connection(c);
			return false;
		}
		out_drop(o, (size_t)n);
		set_timer(c, IDLE_US);
	}
	return true;
}

/* Makes and sends as much of the answer as its reader takes now. */
static void advance(struct connection *c)
{
	enum answer_progress progress;

	for (;;) {
		if (!send_out(c))
			return;
		if (out_waiting(&c->answer.out) > 0) {
			sd_event_source_set_io_events(c->io, EPOLLOUT);
			return;
		}
		if (c->complete || c->answer.out.failed) {
			close_connection(c);
			return;
		}
		progress = c->answer.more(&c->answer);
		c->complete = progress == ANSWER_DONE;
		if (progress == ANSWER_WAIT) {
			c->waiting = true;
			sd_event_source_set_io_events(c->io, 0);
			set_timer(c, WAIT_US);
			return;
		}
	}
}

static void answer(struct connection *c)
{
	c->answering = true;
	c->complete = c->answer.more == NULL;
	advance(c);
}

static void fail(struct connection *c, const char *why)
{
	unsigned missed;

	if (log_limit(&c->channel->limit, 10000, &missed))
		LOG(EV_CONTROL_FAILED, "%s (%u more such clients)", why, missed);
}

static int on_timer(sd_event_source *s, uint64_t usec, void *arg)
{
	struct connection *c = (struct connection *)arg;

	(void)s;
	(void)usec;
	if (c->waiting) {
		c->waiting = false;
		advance(c);
	} else if (c->answering) {
		fail(c, "a client does not take its answer");
		close_connection(c);
	} else {
		fail(c, "a client sent no whole command");
		if (c->len > 0)
			answer_text(&c->answer, ANSWER_ERROR,
				"Connection over control channel timed out, discarded partial "
				"command of %zu bytes", c->len);
		else
			answer_text(&c->answer, ANSWER_ERROR,
				"Connection over control channel timed out");
		answer(c);
	}
	return 0;
}

/* Room for more of the request. false: there is none. */
static bool make_room(struct connection *c)
{
	size_t size = c->size == 0 ? 4096 : c->size * 2;
	char *more;

	if (c->len < c->size)
		return true;
	if (size > REQUEST_MAX)
		return false;
	more = (char *)realloc(c->request, size);
	if (more == NULL)
		return false;
	c->request = more;
	c->size = size;
	return true;
}

static void take(struct connection *c, size_t n)
{
	size_t used;

	switch (json_scan_feed(&c->scan, c->request + c->len, n, &used)) {
	case JSON_SCAN_MORE:
		c->len += n;
		break;
	case JSON_SCAN_DONE:
		sd_event_source_set_enabled(c->timer, SD_EVENT_OFF);
		command_run(c->channel->ctl, c->request, c->len + used, &c->answer);
		set_timer(c, IDLE_US);
		answer(c);
		break;
	case JSON_SCAN_ERROR:
		answer_text(&c->answer, ANSWER_ERROR, "line %u, column %u: %s", c->scan.line,
			c->scan.column, c->scan.error);
		answer(c);
		break;
	}
}

static void read_request(struct connection *c)
{
	ssize_t n;

	if (!make_room(c)) {
		answer_text(&c->answer, ANSWER_ERROR, "the command is larger than %zu MiB",
			REQUEST_MAX >> 20);
		answer(c);
		return;
	}
	n = recv(c->fd, c->request + c->len, c->size - c->len, MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		close_connection(c); /* gone before its command was whole */
		return;
	}
	set_timer(c, IDLE_US);
	take(c, (size_t)n);
}

static int on_io(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	struct connection *c = (struct connection *)arg;

	(void)s;
	(void)fd;
	if (c->answering && (events & (EPOLLHUP | EPOLLERR)) != 0)
		close_connection(c);
	else if (c->answering)
		advance(c);
	else
		read_request(c);
	return 0;
}

static int serve(struct channel *ch, int fd)
{
	struct connection *c = (struct connection *)calloc(1, sizeof(*c));
	int rc;

	if (c == NULL)
		return -ENOMEM;
	c->channel = ch;
	c->fd = fd;
	json_scan_init(&c->scan);
	rc = sd_event_add_io(ch->loop, &c->io, fd, EPOLLIN, on_io, c);
	if (rc >= 0)
		rc = sd_event_add_time_relative(ch->loop, &c->timer, CLOCK_BOOTTIME, IDLE_US, 1000,
			on_timer, c);
	if (rc < 0) {
		sd_event_source_disable_unref(c->io);
		free(c);
		return rc;
	}
	ch->connections++;
	return 0;
}

static int on_accept(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	struct channel *ch = (struct channel *)arg;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)s;
	(void)events;
	if (client < 0)
		return 0;
	if (ch->connections >= CONNECTIONS_MAX || serve(ch, client) < 0)
		close(client);
	return 0;
}

int channel_start(struct control *ctl, sd_event *loop, int listen_fd)
{
	static struct channel ch; /* one a process */

	ch = (struct channel){.ctl = ctl, .loop = loop};
	return sd_event_add_io(loop, NULL, listen_fd, EPOLLIN, on_accept, &ch);
}
