/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel_http: libmicrohttpd parses and frames; its epoll descriptor is watched by our loop. Times
 * are kept here, by what the kernel says of each TCP connection, since the library restarts its own
 * with every octet: a client that trickles must not hold a place for ever.
 */
#include "daemon/control/channel_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "daemon/control/http_request.h"
#include "shm/base/clock.h"
#include "shm/base/log.h"

#define CONNECTIONS_MAX 64                  /* of all addresses together */
#define IDLE_NS         (30 * CLOCK_NS_PER_S) /* between requests */
#define STUCK_NS        (10 * CLOCK_NS_PER_S) /* within one, without an octet */
#define RATE_MIN        4096                /* octets per second in the long run */
#define SWEEP_US        1000000
#define WAIT_US         5000
#define TCP_CLOSE_WAIT  8 /* the C library's header has it, but not the octets of TCP_INFO */
#define PRIORITIES      "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct http {
	struct control *ctl;
	size_t n;
	struct http_listener listeners[CHILD_HTTP_MAX];
	struct http_connection *connections;
	unsigned count;
	sd_event_source *sweep, *wake; /* look at times; go on with what was suspended */
};

/* --- the library in our loop --- */

static void run(struct http_listener *l)
{
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(l->daemon);
	if (MHD_get_timeout(l->daemon, &ms) != MHD_YES) {
		sd_event_source_set_enabled(l->run, SD_EVENT_OFF);
		return;
	}
	sd_event_source_set_time_relative(l->run, ms * 1000);
	sd_event_source_set_enabled(l->run, SD_EVENT_ONESHOT);
}

static int on_io(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	(void)s;
	(void)fd;
	(void)events;
	run((struct http_listener *)arg);
	return 0;
}

static int on_run(sd_event_source *s, uint64_t usec, void *arg)
{
	(void)s;
	(void)usec;
	run((struct http_listener *)arg);
	return 0;
}

static int on_wake(sd_event_source *s, uint64_t usec, void *arg)
{
	struct http *h = (struct http *)arg;

	(void)s;
	(void)usec;
	for (struct http_connection *c = h->connections; c != NULL; c = c->next) {
		if (c->suspended) {
			c->suspended = false;
			http_enter(c, HTTP_ANSWER);
			MHD_resume_connection(c->mhd);
		}
	}
	for (size_t i = 0; i < h->n; i++)
		if (h->listeners[i].daemon != NULL)
			run(&h->listeners[i]);
	return 0;
}

void http_suspend(struct http_connection *c)
{
	struct http *h = c->listener->http;

	c->suspended = true;
	MHD_suspend_connection(c->mhd);
	sd_event_source_set_time_relative(h->wake, WAIT_US);
	sd_event_source_set_enabled(h->wake, SD_EVENT_ONESHOT);
}

/* --- times --- */

static struct tcp_info ask_kernel(const struct http_connection *c)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return (struct tcp_info){0};
	return info;
}

/* Octets that came from the client, or that it has taken, whatever the phase is about. */
static uint64_t octets_of(const struct http_connection *c)
{
	struct tcp_info info = ask_kernel(c);

	return c->phase == HTTP_ANSWER ? info.tcpi_bytes_acked : info.tcpi_bytes_received;
}

/* Whether the client has sent its last octet, and it was no whole request. The library, which waits
 * for an edge, does not notice an end that comes together with data. */
static bool is_over(struct http_connection *c)
{
	bool before = c->ended;
	int waiting = 0; /* octets that the library has not taken yet */

	if (ioctl(c->fd, FIONREAD, &waiting) < 0)
		waiting = 0;
	c->ended = waiting == 0 && ask_kernel(c).tcpi_state == TCP_CLOSE_WAIT;
	return c->ended && before; /* the first time its last octets may be in work */
}

void http_enter(struct http_connection *c, enum http_phase phase)
{
	c->phase = phase;
	c->ended = false;
	c->begun_ns = c->moved_ns = clock_mono_ns();
	c->octets_then = c->octets = octets_of(c);
}

/* Ends a connection; the library notices and cleans up. status: to be told before, 0: nothing. */
static void cut(struct http_connection *c, unsigned status)
{
	const struct model_http *conf = c->listener->conf;
	char text[1024], body[HTTP_ERROR_SIZE], date[40];
	time_t now = (time_t)clock_wall_s();
	struct tm tm;
	int len;

	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	http_error_body(status, body);
	len = snprintf(text, sizeof(text),
		"HTTP/1.1 408 Request Timeout\r\nDate: %s\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\nConnection: close\r\n", date, strlen(body));
	for (size_t i = 0; i < conf->n_headers && len < (int)sizeof(text); i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s: %s\r\n",
			conf->headers[i].name, conf->headers[i].value);
	if (len < (int)sizeof(text))
		len += snprintf(text + len, sizeof(text) - (size_t)len, "\r\n%s", body);
	/* while a request is not whole the library has nothing to send that this could mix with */
	if (status != 0 && len < (int)sizeof(text)) {
		if (c->tls != NULL)
			gnutls_record_send(c->tls, text, (size_t)len);
		else
			send(c->fd, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	shutdown(c->fd, SHUT_RDWR);
	c->cut = true;
}

/* Whether nothing moves, or too slowly in the long run. */
static bool is_stuck(struct http_connection *c, uint64_t now)
{
	uint64_t octets = octets_of(c), seconds = (now - c->begun_ns) / CLOCK_NS_PER_S;

	if (octets != c->octets) {
		c->octets = octets;
		c->moved_ns = now;
	}
	return now - c->moved_ns > STUCK_NS ||
		(now - c->begun_ns > STUCK_NS &&
			octets - c->octets_then < (seconds - STUCK_NS / CLOCK_NS_PER_S) * RATE_MIN);
}

static void check_times(struct http_connection *c, uint64_t now)
{
	if (c->cut || c->suspended)
		return;
	switch (c->phase) {
	case HTTP_IDLE:
		/* moved_ns is when the first octet of a request was seen: it has to end in time */
		if (c->octets == c->octets_then) {
			c->octets = octets_of(c);
			c->moved_ns = now;
		}
		if (c->octets != c->octets_then && now - c->moved_ns > STUCK_NS)
			cut(c, MHD_HTTP_REQUEST_TIMEOUT);
		else if (now - c->begun_ns > IDLE_NS || is_over(c))
			cut(c, 0);
		break;
	case HTTP_BODY:
		if (is_stuck(c, now))
			cut(c, MHD_HTTP_REQUEST_TIMEOUT);
		else if (is_over(c))
			cut(c, 0);
		break;
	case HTTP_ANSWER:
		if (is_stuck(c, now))
			cut(c, 0);
		break;
	}
}

static int on_sweep(sd_event_source *s, uint64_t usec, void *arg)
{
	struct http *h = (struct http *)arg;
	uint64_t now = clock_mono_ns();

	(void)usec;
	for (struct http_connection *c = h->connections; c != NULL; c = c->next)
		check_times(c, now);
	if (h->connections == NULL)
		return 0; /* the next one switches it on again */
	sd_event_source_set_time_relative(s, SWEEP_US);
	sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
	return 0;
}

/* --- connections --- */

void http_not_fresh(struct http_connection *c)
{
	if (!c->fresh)
		return;
	c->fresh = false;
	control_served(c->listener->ctl);
}

/* Who waits the longest without a request makes room for somebody else. */
static void cut_idlest(struct http *h)
{
	struct http_connection *idlest = NULL;

	for (struct http_connection *c = h->connections; c != NULL; c = c->next)
		if (c->phase == HTTP_IDLE && !c->cut &&
			(idlest == NULL || c->begun_ns < idlest->begun_ns))
			idlest = c;
	if (idlest != NULL)
		cut(idlest, 0);
}

static void end_connection(struct http_connection *c)
{
	struct http *h = c->listener->http;

	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		h->connections = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	h->count--;
	http_not_fresh(c);
	free(c);
}

static struct http_connection *new_connection(struct http_listener *l, struct MHD_Connection *mhd)
{
	struct http_connection *c = (struct http_connection *)calloc(1, sizeof(*c));
	struct http *h = l->http;

	if (c == NULL)
		return NULL;
	c->listener = l;
	c->mhd = mhd;
	c->fresh = true;
	l->ctl->busy++;
	c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	c->next = h->connections;
	if (c->next != NULL)
		c->next->prev = c;
	h->connections = c;
	h->count++;
	if (c->next == NULL)
		sd_event_source_set_time_relative(h->sweep, SWEEP_US);
	sd_event_source_set_enabled(h->sweep, SD_EVENT_ONESHOT);
	http_enter(c, HTTP_IDLE);
	c->octets_then = c->octets = 0; /* what came before we looked is part of a request, too */
	return c;
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **state,
	enum MHD_ConnectionNotificationCode what)
{
	struct http_listener *l = (struct http_listener *)cls;
	struct http_connection *c = (struct http_connection *)*state;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (c != NULL)
			end_connection(c);
		return;
	}
	if (l->http->count >= CONNECTIONS_MAX * 3 / 4)
		cut_idlest(l->http);
	c = new_connection(l, mhd);
	*state = c;
	if (c == NULL || !l->conf->tls)
		return;
	c->tls = (gnutls_session_t)MHD_get_connection_info(
		mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session;
	if (l->conf->cert_required) {
		/* the library only asks for a certificate; without a good one there is no session */
		gnutls_certificate_server_set_request(c->tls, GNUTLS_CERT_REQUIRE);
		gnutls_session_set_verify_cert(c->tls, NULL, 0);
	}
}

/* The limit holds for all addresses together. */
static enum MHD_Result on_accept(void *cls, const struct sockaddr *addr, socklen_t len)
{
	const struct http *h = ((struct http_listener *)cls)->http;

	(void)addr;
	(void)len;
	return h->count < CONNECTIONS_MAX ? MHD_YES : MHD_NO;
}

/* --- start and stop --- */

static struct MHD_Daemon *start_daemon(struct http_listener *l, int fd)
{
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (l->conf->tls ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)l->secrets.cert},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)l->secrets.key},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES},
		{MHD_OPTION_HTTPS_MEM_TRUST, 0, (void *)(uintptr_t)l->secrets.trust},
		{MHD_OPTION_END, 0, NULL},
	};

	if (l->secrets.trust[0] == '\0')
		tls[3].option = MHD_OPTION_END;
	if (!l->conf->tls)
		tls[0].option = MHD_OPTION_END;
	return MHD_start_daemon(flags, 0, on_accept, l, http_request_on_data, l,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, l, MHD_OPTION_NOTIFY_COMPLETED,
		http_request_on_end, l, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

static int start_listener(struct http_listener *l, int fd)
{
	const union MHD_DaemonInfo *info;
	int rc;

	l->daemon = start_daemon(l, fd);
	if (l->daemon == NULL) {
		LOG(EV_CONTROL_FAILED,
			"http %s port %u is not served: the library refuses it%s", l->conf->address,
			l->conf->port, l->conf->tls ? "; do certificate and key fit?" : "");
		return 0; /* the other channels are worth having */
	}
	info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	rc = sd_event_add_io(l->ctl->loop, NULL, info->epoll_fd, EPOLLIN, on_io, l);
	if (rc >= 0)
		rc = sd_event_add_time_relative(
			l->ctl->loop, &l->run, CLOCK_BOOTTIME, 0, 1000, on_run, l);
	return rc;
}

int http_start(struct control *ctl, struct http **ret)
{
	static struct http http; /* one a process */
	struct secrets secrets[CHILD_HTTP_MAX];
	struct http *h = &http;
	const struct child *c = ctl->child;
	int rc;

	*h = (struct http){.ctl = ctl, .n = c->model->n_http};
	rc = secrets_read(c->secrets_fd, c->model->http, h->n, secrets);
	if (rc == 0)
		rc = sd_event_add_time_relative(
			ctl->loop, &h->sweep, CLOCK_BOOTTIME, SWEEP_US, 100000, on_sweep, h);
	if (rc >= 0)
		rc = sd_event_add_time_relative(
			ctl->loop, &h->wake, CLOCK_BOOTTIME, WAIT_US, 1000, on_wake, h);
	for (size_t i = 0; rc >= 0 && i < h->n; i++) {
		struct http_listener *l = &h->listeners[i];

		*l = (struct http_listener){.http = h, .ctl = ctl, .conf = &c->model->http[i],
			.secrets = secrets[i]};
		rc = start_listener(l, c->http_fds[i]);
	}
	*ret = h;
	return rc < 0 ? rc : 0;
}

void http_stop(struct http *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->listeners[i].daemon != NULL)
			MHD_quiesce_daemon(h->listeners[i].daemon);
}
