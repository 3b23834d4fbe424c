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
#include "daemon/control/request.h"
#include "shm/base/log.h"

#define CONNECTIONS_MAX 128
#define IDLE_US         (10ULL * 1000000)
#define WAIT_US         (5ULL * 1000)

struct channel {
	struct control *ctl;
	sd_event *loop;
	sd_event_source *accept;
	unsigned connections;
	struct log_limit limit;
};

struct connection {
	struct channel *channel;
	sd_event_source *io, *timer;
	int fd;
	struct request request;
	bool answering, complete, waiting; /* complete: out holds the rest of the answer */
	struct answer answer;
};

static void close_connection(struct connection *c)
{
	struct channel *ch = c->channel;

	request_fini(&c->request);
	sd_event_source_disable_unref(c->io);
	sd_event_source_disable_unref(c->timer);
	close(c->fd);
	answer_fini(&c->answer);
	free(c);
	ch->connections--;
	control_served(ch->ctl);
	if (!ch->ctl->stopping)
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
		if (c->request.len > 0)
			answer_text(&c->answer, ANSWER_ERROR,
				"Connection over control channel timed out, discarded partial "
				"command of %zu bytes", c->request.len);
		else
			answer_text(&c->answer, ANSWER_ERROR,
				"Connection over control channel timed out");
		answer(c);
	}
	return 0;
}

static void run_request(struct connection *c)
{
	struct request *r = &c->request;
	json_t *command = command_parse(r->text, r->len, &c->answer);

	request_fini(r);
	if (command != NULL)
		command_run(c->channel->ctl, command, &c->answer);
	json_decref(command);
}

static void take(struct connection *c, size_t n)
{
	const struct json_scan *scan = &c->request.scan;
	size_t rest; /* is ignored: one command a connection */

	switch (request_take(&c->request, n, &rest)) {
	case JSON_SCAN_MORE:
		break;
	case JSON_SCAN_DONE:
		sd_event_source_set_enabled(c->timer, SD_EVENT_OFF);
		run_request(c);
		set_timer(c, IDLE_US);
		answer(c);
		break;
	case JSON_SCAN_ERROR:
		answer_text(&c->answer, ANSWER_ERROR, "line %u, column %u: %s", scan->line,
			scan->column, scan->error);
		answer(c);
		break;
	}
}

static void read_request(struct connection *c)
{
	struct request *r = &c->request;
	const char *why = request_room(r);
	ssize_t n;

	if (why != NULL) {
		refuse(c, why);
		return;
	}
	n = recv(c->fd, r->text + r->len, r->size - r->len, MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n == 0 && r->len > 0) {
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
	request_init(&c->request, &ch->ctl->requests);
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
	ch->ctl->busy++;
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

void channel_stop(struct channel *ch)
{
	sd_event_source_set_enabled(ch->accept, SD_EVENT_OFF);
}
