/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_limits: address-limit and rate-limit of a subnet or class (Kea's hook limits). Called by
 * read.c and read_classes.c.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "shm/tally.h"

#define NAME_MAX_LEN 63 /* of a class whose leases say that they belong to it */

static const struct {
	const char *name;
	uint64_t s;
} units[] = {{"second", 1}, {"minute", 60}, {"hour", 3600}, {"day", 86400}, {"week", 7 * 86400},
	{"month", 30 * 86400}, {"year", 365 * 86400}};

/* "N packets per UNIT" */
static bool parse_rate(const char *s, struct model_limit *l)
{
	unsigned long long n;
	char *end;

	if (!isdigit((unsigned char)*s))
		return false;
	n = strtoull(s, &end, 10);
	if (strncmp(end, " packets per ", 13) == 0)
		s = end + 13;
	else if (strncmp(end, " packet per ", 12) == 0)
		s = end + 12;
	else
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(s, units[i].name) != 0)
			continue;
		l->packets = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
		l->period_ms = units[i].s * 1000;
		return true;
	}
	return false;
}

static void read_rate(struct draft *d, const struct tree_node *node, struct model_limit *l)
{
	if (!parse_rate(node->string, l))
		report_error(d->report, node,
			"expected \"N packets per UNIT\", where UNIT is second, minute, hour, day, "
			"week, month or year, got \"%s\"", node->string);
	else if (l->packets > TALLY_PACKETS_MAX)
		report_error(d->report, node, "more than %u packets are not counted",
			TALLY_PACKETS_MAX);
}

/* What stands in each lease of the class has to be the same as JSON. */
static bool is_plain(const char *name)
{
	for (const char *s = name; *s != '\0'; s++)
		if (*s < ' ' || *s > '~' || *s == '"' || *s == '\\')
			return false;
	return strlen(name) <= NAME_MAX_LEN;
}

int read_limit(struct draft *d, const struct param_set *set, const struct model_limit **ret)
{
	const struct tree_node *addresses = set->v[PARAM_ADDRESS_LIMIT];
	const struct tree_node *rate = set->v[PARAM_RATE_LIMIT];
	struct model_limit *l;

	*ret = NULL;
	if (addresses == NULL && rate == NULL)
		return 0;
	l = arena_alloc(d->arena, 1, sizeof(*l));
	if (l == NULL)
		return -ENOMEM;
	l->of_addresses = addresses != NULL;
	if (addresses != NULL)
		l->addresses = (uint32_t)addresses->integer;
	if (rate != NULL)
		read_rate(d, rate, l);
	*ret = l;
	return 0;
}

int read_class_limit(struct draft *d, const struct param_set *set, const struct model_class *c,
	const struct model_limit **ret)
{
	const struct tree_node *addresses = set->v[PARAM_ADDRESS_LIMIT];
	const struct tree_node *any = addresses != NULL ? addresses : set->v[PARAM_RATE_LIMIT];

	if (addresses != NULL && !is_plain(c->name))
		report_error(d->report, addresses,
			"leases name this class: it needs a name of at most %d printable "
			"characters without quotes and backslashes", NAME_MAX_LEN);
	if (any != NULL && c->only_additional)
		report_warning(d->report, any,
			"no effect: the class is evaluated once the address is chosen");
	return read_limit(d, set, ret);
}
