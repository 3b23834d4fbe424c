/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_kea_keys: keys of Kea that are more than a name: old forms of today's keys, subnets
 * without a number, contexts. Called by import_kea.c, by the table.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/tree_print.h"
#include "daemon/conf/import_part.h"

/* client-class and ip-address: today a list. */
void import_list_of_one(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	const char *name = scope == IMPORT_RELAY ? "ip-addresses" : "client-classes";
	struct import_list list = {NULL, 0, 0};

	if (import_clashes(im, in, name) || !import_is(im, in, TREE_STRING))
		return;
	if (in->string[0] == '\0') {
		import_warn(im, in, "no effect: it is empty");
		return;
	}
	import_carry(im, in, NULL, &list);
	import_add_all(im, out, name, TREE_LIST, &list);
}

void import_reservation_mode(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	static const struct {
		const char *mode;
		bool global, in_subnet, out_of_pool;
	} modes[] = {
		{"all", false, true, false},
		{"out-of-pool", false, true, true},
		{"global", true, false, false},
		{"disabled", false, false, false},
		{"off", false, false, false},
	};

	(void)scope;
	if (import_clashes(im, in, "reservations-global") ||
		import_clashes(im, in, "reservations-in-subnet") ||
		import_clashes(im, in, "reservations-out-of-pool") ||
		!import_is(im, in, TREE_STRING))
		return;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(in->string, modes[i].mode) != 0)
			continue;
		import_add_bool(im, out, "reservations-global", modes[i].global);
		import_add_bool(im, out, "reservations-in-subnet", modes[i].in_subnet);
		import_add_bool(im, out, "reservations-out-of-pool", modes[i].out_of_pool);
		return;
	}
	import_fail(im, in, "not carried over: expected all, out-of-pool, global or disabled");
}

void import_conflict_resolution(struct import *im, const struct tree_node *in,
	enum import_scope scope, struct import_list *out)
{
	static const char name[] = "ddns-conflict-resolution-mode";

	(void)scope;
	if (!import_clashes(im, in, name) && import_is(im, in, TREE_BOOL))
		import_add_string(
			im, out, name, in->boolean ? "check-with-dhcid" : "no-check-with-dhcid");
}

/* What stood in dhcp-ddns before Kea 1.8 is global today. */
void import_old_ddns(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	static const char *const names[][2] = {
		{"override-no-update", "ddns-override-no-update"},
		{"override-client-update", "ddns-override-client-update"},
		{"replace-client-name", "ddns-replace-client-name"},
		{"generated-prefix", "ddns-generated-prefix"},
		{"qualifying-suffix", "ddns-qualifying-suffix"},
	};
	const char *name = in->name;

	(void)scope;
	(void)out;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(in->name, names[i][0]) == 0)
			name = names[i][1];
	if (import_member(im->global, name) != NULL)
		import_warn(im, in, "no effect: the global \"%s\" counts", name);
	else
		import_carry(im, in, name, im->top);
}

/* DHCPv4 over DHCPv6: only what switches it off. */
void import_unset(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	(void)scope;
	(void)out;
	if ((in->type == TREE_INT && in->integer == 0) ||
		(in->type == TREE_STRING && in->string[0] == '\0'))
		import_warn(im, in, "no effect: it is off");
	else
		import_fail(im, in, "not carried over: there is no DHCPv4 over DHCPv6; remove it");
}

void import_config_control(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	const struct tree_node *list;

	(void)scope;
	(void)out;
	if (!import_is(im, in, TREE_MAP))
		return;
	list = import_member(in, "config-databases");
	if (list != NULL && !(list->type == TREE_LIST && list->n == 0))
		import_fail(im, list,
			"not carried over: parts of the configuration stand in a database; add "
			"them to this file and remove it");
	else
		import_warn(im, in, "no effect: no database is used");
}

static bool has_id(const struct tree_node *subnet)
{
	const struct tree_node *id = import_member(subnet, "id");

	return id != NULL && !(id->type == TREE_INT && id->integer == 0);
}

/* Before version 3 Kea numbered subnets without an id, those of shared networks first, whatever
 * their order in the file. */
static void add_id(struct import *im, const struct tree_node *subnet, enum import_scope scope,
	struct import_list *out)
{
	uint32_t *next = scope == IMPORT_NETWORK ? &im->next_network_id : &im->next_id;

	if (has_id(subnet)) {
		import_carry(im, import_member(subnet, "id"), "id", out);
		return;
	}
	import_warn(im, subnet,
		"has no id: it is %u, as Kea before version 3 numbered it; leases refer to it",
		*next);
	import_add_int(im, out, "id", *next);
	++*next;
}

void import_subnets(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	struct import_list list = {NULL, 0, 0};

	if (!import_is(im, in, TREE_LIST))
		return;
	for (size_t i = 0; i < in->n; i++) {
		struct import_list subnet = {NULL, 0, 0};

		if (!import_is(im, &in->v[i], TREE_MAP))
			continue;
		add_id(im, &in->v[i], scope, &subnet);
		import_map(im, &in->v[i], IMPORT_SUBNET, &subnet);
		import_add_all(im, &list, NULL, TREE_MAP, &subnet);
	}
	import_add_all(im, out, in->name, TREE_LIST, &list);
}

static uint32_t count_without_id(const struct tree_node *subnets)
{
	uint32_t n = 0;

	if (subnets == NULL || subnets->type != TREE_LIST)
		return 0;
	for (size_t i = 0; i < subnets->n; i++)
		n += subnets->v[i].type == TREE_MAP && !has_id(&subnets->v[i]);
	return n;
}

void import_number(struct import *im)
{
	const struct tree_node *networks = import_member(im->global, "shared-networks");

	im->next_network_id = im->next_id = 1;
	if (networks == NULL || networks->type != TREE_LIST)
		return;
	for (size_t i = 0; i < networks->n; i++)
		if (networks->v[i].type == TREE_MAP)
			im->next_id += count_without_id(import_member(&networks->v[i], "subnet4"));
}

static const char *to_json(struct import *im, const struct tree_node *node)
{
	char *text = NULL, *copy;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int r = f != NULL ? tree_print_json(f, node) : -ENOMEM;

	if (f != NULL && fclose(f) != 0)
		r = -ENOMEM;
	copy = r == 0 ? arena_strdup(im->arena, text) : NULL;
	free(text);
	if (copy == NULL)
		im->error = -ENOMEM;
	return copy != NULL ? copy : "";
}

/* The limits hook has its settings in contexts of subnets and classes. */
static bool is_limits(
	const struct import *im, const struct tree_node *member, enum import_scope scope)
{
	return im->has_limits && strcmp(member->name, "limits") == 0 &&
		(scope == IMPORT_SUBNET || scope == IMPORT_CLASS);
}

void import_context(struct import *im, const struct tree_node *in, enum import_scope scope,
	struct import_list *out)
{
	struct import_list kept = {NULL, 0, 0};
	struct tree_node rest = *in;

	if (im->own && in->type == TREE_STRING) {
		import_add(im, out, in->name, *in);
		return;
	}
	if (!import_is(im, in, TREE_MAP))
		return;
	for (size_t i = 0; i < in->n; i++) {
		const struct tree_node *member = &in->v[i];

		if (is_limits(im, member, scope)) {
			if (import_is(im, member, TREE_MAP))
				import_map(im, member, IMPORT_LIMITS, out);
			continue;
		}
		if (im->has_ping && strcmp(member->name, "ping-check") == 0)
			import_fail(im, member,
				"not carried over: addresses are pinged in all subnets or in none; "
				"remove it");
		import_add(im, &kept, member->name, *member);
	}
	if (kept.n == 0 && in->n > 0)
		return;
	rest.n = kept.n;
	rest.v = kept.v;
	import_add_string(im, out, in->name, to_json(im, &rest));
}
