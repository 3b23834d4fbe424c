/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel_http: the control channel over HTTP and HTTPS: listeners, connections and their times, in
 * the process's one loop.
 */
#ifndef LESSOR_DAEMON_CONTROL_CHANNEL_HTTP_H
#define LESSOR_DAEMON_CONTROL_CHANNEL_HTTP_H

#include <gnutls/gnutls.h>
#include <microhttpd.h>

#include "daemon/control/control.h"
#include "daemon/control/secrets.h"

struct http;

/* Serves the addresses of ctl->child->model->http on the sockets that the child was given. Returns
 * 0 or a negative errno value. What is open ends with the process. */
int http_start(struct control *ctl, struct http **ret);

/* Accepts nobody any more. */
void http_stop(struct http *h);

/* The rest is for http_request.c. */

struct http_listener {
	struct http *http;
	struct control *ctl;
	const struct model_http *conf;
	struct secrets secrets;
	struct MHD_Daemon *daemon;
	sd_event_source *run; /* calls the library again, which has more to do */
};

/* What a connection is at. Each phase has a time of its own. */
enum http_phase {
	HTTP_IDLE,   /* between requests, or in the head of one */
	HTTP_BODY,   /* the body of a request arrives */
	HTTP_ANSWER, /* its answer is made or sent */
};

struct http_connection {
	struct http_connection *prev, *next;
	struct http_listener *listener;
	struct MHD_Connection *mhd;
	gnutls_session_t tls; /* NULL: without TLS */
	int fd;
	enum http_phase phase;
	bool suspended; /* its answer waits for somebody */
	bool cut;       /* it was shut down, the library will notice */
	bool ended;     /* its client was seen to have sent its last octet */
	bool fresh;     /* it had no request yet: counts as busy, since one is on its way */
	uint64_t begun_ns, moved_ns;    /* monotonic: of the phase, and of the last octet in it */
	uint64_t octets_then, octets;   /* at the begin of the phase, and at moved_ns */
};

void http_enter(struct http_connection *c, enum http_phase phase);

/* A request has come, or none will. */
void http_not_fresh(struct http_connection *c);

/* Lets the connection's callbacks be called again after some milliseconds, not before. */
void http_suspend(struct http_connection *c);

#endif
