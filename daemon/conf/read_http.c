/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_http: where the control channel is offered over HTTP, to whom, and how. Files that are named
 * here are not opened: the configuration may be meant for another host. Called by read.c.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/conf/draft.h"

static int read_text(struct draft *d, const struct param_set *set, enum param_id id,
	const char **ret)
{
	*ret = arena_strdup(d->arena, param_string(set, id));
	return *ret != NULL ? 0 : -ENOMEM;
}

/* A file's name as it can be opened: a relative one is looked for in dir, or, without one, beside
 * the configuration file. "": not given. */
static int read_file_name(struct draft *d, const struct tree_node *node, const char *dir,
	const char **ret)
{
	const char *slash;
	size_t len, size;
	char *name;

	*ret = "";
	if (node == NULL)
		return 0;
	slash = strrchr(node->file, '/');
	len = slash != NULL ? (size_t)(slash - node->file) + 1 : 0;
	if (node->string[0] == '/')
		dir = "";
	if (node->string[0] == '/' || dir[0] == '/')
		len = 0;
	size = len + strlen(dir) + strlen(node->string) + 2;
	name = arena_alloc(d->arena, size, 1);
	if (name == NULL)
		return -ENOMEM;
	snprintf(name, size, "%.*s%s%s%s", (int)len, node->file, dir, dir[0] != '\0' ? "/" : "",
		node->string);
	*ret = name;
	return 0;
}

static enum model_role role_of(const char *name)
{
	if (strcmp(name, "read") == 0)
		return MODEL_ROLE_READ;
	return strcmp(name, "operate") == 0 ? MODEL_ROLE_OPERATE : MODEL_ROLE_CONFIGURE;
}

/* Exactly one of a text and a file that holds it. */
static void check_one(struct draft *d, const struct tree_node *map, const struct param_set *set,
	enum param_id text, enum param_id file)
{
	if ((set->v[text] == NULL) == (set->v[file] == NULL))
		report_error(d->report, map, "needs either \"%s\" or \"%s\"",
			param_table[text].name, param_table[file].name);
}

static int read_client(struct draft *d, const struct tree_node *map, const char *dir,
	struct model_http_client *c)
{
	struct param_set set;

	param_check(map, PARAM_AT_HTTP_CLIENT, d->report, &set);
	check_one(d, map, &set, PARAM_HTTP_USER, PARAM_HTTP_USER_FILE);
	check_one(d, map, &set, PARAM_HTTP_PASSWORD, PARAM_HTTP_PASSWORD_FILE);
	if (strchr(param_string(&set, PARAM_HTTP_USER), ':') != NULL)
		report_error(d->report, set.v[PARAM_HTTP_USER], "a user's name has no colon");
	c->role = role_of(param_string(&set, PARAM_HTTP_ROLE));
	if (read_text(d, &set, PARAM_HTTP_USER, &c->user) < 0 ||
		read_text(d, &set, PARAM_HTTP_PASSWORD, &c->password) < 0 ||
		read_file_name(d, set.v[PARAM_HTTP_USER_FILE], dir, &c->user_file) < 0)
		return -ENOMEM;
	return read_file_name(d, set.v[PARAM_HTTP_PASSWORD_FILE], dir, &c->password_file);
}

static int read_authentication(struct draft *d, const struct tree_node *map, struct model_http *h)
{
	struct model_http_client *clients;
	const struct tree_node *list;
	struct param_set set = {.v = {NULL}};
	const char *dir;

	if (map != NULL)
		param_check(map, PARAM_AT_HTTP_AUTH, d->report, &set);
	if (read_text(d, &set, PARAM_HTTP_REALM, &h->realm) < 0)
		return -ENOMEM;
	for (const char *s = h->realm; *s != '\0'; s++)
		if (iscntrl((unsigned char)*s) || *s == '"' || *s == '\\') {
			report_error(d->report, set.v[PARAM_HTTP_REALM],
				"must not have quotes, backslashes and control characters");
			break;
		}
	list = set.v[PARAM_HTTP_CLIENTS];
	if (list == NULL)
		return 0;
	/* credentials that nobody has would be an open door to whoever expects them to be asked for */
	if (list->n == 0)
		report_error(d->report, list, "needs at least one client");
	dir = param_string(&set, PARAM_HTTP_DIRECTORY);
	clients = arena_alloc(d->arena, list->n, sizeof(*clients));
	if (clients == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].type == TREE_MAP &&
			read_client(d, &list->v[i], dir, &clients[h->n_clients++]) < 0)
			return -ENOMEM;
	h->clients = clients;
	return 0;
}

static int read_tls(struct draft *d, const struct tree_node *map, struct model_http *h)
{
	struct param_set set;

	h->trust_anchor = h->cert_file = h->key_file = "";
	if (map == NULL)
		return 0;
	param_check(map, PARAM_AT_HTTP_TLS, d->report, &set);
	h->cert_required = param_bool(&set, PARAM_HTTP_CERT_REQUIRED);
	if (h->cert_required && set.v[PARAM_HTTP_TRUST_ANCHOR] == NULL)
		report_error(d->report, map, "needs \"trust-anchor\", since certificates of "
			"clients are asked for; or cert-required = false");
	h->tls = true;
	if (read_file_name(d, set.v[PARAM_HTTP_TRUST_ANCHOR], "", &h->trust_anchor) < 0 ||
		read_file_name(d, set.v[PARAM_HTTP_CERT_FILE], "", &h->cert_file) < 0)
		return -ENOMEM;
	return read_file_name(d, set.v[PARAM_HTTP_KEY_FILE], "", &h->key_file);
}

/* A field name of RFC 9110 5.1; a value without what would end it. */
static bool is_header(const char *name, const char *value)
{
	for (const char *s = name; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr("!#$%&'*+-.^_`|~", *s) == NULL)
			return false;
	for (const char *s = value; *s != '\0'; s++)
		if (iscntrl((unsigned char)*s))
			return false;
	return true;
}

static int read_headers(struct draft *d, const struct tree_node *list, struct model_http *h)
{
	struct model_http_header *headers;

	if (list == NULL)
		return 0;
	headers = arena_alloc(d->arena, list->n, sizeof(*headers));
	if (headers == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++) {
		struct model_http_header *one = &headers[h->n_headers];
		struct param_set set;

		if (list->v[i].type != TREE_MAP)
			continue;
		param_check(&list->v[i], PARAM_AT_HTTP_HEADER, d->report, &set);
		if (set.v[PARAM_HTTP_HEADER_NAME] == NULL ||
			set.v[PARAM_HTTP_HEADER_VALUE] == NULL)
			continue;
		if (read_text(d, &set, PARAM_HTTP_HEADER_NAME, &one->name) < 0 ||
			read_text(d, &set, PARAM_HTTP_HEADER_VALUE, &one->value) < 0)
			return -ENOMEM;
		if (!is_header(one->name, one->value))
			report_error(d->report, &list->v[i], "is not a header that can be sent");
		h->n_headers++;
	}
	h->headers = headers;
	return 0;
}

/* The text of an address; false: it is none. */
static bool is_address(const char *s, bool *ret_loopback)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (inet_pton(AF_INET, s, &v4) == 1) {
		*ret_loopback = ntohl(v4.s_addr) >> 24 == 127;
		return true;
	}
	*ret_loopback = inet_pton(AF_INET6, s, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
	return inet_pton(AF_INET6, s, &v6) == 1;
}

/* Who can connect can change everything, so the file has to say so in so many words. */
static void check_access(struct draft *d, const struct tree_node *map, const struct model_http *h,
	bool loopback, bool allowed)
{
	if (loopback || h->n_clients > 0 || (h->tls && h->cert_required))
		return;
	if (allowed)
		report_warning(d->report, map,
			"everybody who reaches %s port %u can read and change everything",
			h->address, h->port);
	else
		report_error(d->report, map,
			"%s is not the loopback interface: set \"authentication\", or \"tls\" with "
			"certificates of clients, or allow-unauthenticated = true",
			h->address);
}

static int read_listener(struct draft *d, const struct tree_node *map, struct model_http *h)
{
	struct param_set set;
	bool loopback = true;

	param_check(map, PARAM_AT_HTTP, d->report, &set);
	h->port = (uint16_t)param_uint(&set, PARAM_HTTP_PORT);
	h->agent_emulation = param_bool(&set, PARAM_HTTP_AGENT_EMULATION);
	if (read_text(d, &set, PARAM_HTTP_ADDRESS, &h->address) < 0 ||
		read_tls(d, set.v[PARAM_HTTP_TLS], h) < 0 ||
		read_authentication(d, set.v[PARAM_HTTP_AUTHENTICATION], h) < 0 ||
		read_headers(d, set.v[PARAM_HTTP_HEADERS], h) < 0)
		return -ENOMEM;
	if (!is_address(h->address, &loopback))
		report_error(d->report, set.v[PARAM_HTTP_ADDRESS],
			"\"%s\" is not an IPv4 or IPv6 address", h->address);
	else
		check_access(d, map, h, loopback,
			param_bool(&set, PARAM_HTTP_ALLOW_UNAUTHENTICATED));
	return 0;
}

int read_http(struct draft *d, const struct tree_node *list)
{
	struct model *m = d->model;

	if (list == NULL)
		return 0;
	if (list->n > MODEL_HTTP_MAX)
		report_error(d->report, list, "at most %d are possible", MODEL_HTTP_MAX);
	m->http = arena_alloc(d->arena, list->n, sizeof(*m->http));
	if (m->http == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++) {
		struct model_http *h = &m->http[m->n_http];

		if (list->v[i].type != TREE_MAP)
			continue;
		if (read_listener(d, &list->v[i], h) < 0)
			return -ENOMEM;
		for (size_t k = 0; k < m->n_http; k++)
			if (m->http[k].port == h->port &&
				strcmp(m->http[k].address, h->address) == 0)
				report_error(d->report, &list->v[i],
					"%s port %u stands in this list already", h->address,
					h->port);
		m->n_http++;
	}
	return 0;
}
