/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel: reads until a JSON object is whole, runs it, writes the answer as its reader takes it,
 * one piece a turn of the loop, so that nobody waits for somebody else's long answer. Connections
 * cost a bounded amount of memory and end when nothing moves for IDLE_US.
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
#define REQUESTS_MAX    (2 * REQUEST_MAX) /* of all connections together */
#define IDLE_US         (10ULL * 1000000)
#define WAIT_US         (5ULL * 1000)
#define STOP_US         (300ULL * 1000) /* for answers under way when the process shall end */

struct channel {
	struct control *ctl;
	sd_event *loop;
	sd_event_source *accept;
	unsigned connections;
	size_t requests; /* octets held for requests */
	bool stopping;
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

static void free_request(struct connection *c)
{
	c->channel->requests -= c->size;
	free(c->request);
	c->request = NULL;
	c->len = c->size = 0;
}

static void close_connection(struct connection *c)
{
	struct channel *ch = c->channel;

	free_request(c);
	sd_event_source_disable_unref(c->io);
	sd_event_source_disable_unref(c->timer);
	close(c->fd);
	answer_fini(&c->answer);
	free(c);
	ch->connections--;
	if (ch->stopping && ch->connections == 0)
		sd_event_exit(ch->loop, 0);
	else if (!ch->stopping)
		sd_event_source_set_enabled(ch->accept, SD_EVENT_ON);
}

/* Closes after the answer. Octets that nobody read would turn the reader's end of file into a
 * connection reset. */
static void finish(struct connection *c)
{
	static char scrap[65536];

	shutdown(c->fd, SHUT_RD); /* nothing more comes in */
	for (int i = 0; i < 16 && recv(c->fd, scrap, sizeof(scrap), MSG_DONTWAIT) > 0; i++)
		;
	close_connection(c);
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

/* Makes and sends the next piece of the answer. */
static void advance(struct connection *c)
{
	struct out *o = &c->answer.out;
	enum answer_progress progress;

	if (!send_out(c))
		return;
	if (out_waiting(o) == 0 && !c->complete) {
		progress = c->answer.more(&c->answer);
		c->complete = progress == ANSWER_DONE;
		if (progress == ANSWER_WAIT) {
			c->waiting = true;
			sd_event_source_set_io_events(c->io, 0);
			set_timer(c, WAIT_US);
			return;
		}
		if (!send_out(c))
			return;
	}
	if (o->failed || (out_waiting(o) == 0 && c->complete))
		finish(c);
	else
		sd_event_source_set_io_events(c->io, EPOLLOUT);
}

static void answer(struct connection *c)
{
	c->answering = true;
	c->complete = c->answer.more == NULL;
	advance(c);
}

static void fail(struct connection *c, const char *why)
{
	struct ucred peer = {0};
	socklen_t len = sizeof(peer);
	unsigned missed;

	if (!log_limit(&c->channel->limit, 10000, &missed))
		return;
	getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	LOG(EV_CONTROL_FAILED, "client with process id %d, user id %u: %s (%u more clients failed "
		"since the last such line)", (int)peer.pid, (unsigned)peer.uid, why, missed);
}

static void refuse(struct connection *c, const char *why)
{
	fail(c, why);
	answer_text(&c->answer, ANSWER_ERROR, "%s", why);
	answer(c);
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
		fail(c, "does not take its answer");
		close_connection(c);
	} else {
		fail(c, "sent no whole command");
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

/* Makes room for more of the request. Returns NULL, or why there is none. */
static const char *make_room(struct connection *c)
{
	size_t size = c->size == 0 ? 4096 : c->size * 2;
	char *more;

	if (c->len < c->size)
		return NULL;
	if (size > REQUEST_MAX)
		return "the command is too large: at most 64 MiB";
	if (c->channel->requests + size - c->size > REQUESTS_MAX)
		return "too many large commands at one time: try again";
	more = (char *)realloc(c->request, size);
	if (more == NULL)
		return "out of memory";
	c->channel->requests += size - c->size;
	c->request = more;
	c->size = size;
	return NULL;
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
		free_request(c);
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
	const char *why = make_room(c);
	ssize_t n;

	if (why != NULL) {
		refuse(c, why);
		return;
	}
	n = recv(c->fd, c->request + c->len, c->size - c->len, MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n == 0 && c->len > 0) {
		refuse(c, "the command is not complete");
		return;
	}
	if (n <= 0) {
		close_connection(c);
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

	(void)events;
	if (client >= 0 && serve(ch, client) < 0)
		close(client);
	/* those who come now wait until a connection ends */
	if (ch->connections == CONNECTIONS_MAX ||
		(client < 0 && errno == EMFILE && ch->connections > 0))
		sd_event_source_set_enabled(s, SD_EVENT_OFF);
	return 0;
}

int channel_start(struct control *ctl, sd_event *loop, int listen_fd, struct channel **ret)
{
	static struct channel ch; /* one a process */
	int rc;

	ch = (struct channel){.ctl = ctl, .loop = loop};
	rc = sd_event_add_io(loop, &ch.accept, listen_fd, EPOLLIN, on_accept, &ch);
	if (rc < 0)
		return rc;
	*ret = &ch;
	return 0;
}

static int on_stop_timeout(sd_event_source *s, uint64_t usec, void *arg)
{
	(void)usec;
	(void)arg;
	return sd_event_exit(sd_event_source_get_event(s), 0);
}

int channel_stop(struct channel *ch)
{
	ch->stopping = true;
	sd_event_source_set_enabled(ch->accept, SD_EVENT_OFF);
	if (ch->connections == 0)
		return sd_event_exit(ch->loop, 0);
	return sd_event_add_time_relative(ch->loop, NULL, CLOCK_BOOTTIME, STOP_US, 1000,
		on_stop_timeout, NULL);
}
