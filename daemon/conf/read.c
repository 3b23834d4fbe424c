/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read: the tree into a draft of the model: top level, shared networks, subnets, pools. The only
 * reader, whatever syntax the tree came from. Called by model.c.
 */
#include <errno.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "daemon/conf/range.h"
#include "shm/base/text.h"

/* What a scope hands down to those inside; guards are its own alone. */
struct scope {
	struct model_network *network;
	struct model_classes guard, additional;
	struct model_params params;
	const struct model_names *names;
	struct model_options options; /* its own, not those above it */
	const char *interface;
	const struct tree_node *relays;       /* of a network, until its first member takes them */
	const struct tree_node *interface_at; /* in a network: where its one interface was named */
};

/* How many elements the lists of this name have in the whole tree. */
static size_t count_elements(const struct tree_node *node, const char *name)
{
	size_t n = 0;

	if (node->name != NULL && strcmp(node->name, name) == 0 && node->type == TREE_LIST)
		n = node->n;
	if (node->type == TREE_MAP || node->type == TREE_LIST)
		for (size_t i = 0; i < node->n; i++)
			n += count_elements(&node->v[i], name);
	return n;
}

static int read_pool(
	struct draft *d, const struct tree_node *map, struct model_subnet *s, bool has_prefix)
{
	struct model *m = d->model;
	const struct tree_node *range;
	struct model_pool *p;
	struct param_set set;
	int r;

	param_check(map, PARAM_AT_POOL, d->report, &set);
	p = arena_alloc(d->arena, 1, sizeof(*p));
	if (p == NULL || read_names(d, &set, s->names, &p->names) < 0 ||
		read_options(d, set.v[PARAM_OPTION_DATA], NULL, NULL, &p->options) < 0 ||
		read_guards(d, &set, &p->guard, &p->additional) < 0)
		return -ENOMEM;
	range = set.v[PARAM_POOL];
	if (range == NULL)
		return 0;
	r = range_parse(range->string, &p->start, &p->end);
	if (r == -ERANGE) {
		report_error(d->report, range, "ends before it starts");
	} else if (r < 0) {
		report_error(d->report, range,
			"expected \"FIRST - LAST\" or \"ADDRESS/LENGTH\", got \"%s\"",
			range->string);
	} else if (has_prefix && (p->start < s->prefix || p->end > (s->prefix | ~s->mask))) {
		char ip[TEXT_IP_SIZE];

		report_error(d->report, range, "is not inside the subnet %s/%u",
			text_ip(s->prefix, ip), s->prefix_len);
	} else {
		p->id = param_uint(&set, PARAM_POOL_ID);
		p->index = (uint32_t)m->n_pools;
		p->subnet = s;
		d->pool_at[m->n_pools] = map;
		m->pools[m->n_pools++] = p;
		s->n_pools++;
	}
	return 0;
}

static int read_pools(struct draft *d, const struct tree_node *list, struct model_subnet *s,
	bool has_prefix)
{
	for (size_t i = 0; list != NULL && i < list->n; i++)
		if (list->v[i].type == TREE_MAP && read_pool(d, &list->v[i], s, has_prefix) < 0)
			return -ENOMEM;
	return 0;
}

/* The list of relay addresses in a "relay" map, NULL: none. */
static const struct tree_node *read_relays(struct draft *d, const struct tree_node *map)
{
	const struct tree_node *list;
	struct param_set set;
	uint32_t address;

	if (map == NULL)
		return NULL;
	param_check(map, PARAM_AT_RELAY, d->report, &set);
	list = set.v[PARAM_RELAY_ADDRESSES];
	for (size_t i = 0; list != NULL && i < list->n; i++)
		if (list->v[i].type == TREE_STRING &&
			text_parse_ip(list->v[i].string, &address) < 0)
			report_error(d->report, &list->v[i], "\"%s\" is not an IPv4 address",
				list->v[i].string);
	return list != NULL && list->n > 0 ? list : NULL;
}

/* All interfaces that a network and its members name must be the same one. */
static int read_interface(
	struct draft *d, const struct tree_node *node, struct scope *up, struct scope *ret)
{
	char place[REPORT_PLACE_SIZE], *copy;

	if (node == NULL)
		return 0;
	copy = arena_strdup(d->arena, node->string);
	if (copy == NULL)
		return -ENOMEM;
	ret->interface = copy;
	ret->interface_at = node;
	if (up->network == NULL)
		return 0;
	if (up->interface_at == NULL)
		up->interface_at = node;
	else if (strcmp(up->interface_at->string, node->string) != 0)
		report_error(d->report, node,
			"a shared network has one interface, but %s is another one",
			report_place(up->interface_at, place));
	return 0;
}

/* What networks and subnets have in common. */
static int read_scope(struct draft *d, const struct param_set *set, enum model_scope scope,
	struct scope *up, struct scope *ret)
{
	const struct tree_node *own_relays;

	*ret = *up;
	if (read_params(d, set, scope, &up->params, &ret->params) < 0 ||
		read_names(d, set, up->names, &ret->names) < 0 ||
		read_options(d, set->v[PARAM_OPTION_DATA], NULL, &ret->params.server_id,
			&ret->options) < 0)
		return -ENOMEM;
	if (scope == MODEL_GLOBAL)
		return 0;
	if (read_guards(d, set, &ret->guard, &ret->additional) < 0)
		return -ENOMEM;
	own_relays = read_relays(d, set->v[PARAM_RELAY]);
	if (own_relays != NULL)
		ret->relays = own_relays;
	else if (up->guard.n == 0 && ret->guard.n == 0)
		up->relays = NULL; /* nobody goes on to the next member */
	return read_interface(d, set->v[PARAM_INTERFACE], up, ret);
}

static bool read_prefix(struct draft *d, const struct tree_node *node, struct model_subnet *s)
{
	if (node == NULL)
		return false;
	if (range_parse_prefix(node->string, &s->prefix, &s->prefix_len) < 0) {
		report_error(
			d->report, node, "expected \"ADDRESS/LENGTH\", got \"%s\"", node->string);
		return false;
	}
	s->mask = range_mask(s->prefix_len);
	s->prefix &= s->mask;
	return true;
}

static int read_subnet(struct draft *d, const struct tree_node *map, struct scope *up,
	struct model_subnet **ret_subnet)
{
	struct model *m = d->model;
	struct draft_subnet *ds = &d->subnets[m->n_subnets];
	struct model_subnet *s = arena_alloc(d->arena, 1, sizeof(*s));
	struct param_set set;
	struct scope scope;

	if (s == NULL)
		return -ENOMEM;
	param_check(map, PARAM_AT_SUBNET, d->report, &set);
	if (read_scope(d, &set, MODEL_SUBNET, up, &scope) < 0 ||
		read_limit(d, &set, &s->limit) < 0)
		return -ENOMEM;
	m->has_limits |= s->limit != NULL;
	*ds = (struct draft_subnet){
		s, map, scope.relays, read_prefix(d, set.v[PARAM_SUBNET_PREFIX], s)};
	if (set.v[PARAM_SUBNET_ID] != NULL)
		s->id = param_uint(&set, PARAM_SUBNET_ID);
	s->index = (uint32_t)m->n_subnets;
	s->network = up->network;
	s->group = s->network != NULL && s->network->n_subnets > 0 ?
		s->network->subnets[0]->id : s->id;
	s->guard = scope.guard;
	s->additional = scope.additional;
	s->interface = scope.interface;
	s->params = scope.params;
	s->names = scope.names;
	s->options = scope.options;
	m->subnets[m->n_subnets++] = s;
	*ret_subnet = s;
	if (read_pools(d, set.v[PARAM_POOLS], s, ds->has_prefix) < 0)
		return -ENOMEM;
	return read_hosts(d, set.v[PARAM_RESERVATIONS], s, ds->has_prefix);
}

static int read_network(struct draft *d, const struct tree_node *map, struct scope *up)
{
	struct model *m = d->model;
	struct model_network *n = arena_alloc(d->arena, 1, sizeof(*n));
	const struct tree_node *members;
	struct param_set set;
	struct scope scope;

	if (n == NULL)
		return -ENOMEM;
	param_check(map, PARAM_AT_NETWORK, d->report, &set);
	n->name = arena_strdup(d->arena,
		set.v[PARAM_NETWORK_NAME] != NULL ? set.v[PARAM_NETWORK_NAME]->string : "");
	if (n->name == NULL || read_scope(d, &set, MODEL_NETWORK, up, &scope) < 0)
		return -ENOMEM;
	scope.network = n;
	n->options = scope.options;
	n->guard = scope.guard;
	n->additional = scope.additional;
	d->network_at[m->n_networks] = map;
	m->networks[m->n_networks++] = n;
	members = set.v[PARAM_SUBNETS];
	if (members == NULL)
		return 0;
	n->subnets = arena_alloc(d->arena, members->n, sizeof(*n->subnets));
	if (n->subnets == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < members->n; i++) {
		if (members->v[i].type != TREE_MAP)
			continue;
		if (read_subnet(d, &members->v[i], &scope, &n->subnets[n->n_subnets]) < 0)
			return -ENOMEM;
		n->n_subnets++;
	}
	return 0;
}

static enum model_lease_checks read_sanity(struct draft *d, const struct tree_node *map)
{
	static const char *const words[] = {
		[MODEL_CHECK_NONE] = "none",
		[MODEL_CHECK_WARN] = "warn",
		[MODEL_CHECK_FIX] = "fix",
		[MODEL_CHECK_FIX_DEL] = "fix-del",
		[MODEL_CHECK_DEL] = "del",
	};
	struct param_set set = {.v = {NULL}};
	unsigned i = 0;

	if (map != NULL)
		param_check(map, PARAM_AT_SANITY, d->report, &set);
	while (strcmp(words[i], param_string(&set, PARAM_LEASE_CHECKS)) != 0)
		i++;
	return (enum model_lease_checks)i;
}

static void read_compatibility(
	struct model *m, const struct tree_node *map, struct report *report)
{
	struct param_set set;

	param_check(map, PARAM_AT_COMPATIBILITY, report, &set);
	m->lenient_options = param_bool(&set, PARAM_LENIENT_OPTIONS);
	m->ignore_server_id = param_bool(&set, PARAM_IGNORE_SERVER_ID);
	m->ignore_link_selection = param_bool(&set, PARAM_IGNORE_LINK_SELECTION);
	m->exclude_first_last_24 = param_bool(&set, PARAM_EXCLUDE_FIRST_LAST_24);
}

static void read_globals(struct draft *d, const struct tree_node *root, const struct param_set *set)
{
	struct model *m = d->model;
	struct param_set expired = {.v = {NULL}};

	m->workers = param_uint(set, PARAM_WORKERS);
	m->echo_client_id = param_bool(set, PARAM_ECHO_CLIENT_ID);
	m->stash_agent_options = param_bool(set, PARAM_STASH_AGENT_OPTIONS);
	if (set->v[PARAM_COMPATIBILITY] != NULL)
		read_compatibility(m, set->v[PARAM_COMPATIBILITY], d->report);
	m->bootp = param_bool(set, PARAM_BOOTP);
	m->decline_probation_period = param_uint(set, PARAM_DECLINE_PROBATION_PERIOD);
	m->offer_hold_time = param_uint(set, PARAM_OFFER_HOLD_TIME);
	if (set->v[PARAM_EXPIRED] != NULL)
		param_check(set->v[PARAM_EXPIRED], PARAM_AT_EXPIRED, d->report, &expired);
	m->history_size = param_uint(set, PARAM_HISTORY_SIZE);
	m->hold_reclaimed_time = param_uint(&expired, PARAM_HOLD_RECLAIMED_TIME);
	m->lease_checks = read_sanity(d, set->v[PARAM_SANITY_CHECKS]);
	if (set->v[PARAM_INTERFACES_CONFIG] == NULL && d->report->errors == 0)
		report_warning(d->report, root,
			"no interface is served: name them in interfaces-config");
}

/* stored: how many reservations there are beside those of the file. */
static int alloc_lists(struct draft *d, const struct tree_node *root, size_t stored)
{
	struct model *m = d->model;
	size_t subnets = count_elements(root, "subnet4"), pools = count_elements(root, "pools");
	size_t networks = count_elements(root, "shared-networks");
	size_t hosts = count_elements(root, "reservations") + stored;

	m->subnets = arena_alloc(d->arena, subnets, sizeof(*m->subnets));
	m->networks = arena_alloc(d->arena, networks, sizeof(*m->networks));
	m->pools = arena_alloc(d->arena, pools, sizeof(*m->pools));
	d->subnets = arena_alloc(d->scratch, subnets, sizeof(*d->subnets));
	d->network_at = arena_alloc(d->scratch, networks, sizeof(*d->network_at));
	d->pool_at = arena_alloc(d->scratch, pools, sizeof(*d->pool_at));
	m->hosts = arena_alloc(d->arena, hosts, sizeof(*m->hosts));
	d->host_at = arena_alloc(d->scratch, hosts, sizeof(*d->host_at));
	d->host_in = arena_alloc(d->scratch, hosts, sizeof(*d->host_in));
	return m->subnets == NULL || m->networks == NULL || m->pools == NULL ||
			d->subnets == NULL || d->network_at == NULL || d->pool_at == NULL ||
			m->hosts == NULL || d->host_at == NULL || d->host_in == NULL
		? -ENOMEM
		: 0;
}

int read_config(struct draft *d, const struct tree_node *root)
{
	const struct tree_node *networks, *subnets, *stored;
	struct scope global, defaults = {.interface = ""};
	struct param_set set;
	int r = read_stored_list(d, &stored);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	param_check(root, PARAM_AT_GLOBAL, d->report, &set);
	read_params_default(&defaults.params);
	read_spaces_init(d);
	if (alloc_lists(d, root, stored != NULL ? stored->n : 0) < 0 ||
		read_interfaces(d, set.v[PARAM_INTERFACES_CONFIG]) < 0 ||
		read_http(d, set.v[PARAM_HTTP]) < 0 ||
		read_option_defs(d, set.v[PARAM_OPTION_DEF], MODEL_GLOBAL, &d->defs) < 0 ||
		read_ha(d, set.v[PARAM_HA]) < 0 ||
		read_classes(d, set.v[PARAM_CLIENT_CLASSES]) < 0 ||
		read_scope(d, &set, MODEL_GLOBAL, &defaults, &global) < 0 ||
		read_flex(d, set.v[PARAM_FLEX_OPTION]) < 0 || read_host_globals(d, &set) < 0)
		return -ENOMEM;
	d->model->options = global.options;
	read_globals(d, root, &set);
	d->unique = param_bool(&set, PARAM_RESERVATIONS_UNIQUE);
	if (read_hosts(d, set.v[PARAM_RESERVATIONS], NULL, false) < 0)
		return -ENOMEM;
	networks = set.v[PARAM_SHARED_NETWORKS];
	for (size_t i = 0; networks != NULL && i < networks->n; i++)
		if (networks->v[i].type == TREE_MAP &&
			read_network(d, &networks->v[i], &global) < 0)
			return -ENOMEM;
	subnets = set.v[PARAM_SUBNETS];
	for (size_t i = 0; subnets != NULL && i < subnets->n; i++) {
		struct model_subnet *unused;

		if (subnets->v[i].type == TREE_MAP &&
			read_subnet(d, &subnets->v[i], &global, &unused) < 0)
			return -ENOMEM;
	}
	if (read_stored(d, stored) < 0)
		return -ENOMEM;
	return read_spaces_finish(d);
}
