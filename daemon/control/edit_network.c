/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit_network: one shared network, and which subnets are its members. A subnet that leaves one
 * inherits from the top level again.
 */
#include <string.h>

#include "daemon/control/edit_part.h"

/* The network named in the arguments; false: the command is ended. */
static bool find(struct edit *e, const char **ret_name, struct edit_place *ret)
{
	*ret_name = edit_text(e, e->args, "name");
	if (*ret_name == NULL)
		return false;
	if (edit_find_named(e, EDIT_NETWORKS, *ret_name, ret))
		return true;
	edit_end(e, ANSWER_EMPTY, "no IPv4 shared network with name '%s' found", *ret_name);
	return false;
}

static void tell_name(struct edit *e, const char *name)
{
	edit_tell(e, EDIT_NETWORKS, json_pack("{s:s}", "name", name));
}

void edit_network_get(struct edit *e)
{
	struct edit_place p;
	const char *name;
	json_t *copy, *subnet;
	size_t i;

	if (!find(e, &name, &p))
		return;
	copy = json_deep_copy(p.map);
	json_array_foreach(json_object_get(copy, EDIT_SUBNETS), i, subnet)
		json_object_del(subnet, "reservations"); /* as subnet4-get */
	edit_tell(e, EDIT_NETWORKS, copy);
	edit_end(e, ANSWER_SUCCESS, "Info about IPv4 shared network '%s' returned", name);
}

void edit_network_add(struct edit *e)
{
	json_t *sent = edit_sent(e, EDIT_NETWORKS);
	const char *name = sent != NULL ? edit_text(e, sent, "name") : NULL;
	struct edit_place p;

	if (name == NULL)
		return;
	if (edit_find_named(e, EDIT_NETWORKS, name, &p)) {
		edit_end(e, ANSWER_ERROR, "there is a shared network '%s' already", name);
		return;
	}
	edit_done(e, json_array_append(edit_list(e, e->config, EDIT_NETWORKS), sent));
	tell_name(e, name);
	edit_end(e, ANSWER_SUCCESS, "A new IPv4 shared network '%s' added", name);
}

void edit_network_del(struct edit *e)
{
	const json_t *wanted = json_object_get(e->args, "subnets-action");
	const char *action = wanted != NULL ? json_string_value(wanted) : "keep", *name;
	struct edit_place p;

	if (action == NULL || (strcmp(action, "keep") != 0 && strcmp(action, "delete") != 0)) {
		edit_end(e, ANSWER_ERROR, "'subnets-action' must be 'keep' or 'delete'");
		return;
	}
	if (!find(e, &name, &p))
		return;
	if (strcmp(action, "keep") == 0)
		edit_done(e, json_array_extend(edit_list(e, e->config, EDIT_SUBNETS),
				edit_list(e, p.map, EDIT_SUBNETS)));
	tell_name(e, name);
	edit_end(e, ANSWER_SUCCESS, "IPv4 shared network '%s' deleted", name);
	json_array_remove(p.list, p.at);
}

static void move(struct edit *e, const struct edit_place *from, json_t *to)
{
	edit_done(e, json_array_append(to, from->map));
	json_array_remove(from->list, from->at);
}

void edit_network_subnet_add(struct edit *e)
{
	json_int_t id = edit_id(e, e->args);
	struct edit_place n, s;
	const char *name;

	if (id == 0 || !find(e, &name, &n))
		return;
	if (!edit_find_subnet(e, id, NULL, &s)) {
		edit_end(e, ANSWER_EMPTY, "no IPv4 subnet with id '%lld' found", (long long)id);
	} else if (s.network != NULL) {
		edit_end(e, ANSWER_ERROR, "IPv4 subnet %s (id %lld) is part of shared network '%s'",
			edit_prefix(s.map), (long long)id,
			json_string_value(json_object_get(s.network, "name")));
	} else {
		edit_end(e, ANSWER_SUCCESS,
			"IPv4 subnet %s (id %lld) is now part of shared network '%s'",
			edit_prefix(s.map), (long long)id, name);
		move(e, &s, edit_list(e, n.map, EDIT_SUBNETS));
	}
}

void edit_network_subnet_del(struct edit *e)
{
	json_int_t id = edit_id(e, e->args);
	struct edit_place n, s;
	const char *name;

	if (id == 0 || !find(e, &name, &n))
		return;
	if (!edit_find_subnet(e, id, NULL, &s) || s.network != n.map) {
		edit_end(e, ANSWER_EMPTY,
			"The IPv4 subnet with id %lld is not part of the shared network '%s'",
			(long long)id, name);
		return;
	}
	edit_end(e, ANSWER_SUCCESS,
		"IPv4 subnet %s (id %lld) is now removed from shared network '%s'",
		edit_prefix(s.map), (long long)id, name);
	move(e, &s, edit_list(e, e->config, EDIT_SUBNETS));
}
