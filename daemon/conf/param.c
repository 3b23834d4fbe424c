/* SPDX-License-Identifier: Apache-2.0 */
/*
 * param: checks maps by the table. Knows nothing of what parameters mean to each other.
 */
#include "daemon/conf/param.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shm/base/err.h"
#include "shm/base/text.h"

#define G        PARAM_AT_GLOBAL
#define N        PARAM_AT_NETWORK
#define S        PARAM_AT_SUBNET
#define P        PARAM_AT_POOL
#define O        PARAM_AT_OPTION
#define D        PARAM_AT_DEF
#define I        PARAM_AT_INTERFACES
#define R        PARAM_AT_RELAY
#define E        PARAM_AT_EXPIRED
#define C        PARAM_AT_CLASS
#define H        PARAM_AT_HOST
#define W        PARAM_AT_HTTP
#define WT       PARAM_AT_HTTP_TLS
#define WA       PARAM_AT_HTTP_AUTH
#define WC       PARAM_AT_HTTP_CLIENT
#define WH       PARAM_AT_HTTP_HEADER
#define K        PARAM_AT_SANITY
#define M        PARAM_AT_COMPATIBILITY
#define PAIR     PARAM_AT_HA
#define PEER     PARAM_AT_PEER
#define TLS      PARAM_AT_TLS
#define F        PARAM_AT_FLEX
#define FS       PARAM_AT_FLEX_SUB
#define ANYWHERE                                                                                   \
	(G | N | S | P | O | D | I | R | E | C | H | W | WT | WA | WC | WH | K | M | PAIR | PEER | TLS | \
		F | FS)

#define READ(id, name, type, places, def, min, max, child, choices, text)                          \
	{name, PARAM_KIND_READ, PARAM_TYPE_##type, places, def, min, max, child, choices, text},
#define NO_EFFECT(name, places, why)                                                               \
	{name, PARAM_KIND_NO_EFFECT, PARAM_TYPE_ANY, places, "", 0, 0, 0, NULL, why},
#define LATER(name, places) {name, PARAM_KIND_LATER, PARAM_TYPE_ANY, places, "", 0, 0, 0, NULL, ""},

const struct param param_table[] = {
#include "daemon/conf/param.def"
};

#define TABLE_SIZE (sizeof(param_table) / sizeof(param_table[0]))

const size_t param_table_size = TABLE_SIZE;

const char *param_place_name(enum param_place place)
{
	switch (place) {
	case PARAM_AT_GLOBAL:
		return "the global scope";
	case PARAM_AT_NETWORK:
		return "shared-networks";
	case PARAM_AT_SUBNET:
		return "subnet4";
	case PARAM_AT_POOL:
		return "pools";
	case PARAM_AT_OPTION:
		return "option-data";
	case PARAM_AT_DEF:
		return "option-def";
	case PARAM_AT_INTERFACES:
		return "interfaces-config";
	case PARAM_AT_RELAY:
		return "relay";
	case PARAM_AT_EXPIRED:
		return "expired-leases-processing";
	case PARAM_AT_HA:
		return "high-availability";
	case PARAM_AT_PEER:
		return "peers";
	case PARAM_AT_TLS:
		return "tls of high-availability";
	case PARAM_AT_CLASS:
		return "client-classes";
	case PARAM_AT_HOST:
		return "reservations";
	case PARAM_AT_HTTP:
		return "http";
	case PARAM_AT_HTTP_TLS:
		return "tls";
	case PARAM_AT_HTTP_AUTH:
		return "authentication";
	case PARAM_AT_HTTP_CLIENT:
		return "clients";
	case PARAM_AT_HTTP_HEADER:
		return "http-headers";
	case PARAM_AT_SANITY:
		return "sanity-checks";
	case PARAM_AT_COMPATIBILITY:
		return "compatibility";
	case PARAM_AT_FLEX:
		return "flex-option";
	case PARAM_AT_FLEX_SUB:
		return "sub-options";
	}
	bug("unknown place");
}

const struct param *param_find(const char *name, unsigned places)
{
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if ((param_table[i].places & places) != 0 && param_table[i].name[0] == name[0] &&
			strcmp(param_table[i].name, name) == 0)
			return &param_table[i];
	return NULL;
}

bool param_is_read(const char *name, unsigned places)
{
	const struct param *p = param_find(name, places);

	return p != NULL && p->kind == PARAM_KIND_READ;
}

/* Reports a name that the table does not have at this place. */
static void report_unknown(const struct tree_node *node, enum param_place place, struct report *r)
{
	const char *names[TABLE_SIZE], *near;
	char where[160] = "";
	unsigned places = 0;
	size_t n = 0;

	for (size_t i = 0; i < TABLE_SIZE; i++) {
		if (strcmp(param_table[i].name, node->name) == 0)
			places |= param_table[i].places;
		if ((param_table[i].places & place) != 0)
			names[n++] = param_table[i].name;
	}
	for (unsigned i = 0; i < PARAM_PLACES; i++) {
		size_t len = strlen(where);

		if ((places & 1U << i) != 0)
			snprintf(where + len, sizeof(where) - len, "%s%s", len > 0 ? ", " : "",
				param_place_name((enum param_place)(1U << i)));
	}
	near = text_nearest(node->name, names, n);
	if (places != 0)
		report_error(r, node, "belongs in %s, not in %s", where, param_place_name(place));
	else if (place == PARAM_AT_GLOBAL && strcmp(node->name, "Dhcp4") == 0)
		report_error(r, node,
			"unknown parameter: what Kea has inside Dhcp4 stands at the "
			"top level here");
	else if (near != NULL)
		report_error(r, node, "unknown parameter, did you mean \"%s\"?", near);
	else
		report_error(r, node, "unknown parameter");
}

static const char *describe(const struct tree_node *node, char *buf, size_t size)
{
	switch (node->type) {
	case TREE_MAP:
		return "a group";
	case TREE_LIST:
		return "a list";
	case TREE_STRING:
		snprintf(buf, size, "the text \"%s\"", node->string);
		return buf;
	case TREE_INT:
		snprintf(buf, size, "the number %lld", (long long)node->integer);
		return buf;
	case TREE_REAL:
		snprintf(buf, size, "the number %g", node->real);
		return buf;
	case TREE_BOOL:
		return node->boolean ? "true" : "false";
	case TREE_NULL:
		return "null";
	}
	bug("unknown type of node");
}

static bool expected(const struct tree_node *node, const char *what, struct report *r)
{
	char got[300];

	report_error(r, node, "expected %s, got %s", what, describe(node, got, sizeof(got)));
	return false;
}

static bool check_uint(const struct param *p, const struct tree_node *node, struct report *r)
{
	if (node->type != TREE_INT)
		return expected(node, "a whole number", r);
	if (node->integer >= p->min && node->integer <= p->max)
		return true;
	report_error(r, node, "%lld is not in the range from %lld to %lld",
		(long long)node->integer, (long long)p->min, (long long)p->max);
	return false;
}

static double number(const struct tree_node *node)
{
	return node->type == TREE_INT ? (double)node->integer : node->real;
}

static bool check_fraction(const struct tree_node *node, struct report *r)
{
	bool is_number = node->type == TREE_REAL || node->type == TREE_INT;

	if (is_number && number(node) > 0 && number(node) < 1)
		return true;
	return expected(node, "a number above 0 and below 1", r);
}

static bool check_ratio(const struct tree_node *node, struct report *r)
{
	bool is_number = node->type == TREE_REAL || node->type == TREE_INT;

	if (is_number && number(node) >= 0 && number(node) <= 1)
		return true;
	return expected(node, "a number from 0 to 1", r);
}

static bool check_string(const struct param *p, const struct tree_node *node, struct report *r)
{
	size_t len;

	if (node->type != TREE_STRING)
		return expected(node, "text in quotes", r);
	len = strlen(node->string);
	if (len >= (size_t)p->min && len <= (size_t)p->max)
		return true;
	if (len == 0)
		report_error(r, node, "must not be empty");
	else
		report_error(r, node, "%zu octets are too long, at most %lld are possible", len,
			(long long)p->max);
	return false;
}

static bool check_address(const struct tree_node *node, struct report *r)
{
	uint32_t address;

	if (node->type == TREE_STRING && text_parse_ip(node->string, &address) == 0)
		return true;
	return expected(node, "an IPv4 address in quotes", r);
}

static bool check_choice(const struct param *p, const struct tree_node *node, struct report *r)
{
	char what[100] = "\"";
	size_t n = 1;

	for (const char *c = p->choices; node->type == TREE_STRING; c++) {
		size_t len = strcspn(c, "|");

		if (strlen(node->string) == len && memcmp(node->string, c, len) == 0)
			return true;
		c += len;
		if (*c == '\0')
			break;
	}
	for (const char *c = p->choices; *c != '\0' && n + 7 < sizeof(what); c++) {
		if (*c == '|') {
			memcpy(what + n, "\" or \"", 6);
			n += 6;
		} else {
			what[n++] = *c;
		}
	}
	memcpy(what + n, "\"", 2);
	return expected(node, what, r);
}

/* A list with wrong elements is still a list, so that the right ones are checked as well. */
static bool check_list(
	const struct tree_node *node, enum tree_type of, const char *what, struct report *r)
{
	if (node->type != TREE_LIST)
		return expected(node, of == TREE_MAP ? "a list of groups" : "a list of texts", r);
	for (size_t i = 0; i < node->n; i++)
		if (node->v[i].type != of)
			expected(&node->v[i], what, r);
	return true;
}

static bool check_value(const struct param *p, const struct tree_node *node, struct report *r)
{
	switch (p->type) {
	case PARAM_TYPE_BOOL:
		return node->type == TREE_BOOL || expected(node, "true or false", r);
	case PARAM_TYPE_UINT:
		return check_uint(p, node, r);
	case PARAM_TYPE_FRACTION:
		return check_fraction(node, r);
	case PARAM_TYPE_RATIO:
		return check_ratio(node, r);
	case PARAM_TYPE_STRING:
		return check_string(p, node, r);
	case PARAM_TYPE_ADDRESS:
		return check_address(node, r);
	case PARAM_TYPE_CHOICE:
		return check_choice(p, node, r);
	case PARAM_TYPE_STRINGS:
		return check_list(node, TREE_STRING, "text in quotes", r);
	case PARAM_TYPE_MAP:
		return node->type == TREE_MAP || expected(node, "a group in { }", r);
	case PARAM_TYPE_MAPS:
		return check_list(node, TREE_MAP, "a group in { }", r);
	case PARAM_TYPE_CONTEXT:
		return node->type == TREE_STRING || node->type == TREE_MAP ||
			expected(node, "text in quotes", r);
	case PARAM_TYPE_ANY:
		return true;
	}
	bug("unknown type of parameter");
}

void param_check(const struct tree_node *map, enum param_place place, struct report *r,
	struct param_set *ret_set)
{
	bool given[PARAM_COUNT] = {false};

	memset(ret_set, 0, sizeof(*ret_set));
	for (size_t i = 0; i < map->n; i++) {
		const struct tree_node *node = &map->v[i];
		const struct param *p = param_find(node->name, place);

		if (p == NULL) {
			report_unknown(node, place, r);
		} else if (p->kind == PARAM_KIND_NO_EFFECT) {
			report_warning(r, node, "no effect: %s", p->text);
		} else if (p->kind == PARAM_KIND_LATER) {
			report_error(r, node, "not supported by this version of lessor");
		} else {
			given[p - param_table] = true;
			if (check_value(p, node, r))
				ret_set->v[p - param_table] = node;
		}
	}
	for (size_t i = 0; i < PARAM_COUNT; i++)
		if ((param_table[i].places & place) != 0 && param_table[i].def == NULL && !given[i])
			report_error(r, map, "\"%s\" is missing", param_table[i].name);
}

bool param_bool(const struct param_set *set, enum param_id id)
{
	if (set->v[id] != NULL)
		return set->v[id]->boolean;
	return strcmp(param_table[id].def, "true") == 0;
}

uint32_t param_uint(const struct param_set *set, enum param_id id)
{
	if (set->v[id] != NULL)
		return (uint32_t)set->v[id]->integer;
	return (uint32_t)strtoul(param_table[id].def, NULL, 10);
}

double param_fraction(const struct param_set *set, enum param_id id)
{
	if (set->v[id] != NULL)
		return number(set->v[id]);
	return strtod(param_table[id].def, NULL);
}

const char *param_string(const struct param_set *set, enum param_id id)
{
	return set->v[id] != NULL ? set->v[id]->string : param_table[id].def;
}

uint32_t param_address(const struct param_set *set, enum param_id id)
{
	uint32_t address = 0;

	text_parse_ip(param_string(set, id), &address);
	return address;
}
