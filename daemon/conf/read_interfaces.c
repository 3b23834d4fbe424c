/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_interfaces: which interfaces to serve. Whether they exist is not asked: they may come later,
 * and the file may be meant for another host.
 */
#include <errno.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "shm/base/text.h"

static bool is_known(const struct model *m, const struct model_interface *face)
{
	for (size_t i = 0; i < m->n_interfaces; i++)
		if (strcmp(m->interfaces[i].name, face->name) == 0)
			return true;
	return false;
}

static void read_interface(struct draft *d, const struct tree_node *node)
{
	struct model *m = d->model;
	struct model_interface face = {.address = 0};
	const char *s = node->string;
	size_t len = strcspn(s, "/");

	if (strcmp(s, "*") == 0) {
		m->all_interfaces = true;
		return;
	}
	if (len == 0 || len >= sizeof(face.name) || strcspn(s, " \t*") < len) {
		report_error(d->report, node,
			"expected \"*\", an interface's name or NAME/ADDRESS, got \"%s\"", s);
		return;
	}
	memcpy(face.name, s, len);
	if (s[len] == '/' && text_parse_ip(s + len + 1, &face.address) < 0) {
		report_error(d->report, node, "\"%s\" is not an IPv4 address", s + len + 1);
		return;
	}
	if (is_known(m, &face)) {
		report_error(
			d->report, node, "the interface %s stands in this list already", face.name);
		return;
	}
	m->interfaces[m->n_interfaces++] = face;
}

int read_interfaces(struct draft *d, const struct tree_node *map)
{
	struct model *m = d->model;
	const struct tree_node *list;
	struct param_set set;

	if (map == NULL)
		return 0;
	param_check(map, PARAM_AT_INTERFACES, d->report, &set);
	if (strcmp(param_string(&set, PARAM_SOCKET_TYPE), "udp") == 0)
		m->socket_type = MODEL_UDP;
	list = set.v[PARAM_INTERFACES];
	if (list == NULL)
		return 0;
	m->interfaces = arena_alloc(d->arena, list->n, sizeof(*m->interfaces));
	if (m->interfaces == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].type == TREE_STRING)
			read_interface(d, &list->v[i]);
	return 0;
}
