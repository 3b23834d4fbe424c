/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link: a few connections at a time, one of which is the present one. A new one that has greeted
 * takes the place of the old one: the partner's earlier end may be gone without a word.
 */
#include "ha/link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "shm/base/clock.h"
#include "shm/base/log.h"
#include "shm/base/text.h"

#define SLOTS         4    /* connections that are not greeted yet, and the present one */
#define GREET_MS      2000 /* until a connection has to be greeted */
#define DIAL_FIRST_MS 20
#define DIAL_LAST_MS  500
#define TROUBLE_MS    30000   /* between log lines about the same trouble */
#define MS            1000ULL /* in microseconds */

struct slot {
	struct link *link;
	struct conn *conn; /* NULL: free */
	sd_event_source *timer;
};

struct link {
	sd_event *loop;
	const struct model_ha *ha;
	struct conn_tls *tls; /* NULL: plaintext */
	const struct link_ops *ops;
	void *arg;
	struct slot slots[SLOTS];
	struct slot *present; /* NULL: none */
	sd_event_source *listening, *redial;
	unsigned pause_ms;
	struct log_limit trouble;
};

static void complain(struct link *l, const char *what)
{
	unsigned missed;

	if (log_limit(&l->trouble, TROUBLE_MS, &missed))
		LOG(EV_HA_LINK_FAILED, "%s: %s", l->ha->peer.name, what);
}

static void dial_later(struct link *l);

/* Frees the slot. */
static void drop(struct slot *s)
{
	conn_free(s->conn);
	s->conn = NULL;
	sd_event_source_disable_unref(s->timer);
	s->timer = NULL;
}

static void on_down(void *arg, const char *why)
{
	struct slot *s = (struct slot *)arg;
	struct link *l = s->link;
	bool was_present = l->present == s;

	if (was_present)
		l->present = NULL;
	else
		complain(l, why);
	if (was_present)
		l->ops->down(l->arg, why);
	drop(s);
	if (l->ha->dials)
		dial_later(l);
}

static void refuse(struct conn *c, enum proto_refusal code, const char *why)
{
	uint8_t buf[PROTO_HEADER + PROTO_TEXT_MAX + 2];
	struct wire_writer w;
	size_t len;

	proto_begin(&w, buf, sizeof(buf), 0, PROTO_REFUSE);
	proto_write_refusal(&w, code, why);
	len = proto_end(&w);
	conn_send_urgent(c, buf, len);
	conn_close(c, "%s", why);
}

static void become_present(struct slot *s)
{
	struct link *l = s->link;
	struct slot *old = l->present;

	if (old != NULL) {
		l->present = NULL;
		l->ops->down(l->arg, "the partner has connected anew");
		drop(old);
	}
	sd_event_source_disable_unref(s->timer);
	s->timer = NULL;
	l->present = s;
	l->pause_ms = DIAL_FIRST_MS;
	l->trouble = (struct log_limit){0};
	l->ops->up(l->arg);
}

static void greet(struct slot *s, const struct proto_frame *f)
{
	const struct model_ha *ha = s->link->ha;
	struct proto_hello h;
	uint8_t version;

	if (f->type != PROTO_HELLO || proto_read_hello(f->payload, &h) < 0) {
		refuse(s->conn, PROTO_REFUSE_BROKEN, "a connection begins with a greeting");
		return;
	}
	if (strcmp(h.name, ha->peer.name) != 0) {
		refuse(s->conn, PROTO_REFUSE_PEER, "the name is not that of this node's partner");
		return;
	}
	version = proto_agree(h.low, h.high);
	if (version == 0) {
		refuse(s->conn, PROTO_REFUSE_VERSION, "there is no version that both nodes speak");
		return;
	}
	conn_set_version(s->conn, version);
	become_present(s);
}

static void on_frame(void *arg, const struct proto_frame *f)
{
	struct slot *s = (struct slot *)arg;
	struct link *l = s->link;
	char text[PROTO_TEXT_MAX + 1];
	uint8_t why;

	if (f->type == PROTO_REFUSE) {
		if (proto_read_refusal(f->payload, &why, text) < 0)
			text[0] = '\0';
		conn_close(s->conn, "the partner refuses: %s", text);
	} else if (l->present == s && f->type == PROTO_HELLO) {
		refuse(s->conn, PROTO_REFUSE_BROKEN, "a second greeting");
	} else if (l->present == s) {
		l->ops->frame(l->arg, f);
	} else {
		greet(s, f);
	}
}

static void on_drained(void *arg)
{
	struct slot *s = (struct slot *)arg;

	if (s->link->present == s)
		s->link->ops->drained(s->link->arg);
}

static void on_room(void *arg)
{
	struct slot *s = (struct slot *)arg;

	if (s->link->present == s)
		s->link->ops->room(s->link->arg);
}

static void on_ready(void *arg)
{
	struct slot *s = (struct slot *)arg;
	struct proto_hello h = {.low = PROTO_VERSION_LOW, .high = PROTO_VERSION_HIGH};
	uint8_t buf[PROTO_HEADER + sizeof(h)];
	struct wire_writer w;
	size_t len;

	memcpy(h.name, s->link->ha->name, strnlen(s->link->ha->name, PROTO_NAME_MAX));
	proto_begin(&w, buf, sizeof(buf), 0, PROTO_HELLO);
	proto_write_hello(&w, &h);
	len = proto_end(&w);
	conn_send_urgent(s->conn, buf, len);
}

static const struct conn_ops conn_ops = {
        .ready = on_ready,
        .frame = on_frame,
        .drained = on_drained,
        .room = on_room,
        .down = on_down,
};

static int on_greet_timeout(sd_event_source *source, uint64_t usec, void *arg)
{
	struct slot *s = (struct slot *)arg;

	(void)source;
	(void)usec;
	conn_close(s->conn, "no greeting within %d ms", GREET_MS);
	return 0;
}

static void begin(struct link *l, int fd, bool dialing)
{
	struct slot *s = NULL;
	int rc;

	for (size_t i = 0; i < SLOTS && s == NULL; i++)
		if (l->slots[i].conn == NULL)
			s = &l->slots[i];
	if (s == NULL) {
		close(fd);
		return;
	}
	rc = conn_new(l->loop, fd, dialing, l->tls, l->ha->peer.name, &conn_ops, s, &s->conn);
	if (rc >= 0)
		rc = sd_event_add_time_relative(
			l->loop, &s->timer, CLOCK_BOOTTIME, GREET_MS * MS, 0, on_greet_timeout, s);
	if (rc >= 0)
		return;
	complain(l, strerror(-rc));
	drop(s);
	if (dialing)
		dial_later(l);
}

/* --- listening --- */

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct link *l = (struct link *)arg;
	int got = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)source;
	(void)events;
	if (got >= 0 && l->ha->dials)
		close(got); /* the partner only asks whether we live (probe.h) */
	else if (got >= 0)
		begin(l, got, false);
	else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		complain(l, strerror(errno));
	return 0;
}

/* --- dialing --- */

static void dial(struct link *l)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(l->ha->peer.port),
		.sin_addr.s_addr = htonl(l->ha->peer.address)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
		(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 || errno == EINPROGRESS)) {
		begin(l, fd, true);
		return;
	}
	complain(l, strerror(errno));
	if (fd >= 0)
		close(fd);
	dial_later(l);
}

static int on_dial(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	dial((struct link *)arg);
	return 0;
}

static void dial_later(struct link *l)
{
	sd_event_source_disable_unref(l->redial);
	l->redial = NULL;
	if (sd_event_add_time_relative(
		    l->loop, &l->redial, CLOCK_BOOTTIME, l->pause_ms * MS, MS, on_dial, l) < 0)
		complain(l, "out of memory");
	l->pause_ms = l->pause_ms * 2 < DIAL_LAST_MS ? l->pause_ms * 2 : DIAL_LAST_MS;
}

/* --- for callers --- */

int link_new(sd_event *loop, const struct model_ha *ha, int listen_fd, const struct link_ops *ops,
        void *arg, struct link **ret, struct err *err)
{
	struct link *l = (struct link *)calloc(1, sizeof(*l));
	int rc = 0;

	if (l == NULL)
		return err_set(err, -ENOMEM, NULL, "out of memory");
	*l = (struct link){
		.loop = loop, .ha = ha, .ops = ops, .arg = arg, .pause_ms = DIAL_FIRST_MS};
	for (size_t i = 0; i < SLOTS; i++)
		l->slots[i].link = l;
	if (!ha->plaintext)
		rc = conn_tls_new(ha->trust_anchor, ha->cert_file, ha->key_file, &l->tls, err);
	if (rc == 0)
		rc = sd_event_add_io(loop, &l->listening, listen_fd, EPOLLIN, on_connection, l);
	if (rc == 0 && ha->dials)
		dial(l);
	if (rc < 0) {
		link_free(l);
		return rc;
	}
	*ret = l;
	return 0;
}

void link_free(struct link *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		drop(&l->slots[i]);
	sd_event_source_disable_unref(l->listening);
	sd_event_source_disable_unref(l->redial);
	conn_tls_free(l->tls);
	free(l);
}

bool link_is_up(const struct link *l)
{
	return l->present != NULL;
}

uint8_t link_version(const struct link *l)
{
	return l->present != NULL ? conn_version(l->present->conn) : 0;
}

int link_send(struct link *l, const void *frame, size_t len)
{
	return l->present != NULL ? conn_send(l->present->conn, frame, len) : 0;
}

int link_send_urgent(struct link *l, const void *frame, size_t len)
{
	return l->present != NULL ? conn_send_urgent(l->present->conn, frame, len) : 0;
}

size_t link_room(const struct link *l)
{
	return l->present != NULL ? conn_room(l->present->conn) : 0;
}

void link_flush(struct link *l)
{
	if (l->present != NULL)
		conn_flush(l->present->conn);
}

void link_close(struct link *l, const char *why)
{
	if (l->present != NULL)
		conn_close(l->present->conn, "%s", why);
}

void link_refuse(struct link *l, const char *why)
{
	if (l->present != NULL)
		refuse(l->present->conn, PROTO_REFUSE_BROKEN, why);
}
