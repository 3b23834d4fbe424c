/* SPDX-License-Identifier: Apache-2.0 */
/*
 * complete: see complete.h. Driven by the table of parameters; inherited values are not repeated
 * below, so that a change above goes on having its effect.
 */
#include "daemon/conf/complete.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/param.h"
#include "daemon/conf/tree_json.h"
#include "daemon/conf/tree_print.h"
#include "shm/base/text.h"

#define ONCE  (PARAM_AT_GLOBAL | PARAM_AT_INTERFACES | PARAM_AT_EXPIRED)
#define LISTS (PARAM_AT_GLOBAL | PARAM_AT_NETWORK | PARAM_AT_SUBNET | PARAM_AT_POOL)

static const struct tree_node *member(const struct tree_node *map, const char *name)
{
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->v[i].name, name) == 0)
			return &map->v[i];
	return NULL;
}

/* The table's default as a value; false: it is no constant, or means that nothing is set. */
static bool make_default(const struct param *p, struct tree_node *ret)
{
	uint32_t address;
	char *end;

	switch (p->type) {
	case PARAM_TYPE_BOOL:
		ret->type = TREE_BOOL;
		ret->boolean = strcmp(p->def, "true") == 0;
		return ret->boolean || strcmp(p->def, "false") == 0;
	case PARAM_TYPE_UINT:
		ret->type = TREE_INT;
		ret->integer = strtoll(p->def, &end, 10);
		return end != p->def && *end == '\0';
	case PARAM_TYPE_FRACTION:
		ret->type = TREE_REAL;
		ret->real = strtod(p->def, &end);
		return end != p->def && *end == '\0';
	case PARAM_TYPE_ADDRESS:
		ret->type = TREE_STRING;
		ret->string = p->def;
		return text_parse_ip(p->def, &address) == 0;
	case PARAM_TYPE_CHOICE:
	case PARAM_TYPE_STRING:
		ret->type = TREE_STRING;
		ret->string = p->def;
		return p->type == PARAM_TYPE_CHOICE || strlen(p->def) >= (size_t)p->min;
	default:
		return false;
	}
}

/* The older form of three parameters is in the way of all of them, and never added itself. */
static bool is_in_the_way(const struct param *p, const struct tree_node *map)
{
	size_t id = (size_t)(p - param_table);

	if (id == PARAM_RESERVATION_MODE || id == PARAM_COMMENT)
		return true;
	return (id == PARAM_RESERVATIONS_GLOBAL || id == PARAM_RESERVATIONS_IN_SUBNET ||
		id == PARAM_RESERVATIONS_OUT_OF_POOL) &&
		member(map, param_table[PARAM_RESERVATION_MODE].name) != NULL;
}

static bool make_missing(const struct param *p, enum param_place place, const struct tree_node *map,
	struct tree_node *ret)
{
	*ret = (struct tree_node){.name = p->name};
	if (p->kind != PARAM_KIND_READ || (p->places & place) == 0 || p->def == NULL ||
		is_in_the_way(p, map) || member(map, p->name) != NULL)
		return false;
	if (p->type == PARAM_TYPE_MAPS) {
		ret->type = TREE_LIST;
		return (place & LISTS) != 0;
	}
	return (place & ONCE) != 0 && make_default(p, ret);
}

static int add_missing(struct tree_node *map, enum param_place place, struct arena *arena)
{
	struct tree_node missing[PARAM_COUNT], *v;
	size_t n = 0;

	for (size_t i = 0; i < PARAM_COUNT; i++)
		n += make_missing(&param_table[i], place, map, &missing[n]);
	if (n == 0)
		return 0;
	v = arena_alloc(arena, map->n + n, sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	if (map->n > 0)
		memcpy(v, map->v, map->n * sizeof(*v));
	memcpy(v + map->n, missing, n * sizeof(*v));
	map->v = v;
	map->n += n;
	return 0;
}

static void ignore(void *arg, bool is_error, const char *line)
{
	(void)arg;
	(void)is_error;
	(void)line;
}

/* Text that is no map of JSON stays what it is. */
static int parse_context(struct tree_node *node, struct arena *arena)
{
	struct report r = {.line = ignore};
	struct tree_node *map;
	int rc = tree_parse_json(node->string, node->file, arena, &r, &map);

	if (rc == -ENOMEM)
		return rc;
	if (rc == 0) {
		node->type = TREE_MAP;
		node->n = map->n;
		node->v = map->v;
	}
	return 0;
}

static void set_parents(struct tree_node *node)
{
	if (node->type != TREE_MAP && node->type != TREE_LIST)
		return;
	for (size_t i = 0; i < node->n; i++) {
		node->v[i].parent = node;
		set_parents(&node->v[i]);
	}
}

static int complete_map(struct tree_node *map, enum param_place place, struct arena *arena);

/* A parameter's value, or a member of it if it is a list. */
static int complete_value(struct tree_node *node, enum param_place inner, struct arena *arena)
{
	int rc = 0;

	if (node->type == TREE_MAP)
		return complete_map(node, inner, arena);
	for (size_t i = 0; node->type == TREE_LIST && i < node->n && rc == 0; i++)
		if (node->v[i].type == TREE_MAP)
			rc = complete_map(&node->v[i], inner, arena);
	return rc;
}

static int complete_map(struct tree_node *map, enum param_place place, struct arena *arena)
{
	int rc = add_missing(map, place, arena);

	for (size_t i = 0; i < map->n && rc == 0; i++) {
		struct tree_node *node = &map->v[i];
		const struct param *p = param_find(node->name, place);

		if (p == &param_table[PARAM_USER_CONTEXT] && node->type == TREE_STRING)
			rc = parse_context(node, arena);
		else if (p != NULL && p->child != 0)
			rc = complete_value(node, (enum param_place)p->child, arena);
	}
	return rc;
}

int complete_tree(struct tree_node *root, struct arena *arena)
{
	int rc = complete_map(root, PARAM_AT_GLOBAL, arena);

	set_parents(root);
	return rc;
}

static int context_to_text(struct tree_node *node, struct arena *arena)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int rc = f != NULL ? tree_print_json(f, node) : -ENOMEM;

	if (f != NULL && fclose(f) != 0)
		rc = -ENOMEM;
	if (rc == 0) {
		node->string = arena_strdup(arena, text);
		node->type = TREE_STRING;
		rc = node->string != NULL ? 0 : -ENOMEM;
	}
	free(text);
	return rc;
}

int complete_contexts_to_text(struct tree_node *root, struct arena *arena)
{
	int rc = 0;

	for (size_t i = 0; i < root->n && rc == 0; i++) {
		struct tree_node *node = &root->v[i];

		if (node->type == TREE_MAP && node->name != NULL &&
			strcmp(node->name, param_table[PARAM_USER_CONTEXT].name) == 0)
			rc = context_to_text(node, arena);
		else if (node->type == TREE_MAP || node->type == TREE_LIST)
			rc = complete_contexts_to_text(node, arena);
	}
	return rc;
}
