/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit_subnet: one subnet, plain or of a shared network. Its reservations are no part of it here,
 * as in Kea: other commands make them, and an update keeps them.
 */
#include "daemon/control/edit_part.h"

#define RESERVATIONS "reservations"

/* The subnet that was sent, with its id; NULL: the command is ended. */
static json_t *sent_subnet(struct edit *e, json_int_t *ret_id)
{
	json_t *sent = edit_sent(e, EDIT_SUBNETS);

	if (sent == NULL)
		return NULL;
	if (json_object_get(sent, RESERVATIONS) != NULL) {
		edit_end(e, ANSWER_ERROR,
			"'" RESERVATIONS "' cannot be given here: reservation-add makes them");
		return NULL;
	}
	*ret_id = edit_id(e, sent);
	return *ret_id != 0 && edit_text(e, sent, "subnet") != NULL ? sent : NULL;
}

void edit_subnet_get(struct edit *e)
{
	const json_t *prefix = json_object_get(e->args, "subnet");
	struct edit_place p;
	json_int_t id = 0;
	const char *text = NULL;
	json_t *copy;

	if (json_object_size(e->args) != 1) {
		edit_end(e, ANSWER_ERROR, "'id' or 'subnet' is expected");
		return;
	}
	if (prefix != NULL)
		text = edit_text(e, e->args, "subnet");
	else
		id = edit_id(e, e->args);
	if (id == 0 && text == NULL)
		return;
	if (!edit_find_subnet(e, id, text, &p)) {
		if (text != NULL)
			edit_end(e, ANSWER_EMPTY, "No %s subnet found", text);
		else
			edit_end(e, ANSWER_EMPTY, "No subnet with id %lld found", (long long)id);
		return;
	}
	copy = json_copy(p.map);
	json_object_del(copy, RESERVATIONS);
	edit_tell(e, "subnets", copy);
	edit_end(e, ANSWER_SUCCESS, "Info about IPv4 subnet %s (id %lld) returned",
		edit_prefix(p.map), (long long)json_integer_value(json_object_get(p.map, "id")));
}

void edit_subnet_add(struct edit *e)
{
	struct edit_place p;
	json_int_t id;
	json_t *sent = sent_subnet(e, &id);

	if (sent == NULL)
		return;
	if (edit_find_subnet(e, id, NULL, &p)) {
		edit_end(e, ANSWER_ERROR, "id %lld is that of subnet %s already", (long long)id,
			edit_prefix(p.map));
		return;
	}
	edit_done(e, json_array_append(edit_list(e, e->config, EDIT_SUBNETS), sent));
	edit_tell_subnet(e, sent);
	edit_end(e, ANSWER_SUCCESS, "IPv4 subnet added");
}

/* The subnet in the configuration that the one sent shall change; false: the command is ended. */
static bool find_sent(struct edit *e, json_t **ret_sent, struct edit_place *ret)
{
	json_int_t id;

	*ret_sent = sent_subnet(e, &id);
	if (*ret_sent == NULL)
		return false;
	if (edit_find_subnet(e, id, NULL, ret))
		return true;
	edit_end(e, ANSWER_ERROR, "there is no subnet with id %lld to update", (long long)id);
	return false;
}

static void updated(struct edit *e, const json_t *subnet)
{
	edit_tell_subnet(e, subnet);
	edit_end(e, ANSWER_SUCCESS, "IPv4 subnet updated");
}

void edit_subnet_update(struct edit *e)
{
	struct edit_place p;
	json_t *sent, *hosts;

	if (!find_sent(e, &sent, &p))
		return;
	hosts = json_object_get(p.map, RESERVATIONS);
	if (hosts != NULL)
		edit_done(e, json_object_set(sent, RESERVATIONS, hosts));
	edit_done(e, json_array_set(p.list, p.at, sent));
	updated(e, sent);
}

static void change_parts(struct edit *e,
	void (*change)(struct edit *e, json_t *subnet, const json_t *parts))
{
	struct edit_place p, q;
	json_t *sent;

	if (!find_sent(e, &sent, &p))
		return;
	/* both are keys here: neither is changed */
	if (!edit_find_subnet(e, 0, edit_prefix(sent), &q) || q.map != p.map) {
		edit_end(e, ANSWER_ERROR, "the subnet with this id is %s, not %s",
			edit_prefix(p.map), edit_prefix(sent));
		return;
	}
	change(e, p.map, sent);
	updated(e, p.map);
}

void edit_subnet_delta_add(struct edit *e)
{
	change_parts(e, edit_delta_add);
}

void edit_subnet_delta_del(struct edit *e)
{
	change_parts(e, edit_delta_del);
}

void edit_subnet_del(struct edit *e)
{
	json_int_t id = edit_id(e, e->args);
	struct edit_place p;

	if (id == 0)
		return;
	if (!edit_find_subnet(e, id, NULL, &p)) {
		edit_end(e, ANSWER_EMPTY, "no subnet with id %lld found", (long long)id);
		return;
	}
	edit_end(e, ANSWER_SUCCESS, "IPv4 subnet %s (id %lld) deleted", edit_prefix(p.map),
		(long long)id);
	edit_tell_subnet(e, p.map);
	json_array_remove(p.list, p.at);
}
