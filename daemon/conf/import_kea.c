/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_kea: the walk over a Kea configuration by the table of its keys (import_kea.def). What
 * needs more than a table stands in import_kea_keys.c, _hooks.c, _ha.c and _channel.c.
 */
#include "daemon/conf/import_kea.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/conf/import_part.h"
#include "daemon/conf/param.h"
#include "daemon/conf/tree_json.h"
#include "shm/base/text.h"

#define TOP            IMPORT_TOP
#define G              IMPORT_GLOBAL
#define N              IMPORT_NETWORK
#define S              IMPORT_SUBNET
#define P              IMPORT_POOL
#define C              IMPORT_CLASS
#define H              IMPORT_HOST
#define O              IMPORT_OPTION
#define D              IMPORT_DEF
#define INTERFACES     IMPORT_INTERFACES
#define RELAY          IMPORT_RELAY
#define EXPIRED        IMPORT_EXPIRED
#define DDNS           IMPORT_DDNS
#define SANITY         IMPORT_SANITY
#define COMPATIBILITY  IMPORT_COMPATIBILITY
#define SOCKET         IMPORT_SOCKET
#define HEADER         IMPORT_HEADER
#define AUTHENTICATION IMPORT_AUTHENTICATION
#define CLIENT         IMPORT_CLIENT
#define LOGGER         IMPORT_LOGGER
#define HOOK           IMPORT_HOOK
#define PING           IMPORT_PING
#define FLEX_ID        IMPORT_FLEX_ID
#define FLEX_OPTION    IMPORT_FLEX_OPTION
#define FLEX           IMPORT_FLEX
#define FLEX_SUB       IMPORT_FLEX_SUB
#define LIMITS         IMPORT_LIMITS
#define HA_HOOK        IMPORT_HA_HOOK
#define HA             IMPORT_HA
#define PEER           IMPORT_PEER
#define NOTHING        IMPORT_NOTHING
#define NO_MAP         (HOOK | FLEX_ID | FLEX_OPTION | LIMITS | HA_HOOK | NOTHING)
#define ANYWHERE       ~(unsigned)TOP
#define FORGIVING      (TOP | SANITY | LOGGER) /* unknown keys in them change nothing for clients */

const struct import_row import_rows[] = {
#define CARRY(key, scopes)        {key, scopes, IMPORT_CARRY, 0, NULL, NULL},
#define WALK(key, scopes, inner)  {key, scopes, IMPORT_WALK, inner, NULL, NULL},
#define RENAME(key, scopes, name) {key, scopes, IMPORT_RENAME, 0, name, NULL},
#define PART(key, scopes)         {key, scopes, IMPORT_PART, 0, NULL, NULL},
#define CALL(key, scopes, code)   {key, scopes, IMPORT_CALL, 0, NULL, import_##code},
#define DROP(key, scopes, why)    {key, scopes, IMPORT_DROP, 0, why, NULL},
#define FAIL(key, scopes, why)    {key, scopes, IMPORT_FAIL, 0, why, NULL},
#include "daemon/conf/import_kea.def"
};

#define N_ROWS (sizeof(import_rows) / sizeof(import_rows[0]))

const size_t import_n_rows = N_ROWS;

static void __attribute__((format(printf, 4, 0)))
tell(struct import *im, const struct tree_node *at, bool is_error, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	if (is_error)
		report_error(im->report, at, "%s", text);
	else
		report_warning(im->report, at, "%s", text);
}

void import_fail(struct import *im, const struct tree_node *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(im, at, !im->lenient, fmt, ap);
	va_end(ap);
}

void import_warn(struct import *im, const struct tree_node *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(im, at, false, fmt, ap);
	va_end(ap);
}

const struct tree_node *import_member(const struct tree_node *map, const char *name)
{
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->v[i].name, name) == 0)
			return &map->v[i];
	return NULL;
}

bool import_clashes(struct import *im, const struct tree_node *in, const char *name)
{
	if (strcmp(in->name, name) == 0 || import_member(in->parent, name) == NULL)
		return false;
	import_fail(im, in, "contradicts \"%s\" in the same map; remove one of them", name);
	return true;
}

bool import_is(struct import *im, const struct tree_node *in, enum tree_type type)
{
	static const char *const names[] = {[TREE_MAP] = "a map",
		[TREE_LIST] = "a list",
		[TREE_STRING] = "a text",
		[TREE_INT] = "a whole number",
		[TREE_REAL] = "a number",
		[TREE_BOOL] = "true or false",
		[TREE_NULL] = "null"};

	if (in->type == type)
		return true;
	import_fail(im, in, "expected %s, got %s", names[type], names[in->type]);
	return false;
}

void import_add(struct import *im, struct import_list *out, const char *name, struct tree_node node)
{
	if (out->n == out->size) {
		size_t size = out->size > 0 ? out->size * 2 : 4;
		struct tree_node *v = arena_alloc(im->arena, size, sizeof(*v));

		if (v == NULL) {
			im->error = -ENOMEM;
			return;
		}
		if (out->n > 0)
			memcpy(v, out->v, out->n * sizeof(*v));
		out->v = v;
		out->size = size;
	}
	node.name = name;
	out->v[out->n++] = node;
}

void import_add_string(
	struct import *im, struct import_list *out, const char *name, const char *value)
{
	import_add(im, out, name, (struct tree_node){.type = TREE_STRING, .string = value});
}

void import_add_int(struct import *im, struct import_list *out, const char *name, int64_t value)
{
	import_add(im, out, name, (struct tree_node){.type = TREE_INT, .integer = value});
}

void import_add_bool(struct import *im, struct import_list *out, const char *name, bool value)
{
	import_add(im, out, name, (struct tree_node){.type = TREE_BOOL, .boolean = value});
}

void import_add_all(struct import *im, struct import_list *out, const char *name,
	enum tree_type type, const struct import_list *children)
{
	import_add(im, out, name,
		(struct tree_node){.type = type, .n = children->n, .v = children->v});
}

/* What a script fills in before Kea starts: <DB_HOST>. */
static void tell_placeholder(struct import *im, const struct tree_node *in)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char rest[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	for (const char *s = strchr(in->string, '<'); s != NULL; s = strchr(s + 1, '<')) {
		size_t len =
			s[1] != '\0' && strchr(capitals, s[1]) != NULL ? strspn(s + 1, rest) : 0;

		if (len > 0 && s[1 + len] == '>')
			import_warn(im, in, "the placeholder %.*s remains: fill it in",
				(int)len + 2, s);
	}
}

static bool check_value(struct import *im, const struct tree_node *in)
{
	if (in->type == TREE_MAP || in->type == TREE_LIST || in->type == TREE_NULL) {
		import_fail(im, in, "expected a value, got %s",
			in->type == TREE_MAP ? "a map"
					     : (in->type == TREE_LIST ? "a list" : "null"));
		return false;
	}
	if (in->type == TREE_STRING)
		tell_placeholder(im, in);
	return true;
}

void import_carry(
	struct import *im, const struct tree_node *in, const char *name, struct import_list *out)
{
	bool good = true;

	if (in->type == TREE_LIST) {
		for (size_t i = 0; i < in->n; i++)
			good = check_value(im, &in->v[i]) && good;
	} else {
		good = check_value(im, in);
	}
	if (good)
		import_add(im, out, name, *in);
}

void import_walk(struct import *im, const struct tree_node *in, enum import_scope inner,
	const char *name, struct import_list *out)
{
	struct import_list list = {NULL, 0, 0};

	if (in->type == TREE_MAP) {
		import_map(im, in, inner, &list);
		import_add_all(im, out, name, TREE_MAP, &list);
		return;
	}
	if (!import_is(im, in, TREE_LIST))
		return;
	for (size_t i = 0; i < in->n; i++) {
		if (in->v[i].type == TREE_MAP)
			import_walk(im, &in->v[i], inner, NULL, &list);
		else
			import_is(im, &in->v[i], TREE_MAP);
	}
	import_add_all(im, out, name, TREE_LIST, &list);
}

/* Places in the reader's table that are kinds of maps here. */
static unsigned place_of(enum import_scope scope)
{
	static const struct {
		enum import_scope scope;
		enum param_place place;
	} places[] = {{IMPORT_GLOBAL, PARAM_AT_GLOBAL}, {IMPORT_NETWORK, PARAM_AT_NETWORK},
		{IMPORT_SUBNET, PARAM_AT_SUBNET}, {IMPORT_POOL, PARAM_AT_POOL},
		{IMPORT_CLASS, PARAM_AT_CLASS}, {IMPORT_HOST, PARAM_AT_HOST},
		{IMPORT_OPTION, PARAM_AT_OPTION}, {IMPORT_DEF, PARAM_AT_DEF},
		{IMPORT_INTERFACES, PARAM_AT_INTERFACES}, {IMPORT_RELAY, PARAM_AT_RELAY},
		{IMPORT_EXPIRED, PARAM_AT_EXPIRED}, {IMPORT_FLEX, PARAM_AT_FLEX},
		{IMPORT_FLEX_SUB, PARAM_AT_FLEX_SUB}};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (places[i].scope == scope)
			return places[i].place;
	return 0;
}

static const struct import_row *find(const char *key, enum import_scope scope)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if ((import_rows[i].scopes & scope) != 0 && import_rows[i].key[0] == key[0] &&
			strcmp(import_rows[i].key, key) == 0)
			return &import_rows[i];
	return NULL;
}

static void tell_unknown(struct import *im, const struct tree_node *in, enum import_scope scope)
{
	const char *keys[N_ROWS], *near;
	size_t n = 0;

	if ((FORGIVING & scope) != 0) {
		import_warn(im, in, "no effect: unknown here");
		return;
	}
	for (size_t i = 0; i < N_ROWS; i++)
		if ((import_rows[i].scopes & scope) != 0)
			keys[n++] = import_rows[i].key;
	near = text_nearest(in->name, keys, n);
	if (near != NULL)
		import_fail(im, in, "not carried over: an unknown key, did you mean \"%s\"?", near);
	else
		import_fail(im, in,
			"not carried over: an unknown key; remove it if clients can do without");
}

static void take(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	const struct import_row *row = find(in->name, scope);

	if (row == NULL) {
		if (im->own && param_is_read(in->name, place_of(scope)))
			import_add(im, out, in->name, *in);
		else
			tell_unknown(im, in, scope);
		return;
	}
	switch (row->action) {
	case IMPORT_CARRY:
		import_carry(im, in, in->name, out);
		break;
	case IMPORT_WALK:
		import_walk(im, in, row->inner, in->name, out);
		break;
	case IMPORT_RENAME:
		if (!import_clashes(im, in, row->text))
			import_carry(im, in, row->text, out);
		break;
	case IMPORT_PART:
		break;
	case IMPORT_CALL:
		row->code(im, in, scope, out);
		break;
	case IMPORT_DROP:
		import_warn(im, in, "no effect: %s", row->text);
		break;
	case IMPORT_FAIL:
		import_fail(im, in, "not carried over: %s", row->text);
		break;
	}
}

void import_map(struct import *im, const struct tree_node *map, enum import_scope scope,
	struct import_list *out)
{
	for (size_t i = 0; i < map->n; i++)
		take(im, &map->v[i], scope, out);
}

/* What Kea's hook says of the other server: addresses in it are often placeholders in templates. */
static void drop_partner(struct import *im, struct import_list *list)
{
	static const char name[] = "high-availability";
	size_t n = 0;

	if (import_member(im->global, name) != NULL)
		return; /* Lessor's own form */
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->v[i].name, name) == 0)
			import_warn(im, im->global, "not checked: %s", name);
		else
			list->v[n++] = list->v[i];
	}
	list->n = n;
}

static int import_tree(struct import *im, const struct tree_node *root, struct tree_node **ret_root)
{
	struct import_list list = {NULL, 0, 0};
	struct tree_node *made = arena_alloc(im->arena, 1, sizeof(*made));

	if (made == NULL)
		return -ENOMEM;
	im->top = &list;
	im->global = import_member(root, "Dhcp4");
	if (im->global == NULL || im->global->type != TREE_MAP) {
		report_error(im->report, root,
			"holds no map \"Dhcp4\": this is no file of kea-dhcp4");
		return -EINVAL;
	}
	import_number(im);
	import_find_hooks(im);
	import_map(im, root, IMPORT_TOP, &list);
	import_map(im, im->global, IMPORT_GLOBAL, &list);
	if (im->error < 0)
		return im->error;
	if (im->report->errors > 0)
		return -EINVAL;
	if (im->trial)
		drop_partner(im, &list);
	*made = (struct tree_node){.type = TREE_MAP, .n = list.n, .v = list.v};
	*ret_root = made;
	return 0;
}

int import_kea(const char *file, bool lenient, struct arena *arena, struct report *r,
	struct tree_node **ret_root)
{
	struct import im = {.arena = arena, .report = r, .lenient = lenient};
	struct tree_node *root;
	int rc = tree_read_json(file, arena, r, &root);

	return rc < 0 ? rc : import_tree(&im, root, ret_root);
}

/* What was carried still names the map that it came from. */
static void adopt(struct tree_node *node)
{
	if (node->type != TREE_MAP && node->type != TREE_LIST)
		return;
	for (size_t i = 0; i < node->n; i++) {
		node->v[i].parent = node;
		adopt(&node->v[i]);
	}
}

int import_command(const char *text, bool trial, struct arena *arena, struct report *r,
	struct tree_node **ret_root)
{
	struct import im = {.arena = arena, .report = r, .own = true, .trial = trial};
	struct tree_node *root, *made;
	int rc = tree_parse_json(text, NULL, arena, r, &root);

	if (rc == 0)
		rc = import_tree(&im, root, &made);
	if (rc < 0)
		return rc;
	adopt(made);
	*ret_root = made;
	return 0;
}
