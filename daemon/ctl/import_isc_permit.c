/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_isc_permit: allow and deny. In a pool they say whose it is: one admitted class is a guard
 * by itself, everything else becomes a class that is made for the pool. Elsewhere they are
 * switches.
 */
#include <string.h>

#include "daemon/ctl/import_isc_part.h"
#include "daemon/ctl/print.h"

/* Whether words[from..] are these, and no more. */
static bool are(const struct isc_stmt *s, const char *one, const char *two, const char *three)
{
	const char *const words[] = {one, two, three};
	size_t n = three != NULL ? 3 : two != NULL ? 2 : 1;

	for (size_t i = 0; i < n; i++)
		if (1 + i >= s->n || !isc_is_word(&s->t[1 + i], words[i]))
			return false;
	return s->n == 1 + n;
}

static void add(struct isc *isc, struct isc_scope *scope, bool allow, const char *class_name,
	const char *test)
{
	struct isc_permit *p = (struct isc_permit *)arena_alloc(isc->im.arena, 1, sizeof(*p));

	if (p == NULL)
		print_no_memory();
	*p = (struct isc_permit){test, class_name, allow, NULL};
	for (struct isc_permit **at = &scope->permits;; at = &(*at)->next) {
		if (*at == NULL) {
			*at = p;
			return;
		}
	}
}

static void permit_in_pool(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, bool allow)
{
	const char *name;

	if (are(s, "known-clients", NULL, NULL) || are(s, "known", "clients", NULL)) {
		add(isc, scope, allow, "KNOWN", "member('KNOWN')");
	} else if (are(s, "unknown-clients", NULL, NULL) || are(s, "unknown", "clients", NULL)) {
		add(isc, scope, allow, "UNKNOWN", "member('UNKNOWN')");
	} else if (are(s, "dynamic", "bootp", "clients")) {
		add(isc, scope, allow, "BOOTP", "member('BOOTP')");
	} else if (are(s, "all", "clients", NULL)) {
		add(isc, scope, allow, "ALL", "member('ALL')");
	} else if (s->n == 4 && isc_is_word(&s->t[1], "members") && isc_is_word(&s->t[2], "of") &&
		s->t[3].type == ISC_STRING) {
		name = isc_word(isc, &s->t[3]);
		if (strchr(name, '\'') != NULL || !isc_is_printable(s->t[3].text))
			isc_fail(isc, s, "a class of this name cannot be asked for");
		else
			add(isc, scope, allow, name, isc_format(isc, "member('%s')", name));
	} else {
		isc_fail(isc, s,
			"who may use this pool cannot be carried over: "
			"write client-classes in the pool");
	}
}

static void permit_outside(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, bool allow)
{
	if (are(s, "unknown-clients", NULL, NULL) || are(s, "unknown", "clients", NULL)) {
		scope->known_only = !allow;
	} else if (are(s, "booting", NULL, NULL)) {
		if (!allow && scope->place == ISC_HOST)
			import_add_string(&isc->im, &scope->guards, NULL, "DROP");
		else if (!allow)
			isc_fail(isc, s, "give the clients that must not boot to the class DROP");
	} else if (are(s, "bootp", NULL, NULL)) {
		if (allow)
			isc_warn(isc, s,
				"no effect: whether BOOTP is served is a setting of its "
				"own, see lessor.conf(5)");
	} else if (are(s, "duplicates", NULL, NULL)) {
		isc_warn(isc, s, "no effect: a client has one lease in a subnet");
	} else if (are(s, "client-updates", NULL, NULL)) {
		isc_warn(isc, s, "no effect: no DNS updates are made");
	} else if (are(s, "declines", NULL, NULL)) {
		if (!allow)
			isc_fail(isc, s, "a DHCPDECLINE is always heard");
	} else if (are(s, "leasequery", NULL, NULL)) {
		if (allow)
			isc_fail(isc, s, "DHCPLEASEQUERY is not answered");
	} else {
		isc_fail(isc, s, "not a switch that is known here");
	}
}

void isc_permit(struct isc *isc, struct isc_scope *scope, struct isc_stmt *s, bool allow)
{
	if (scope->place == ISC_POOL)
		permit_in_pool(isc, scope, s, allow);
	else
		permit_outside(isc, scope, s, allow);
}

/* All tests of one kind, any of which will do; NULL: there is none. */
static const char *any_of(struct isc *isc, const struct isc_permit *p, bool allow)
{
	const char *text = NULL;

	for (; p != NULL; p = p->next)
		if (p->allow == allow)
			text = text == NULL ? p->test : isc_format(isc, "%s or %s", text, p->test);
	return text;
}

/* A class for this pool alone, behind all others. */
static void make_class(struct isc *isc, struct isc_scope *scope, const char *test)
{
	const char *name = isc_format(isc, "isc-pool-%u", ++isc->next_guard);
	struct import_list map = {NULL, 0, 0};

	import_add_string(&isc->im, &map, "name", name);
	import_add_string(&isc->im, &map, "test", test);
	import_add_all(&isc->im, &isc->guard_classes, NULL, TREE_MAP, &map);
	import_add_string(&isc->im, &scope->guards, NULL, name);
}

void isc_permits_end(struct isc *isc, struct isc_scope *scope)
{
	const char *allowed = any_of(isc, scope->permits, true);
	const char *denied = any_of(isc, scope->permits, false);

	if (denied == NULL) {
		for (const struct isc_permit *p = scope->permits; p != NULL; p = p->next)
			import_add_string(&isc->im, &scope->guards, NULL, p->class_name);
		return;
	}
	if (allowed != NULL)
		make_class(isc, scope, isc_format(isc, "(%s) and not (%s)", allowed, denied));
	else
		make_class(isc, scope, isc_format(isc, "not (%s)", denied));
}
