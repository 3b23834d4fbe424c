/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_isc: the walk over dhcpd's declarations: networks, subnets, pools and classes first, in
 * the order of the file; then hosts, since they go into the subnet of their address; then all of it
 * as settings of Lessor.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/range.h"
#include "daemon/ctl/import_isc_part.h"
#include "daemon/ctl/print.h"
#include "shm/base/text.h"

/* Where a declaration stands: in the file, a network, a subnet. */
struct place {
	struct isc_scope *scope;
	struct isc_network *network;
	struct isc_subnet *subnet;
};

static void walk(struct isc *isc, const struct place *place, struct isc_stmt *stmt,
	const struct isc_group *groups);

static void *alloc(struct isc *isc, size_t size)
{
	void *p = arena_alloc(isc->im.arena, 1, size);

	if (p == NULL)
		print_no_memory();
	return p;
}

const char *isc_format(struct isc *isc, const char *fmt, ...)
{
	char *text = NULL, *copy;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	copy = n >= 0 ? arena_strdup(isc->im.arena, text) : NULL;
	if (copy == NULL)
		print_no_memory();
	free(text);
	return copy;
}

const char *isc_word(struct isc *isc, const struct isc_token *t)
{
	char *copy = arena_strndup(isc->im.arena, (const char *)t->text.p, t->text.len);

	if (copy == NULL)
		print_no_memory();
	return copy;
}

bool isc_is_printable(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	return true;
}

static void __attribute__((format(printf, 4, 0)))
tell(struct isc *isc, struct isc_stmt *s, bool is_error, const char *fmt, va_list ap)
{
	const struct tree_node at = {.file = s->file, .line = s->line};
	char text[1024];

	if (s->told)
		return;
	s->told = true;
	vsnprintf(text, sizeof(text), fmt, ap);
	if (is_error)
		import_fail(&isc->im, &at, "%s", text);
	else
		import_warn(&isc->im, &at, "%s", text);
}

void isc_fail(struct isc *isc, struct isc_stmt *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(isc, s, true, fmt, ap);
	va_end(ap);
}

void isc_warn(struct isc *isc, struct isc_stmt *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(isc, s, false, fmt, ap);
	va_end(ap);
}

void isc_set(struct isc *isc, struct import_list *map, const char *name, struct tree_node value)
{
	for (size_t i = 0; i < map->n; i++) {
		if (strcmp(map->v[i].name, name) == 0) {
			value.name = name;
			map->v[i] = value;
			return;
		}
	}
	import_add(&isc->im, map, name, value);
}

void isc_set_string(struct isc *isc, struct import_list *map, const char *name, const char *value)
{
	isc_set(isc, map, name, (struct tree_node){.type = TREE_STRING, .string = value});
}

/* The subnet of this network (or the one given) that holds an address. */
static struct isc_subnet *holder(struct isc *isc, const struct place *place, uint32_t ip)
{
	if (place->subnet != NULL)
		return (ip & place->subnet->mask) == place->subnet->prefix ? place->subnet : NULL;
	for (struct isc_subnet *n = isc->subnets; n != NULL; n = n->next)
		if (n->network == place->network && (ip & n->mask) == n->prefix)
			return n;
	return NULL;
}

/* "range [dynamic-bootp] LOW [HIGH]", with what else is set in its pool. */
static void read_range(struct isc *isc, const struct place *place, struct isc_stmt *s,
	const struct isc_scope *pool)
{
	size_t at = s->n > 1 && isc_is_word(&s->t[1], "dynamic-bootp") ? 2 : 1;
	char first[TEXT_IP_SIZE], last[TEXT_IP_SIZE];
	struct import_list map = {NULL, 0, 0};
	struct isc_subnet *subnet;
	uint32_t low, high;

	if (s->n <= at || s->n > at + 2 || !isc_address(&s->t[at], &low) ||
		!isc_address(&s->t[s->n - 1], &high)) {
		isc_fail(isc, s, "expected range FIRST LAST;");
		return;
	}
	subnet = holder(isc, place, low);
	if (subnet == NULL || holder(isc, place, high) != subnet || low > high) {
		isc_fail(isc, s, "the range does not lie in one subnet");
		return;
	}
	if (at == 2)
		isc_warn(isc, s, "BOOTP clients get addresses of every pool or of none");
	import_add_string(&isc->im, &map, "pool",
		isc_format(isc, "%s - %s", text_ip(low, first), text_ip(high, last)));
	for (size_t i = 0; i < pool->map.n; i++)
		import_add(&isc->im, &map, pool->map.v[i].name, pool->map.v[i]);
	import_add_all(&isc->im, &subnet->pools, NULL, TREE_MAP, &map);
}

static void read_ranges(struct isc *isc, const struct place *place, struct isc_stmt *stmt,
	const struct isc_scope *pool)
{
	for (struct isc_stmt *s = stmt->first; s != NULL; s = s->next)
		if (s->n > 0 && isc_is_word(&s->t[0], "range"))
			read_range(isc, place, s, pool);
}

static void read_pool(struct isc *isc, const struct place *place, struct isc_stmt *s)
{
	struct isc_scope scope;

	isc_scope_begin(&scope, ISC_POOL, place->scope);
	isc_scope_apply(isc, &scope, s, NULL);
	isc_permits_end(isc, &scope);
	isc_scope_end(isc, &scope);
	read_ranges(isc, place, s, &scope);
}

/* "subnet ADDRESS netmask MASK". */
static bool read_prefix(struct isc *isc, struct isc_stmt *s, struct isc_subnet *n)
{
	uint8_t len = 0;

	if (s->n != 4 || !s->block || !isc_address(&s->t[1], &n->prefix) ||
		!isc_is_word(&s->t[2], "netmask") || !isc_address(&s->t[3], &n->mask)) {
		isc_fail(isc, s, "expected subnet ADDRESS netmask MASK { ... }");
		return false;
	}
	while (len < 32 && range_mask(len) != n->mask)
		len++;
	if (range_mask(len) != n->mask || (n->prefix & ~n->mask) != 0) {
		isc_fail(isc, s, "address and mask make no subnet");
		return false;
	}
	import_add_int(&isc->im, &n->scope.map, "id", n->id);
	import_add_string(&isc->im, &n->scope.map, "subnet",
		isc_format(isc, "%s/%u", isc_word(isc, &s->t[1]), len));
	return true;
}

static void read_subnet(
	struct isc *isc, const struct place *up, struct isc_stmt *s, const struct isc_group *groups)
{
	struct isc_subnet *n = (struct isc_subnet *)alloc(isc, sizeof(*n));
	struct place place = {&n->scope, up->network, n};
	const struct isc_scope none = {.place = ISC_POOL};

	isc_scope_begin(&n->scope, ISC_SUBNET, up->scope);
	n->id = isc->next_id + 1;
	n->network = up->network;
	if (!read_prefix(isc, s, n))
		return;
	isc->next_id++;
	if (isc->last_subnet != NULL)
		isc->last_subnet->next = n;
	else
		isc->subnets = n;
	isc->last_subnet = n;
	isc_scope_apply(isc, &n->scope, s, groups);
	if (n->scope.known_only)
		import_add_string(&isc->im, &n->scope.guards, NULL, "KNOWN");
	read_ranges(isc, &place, s, &none);
	walk(isc, &place, s, NULL);
}

static void read_network(
	struct isc *isc, const struct place *up, struct isc_stmt *s, const struct isc_group *groups)
{
	struct isc_network *n = (struct isc_network *)alloc(isc, sizeof(*n));
	struct place place = {&n->scope, n, NULL};

	isc_scope_begin(&n->scope, ISC_NETWORK, up->scope);
	if (s->n != 2 || !s->block) {
		isc_fail(isc, s, "expected shared-network NAME { ... }");
		return;
	}
	import_add_string(&isc->im, &n->scope.map, "name", isc_word(isc, &s->t[1]));
	if (isc->last_network != NULL)
		isc->last_network->next = n;
	else
		isc->networks = n;
	isc->last_network = n;
	isc_scope_apply(isc, &n->scope, s, groups);
	walk(isc, &place, s, NULL);
}

static void remember_host(struct isc *isc, const struct place *place, struct isc_stmt *s,
	const struct isc_group *groups)
{
	struct isc_pending *p = (struct isc_pending *)alloc(isc, sizeof(*p));

	*p = (struct isc_pending){s, *place->scope, groups, NULL};
	if (isc->last_pending != NULL)
		isc->last_pending->next = p;
	else
		isc->pending = p;
	isc->last_pending = p;
}

static void read_group(struct isc *isc, const struct place *place, struct isc_stmt *s,
	const struct isc_group *groups)
{
	struct isc_group *group = (struct isc_group *)alloc(isc, sizeof(*group));
	struct isc_scope scope = *place->scope;
	struct place inner = *place;

	*group = (struct isc_group){s, groups};
	for (struct isc_stmt *in = s->first; in != NULL; in = in->next)
		if (in->n == 2 && isc_is_word(&in->t[0], "use-host-decl-names"))
			scope.host_names =
				isc_is_word(&in->t[1], "true") || isc_is_word(&in->t[1], "on");
	inner.scope = &scope;
	walk(isc, &inner, s, group);
}

/* The declarations among the statements; pools after subnets, which a network's pool is for. */
static void walk(struct isc *isc, const struct place *place, struct isc_stmt *stmt,
	const struct isc_group *groups)
{
	for (struct isc_stmt *s = stmt->first; s != NULL; s = s->next) {
		if (s->n == 0)
			continue;
		if (isc_is_word(&s->t[0], "subnet") && place->subnet == NULL)
			read_subnet(isc, place, s, groups);
		else if (isc_is_word(&s->t[0], "shared-network") && place->network == NULL &&
			place->subnet == NULL)
			read_network(isc, place, s, groups);
		else if (isc_is_word(&s->t[0], "group"))
			read_group(isc, place, s, groups);
		else if (isc_is_word(&s->t[0], "class"))
			isc_class(isc, s, groups);
		else if (isc_is_word(&s->t[0], "subclass"))
			isc_subclass(isc, s, groups);
		else if (isc_is_word(&s->t[0], "host"))
			remember_host(isc, place, s, groups);
	}
	for (struct isc_stmt *s = stmt->first; s != NULL; s = s->next)
		if (s->n > 0 && isc_is_word(&s->t[0], "pool") &&
			(place->network != NULL || place->subnet != NULL))
			read_pool(isc, place, s);
}

void isc_walk(struct isc *isc, struct isc_stmt *root)
{
	const struct place place = {&isc->global, NULL, NULL};

	isc_scope_begin(&isc->global, ISC_GLOBAL, NULL);
	isc_scope_apply(isc, &isc->global, root, NULL);
	walk(isc, &place, root, NULL);
	for (struct isc_pending *p = isc->pending; p != NULL; p = p->next)
		isc_host(isc, &p->up, p->stmt, p->groups);
}
