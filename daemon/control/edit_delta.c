/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit_delta: parts of a subnet are added, replaced or removed. Members of lists that are maps are
 * known by their keys: a pool by its range, an option by space and code or name; others by their
 * value.
 */
#include <string.h>

#include "daemon/conf/range.h"
#include "daemon/control/edit_part.h"
#include "workers/packet/optdef.h"

static const char *space_of(const json_t *option)
{
	const char *space = json_string_value(json_object_get(option, "space"));

	return space != NULL ? space : "dhcp4";
}

/* An option's code, by the definitions of the configuration or the standard ones; 0: not known. */
static json_int_t code_of(const struct edit *e, const json_t *option)
{
	const json_t *code = json_object_get(option, "code");
	const json_t *name = json_object_get(option, "name"), *def;
	const struct optdef *standard = NULL;
	size_t i;

	if (json_is_integer(code) || !json_is_string(name))
		return json_integer_value(code);
	json_array_foreach(json_object_get(e->config, "option-def"), i, def)
		if (json_equal(json_object_get(def, "name"), name) &&
			strcmp(space_of(def), space_of(option)) == 0)
			return json_integer_value(json_object_get(def, "code"));
	if (strcmp(space_of(option), "dhcp4") == 0)
		standard = optdef_by_name(json_string_value(name));
	else
		standard = optdef_sub_by_name(space_of(option), json_string_value(name));
	return standard != NULL ? standard->code : 0;
}

static bool same_option(const struct edit *e, const json_t *a, const json_t *b)
{
	json_int_t code = code_of(e, a);

	if (strcmp(space_of(a), space_of(b)) != 0)
		return false;
	if (code != 0 || code_of(e, b) != 0)
		return code == code_of(e, b);
	return json_equal(json_object_get(a, "name"), json_object_get(b, "name"));
}

static bool same_pool(const struct edit *e, const json_t *a, const json_t *b)
{
	const char *text[] = {json_string_value(json_object_get(a, "pool")),
		json_string_value(json_object_get(b, "pool"))};
	uint32_t start[2], end[2];

	(void)e;
	for (int i = 0; i < 2; i++)
		if (text[i] == NULL || range_parse(text[i], &start[i], &end[i]) < 0)
			return false;
	return start[0] == start[1] && end[0] == end[1];
}

static bool same_value(const struct edit *e, const json_t *a, const json_t *b)
{
	(void)e;
	return json_equal(a, b);
}

/* A kind of maps: what it is known by, and the rest by which one goes on. */
struct kind {
	const char *list; /* it stands in */
	bool (*same)(const struct edit *e, const json_t *a, const json_t *b);
	const char *keys[3];
	bool needs_more; /* with its keys alone it says nothing */
};

static const struct kind kinds[] = {
	{"pools", same_pool, {"pool"}, false},
	{"option-data", same_option, {"space", "code", "name"}, true},
};
static const struct kind subnets = {NULL, NULL, {"id", "subnet"}, false};
static const struct kind values = {NULL, same_value, {NULL}, false};

static const struct kind *kind_of(const char *list)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].list, list) == 0)
			return &kinds[i];
	return &values;
}

static bool is_key(const struct kind *k, const char *name)
{
	for (size_t i = 0; i < sizeof(k->keys) / sizeof(*k->keys); i++)
		if (k->keys[i] != NULL && strcmp(k->keys[i], name) == 0)
			return true;
	return false;
}

/* Whether there is nothing in the map but its keys and empty lists. */
static bool only_keys(const struct kind *k, const json_t *map)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)map, name, value)
		if (!is_key(k, name) && !(json_is_array(value) && json_array_size(value) == 0))
			return false;
	return true;
}

static json_t *find(const struct edit *e, const struct kind *k, const json_t *list,
	const json_t *wanted, size_t *ret_at)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		if (k->same(e, one, wanted)) {
			*ret_at = i;
			return one;
		}
	}
	return NULL;
}

/* What is done with the parts that were sent: added, or removed. */
enum change {
	ADD,
	DEL,
};

static void change_members(struct edit *e, const struct kind *k, json_t *map, const json_t *parts,
	enum change change);

static void add_to_list(struct edit *e, const struct kind *k, json_t *list, json_t *part)
{
	size_t at;
	json_t *old = find(e, k, list, part, &at);

	if (old == NULL)
		edit_done(e, json_array_append(list, part));
	else if (json_is_object(old))
		change_members(e, k, old, part, ADD);
}

/* With its keys alone a part stands for the whole. */
static void del_from_list(struct edit *e, const struct kind *k, json_t *list, json_t *part)
{
	size_t at;
	json_t *old = find(e, k, list, part, &at);

	if (old == NULL)
		return;
	if (k != &values && !only_keys(k, part)) {
		change_members(e, k, old, part, DEL);
		if (!k->needs_more || !only_keys(k, old))
			return;
	}
	json_array_remove(list, at);
}

static void change_list(struct edit *e, const char *name, json_t *list, const json_t *parts,
	enum change change)
{
	const struct kind *k = kind_of(name);
	json_t *part;
	size_t i;

	json_array_foreach(parts, i, part) {
		if (change == ADD)
			add_to_list(e, k, list, part);
		else
			del_from_list(e, k, list, part);
	}
}

static void change_members(struct edit *e, const struct kind *k, json_t *map, const json_t *parts,
	enum change change)
{
	const char *name;
	json_t *part;

	json_object_foreach((json_t *)(uintptr_t)parts, name, part) {
		json_t *old = json_object_get(map, name);

		if (old != NULL && is_key(k, name))
			continue;
		if (json_is_array(old) && json_is_array(part))
			change_list(e, name, old, part, change);
		else if (json_is_object(old) && json_is_object(part))
			change_members(e, &values, old, part, change);
		else if (change == ADD)
			edit_done(e, json_object_set(map, name, part));
		else
			json_object_del(map, name);
	}
}

void edit_delta_add(struct edit *e, json_t *subnet, const json_t *parts)
{
	change_members(e, &subnets, subnet, parts, ADD);
}

void edit_delta_del(struct edit *e, json_t *subnet, const json_t *parts)
{
	change_members(e, &subnets, subnet, parts, DEL);
}
