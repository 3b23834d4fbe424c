/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit: the table of commands, and what they share.
 */
#include "daemon/control/edit.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "daemon/conf/range.h"
#include "daemon/control/edit_part.h"

static const struct row {
	const char *command;
	edit_fn *run;
	const char *keys[2]; /* the arguments that it takes */
} rows[] = {
	{"class-add", edit_class_add, {EDIT_CLASSES}},
	{"class-del", edit_class_del, {"name"}},
	{"class-get", edit_class_get, {"name"}},
	{"class-list", edit_class_list, {NULL}},
	{"class-update", edit_class_update, {EDIT_CLASSES}},
	{"interface-add", edit_interface_add, {"interfaces"}},
	{"network4-add", edit_network_add, {EDIT_NETWORKS}},
	{"network4-del", edit_network_del, {"name", "subnets-action"}},
	{"network4-get", edit_network_get, {"name"}},
	{"network4-subnet-add", edit_network_subnet_add, {"name", "id"}},
	{"network4-subnet-del", edit_network_subnet_del, {"name", "id"}},
	{"subnet4-add", edit_subnet_add, {EDIT_SUBNETS}},
	{"subnet4-del", edit_subnet_del, {"id"}},
	{"subnet4-delta-add", edit_subnet_delta_add, {EDIT_SUBNETS}},
	{"subnet4-delta-del", edit_subnet_delta_del, {EDIT_SUBNETS}},
	{"subnet4-get", edit_subnet_get, {"id", "subnet"}},
	{"subnet4-update", edit_subnet_update, {EDIT_SUBNETS}},
};

/* Takes a character that was cut off its end: text shall stay UTF-8. */
static void trim(char *text)
{
	size_t n = strlen(text);

	while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
		n--;
	if (n > 0 && (unsigned char)text[n - 1] >= 0xc0)
		n--;
	text[n] = '\0';
}

void edit_end(struct edit *e, enum answer_result result, const char *fmt, ...)
{
	va_list ap;

	e->result = result;
	va_start(ap, fmt);
	if (vsnprintf(e->text, sizeof(e->text), fmt, ap) >= (int)sizeof(e->text))
		trim(e->text);
	va_end(ap);
}

void edit_done(struct edit *e, int rc)
{
	e->no_memory |= rc < 0;
}

void edit_tell(struct edit *e, const char *list, json_t *map)
{
	e->told = json_pack("{s:[o]}", list, map);
	edit_done(e, e->told != NULL ? 0 : -1);
}

const char *edit_prefix(const json_t *subnet)
{
	const char *prefix = json_string_value(json_object_get(subnet, "subnet"));

	return prefix != NULL ? prefix : "";
}

void edit_tell_subnet(struct edit *e, const json_t *subnet)
{
	edit_tell(e, "subnets", json_pack("{s:O, s:s}", "id", json_object_get(subnet, "id"),
			"subnet", edit_prefix(subnet)));
}

json_t *edit_sent(struct edit *e, const char *list)
{
	const json_t *sent = json_object_get(e->args, list);
	json_t *map = json_array_get(sent, 0);

	if (sent == NULL)
		edit_end(e, ANSWER_ERROR, "missing '%s' parameter", list);
	else if (json_array_size(sent) != 1 || !json_is_object(map))
		edit_end(e, ANSWER_ERROR, "'%s' must be a list with one map", list);
	else
		return map;
	return NULL;
}

const char *edit_text(struct edit *e, const json_t *map, const char *name)
{
	const json_t *value = json_object_get(map, name);

	if (value == NULL)
		edit_end(e, ANSWER_ERROR, "missing '%s' parameter", name);
	else if (!json_is_string(value) || json_string_length(value) == 0)
		edit_end(e, ANSWER_ERROR, "'%s' must be a text", name);
	else
		return json_string_value(value);
	return NULL;
}

json_int_t edit_id(struct edit *e, const json_t *map)
{
	const json_t *id = json_object_get(map, "id");

	if (id == NULL)
		edit_end(e, ANSWER_ERROR, "missing 'id' parameter");
	else if (!json_is_integer(id) || json_integer_value(id) <= 0 ||
		json_integer_value(id) > UINT32_MAX)
		edit_end(e, ANSWER_ERROR, "'id' must be the number of a subnet");
	else
		return json_integer_value(id);
	return 0;
}

json_t *edit_list(struct edit *e, json_t *map, const char *name)
{
	json_t *list = json_object_get(map, name);

	if (list == NULL) {
		list = json_array();
		edit_done(e, json_object_set_new(map, name, list));
	}
	return list;
}

static bool same_prefix(const char *a, const char *b)
{
	uint32_t address[2];
	uint8_t len[2];

	return range_parse_prefix(a, &address[0], &len[0]) == 0 &&
		range_parse_prefix(b, &address[1], &len[1]) == 0 && len[0] == len[1] &&
		((address[0] ^ address[1]) & range_mask(len[0])) == 0;
}

static bool find_among(json_t *list, json_int_t id, const char *prefix, struct edit_place *ret)
{
	size_t i;
	json_t *subnet;

	json_array_foreach(list, i, subnet) {
		if (id != 0 ? json_integer_value(json_object_get(subnet, "id")) == id
			    : same_prefix(edit_prefix(subnet), prefix)) {
			*ret = (struct edit_place){.list = list, .at = i, .map = subnet};
			return true;
		}
	}
	return false;
}

bool edit_find_subnet(struct edit *e, json_int_t id, const char *prefix, struct edit_place *ret)
{
	const json_t *networks = json_object_get(e->config, EDIT_NETWORKS);
	size_t i;
	json_t *network;

	json_array_foreach(networks, i, network) {
		if (find_among(json_object_get(network, EDIT_SUBNETS), id, prefix, ret)) {
			ret->network = network;
			return true;
		}
	}
	return find_among(json_object_get(e->config, EDIT_SUBNETS), id, prefix, ret);
}

bool edit_find_named(struct edit *e, const char *list, const char *name, struct edit_place *ret)
{
	json_t *all = json_object_get(e->config, list), *map;
	size_t i;

	json_array_foreach(all, i, map) {
		const char *s = json_string_value(json_object_get(map, "name"));

		if (s != NULL && strcmp(s, name) == 0) {
			*ret = (struct edit_place){.list = all, .at = i, .map = map};
			return true;
		}
	}
	return false;
}

static bool takes(const struct row *row, const char *key)
{
	for (size_t i = 0; i < sizeof(row->keys) / sizeof(*row->keys); i++)
		if (row->keys[i] != NULL && strcmp(row->keys[i], key) == 0)
			return true;
	return false;
}

static bool check_args(struct edit *e, const struct row *row)
{
	const char *key;
	json_t *value;

	if (e->args == NULL && row->keys[0] == NULL)
		return true;
	if (!json_is_object(e->args)) {
		edit_end(e, ANSWER_ERROR, "the arguments of '%s' must be a map", row->command);
		return false;
	}
	json_object_foreach((json_t *)(uintptr_t)e->args, key, value) {
		if (!takes(row, key)) {
			edit_end(e, ANSWER_ERROR, "unsupported parameter '%s'", key);
			return false;
		}
	}
	return true;
}

void edit_run(struct edit *e, const char *command)
{
	const struct row *row = NULL;

	e->no_memory = e->config == NULL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].command, command) == 0)
			row = &rows[i];
	if (row == NULL)
		edit_end(e, ANSWER_UNSUPPORTED, "'%s' command not supported.", command);
	else if (check_args(e, row))
		row->run(e);
	if (e->no_memory)
		edit_end(e, ANSWER_ERROR, "out of memory");
}
