/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_kea_hooks: Kea's hook libraries to the settings that Lessor has for the same. Called by
 * import_kea.c, by the table.
 */
#include <string.h>

#include "daemon/conf/import_part.h"

enum verdict {
	BUILT_IN, /* nothing to set */
	NO_EFFECT,
	MAPPED,
	REFUSED,
};

/* All of the limits stands in contexts. */
static void map_limits(struct import *im, const struct tree_node *parameters)
{
	if (parameters != NULL)
		import_map(im, parameters, IMPORT_NOTHING, im->top);
}

static void map_bootp(struct import *im, const struct tree_node *parameters)
{
	if (parameters != NULL)
		import_map(im, parameters, IMPORT_NOTHING, im->top);
	import_add_bool(im, im->top, "bootp", true);
}

static void map_ping_check(struct import *im, const struct tree_node *parameters)
{
	struct import_list ping = {NULL, 0, 0};

	if (parameters == NULL || import_member(parameters, "enable-ping-check") == NULL)
		import_add_bool(im, &ping, "enable", true);
	if (parameters != NULL)
		import_map(im, parameters, IMPORT_PING, &ping);
	import_add_all(im, im->top, "ping-check", TREE_MAP, &ping);
}

static void map_flex_id(struct import *im, const struct tree_node *parameters)
{
	if (parameters != NULL)
		import_map(im, parameters, IMPORT_FLEX_ID, im->top);
}

static void map_flex_option(struct import *im, const struct tree_node *parameters)
{
	const struct tree_node *options;

	if (parameters == NULL)
		return;
	import_map(im, parameters, IMPORT_FLEX_OPTION, im->top);
	options = import_member(parameters, "options");
	if (options != NULL)
		import_walk(im, options, IMPORT_FLEX, "flex-option", im->top);
}

static void map_ha(struct import *im, const struct tree_node *parameters)
{
	const struct tree_node *list;

	if (parameters == NULL)
		return;
	import_map(im, parameters, IMPORT_HA_HOOK, im->top);
	list = import_member(parameters, "high-availability");
	if (list == NULL || !import_is(im, list, TREE_LIST))
		return;
	if (list->n == 0)
		import_warn(im, list, "no effect: it is empty");
	for (size_t i = 1; i < list->n; i++)
		import_fail(im, &list->v[i],
			"not carried over: a server has one partner; remove this relationship");
	if (list->n > 0 && import_is(im, &list->v[0], TREE_MAP))
		import_ha(im, &list->v[0], im->top);
}

static const struct hook {
	const char *name; /* without libdhcp_ and .so */
	enum verdict verdict;
	const char *why;
	void (*map)(struct import *im, const struct tree_node *parameters);
} hooks[] = {
	{"lease_cmds", BUILT_IN, NULL, NULL},
	{"stat_cmds", BUILT_IN, NULL, NULL},
	{"host_cmds", BUILT_IN, NULL, NULL},
	{"subnet_cmds", BUILT_IN, NULL, NULL},
	{"class_cmds", BUILT_IN, NULL, NULL},
	{"mysql", NO_EFFECT, "no database is used", NULL},
	{"pgsql", NO_EFFECT, "no database is used", NULL},
	{"perfmon", NO_EFFECT, "the metrics have times too", NULL},
	{"host_cache", NO_EFFECT, "reservations are in memory", NULL},
	{"cb_cmds", NO_EFFECT, "no database is used", NULL},
	{"run_script", NO_EFFECT, "no script is run; clients get the same", NULL},
	{"legal_log", NO_EFFECT, "leases are logged to the journal; clients get the same", NULL},
	{"lease_query", NO_EFFECT, "lease queries are not answered; clients get the same", NULL},
	{"ha", MAPPED, NULL, map_ha},
	{"bootp", MAPPED, NULL, map_bootp},
	{"ping_check", MAPPED, NULL, map_ping_check},
	{"flex_id", MAPPED, NULL, map_flex_id},
	{"flex_option", MAPPED, NULL, map_flex_option},
	{"limits", MAPPED, NULL, map_limits},
	{"ddns_tuning", REFUSED, "names of clients cannot be made by an expression", NULL},
	{"radius", REFUSED, "RADIUS is not supported", NULL},
	{"user_chk", REFUSED, "use client classes and reservations", NULL},
	{"gss_tsig", REFUSED, "DNS updates are not signed by GSS-TSIG", NULL},
	{"rbac", REFUSED, "who may give which command cannot be limited: this would open more",
		NULL},
};

/* "ha" of "/usr/lib/kea/hooks/libdhcp_ha.so", NULL: there is no such library. */
static const struct hook *find(const char *path)
{
	static const char prefix[] = "libdhcp_";
	const char *name = strrchr(path, '/');
	size_t len;

	name = name != NULL ? name + 1 : path;
	if (strncmp(name, prefix, sizeof(prefix) - 1) == 0)
		name += sizeof(prefix) - 1;
	len = strcspn(name, ".");
	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
		if (strlen(hooks[i].name) == len && strncmp(hooks[i].name, name, len) == 0)
			return &hooks[i];
	return NULL;
}

/* The library of an element of the list; NULL: it names none. */
static const struct tree_node *library_of(const struct tree_node *entry)
{
	const struct tree_node *library =
		entry->type == TREE_MAP ? import_member(entry, "library") : NULL;

	return library != NULL && library->type == TREE_STRING ? library : NULL;
}

static void take_hook(struct import *im, const struct tree_node *in)
{
	struct import_list nothing = {NULL, 0, 0};
	const struct tree_node *library, *parameters;
	const struct hook *hook;

	if (!import_is(im, in, TREE_MAP))
		return;
	library = library_of(in);
	parameters = import_member(in, "parameters");
	if (library == NULL) {
		import_fail(im, in, "not carried over: the \"library\" is missing");
		return;
	}
	import_map(im, in, IMPORT_HOOK, &nothing);
	if (parameters != NULL && !import_is(im, parameters, TREE_MAP))
		return;
	hook = find(library->string);
	if (hook == NULL)
		import_fail(im, library,
			"not carried over: the hook \"%s\" is not known; remove it if clients can "
			"do without",
			library->string);
	else if (hook->verdict == BUILT_IN)
		import_warn(im, library, "no effect: the commands of %s are built in", hook->name);
	else if (hook->verdict == NO_EFFECT)
		import_warn(im, library, "no effect: %s", hook->why);
	else if (hook->verdict == REFUSED)
		import_fail(im, library, "not carried over: %s; remove the hook", hook->why);
	else
		hook->map(im, parameters);
}

void import_hooks(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	(void)scope;
	(void)out;
	if (!import_is(im, in, TREE_LIST))
		return;
	for (size_t i = 0; i < in->n; i++)
		take_hook(im, &in->v[i]);
}

void import_find_hooks(struct import *im)
{
	const struct tree_node *list = import_member(im->global, "hooks-libraries");

	if (list == NULL || list->type != TREE_LIST)
		return;
	for (size_t i = 0; i < list->n; i++) {
		const struct tree_node *library = library_of(&list->v[i]);
		const struct hook *hook = library != NULL ? find(library->string) : NULL;

		if (hook == NULL)
			continue;
		im->has_limits = im->has_limits || hook->map == map_limits;
		im->has_ping = im->has_ping || hook->map == map_ping_check;
	}
}
