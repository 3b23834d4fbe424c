/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_kea_channel: Kea's control sockets to Lessor's http, TLS settings, and its loggers. Called
 * by import_kea.c, by the table, and import_kea_ha.c.
 */
#include <string.h>

#include "daemon/conf/import_part.h"
#include "shm/base/text.h"

bool import_tls(struct import *im, const struct tree_node *map, const struct tree_node *over,
	struct import_list *out)
{
	static const char *const names[] = {
		"trust-anchor", "cert-file", "key-file", "cert-required"};
	struct import_list tls = {NULL, 0, 0};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct tree_node *in = over != NULL ? import_member(over, names[i]) : NULL;

		if (in == NULL)
			in = import_member(map, names[i]);
		if (in != NULL && !(in->type == TREE_STRING && in->string[0] == '\0'))
			import_carry(im, in, names[i], &tls);
	}
	if (tls.n > 0)
		import_add_all(im, out, "tls", TREE_MAP, &tls);
	return tls.n > 0;
}

static bool is_loopback(const struct tree_node *address)
{
	uint32_t ip;

	if (address == NULL) /* Kea's default */
		return true;
	if (address->type != TREE_STRING)
		return false;
	return strcmp(address->string, "::1") == 0 ||
		(text_parse_ip(address->string, &ip) == 0 && ip >> 24 == 127);
}

/* Whether a client has to show who it is: by a password, or by its certificate. */
static bool is_authenticated(const struct tree_node *socket)
{
	const struct tree_node *auth = import_member(socket, "authentication");
	const struct tree_node *anchor = import_member(socket, "trust-anchor");
	const struct tree_node *clients = NULL, *wanted = import_member(socket, "cert-required");

	if (auth != NULL && auth->type == TREE_MAP)
		clients = import_member(auth, "clients");
	if (clients != NULL && clients->type == TREE_LIST && clients->n > 0)
		return true;
	return anchor != NULL && anchor->type == TREE_STRING && anchor->string[0] != '\0' &&
		!(wanted != NULL && wanted->type == TREE_BOOL && !wanted->boolean);
}

static void take_http(struct import *im, const struct tree_node *in, struct import_list *list)
{
	const struct tree_node *address = import_member(in, "socket-address");
	struct import_list http = {NULL, 0, 0};

	if (address == NULL)
		import_add_string(im, &http, "address", "127.0.0.1");
	if (import_member(in, "socket-port") == NULL)
		import_add_int(im, &http, "port", 8000);
	import_map(im, in, IMPORT_SOCKET, &http);
	import_tls(im, in, NULL, &http);
	if (!is_loopback(address) && !is_authenticated(in)) {
		import_warn(im, in,
			"everybody who reaches this address commands the server, as with Kea: add "
			"\"authentication\" and remove allow-unauthenticated");
		import_add_bool(im, &http, "allow-unauthenticated", true);
	}
	import_add_all(im, list, NULL, TREE_MAP, &http);
}

static void take_socket(struct import *im, const struct tree_node *in, struct import_list *list)
{
	const struct tree_node *type;

	if (!import_is(im, in, TREE_MAP))
		return;
	type = import_member(in, "socket-type");
	if (type == NULL || type->type != TREE_STRING)
		import_fail(im, in, "not carried over: the \"socket-type\" is missing");
	else if (strcmp(type->string, "unix") == 0)
		import_warn(im, in,
			"no effect: the control socket is control.sock in the run directory; point "
			"clients to it, or make a symbolic link");
	else if (strcmp(type->string, "http") == 0 || strcmp(type->string, "https") == 0)
		take_http(im, in, list);
	else
		import_fail(im, type, "not carried over: expected unix, http or https");
	if (type != NULL && type->type == TREE_STRING && strcmp(type->string, "https") == 0 &&
		import_member(in, "cert-file") == NULL)
		import_fail(im, in, "not carried over: https without a \"cert-file\"");
}

/* control-socket is the old form: one of them. */
void import_sockets(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	struct import_list list = {NULL, 0, 0};
	bool old = strcmp(in->name, "control-socket") == 0;

	(void)scope;
	if (old && (import_clashes(im, in, "control-sockets")))
		return;
	if (old && in->type == TREE_MAP)
		take_socket(im, in, &list);
	else if (import_is(im, in, TREE_LIST))
		for (size_t i = 0; i < in->n; i++)
			take_socket(im, &in->v[i], &list);
	if (list.n > 0)
		import_add_all(im, out, "http", TREE_LIST, &list);
}

/* The severity of the root logger is Lessor's. */
void import_loggers(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	struct import_list list = {NULL, 0, 0};

	(void)scope;
	if (!import_is(im, in, TREE_LIST))
		return;
	for (size_t i = 0; i < in->n; i++) {
		const struct tree_node *logger = &in->v[i], *name;
		struct import_list made = {NULL, 0, 0};

		if (!import_is(im, logger, TREE_MAP))
			continue;
		name = import_member(logger, "name");
		if (name == NULL || name->type != TREE_STRING ||
			strcmp(name->string, "kea-dhcp4") != 0) {
			import_warn(im, logger, "no effect: there are no loggers for parts");
			continue;
		}
		import_map(im, logger, IMPORT_LOGGER, &made);
		import_add_all(im, &list, NULL, TREE_MAP, &made);
	}
	if (list.n > 0)
		import_add_all(im, out, in->name, TREE_LIST, &list);
}
