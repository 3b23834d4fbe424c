/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn: a socket in an event loop. Everything runs in handle(), which the loop calls; functions
 * that others call only queue, and end the connection through a deferred event, so that no
 * caller's connection is freed under it.
 */
#include "ha/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ha/tls.h"

#define IN_SIZE     (2 * PROTO_FRAME_MAX)
#define BULK_SIZE   (4 * PROTO_FRAME_MAX)
#define URGENT_SIZE PROTO_FRAME_MAX
#define NOTSENT_MAX 16384
#define READS_MAX   64 /* before others in the loop have their turn */

enum conn_state {
	CONN_DIALING,
	CONN_HANDSHAKE,
	CONN_READY,
};

/* Frames that wait, one behind the other. */
struct queue {
	uint8_t *buf;
	size_t start, end, size;
};

struct conn {
	enum conn_state state;
	int fd;
	uint8_t version;
	struct tls *tls; /* NULL: plaintext */
	const struct conn_ops *ops;
	void *arg;
	sd_event_source *io, *deferred;
	uint32_t events; /* what io waits for */
	bool closing, again;
	char why[256];
	struct queue urgent, bulk;
	struct queue *sending; /* whose first frame has gone out in part, NULL: none */
	size_t left;           /* of that frame */
	size_t in;             /* octets in `input` */
	uint8_t input[IN_SIZE];
};

/* --- queues --- */

static int queue_add(struct queue *q, const void *data, size_t len)
{
	if (q->size - (q->end - q->start) < len)
		return -ENOBUFS;
	if (q->size - q->end < len) {
		memmove(q->buf, q->buf + q->start, q->end - q->start);
		q->end -= q->start;
		q->start = 0;
	}
	memcpy(q->buf + q->end, data, len);
	q->end += len;
	return 0;
}

static bool queue_empty(const struct queue *q)
{
	return q->start == q->end;
}

/* The size of the first frame. */
static size_t queue_frame(const struct queue *q)
{
	struct wire_reader r;

	wire_reader_init(&r, q->buf + q->start, q->end - q->start);
	wire_read_le32(&r);
	return PROTO_HEADER + (size_t)wire_read_le32(&r);
}

/* --- waiting --- */

static void wait_for(struct conn *c, uint32_t events)
{
	if (c->events == events)
		return;
	c->events = events;
	sd_event_source_set_io_events(c->io, events);
}

void conn_close(struct conn *c, const char *fmt, ...)
{
	va_list ap;

	if (c->closing)
		return;
	c->closing = true;
	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	sd_event_source_set_enabled(c->deferred, SD_EVENT_ONESHOT);
}

/* --- octets --- */

/* Octets sent, or a negative code; -EAGAIN: later. */
static ssize_t put(struct conn *c, const uint8_t *p, size_t len)
{
	ssize_t n;

	if (c->tls != NULL)
		return tls_send(c->tls, p, len);
	n = send(c->fd, p, len, MSG_NOSIGNAL);
	return n < 0 ? -errno : n;
}

static ssize_t get(struct conn *c, uint8_t *p, size_t len)
{
	ssize_t n;

	if (c->tls != NULL)
		return tls_receive(c->tls, p, len);
	n = recv(c->fd, p, len, 0);
	return n < 0 ? -errno : n;
}

/* The queue to go on with: a frame that was begun ends first. */
static struct queue *next_queue(struct conn *c)
{
	if (c->sending == NULL)
		c->sending = !queue_empty(&c->urgent) ? &c->urgent
			: !queue_empty(&c->bulk)      ? &c->bulk
						      : NULL;
	if (c->sending != NULL && c->left == 0)
		c->left = queue_frame(c->sending);
	return c->sending;
}

void conn_flush(struct conn *c)
{
	struct queue *q;

	while (c->state == CONN_READY && (q = next_queue(c)) != NULL) {
		ssize_t n = put(c, q->buf + q->start, c->left);

		if (n == -EAGAIN || n == -EINTR) {
			wait_for(c, EPOLLIN | EPOLLOUT);
			return;
		}
		if (n < 0) {
			conn_close(c, "sending: %s", strerror((int)-n));
			return;
		}
		q->start += (size_t)n;
		c->left -= (size_t)n;
		if (c->left == 0)
			c->sending = NULL;
	}
	if (c->state == CONN_READY)
		wait_for(c, EPOLLIN);
}

/* Hands over the whole frames that have arrived. */
static void take_frames(struct conn *c)
{
	size_t at = 0, used = 0;
	struct proto_frame f;
	int rc = 0;

	while (!c->closing &&
		(rc = proto_take(c->input + at, c->in - at, c->version, &f, &used)) == 1) {
		at += used;
		c->ops->frame(c->arg, &f);
	}
	if (rc < 0)
		conn_close(c, "the partner sent what is no frame (%s)", strerror(-rc));
	memmove(c->input, c->input + at, c->in - at);
	c->in -= at;
}

static void receive(struct conn *c)
{
	for (int i = 0; i < READS_MAX && !c->closing; i++) {
		ssize_t n = get(c, c->input + c->in, sizeof(c->input) - c->in);

		if (n == -EINTR)
			continue;
		if (n == -EAGAIN)
			return;
		if (n == 0)
			conn_close(c, "the partner has closed the connection");
		else if (n < 0)
			conn_close(c, "receiving: %s", strerror((int)-n));
		else
			c->in += (size_t)n;
		take_frames(c);
	}
	/* TLS may hold octets that the socket does not show any more */
	c->again = true;
	sd_event_source_set_enabled(c->deferred, SD_EVENT_ONESHOT);
}

/* --- events --- */

static void become_ready(struct conn *c)
{
	c->state = CONN_READY;
	wait_for(c, EPOLLIN);
	c->ops->ready(c->arg);
}

static void shake_hands(struct conn *c)
{
	char why[160];
	int rc = tls_handshake(c->tls, why, sizeof(why));

	if (rc == -EAGAIN)
		wait_for(c, tls_wants_to_write(c->tls) ? EPOLLOUT : EPOLLIN);
	else if (rc < 0)
		conn_close(c, "TLS: %s", why);
	else
		become_ready(c);
}

static void connected(struct conn *c)
{
	int code = 0;
	socklen_t len = sizeof(code);

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
		code = errno;
	if (code != 0) {
		conn_close(c, "connecting: %s", strerror(code));
		return;
	}
	c->state = CONN_HANDSHAKE;
	if (c->tls != NULL)
		shake_hands(c);
	else
		become_ready(c);
}

static void work(struct conn *c)
{
	bool had = !queue_empty(&c->bulk);

	receive(c);
	if (!c->closing)
		c->ops->drained(c->arg);
	if (!c->closing)
		conn_flush(c);
	if (!c->closing && had && queue_empty(&c->bulk))
		c->ops->room(c->arg);
	if (!c->closing)
		conn_flush(c);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct conn *c = (struct conn *)arg;

	(void)source;
	(void)fd;
	(void)events;
	if (c->closing)
		return 0;
	if (c->state == CONN_DIALING)
		connected(c);
	else if (c->state == CONN_HANDSHAKE)
		shake_hands(c);
	else
		work(c);
	return 0;
}

static int on_deferred(sd_event_source *source, void *arg)
{
	struct conn *c = (struct conn *)arg;

	(void)source;
	if (c->closing) {
		conn_flush(c); /* a refusal says why */
		c->ops->down(c->arg, c->why);
	} else if (c->again) {
		c->again = false;
		work(c);
	} else {
		conn_flush(c);
	}
	return 0;
}

/* --- for callers --- */

static int set_options(int fd)
{
	const int one = 1, notsent = NOTSENT_MAX;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) < 0 ||
		setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &notsent, sizeof(notsent)) < 0)
		return -errno;
	return 0;
}

static int watch(struct conn *c, sd_event *loop, bool dialing)
{
	int rc = set_options(c->fd);

	c->state = dialing ? CONN_DIALING : CONN_HANDSHAKE;
	c->events = EPOLLOUT; /* connected, or writable at once */
	if (rc == 0)
		rc = sd_event_add_io(loop, &c->io, c->fd, c->events, on_io, c);
	if (rc >= 0)
		rc = sd_event_add_defer(loop, &c->deferred, on_deferred, c);
	if (rc >= 0)
		rc = sd_event_source_set_enabled(c->deferred, SD_EVENT_OFF);
	return rc < 0 ? rc : 0;
}

int conn_new(sd_event *loop, int fd, bool dialing, struct conn_tls *tls, const char *peer,
        const struct conn_ops *ops, void *arg, struct conn **ret)
{
	struct conn *c = (struct conn *)calloc(1, sizeof(*c));
	int rc = -ENOMEM;

	if (c == NULL) {
		close(fd);
		return rc;
	}
	c->fd = fd;
	c->ops = ops;
	c->arg = arg;
	c->bulk = (struct queue){malloc(BULK_SIZE), 0, 0, BULK_SIZE};
	c->urgent = (struct queue){malloc(URGENT_SIZE), 0, 0, URGENT_SIZE};
	if (c->bulk.buf != NULL && c->urgent.buf != NULL)
		rc = watch(c, loop, dialing);
	if (rc == 0 && tls != NULL)
		rc = tls_new(tls, fd, dialing, peer, &c->tls);
	if (rc == 0 && !dialing)
		c->state = CONN_DIALING; /* it is connected, which the first event finds */
	if (rc < 0) {
		conn_free(c);
		return rc;
	}
	*ret = c;
	return 0;
}

void conn_free(struct conn *c)
{
	if (c == NULL)
		return;
	sd_event_source_disable_unref(c->io);
	sd_event_source_disable_unref(c->deferred);
	tls_free(c->tls);
	close(c->fd);
	free(c->bulk.buf);
	free(c->urgent.buf);
	free(c);
}

void conn_set_version(struct conn *c, uint8_t version)
{
	c->version = version;
}

uint8_t conn_version(const struct conn *c)
{
	return c->version;
}

static int enqueue(struct conn *c, struct queue *q, const void *frame, size_t len)
{
	int rc = c->closing ? 0 : queue_add(q, frame, len);

	if (rc == 0)
		sd_event_source_set_enabled(c->deferred, SD_EVENT_ONESHOT);
	return rc;
}

int conn_send(struct conn *c, const void *frame, size_t len)
{
	return enqueue(c, &c->bulk, frame, len);
}

int conn_send_urgent(struct conn *c, const void *frame, size_t len)
{
	int rc = enqueue(c, &c->urgent, frame, len);

	if (rc < 0)
		conn_close(c, "the partner takes nothing");
	return rc;
}

size_t conn_room(const struct conn *c)
{
	return c->bulk.size - (c->bulk.end - c->bulk.start);
}
