/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_options: option-data of one scope, encoded and sorted, so that the packet's way only picks.
 * Called by read.c for each scope; knows nothing of the others.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "shm/base/text.h"
#include "shm/base/wire.h"

#define VALUE_SIZE 4096 /* more than any message has room for */
#define SERVER_ID  54
#define VIVSO      125
#define SUB_MAX    255 /* octets: a sub-option cannot be split */

/* An option and where it was read. */
struct own {
	struct model_option o;
	const struct tree_node *at;
};

/* What one option-data says the option is. */
struct meant {
	const struct tree_node *map;
	const struct optdef *def; /* NULL: none */
	uint16_t space, inside;
	uint8_t code;
	bool csv; /* the data is written as def says */
};

static bool is_made_by_server(uint8_t code)
{
	static const uint8_t codes[] = {50, 51, 52, 53, 55, 57, 61, 82};

	return memchr(codes, code, sizeof(codes)) != NULL;
}

static size_t add_names(const struct draft_defs *defs, uint16_t space, const char **names, size_t n)
{
	for (size_t i = 0; defs != NULL && i < defs->n && n < 256; i++)
		if (defs->v[i].space == space)
			names[n++] = defs->v[i].def.name;
	return n;
}

static void report_unknown(const struct draft *d, const struct draft_defs *own, uint16_t space,
	const struct tree_node *name)
{
	const char *names[256], *near;
	size_t n = add_names(&d->defs, space, names, add_names(own, space, names, 0));

	near = text_nearest(name->string, names, n);
	if (near == NULL && space == MODEL_DHCP4)
		near = optdef_nearest(name->string);
	if (near != NULL)
		report_error(d->report, name, "there is no option \"%s\", did you mean \"%s\"?",
			name->string, near);
	else
		report_error(d->report, name,
			"there is no option \"%s\": give its code, or an option-def", name->string);
}

int read_option_code(struct draft *d, const struct tree_node *map, const struct param_set *set,
	const struct draft_defs *own, uint16_t space)
{
	const struct tree_node *name = set->v[PARAM_OPTION_NAME], *code = set->v[PARAM_OPTION_CODE];
	int named = name != NULL ? read_def_code(d, own, space, name->string) : 0;

	if (named < 0) {
		report_unknown(d, own, space, name);
		return -EINVAL;
	}
	if (name != NULL && code != NULL && named != code->integer) {
		report_error(d->report, code, "%s is option %d, not %u", name->string, named,
			(unsigned)code->integer);
		return -EINVAL;
	}
	if (name == NULL && code == NULL) {
		report_error(d->report, map, "needs a \"name\" or a \"code\"");
		return -EINVAL;
	}
	return name != NULL ? named : (int)code->integer;
}

/* Which option is meant. */
static int identify(struct draft *d, const struct param_set *set, const struct draft_defs *own,
	struct meant *m)
{
	int code = read_option_code(d, m->map, set, own, m->space);

	if (code < 0)
		return code;
	m->code = (uint8_t)code;
	m->def = read_def_by_code(d, own, m->space, m->code, &m->inside);
	if (m->space == MODEL_DHCP4 && is_made_by_server(m->code)) {
		report_error(d->report, m->map, "the server makes option %u itself", m->code);
		return -EINVAL;
	}
	return 0;
}

/* The value as octets; reports what is wrong with it. */
static int encode(const struct draft *d, const struct param_set *set, struct meant *m,
	uint8_t buf[VALUE_SIZE], size_t *ret_len)
{
	const struct tree_node *data = set->v[PARAM_OPTION_VALUE], *csv = set->v[PARAM_OPTION_CSV];
	const char *text = data != NULL ? data->string : "";
	struct err err;
	int r;

	if (csv != NULL && csv->boolean && m->def == NULL) {
		report_error(d->report, csv,
			"the option has no definition: its data can only be "
			"hex, with csv-format = false");
		return -EINVAL;
	}
	m->csv = csv != NULL ? csv->boolean : m->def != NULL;
	if (m->csv)
		r = optdef_encode(m->def, text, buf, VALUE_SIZE, ret_len, &err);
	else
		r = optdef_encode_raw(text, buf, VALUE_SIZE, ret_len, &err);
	if (r < 0) {
		report_error(d->report, data != NULL ? data : m->map, "%s%s%s", err.text,
			err.cure[0] != '\0' ? ": " : "", err.cure);
		return r;
	}
	if (m->space != MODEL_DHCP4 && *ret_len > SUB_MAX) {
		report_error(d->report, data, "%zu octets are too long for a sub-option", *ret_len);
		return -EINVAL;
	}
	return 0;
}

static void set_server_id(const struct draft *d, const struct meant *m, const uint8_t *value,
	size_t len, uint32_t *server_id)
{
	if (server_id == NULL)
		report_error(d->report, m->map,
			"a server identifier belongs in the global scope, shared-networks or "
			"subnet4, not in pools");
	else if (len != 4 || wire_be32(value) == 0 || wire_be32(value) == UINT32_MAX)
		report_error(
			d->report, m->map, "a server identifier is the address of a host");
	else
		*server_id = wire_be32(value);
}

/* 125 by its definition is the number of an enterprise, whose space stands in it. */
static int find_inside(struct draft *d, struct meant *m, const uint8_t *value)
{
	char name[32];

	if (m->space != MODEL_DHCP4 || m->code != VIVSO || !m->csv)
		return 0;
	snprintf(name, sizeof(name), "vendor-%u", wire_be32(value));
	return read_space_name(d, m->map, name, &m->inside);
}

/* Reads one option. Returns 1 and *ret; 0 where there is nothing to send; -ENOMEM. */
static int read_option(struct draft *d, const struct tree_node *map, const struct draft_defs *own,
	uint32_t *server_id, struct own *ret)
{
	struct meant m = {.map = map};
	struct model_option *o = &ret->o;
	uint8_t buf[VALUE_SIZE];
	struct param_set set;
	size_t len = 0;
	int r;

	param_check(map, PARAM_AT_OPTION, d->report, &set);
	r = read_space(d, set.v[PARAM_OPTION_SPACE], &m.space);
	if (r < 0 || identify(d, &set, own, &m) < 0)
		return r == -ENOMEM ? r : 0;
	if (d->spaces[m.space].first_at == NULL)
		d->spaces[m.space].first_at = map;
	ret->at = map;
	*o = (struct model_option){.code = m.code,
		.space = m.space,
		.always = param_bool(&set, PARAM_OPTION_ALWAYS),
		.never = param_bool(&set, PARAM_OPTION_NEVER)};
	if (read_class_names(d, set.v[PARAM_OPTION_CLASSES], &o->classes) < 0)
		return -ENOMEM;
	if (o->never && set.v[PARAM_OPTION_VALUE] == NULL)
		return 1;
	if (encode(d, &set, &m, buf, &len) < 0)
		return 0;
	if (m.space == MODEL_DHCP4 && m.code == SERVER_ID) {
		set_server_id(d, &m, buf, len, server_id);
		return 0;
	}
	r = find_inside(d, &m, buf);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	o->inside = m.inside;
	o->data = (const uint8_t *)arena_strndup(d->arena, (const char *)buf, len);
	o->len = (uint16_t)len;
	return o->data != NULL ? 1 : -ENOMEM;
}

static int by_code(const void *a, const void *b)
{
	const struct own *x = a, *y = b;

	if (x->o.space != y->o.space)
		return x->o.space < y->o.space ? -1 : 1;
	if (x->o.code != y->o.code)
		return x->o.code < y->o.code ? -1 : 1;
	if ((x->o.classes.n == 0) != (y->o.classes.n == 0))
		return x->o.classes.n == 0 ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at); /* nodes of a list lie in the file's order */
}

static void check_twice(const struct draft *d, const struct own *v, size_t n)
{
	char place[REPORT_PLACE_SIZE];

	for (size_t i = 1; i < n; i++)
		if (v[i].o.code == v[i - 1].o.code && v[i].o.space == v[i - 1].o.space &&
			v[i - 1].o.classes.n == 0)
			report_error(d->report, v[i].at, "option %u stands here already: %s",
				v[i].o.code, report_place(v[i - 1].at, place));
}

int read_options(struct draft *d, const struct tree_node *list, const struct draft_defs *own,
	uint32_t *server_id, struct model_options *ret_options)
{
	struct model_option *options;
	struct own *v;
	size_t n = 0;

	*ret_options = (struct model_options){0, NULL};
	if (list == NULL || list->n == 0)
		return 0;
	v = arena_alloc(d->scratch, list->n, sizeof(*v));
	options = arena_alloc(d->arena, list->n, sizeof(*options));
	if (v == NULL || options == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++) {
		int r = list->v[i].type != TREE_MAP
			? 0
			: read_option(d, &list->v[i], own, server_id, &v[n]);

		if (r < 0)
			return r;
		n += (size_t)r;
	}
	qsort(v, n, sizeof(*v), by_code);
	check_twice(d, v, n);
	for (size_t i = 0; i < n; i++)
		options[i] = v[i].o;
	*ret_options = (struct model_options){n, options};
	return 0;
}
