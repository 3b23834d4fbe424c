/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_isc_tree: from the file to the tree: reads it, walks it, and puts together what came of
 * it.
 */
#include <errno.h>

#include "daemon/ctl/import_isc.h"
#include "daemon/ctl/import_isc_part.h"
#include "daemon/ctl/print.h"

static void add_list(
	struct isc *isc, struct import_list *to, const char *name, const struct import_list *list)
{
	if (list->n > 0)
		import_add_all(&isc->im, to, name, TREE_LIST, list);
}

/* dhcpd is told its interfaces when it is started. */
static void add_interfaces(struct isc *isc, struct import_list *top, struct isc_stmt *root)
{
	struct import_list map = {NULL, 0, 0}, all = {NULL, 0, 0};

	import_add_string(&isc->im, &all, NULL, "*");
	import_add_all(&isc->im, &map, "interfaces", TREE_LIST, &all);
	import_add_all(&isc->im, top, "interfaces-config", TREE_MAP, &map);
	isc_warn(isc, root,
		"the file does not name interfaces: all are served, unless you name "
		"them in interfaces-config");
}

/* The subnets of a network, or those outside of every network (NULL). */
static void add_subnets(struct isc *isc, struct import_list *to, const struct isc_network *network)
{
	struct import_list list = {NULL, 0, 0};

	for (struct isc_subnet *n = isc->subnets; n != NULL; n = n->next) {
		if (n->network != network)
			continue;
		isc_scope_end(isc, &n->scope);
		add_list(isc, &n->scope.map, "pools", &n->pools);
		add_list(isc, &n->scope.map, "reservations", &n->hosts);
		import_add_all(&isc->im, &list, NULL, TREE_MAP, &n->scope.map);
	}
	add_list(isc, to, "subnet4", &list);
}

static void add_networks(struct isc *isc, struct import_list *top)
{
	struct import_list list = {NULL, 0, 0};

	for (struct isc_network *n = isc->networks; n != NULL; n = n->next) {
		isc_scope_end(isc, &n->scope);
		add_subnets(isc, &n->scope.map, n);
		import_add_all(&isc->im, &list, NULL, TREE_MAP, &n->scope.map);
	}
	add_list(isc, top, "shared-networks", &list);
}

/* Looked for last, as dhcpd does. */
static void add_flex_id(struct isc *isc, struct import_list *top)
{
	static const char *const ids[] = {
		"hw-address", "duid", "circuit-id", "client-id", "flex-id"};
	struct import_list list = {NULL, 0, 0};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		import_add_string(&isc->im, &list, NULL, ids[i]);
	import_add_all(&isc->im, top, "host-reservation-identifiers", TREE_LIST, &list);
	import_add_string(&isc->im, top, "flex-id-expression", isc->flex_id);
}

int import_isc_stmts(struct isc_stmt *root, bool lenient, struct arena *arena, struct report *r,
	struct tree_node **ret_root)
{
	struct isc isc = {.im = {.arena = arena, .report = r, .lenient = lenient}};
	struct tree_node *tree = (struct tree_node *)arena_alloc(arena, 1, sizeof(*tree));
	struct import_list top = {NULL, 0, 0}, classes = {NULL, 0, 0};

	if (tree == NULL)
		print_no_memory();
	isc_walk(&isc, root);
	add_interfaces(&isc, &top, root);
	isc_scope_end(&isc, &isc.global);
	for (size_t i = 0; i < isc.global.map.n; i++)
		import_add(&isc.im, &top, isc.global.map.v[i].name, isc.global.map.v[i]);
	add_list(&isc, &top, "option-def", &isc.option_defs);
	isc_classes_end(&isc, &classes);
	add_list(&isc, &top, "client-classes", &classes);
	if (isc.flex_id != NULL)
		add_flex_id(&isc, &top);
	if (isc.hosts.n > 0) {
		import_add_bool(&isc.im, &top, "reservations-global", true);
		import_add_bool(&isc.im, &top, "reservations-in-subnet", true);
		add_list(&isc, &top, "reservations", &isc.hosts);
	}
	add_networks(&isc, &top);
	add_subnets(&isc, &top, NULL);
	*tree = (struct tree_node){.type = TREE_MAP, .n = top.n, .v = top.v};
	*ret_root = tree;
	if (isc.im.error < 0)
		return isc.im.error;
	return r->errors > 0 ? -EINVAL : 0;
}

int import_isc(const char *file, bool lenient, struct arena *arena, struct report *r,
	struct tree_node **ret_root)
{
	struct isc_stmt root;
	int rc = isc_parse(file, arena, r, &root);

	if (rc == -ENOMEM)
		print_no_memory();
	return rc < 0 ? rc : import_isc_stmts(&root, lenient, arena, r, ret_root);
}
