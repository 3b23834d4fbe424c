/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_request: a request that is refused is read to its end all the same, without keeping it, so
 * that the client hears why. An answer that is short has a length; a long one is made as its reader
 * takes it.
 */
#include "daemon/control/http_request.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/control/command.h"
#include "daemon/control/metrics.h"
#include "daemon/control/page.h"
#include "daemon/control/request.h"
#include "shm/base/log.h"

#define PREFETCH ((size_t)1 << 20) /* an answer up to this size has a Content-Length */
#define BLOCK    32768

enum kind {
	COMMAND,
	METRICS,
	HEALTH,
	PAGE,
};

struct http_request {
	struct http_connection *conn;
	enum kind kind;
	unsigned status; /* 0: good so far */
	enum model_role role;
	struct request body;
	bool whole;       /* the body holds one JSON object */
	json_t *command;
	json_t *services; /* of agent emulation: a list with an answer for each; NULL: one answer */
	size_t n_run, n_to_run;
	bool begun, complete; /* making the answer has begun; out holds its end */
	struct answer answer;
};

const char *http_error_body(unsigned status, char buf[HTTP_ERROR_SIZE])
{
	snprintf(buf, HTTP_ERROR_SIZE, "{\"result\": %u, \"text\": \"%s\"}", status,
		MHD_get_reason_phrase_for(status));
	return buf;
}

/* --- who asks --- */

static void log_refused(const struct http_connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	static struct log_limit limit;
	char text[INET6_ADDRSTRLEN] = "?";
	unsigned missed;

	if (!log_limit(&limit, 10000, &missed))
		return;
	if (info->client_addr->sa_family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)info->client_addr)->sin_addr, text,
			sizeof(text));
	else
		inet_ntop(AF_INET6, &((struct sockaddr_in6 *)info->client_addr)->sin6_addr, text,
			sizeof(text));
	LOG(EV_CONTROL_FAILED, "HTTP client %s: no such user and password (%u more such)", text,
		missed);
}

/* Sets what the client may do. false: it is nobody. */
static bool authenticate(struct http_request *r)
{
	const struct http_connection *c = r->conn;
	char *user, *password = NULL;
	bool good;

	r->role = MODEL_ROLE_CONFIGURE;
	if (c->listener->conf->n_clients == 0)
		return true;
	user = MHD_basic_auth_get_username_password(c->mhd, &password);
	good = user != NULL && password != NULL &&
		secrets_check(&c->listener->secrets, user, password, &r->role);
	MHD_free(user);
	MHD_free(password);
	if (!good)
		log_refused(c);
	return good;
}

/* --- the head --- */

static bool is_json(const char *type)
{
	static const char json[] = "application/json";
	size_t len = sizeof(json) - 1;

	return type != NULL && strncasecmp(type, json, len) == 0 &&
		(type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

static bool is_length(const char *s)
{
	return s != NULL && s[0] != '\0' && strspn(s, "0123456789") == strlen(s) &&
		strtoull(s, NULL, 10) <= REQUEST_MAX;
}

static const char *header(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->conn->mhd, MHD_HEADER_KIND, name);
}

static unsigned check_head(struct http_request *r, const char *method, const char *url)
{
	bool get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

	if (strcmp(method, "POST") == 0)
		r->kind = COMMAND;
	else if (get && strcmp(url, "/metrics") == 0)
		r->kind = METRICS;
	else if (get && strcmp(url, "/healthz") == 0)
		r->kind = HEALTH;
	else if (get && strcmp(url, "/") == 0)
		r->kind = PAGE;
	else
		return MHD_HTTP_BAD_REQUEST;
	if (r->kind != HEALTH && !authenticate(r))
		return MHD_HTTP_UNAUTHORIZED;
	if (r->kind == COMMAND &&
		(!is_json(header(r, "Content-Type")) || !is_length(header(r, "Content-Length")) ||
			header(r, "Transfer-Encoding") != NULL))
		return MHD_HTTP_BAD_REQUEST;
	return 0;
}

/* --- the body --- */

static bool is_blank(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr(" \t\r\n", s[i]) == NULL || s[i] == '\0')
			return false;
	return true;
}

static unsigned take_piece(struct http_request *r, const char *data, size_t len)
{
	struct request *b = &r->body;
	size_t rest = len;

	if (r->whole)
		return is_blank(data, len) ? 0 : MHD_HTTP_BAD_REQUEST;
	memcpy(b->text + b->len, data, len);
	switch (request_take(b, len, &rest)) {
	case JSON_SCAN_MORE:
		return 0;
	case JSON_SCAN_DONE:
		r->whole = true;
		return is_blank(data + len - rest, rest) ? 0 : MHD_HTTP_BAD_REQUEST;
	case JSON_SCAN_ERROR:
		break;
	}
	return MHD_HTTP_BAD_REQUEST;
}

static void take_body(struct http_request *r, const char *data, size_t len)
{
	struct request *b = &r->body;

	while (len > 0 && r->status == 0) {
		size_t n = len;

		if (!r->whole) {
			if (request_room(b) != NULL) {
				r->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
				break;
			}
			if (n > b->size - b->len)
				n = b->size - b->len;
		}
		r->status = take_piece(r, data, n);
		data += n;
		len -= n;
	}
	if (r->status != 0)
		request_fini(b);
}

/* --- the answer --- */

/* Kea's control agent tells of itself when it is not asked for somebody else. */
static void answer_as_agent(const struct http_request *r, struct answer *a)
{
	const struct http_listener *l = r->conn->listener;
	char path[256];

	snprintf(path, sizeof(path), "%s/control.sock", l->ctl->child->run_dir);
	answer_begin(a);
	out_open(&a->out, '{');
	out_key(&a->out, "Control-agent");
	out_open(&a->out, '{');
	out_key_string(&a->out, "http-host", l->conf->address);
	out_key_int(&a->out, "http-port", l->conf->port);
	out_key(&a->out, "control-sockets");
	out_open(&a->out, '{');
	out_key(&a->out, "dhcp4");
	out_open(&a->out, '{');
	out_key_string(&a->out, "socket-type", "unix");
	out_key_string(&a->out, "socket-name", path);
	for (int i = 0; i < 4; i++)
		out_close(&a->out, '}');
	answer_end(a, ANSWER_SUCCESS, NULL);
}

static bool is_for_agent(const struct http_request *r)
{
	const char *name = json_string_value(json_object_get(r->command, "command"));

	return r->conn->listener->conf->agent_emulation && name != NULL &&
		strcmp(name, "config-get") == 0 &&
		json_array_size(json_object_get(r->command, "service")) == 0;
}

/* Runs the command, for the next service if there are several. */
static void run_next(struct http_request *r)
{
	if (r->services != NULL)
		json_object_set_new(r->command, "service",
			json_pack("[O]", json_array_get(r->services, r->n_run)));
	r->n_run++;
	if (is_for_agent(r))
		answer_as_agent(r, &r->answer);
	else
		command_run(r->conn->listener->ctl, r->command, &r->answer);
}

static enum answer_progress make_more(struct http_request *r)
{
	struct answer *a = &r->answer;

	if (a->more != NULL) {
		enum answer_progress progress = a->more(a);

		if (progress != ANSWER_DONE)
			return progress;
		answer_stream_end(a);
		return ANSWER_MORE;
	}
	if (r->n_run < r->n_to_run) {
		run_next(r);
		return ANSWER_MORE;
	}
	if (r->kind == COMMAND)
		out_close(&a->out, ']');
	return ANSWER_DONE;
}

/* Reads the command and looks at who sent it. Returns a status, 0: it may run. */
static unsigned begin_command(struct http_request *r)
{
	struct answer scrap = {0};
	json_t *services;

	if (!r->whole)
		return MHD_HTTP_BAD_REQUEST;
	r->command = command_parse(r->body.text, r->body.len, &scrap);
	request_fini(&r->body);
	answer_fini(&scrap);
	if (r->command == NULL)
		return MHD_HTTP_BAD_REQUEST;
	if (r->role < command_role(r->command))
		return MHD_HTTP_FORBIDDEN;
	services = json_object_get(r->command, "service");
	r->n_to_run = 1;
	if (r->conn->listener->conf->agent_emulation && json_array_size(services) > 1) {
		r->services = json_incref(services);
		r->n_to_run = json_array_size(services);
	}
	out_open(&r->answer.out, '[');
	return 0;
}

static void begin_answer(struct http_request *r)
{
	struct control *ctl = r->conn->listener->ctl;
	const char *why;

	r->begun = true;
	if (r->status != 0)
		return;
	switch (r->kind) {
	case COMMAND:
		r->status = begin_command(r);
		break;
	case METRICS:
		metrics_begin(ctl, &r->answer);
		break;
	case HEALTH:
		why = page_health(ctl);
		if (why != NULL)
			r->status = MHD_HTTP_SERVICE_UNAVAILABLE;
		why = why != NULL ? why : "serving";
		out_text(&r->answer.out, why, strlen(why));
		out_text(&r->answer.out, "\n", 1);
		break;
	case PAGE:
		page_write(ctl, &r->answer.out);
		break;
	}
}

/* Hands the library the next octets. */
static ssize_t on_read(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct http_request *r = (struct http_request *)cls;
	struct out *o = &r->answer.out;
	size_t n;

	(void)pos;
	if (out_waiting(o) == 0 && !r->complete) {
		enum answer_progress progress = make_more(r);

		r->complete = progress == ANSWER_DONE;
		if (!r->complete && (progress == ANSWER_WAIT || out_waiting(o) == 0)) {
			http_suspend(r->conn);
			return 0;
		}
	}
	if (o->failed)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n = out_waiting(o) < max ? out_waiting(o) : max;
	if (n == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	memcpy(buf, o->buf + o->start, n);
	out_drop(o, n);
	return (ssize_t)n;
}

static void add_headers(const struct http_request *r, struct MHD_Response *response)
{
	static const char *const types[] = {
		[COMMAND] = "application/json",
		[METRICS] = "text/plain; version=0.0.4; charset=utf-8",
		[HEALTH] = "text/plain; charset=utf-8",
		[PAGE] = "text/html; charset=utf-8",
	};
	const struct model_http *conf = r->conn->listener->conf;
	bool plain_error = r->status != 0 && r->status != MHD_HTTP_SERVICE_UNAVAILABLE;
	char challenge[300];

	MHD_add_response_header(response, "Content-Type", types[plain_error ? COMMAND : r->kind]);
	if (r->kind == PAGE)
		MHD_add_response_header(response, "Content-Security-Policy",
			"default-src 'none'; style-src 'unsafe-inline'");
	if (r->status == MHD_HTTP_UNAUTHORIZED) {
		snprintf(challenge, sizeof(challenge), "Basic realm=\"%s\"", conf->realm);
		MHD_add_response_header(response, "WWW-Authenticate", challenge);
	}
	if (r->conn->listener->ctl->stopping)
		MHD_add_response_header(response, "Connection", "close");
	for (size_t i = 0; i < conf->n_headers; i++)
		MHD_add_response_header(
			response, conf->headers[i].name, conf->headers[i].value);
}

static enum MHD_Result respond(struct http_request *r)
{
	struct out *o = &r->answer.out;
	char error[HTTP_ERROR_SIZE];
	struct MHD_Response *response;
	enum MHD_Result result;

	if (o->failed)
		r->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
	if (r->status != 0 && r->status != MHD_HTTP_SERVICE_UNAVAILABLE) {
		http_error_body(r->status, error);
		response = MHD_create_response_from_buffer(
			strlen(error), error, MHD_RESPMEM_MUST_COPY);
	} else if (r->complete) {
		/* it lives until the request ends */
		response = MHD_create_response_from_buffer(
			out_waiting(o), o->buf + o->start, MHD_RESPMEM_PERSISTENT);
	} else {
		response = MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, BLOCK, on_read, r, NULL);
	}
	if (response == NULL)
		return MHD_NO;
	add_headers(r, response);
	result = MHD_queue_response(r->conn->mhd, r->status != 0 ? r->status : MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

/* The request is whole: makes the answer, or the front of it. May be called again and again, while
 * the answer waits for somebody. */
static enum MHD_Result finish(struct http_request *r)
{
	struct out *o = &r->answer.out;

	if (!r->begun) {
		http_enter(r->conn, HTTP_ANSWER);
		begin_answer(r);
	}
	while (r->status == 0 && !r->complete && out_waiting(o) < PREFETCH && !o->failed) {
		size_t before = out_waiting(o);
		enum answer_progress progress = make_more(r);

		r->complete = progress == ANSWER_DONE;
		/* others have their turn while there is nothing to say yet */
		if (!r->complete && out_waiting(o) == before && r->answer.more != NULL) {
			http_suspend(r->conn);
			return MHD_YES;
		}
	}
	if (r->status != 0)
		r->complete = true;
	return respond(r);
}

/* --- what the library calls --- */

static enum MHD_Result begin(struct http_connection *c, const char *url, const char *method,
	void **state)
{
	struct http_request *r = (struct http_request *)calloc(1, sizeof(*r));

	if (r == NULL || c == NULL) {
		free(r);
		return MHD_NO;
	}
	*state = r;
	r->conn = c;
	request_init(&r->body, &c->listener->ctl->requests);
	c->listener->ctl->busy++;
	http_not_fresh(c);
	http_enter(c, HTTP_BODY);
	r->status = check_head(r, method, url);
	return MHD_YES;
}

enum MHD_Result http_request_on_data(void *cls, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *data, size_t *size, void **state)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	(void)cls;
	(void)version;
	if (*state == NULL)
		return begin((struct http_connection *)info->socket_context, url, method, state);
	if (*size == 0)
		return finish((struct http_request *)*state);
	take_body((struct http_request *)*state, data, *size);
	*size = 0;
	return MHD_YES;
}

void http_request_on_end(void *cls, struct MHD_Connection *mhd, void **state,
	enum MHD_RequestTerminationCode how)
{
	struct http_listener *l = (struct http_listener *)cls;
	struct http_request *r = (struct http_request *)*state;

	(void)mhd;
	(void)how;
	if (r == NULL)
		return;
	http_enter(r->conn, HTTP_IDLE);
	request_fini(&r->body);
	json_decref(r->command);
	json_decref(r->services);
	answer_fini(&r->answer);
	free(r);
	*state = NULL;
	control_served(l->ctl);
}
