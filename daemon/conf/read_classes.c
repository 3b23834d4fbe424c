/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_classes: client-classes, their expressions, and the names of classes everywhere else.
 * Called by read.c; classes are read first, since everything else may name them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "shm/base/text.h"
#include "shm/tally.h"

#define SUGGESTIONS_MAX 20 /* each looks at every class: more would make a long list slow */

static const char *const builtin[] = {
	[MODEL_ALL] = "ALL",
	[MODEL_KNOWN] = "KNOWN",
	[MODEL_UNKNOWN] = "UNKNOWN",
	[MODEL_BOOTP] = "BOOTP",
	[MODEL_DROP] = "DROP",
	[MODEL_REJECT] = "REJECT",
	[MODEL_SKIP_DDNS] = "SKIP_DDNS",
};

static bool starts(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* The class with a template-test that makes clients members of this class, NULL: none. Both names
 * may have underscores in them. */
static const struct model_class *spawner(const struct draft *d, const char *name)
{
	const char *of = name + strlen("SPAWN_");

	if (!starts(name, "SPAWN_"))
		return NULL;
	for (const char *end = strchr(of, '_'); end != NULL; end = strchr(end + 1, '_')) {
		int i = model_class_number(d->model, span_of(of, (size_t)(end - of)));

		if (i >= 0 && end[1] != '\0' && d->model->classes[i]->template_test != NULL)
			return d->model->classes[i];
	}
	return NULL;
}

/* Adds a class that is only named, if packets can be members of it. Returns its number, -ENOENT,
 * -ENOMEM or -ENOSPC. */
static int add_named(struct draft *d, const char *name)
{
	const struct model_class *from = spawner(d, name);
	struct model_class *c;
	char *copy;
	int r;

	if (from == NULL && !(starts(name, "VENDOR_CLASS_") && name[13] != '\0'))
		return -ENOENT;
	copy = arena_strdup(d->arena, name);
	r = copy != NULL ? class_index_add(d, copy, &c) : -ENOMEM;
	if (r < 0)
		return r;
	c->late = from != NULL && from->late;
	return c->number;
}

static int number_of(struct draft *d, const char *name)
{
	int i = model_class_number(d->model, span_of(name, strlen(name)));

	return i >= 0 ? i : add_named(d, name);
}

static const char *nearest(struct draft *d, const char *name)
{
	const char **names;
	size_t n = d->n_own_classes;

	if (d->suggested++ >= SUGGESTIONS_MAX)
		return NULL;
	names = arena_alloc(d->scratch, n + MODEL_BUILTINS, sizeof(const char *));
	if (names == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		names[i] = d->model->classes[i]->name;
	for (size_t i = 0; i < MODEL_BUILTINS; i++)
		names[n + i] = builtin[i];
	return text_nearest(name, names, n + MODEL_BUILTINS);
}

/* Says that nobody can be a member of this class, as far as the file is read up to node. */
static void report_unknown(struct draft *d, const struct tree_node *node, const char *name)
{
	int i = model_class_number(d->model, span_of(name, strlen(name)));
	char place[REPORT_PLACE_SIZE];
	const char *near;

	if (i >= 0) {
		report_error(d->report, node, "the class \"%s\" comes later, %s: move it up", name,
			report_place(d->class_at[i], place));
		return;
	}
	near = nearest(d, name);
	if (near != NULL)
		report_error(d->report, node, "there is no class \"%s\", did you mean \"%s\"?",
			name, near);
	else
		report_error(d->report, node, "there is no class \"%s\"", name);
}

int read_class_names(
	struct draft *d, const struct tree_node *list, struct model_classes *ret_classes)
{
	uint16_t *v;

	*ret_classes = (struct model_classes){0, NULL};
	if (list == NULL)
		return 0;
	v = arena_alloc(d->arena, list->n, sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	ret_classes->v = v;
	for (size_t i = 0; i < list->n; i++) {
		const struct tree_node *node = &list->v[i];
		int number = node->type == TREE_STRING ? number_of(d, node->string) : -EINVAL;

		if (number == -ENOMEM)
			return -ENOMEM;
		if (number >= 0)
			v[ret_classes->n++] = (uint16_t)number;
		else if (number == -ENOSPC)
			report_error(d->report, node, "there are too many classes");
		else if (number == -ENOENT)
			report_unknown(d, node, node->string);
	}
	return 0;
}

/* The node of a parameter that has an older name; both given: an error. */
static const struct tree_node *either(
	struct draft *d, const struct param_set *set, enum param_id now, enum param_id before)
{
	if (set->v[now] != NULL && set->v[before] != NULL)
		report_error(d->report, set->v[before], "is the older form of \"%s\", which stands "
			"here too", set->v[now]->name);
	return set->v[now] != NULL ? set->v[now] : set->v[before];
}

int read_class_name(
	struct draft *d, const struct tree_node *node, struct model_classes *ret_classes)
{
	struct tree_node list = {.type = TREE_LIST, .n = 1};

	if (node == NULL || node->string[0] == '\0')
		return read_class_names(d, NULL, ret_classes);
	list.v = arena_alloc(d->scratch, 1, sizeof(*list.v));
	if (list.v == NULL)
		return -ENOMEM;
	list.v[0] = *node;
	return read_class_names(d, &list, ret_classes);
}

int read_guards(struct draft *d, const struct param_set *set, struct model_classes *ret_guard,
	struct model_classes *ret_additional)
{
	const struct tree_node *guard = either(d, set, PARAM_GUARD, PARAM_CLIENT_CLASS);
	const struct tree_node *more = either(d, set, PARAM_ADDITIONAL, PARAM_REQUIRE_CLASSES);
	int r = guard != NULL && guard->type == TREE_STRING ? read_class_name(d, guard, ret_guard) :
							      read_class_names(d, guard, ret_guard);

	return r < 0 ? r : read_class_names(d, more, ret_additional);
}

/* --- expressions --- */

/* What the compiler's questions are answered from. */
struct names {
	struct draft *d;
	size_t number;       /* of the class whose test this is; those before it may be asked */
	const char *unknown; /* the first class that was asked for in vain */
	const struct tree_node *node;
};

static int option_code(void *arg, const char *name)
{
	const struct names *n = arg;

	return read_def_code(n->d, NULL, MODEL_DHCP4, name);
}

/* Whether clients can be members of it before the classes of the file are evaluated. */
static bool is_builtin(const char *name)
{
	if (starts(name, "VENDOR_CLASS_"))
		return true;
	for (size_t i = 0; i < MODEL_BUILTINS; i++)
		if (strcmp(builtin[i], name) == 0)
			return true;
	return false;
}

static const struct optdef *option_def(void *arg, uint8_t code)
{
	const struct names *n = arg;
	uint16_t unused;

	return read_def_by_code(n->d, NULL, MODEL_DHCP4, code, &unused);
}

static int class_number(void *arg, const char *name)
{
	struct names *n = arg;
	int i = number_of(n->d, name);

	if (i >= 0 && ((size_t)i < n->number || (size_t)i >= n->d->n_own_classes || is_builtin(name)))
		return i;
	if (n->unknown == NULL)
		n->unknown = arena_strdup(n->d->scratch, name);
	return -1;
}

static void warn(void *arg, const char *line)
{
	const struct names *n = arg;

	report_warning(n->d->report, n->node, "%s", line);
}

int read_expression(struct draft *d, const struct tree_node *node, enum expr_kind kind,
	size_t number, struct expr **ret)
{
	struct names names = {d, number, NULL, node};
	struct expr_names ask = {&names, option_code, class_number, option_def};
	struct err err = {0};
	int r;

	*ret = NULL;
	if (node == NULL)
		return 0;
	r = expr_compile(node->string, kind, &ask, warn, &names, ret, &err);
	if (r == -ENOMEM)
		return -ENOMEM;
	if (r < 0 && names.unknown != NULL)
		report_unknown(d, node, names.unknown);
	else if (r < 0)
		report_error(d->report, node, "%s%s%s", err.text, err.cure[0] != '\0' ? ": " : "",
			err.cure);
	if (r < 0)
		*ret = NULL;
	return 0;
}

/* --- classes --- */

static bool is_late(const struct model *m, const struct expr *e)
{
	int number;

	for (size_t i = 0; e != NULL && (number = expr_member(e, i)) >= 0; i++)
		if (number == m->builtin[MODEL_KNOWN] || number == m->builtin[MODEL_UNKNOWN] ||
			m->classes[number]->late)
			return true;
	return false;
}

static void check_builtin(struct draft *d, const struct model_class *c, const struct param_set *set)
{
	const struct tree_node *test = set->v[PARAM_CLASS_TEST] != NULL ?
		set->v[PARAM_CLASS_TEST] : set->v[PARAM_CLASS_TEMPLATE];

	for (size_t i = MODEL_ALL; i <= MODEL_BOOTP; i++)
		if (test != NULL && strcmp(builtin[i], c->name) == 0)
			report_error(d->report, test,
				"the server itself makes clients members of %s: it has no test",
				c->name);
	if (starts(c->name, "AFTER_") || starts(c->name, "EXTERNAL_") || starts(c->name, "HA_"))
		report_error(d->report, d->class_at[c->number],
			"names that begin with AFTER_, EXTERNAL_ or HA_ are not for classes of the "
			"file");
}

static int read_class(struct draft *d, struct model_class *c)
{
	struct model_params times = {.valid_lifetime = 0};
	const struct model_class *from = spawner(d, c->name);
	const struct tree_node *only;
	struct draft_defs defs;
	struct param_set set;

	param_check(d->class_at[c->number], PARAM_AT_CLASS, d->report, &set);
	only = either(d, &set, PARAM_ONLY_ADDITIONAL, PARAM_ONLY_IF_REQUIRED);
	c->only_additional = only != NULL && only->boolean;
	check_builtin(d, c, &set);
	if (set.v[PARAM_CLASS_TEST] != NULL && set.v[PARAM_CLASS_TEMPLATE] != NULL)
		report_error(d->report, set.v[PARAM_CLASS_TEMPLATE],
			"a class has a test or a template-test, not both");
	if (read_expression(d, set.v[PARAM_CLASS_TEST], EXPR_TEST, c->number, &c->test) < 0 ||
		read_expression(d, set.v[PARAM_CLASS_TEMPLATE], EXPR_VALUE, c->number,
			&c->template_test) < 0)
		return -ENOMEM;
	c->late = is_late(d->model, c->test) || is_late(d->model, c->template_test) ||
		(from != NULL && from->late);
	read_lifetimes(d, &set, MODEL_CLASS, &times);
	c->valid_lifetime = times.valid_lifetime;
	c->min_valid_lifetime = times.min_valid_lifetime;
	c->max_valid_lifetime = times.max_valid_lifetime;
	c->offer_lifetime = param_uint(&set, PARAM_OFFER_LIFETIME);
	if (read_class_limit(d, &set, c, &c->limit) < 0)
		return -ENOMEM;
	if (c->limit != NULL)
		c->tally_key = tally_class_key(span_of(c->name, strlen(c->name)));
	d->model->has_limits |= c->limit != NULL;
	if (read_boot(d, &set, &c->boot) < 0 ||
		read_option_defs(d, set.v[PARAM_OPTION_DEF], MODEL_CLASS, &defs) < 0)
		return -ENOMEM;
	return read_options(d, set.v[PARAM_OPTION_DATA], &defs, NULL, &c->options);
}

static const char *name_of(const struct tree_node *map)
{
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->v[i].name, "name") == 0 && map->v[i].type == TREE_STRING)
			return map->v[i].string;
	return "";
}

/* Numbers the class at map. */
static int add_class(struct draft *d, const struct tree_node *map)
{
	char place[REPORT_PLACE_SIZE], *name = arena_strdup(d->arena, name_of(map));
	struct model_class *unused;
	int other;

	if (name == NULL)
		return -ENOMEM;
	other = model_class_number(d->model, span_of(name, strlen(name)));
	if (other >= 0 && name[0] != '\0')
		report_error(d->report, map, "has the same name, \"%s\", as %s", name,
			report_place(d->class_at[other], place));
	d->class_at[d->model->n_classes] = map;
	return class_index_add(d, name, &unused);
}

static int add_builtin(struct draft *d)
{
	struct model *m = d->model;

	for (size_t i = 0; i < MODEL_BUILTINS; i++) {
		int number = model_class_number(m, span_of(builtin[i], strlen(builtin[i])));
		struct model_class *c;
		int r = number < 0 ? class_index_add(d, builtin[i], &c) : 0;

		if (r < 0)
			return r;
		m->builtin[i] = number < 0 ? c->number : (uint16_t)number;
	}
	return 0;
}

int read_classes(struct draft *d, const struct tree_node *list)
{
	size_t n = list != NULL ? list->n : 0;
	int r = class_index_init(d, n);

	d->class_at = arena_alloc(d->scratch, n, sizeof(const struct tree_node *));
	if (r < 0 || d->class_at == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n && r >= 0; i++)
		if (list->v[i].type == TREE_MAP)
			r = add_class(d, &list->v[i]);
	d->n_own_classes = d->model->n_classes;
	if (r >= 0)
		r = add_builtin(d);
	for (size_t i = 0; i < d->n_own_classes && r >= 0; i++)
		r = read_class(d, d->model->classes[i]);
	if (r != -ENOSPC)
		return r;
	report_error(d->report, list, "there are too many classes");
	return 0;
}
