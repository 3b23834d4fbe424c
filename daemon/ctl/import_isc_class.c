/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_isc_class: classes and subclasses. A class that its subclasses fill gets a test for any of
 * their values; a subclass with settings of its own becomes a class, which stands before the other,
 * since the first class that has a setting wins.
 */
#include <string.h>

#include "daemon/ctl/import_isc_part.h"
#include "daemon/ctl/print.h"

static bool is_reserved(const char *name)
{
	static const char *const names[] = {
		"ALL", "KNOWN", "UNKNOWN", "BOOTP", "DROP", "REJECT", "SKIP_DDNS"};
	static const char *const starts[] = {
		"VENDOR_CLASS_", "HA_", "SPAWN_", "AFTER_", "EXTERNAL_"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(name, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static struct isc_class *find(struct isc *isc, const char *name)
{
	for (struct isc_class *c = isc->classes; c != NULL; c = c->next)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* A class before another one, or at the end. */
static struct isc_class *insert(struct isc *isc, struct isc_class *before, const char *name,
	struct isc_stmt *s, const struct isc_group *groups)
{
	struct isc_class *c = (struct isc_class *)arena_alloc(isc->im.arena, 1, sizeof(*c));
	struct isc_class **at = &isc->classes;

	if (c == NULL)
		print_no_memory();
	c->name = name;
	c->stmt = s;
	isc_scope_begin(&c->scope, ISC_CLASS, &isc->global);
	isc_scope_apply(isc, &c->scope, s, groups);
	while (*at != before)
		at = &(*at)->next;
	c->next = before;
	*at = c;
	return c;
}

static void read_match(struct isc *isc, struct isc_class *c, struct isc_stmt *s)
{
	const char *wrong = NULL;

	if (isc_is_word(&s->t[0], "spawn") && s->n > 2 && isc_is_word(&s->t[1], "with")) {
		c->spawn = isc_value(isc, s->t + 2, s->n - 2, &wrong);
	} else if (isc_is_word(&s->t[0], "match") && s->n > 2 && isc_is_word(&s->t[1], "if")) {
		c->test = isc_test(isc, s->t + 2, s->n - 2, &wrong);
	} else if (isc_is_word(&s->t[0], "match") && s->n > 1) {
		c->match = s->t + 1;
		c->n_match = s->n - 1;
	}
	if (wrong != NULL)
		isc_fail(isc, s, "class %s: %s", c->name, wrong);
}

void isc_class(struct isc *isc, struct isc_stmt *s, const struct isc_group *groups)
{
	const char *name = s->n == 2 ? isc_word(isc, &s->t[1]) : "";
	struct isc_class *c;

	if (name[0] == '\0' || !s->block || !isc_is_printable(s->t[1].text)) {
		isc_fail(isc, s, "expected class \"NAME\" { ... }");
		return;
	}
	if (is_reserved(name) || find(isc, name) != NULL) {
		isc_fail(isc, s, "class %s: the name %s", name,
			is_reserved(name) ? "means something of its own here" : "is taken");
		return;
	}
	c = insert(isc, NULL, name, s, groups);
	for (struct isc_stmt *m = s->first; m != NULL; m = m->next)
		if (m->n > 0)
			read_match(isc, c, m);
}

void isc_subclass(struct isc *isc, struct isc_stmt *s, const struct isc_group *groups)
{
	struct isc_class *c = s->n >= 3 ? find(isc, isc_word(isc, &s->t[1])) : NULL, *sub;
	const char *wrong, *test;

	if (c == NULL || c->match == NULL) {
		isc_fail(isc, s, "expected subclass \"NAME\" VALUE of a class with \"match\"");
		return;
	}
	test = isc_equals(isc, c->match, c->n_match, s->t + 2, s->n - 2, &wrong);
	if (test == NULL) {
		isc_fail(isc, s, "subclass of %s: %s", c->name, wrong);
		return;
	}
	import_add_string(&isc->im, &c->tests, NULL, test);
	if (s->first == NULL)
		return;
	sub = insert(isc, c, isc_format(isc, "%s-%zu", c->name, c->tests.n), s, groups);
	sub->test = test;
}

/* One test out of those of the subclasses, in one piece of memory. */
static const char *join_tests(struct isc *isc, const struct import_list *tests)
{
	size_t len = 1;
	char *text, *at;

	for (size_t i = 0; i < tests->n; i++)
		len += strlen(tests->v[i].string) + 4;
	text = at = (char *)arena_alloc(isc->im.arena, len, 1);
	if (text == NULL)
		print_no_memory();
	for (size_t i = 0; i < tests->n; i++) {
		if (i > 0)
			at = stpcpy(at, " or ");
		at = stpcpy(at, tests->v[i].string);
	}
	return text;
}

static bool is_limited(const struct isc_class *c)
{
	for (size_t i = 0; i < c->scope.map.n; i++)
		if (strcmp(c->scope.map.v[i].name, "address-limit") == 0)
			return true;
	return false;
}

static void end_class(struct isc *isc, struct isc_class *c, struct import_list *ret_classes)
{
	struct import_list map = {NULL, 0, 0};
	const char *test = c->test;

	if (test == NULL && c->tests.n > 0)
		test = join_tests(isc, &c->tests);
	if (test == NULL && c->spawn == NULL && c->match == NULL && !c->stmt->told)
		isc_warn(isc, c->stmt, "class %s: nothing makes a client a member of it", c->name);
	if (is_limited(c) && (c->spawn != NULL || c->match != NULL))
		isc_fail(isc, c->stmt,
			"class %s: dhcpd counts the leases of each of its subclasses by itself, "
			"here the limit would be for all: give each its own class and limit",
			c->name);
	import_add_string(&isc->im, &map, "name", c->name);
	if (c->spawn != NULL)
		import_add_string(&isc->im, &map, "template-test",
			test == NULL ? c->spawn
				     : isc_format(isc, "ifelse(%s, %s, '')", test, c->spawn));
	else if (test != NULL)
		import_add_string(&isc->im, &map, "test", test);
	isc_scope_end(isc, &c->scope);
	for (size_t i = 0; i < c->scope.map.n; i++)
		import_add(&isc->im, &map, c->scope.map.v[i].name, c->scope.map.v[i]);
	import_add_all(&isc->im, ret_classes, NULL, TREE_MAP, &map);
}

/* What dhcpd gives to a member of a class goes before what it gives to a network; here it goes
 * behind it. */
static void check_order(struct isc *isc)
{
	for (unsigned code = 1; code < 255; code++) {
		struct isc_stmt *s = isc->class_option[code], *inner = isc->inner_option[code];

		if (s != NULL && inner != NULL)
			isc_fail(isc, s,
				"option %s is set at %s:%u too: there it goes before the "
				"one of the class here, with dhcpd behind it",
				isc_word(isc, &s->t[1]), inner->file, inner->line);
	}
}

void isc_classes_end(struct isc *isc, struct import_list *ret_classes)
{
	check_order(isc);
	for (struct isc_class *c = isc->classes; c != NULL; c = c->next)
		end_class(isc, c, ret_classes);
	for (size_t i = 0; i < isc->guard_classes.n; i++)
		import_add(&isc->im, ret_classes, NULL, isc->guard_classes.v[i]);
}
