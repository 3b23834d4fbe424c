/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_kea_ha: the block of Kea's ha hook to Lessor's high-availability. Called by
 * import_kea_hooks.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/import_part.h"

/* true: what Lessor does anyhow. */
void import_wanted(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	(void)scope;
	(void)out;
	if (!import_is(im, in, TREE_BOOL) || in->boolean)
		return;
	if (strcmp(in->name, "require-client-certs") == 0)
		import_warn(im, in, "no effect: with TLS both servers show their certificates");
	else
		import_warn(im, in, "no effect: every lease goes to the partner");
}

void import_ha_timer(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	(void)scope;
	(void)out;
	if (!import_is(im, in, TREE_INT))
		return;
	if (strcmp(in->name, "heartbeat-delay") == 0)
		import_warn(im, in,
			"no effect: %lld ms in Kea; here the partner is heard 250 ms "
			"after the last word at the latest",
			(long long)in->integer);
	else
		import_warn(im, in,
			"no effect: %lld ms in Kea; here a partner is lost after 1000 "
			"ms of silence",
			(long long)in->integer);
}

void import_state_machine(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	const struct tree_node *states = in->type == TREE_MAP ? import_member(in, "states") : NULL;

	(void)scope;
	(void)out;
	if (states == NULL || states->type != TREE_LIST) {
		import_warn(im, in, "no effect: it holds no states");
		return;
	}
	for (size_t i = 0; i < states->n; i++) {
		const struct tree_node *state = &states->v[i];
		const struct tree_node *pause =
			state->type == TREE_MAP ? import_member(state, "pause") : NULL;

		if (pause == NULL || pause->type != TREE_STRING ||
			strcmp(pause->string, "never") != 0)
			import_warn(im, pause != NULL ? pause : state,
				"no effect: the state machine does not pause");
	}
}

/* The host and port of http[s]://HOST[:PORT][/...]; an IPv6 address stands in brackets. */
static int parse_url(struct import *im, const char *url, const char **ret_host, int64_t *ret_port)
{
	bool tls = strncmp(url, "https://", 8) == 0;
	const char *host = url + (tls ? 8 : 7), *end, *port;
	char *copy, *rest;
	unsigned long number = tls ? 443 : 80;

	if (!tls && strncmp(url, "http://", 7) != 0)
		return -EINVAL;
	if (host[0] == '[')
		host++;
	end = host + strcspn(host, host[-1] == '[' ? "]" : ":/");
	port = end + (*end == ']');
	if (end == host || (host[-1] == '[' && *end != ']'))
		return -EINVAL;
	if (*port == ':') {
		number = strtoul(port + 1, &rest, 10);
		if (port[1] < '0' || port[1] > '9' || number == 0 || number > 65535)
			return -EINVAL;
		port = rest;
	}
	if (*port != '\0' && *port != '/')
		return -EINVAL;
	copy = arena_strndup(im->arena, host, (size_t)(end - host));
	if (copy == NULL) {
		im->error = -ENOMEM;
		return -EINVAL;
	}
	*ret_host = copy;
	*ret_port = (int64_t)number;
	return 0;
}

static void take_role(struct import *im, const struct tree_node *peer, struct import_list *out)
{
	const struct tree_node *role = import_member(peer, "role");
	const char *word;

	if (role == NULL || role->type != TREE_STRING) {
		import_fail(im, peer, "not carried over: the \"role\" is missing");
		return;
	}
	word = strcmp(role->string, "secondary") == 0 ? "standby" : role->string;
	if (strcmp(word, "primary") == 0 || strcmp(word, "standby") == 0)
		import_add_string(im, out, "role", word);
	else
		import_fail(im, role,
			"not carried over: a pair is a primary and a standby; remove this peer");
}

static bool is_tls(const struct tree_node *in)
{
	return strcmp(in->name, "trust-anchor") == 0 || strcmp(in->name, "cert-file") == 0 ||
		strcmp(in->name, "key-file") == 0;
}

/* is_me: the peer is this server. */
static void take_peer(struct import *im, const struct tree_node *peer, bool is_me,
	struct import_list *ha, struct import_list *list)
{
	const struct tree_node *url = import_member(peer, "url");
	struct import_list made = {NULL, 0, 0};
	const char *host;
	int64_t port;

	import_map(im, peer, IMPORT_PEER, &made);
	take_role(im, peer, &made);
	if (url == NULL || url->type != TREE_STRING) {
		import_fail(im, peer, "not carried over: the \"url\" is missing");
	} else if (parse_url(im, url->string, &host, &port) < 0) {
		import_fail(im, url, "not carried over: expected http://ADDRESS:PORT/");
	} else {
		struct tree_node address = *url;

		address.string = host;
		import_carry(im, &address, "address", &made);
		import_add_int(im, &made, "port", port);
		if (is_me) {
			import_add_string(im, ha, "listen-address", "0.0.0.0");
			import_add_int(im, ha, "listen-port", port);
		}
	}
	for (size_t i = 0; i < peer->n && !is_me; i++)
		if (is_tls(&peer->v[i]))
			import_warn(im, &peer->v[i],
				"no effect: the link has the certificates of this server");
	import_add_all(im, list, NULL, TREE_MAP, &made);
}

/* Returns this server's own peer, NULL: none has its name. */
static const struct tree_node *take_peers(
	struct import *im, const struct tree_node *block, struct import_list *ha)
{
	const struct tree_node *name = import_member(block, "this-server-name");
	const struct tree_node *peers = import_member(block, "peers"), *me = NULL;
	struct import_list list = {NULL, 0, 0};

	if (peers == NULL || !import_is(im, peers, TREE_LIST)) {
		import_fail(im, block, "not carried over: the list \"peers\" is missing");
		return NULL;
	}
	for (size_t i = 0; i < peers->n; i++) {
		const struct tree_node *peer = &peers->v[i], *its;

		if (!import_is(im, peer, TREE_MAP))
			continue;
		its = import_member(peer, "name");
		if (its != NULL && name != NULL && its->type == TREE_STRING &&
			name->type == TREE_STRING && strcmp(its->string, name->string) == 0)
			me = peer;
		take_peer(im, peer, me == peer, ha, &list);
	}
	if (me == NULL)
		import_warn(im, name != NULL ? name : block,
			"no peer has the name of this server: set this-server-name and "
			"listen-port");
	import_add_all(im, ha, "peers", TREE_LIST, &list);
	return me;
}

static void take_mode(struct import *im, const struct tree_node *block, struct import_list *ha)
{
	const struct tree_node *mode = import_member(block, "mode");

	if (mode == NULL || mode->type != TREE_STRING) {
		import_fail(im, block, "not carried over: the \"mode\" is missing");
		return;
	}
	if (strcmp(mode->string, "load-balancing") == 0)
		import_warn(im, mode,
			"becomes hot-standby: one server serves all clients, the "
			"other one is ready");
	else if (strcmp(mode->string, "hot-standby") != 0) {
		import_fail(im, mode, "not carried over: there is no mode \"%s\"; use hot-standby",
			mode->string);
		return;
	}
	import_add_string(im, ha, "mode", "hot-standby");
}

void import_ha(struct import *im, const struct tree_node *block, struct import_list *out)
{
	struct import_list ha = {NULL, 0, 0};
	const struct tree_node *me;

	import_map(im, block, IMPORT_HA, &ha);
	take_mode(im, block, &ha);
	me = take_peers(im, block, &ha);
	if (!import_tls(im, block, me, &ha)) {
		import_warn(im, block,
			"the link between the servers is not encrypted, as in Kea: "
			"give it certificates and remove plaintext");
		import_add_bool(im, &ha, "plaintext", true);
	}
	import_add_all(im, out, "high-availability", TREE_MAP, &ha);
}
