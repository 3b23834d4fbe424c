/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_options: option-data of one scope, encoded and merged over the scope above, so that the
 * packet's way only picks. Called by read.c, from the outermost scope inwards.
 */
#include <errno.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "shm/base/text.h"
#include "shm/base/wire.h"

#define VALUE_SIZE 4096 /* more than any message has room for */
#define CODES      256
#define SERVER_ID  54

/* The options of one scope. data == NULL: only flags were given. */
struct own {
	struct model_option v[CODES];
	const struct tree_node *at[CODES]; /* NULL: not there */
};

static bool is_made_by_server(uint8_t code)
{
	static const uint8_t codes[] = {50, 51, 52, 53, 55, 57, 61, 82};

	return memchr(codes, code, sizeof(codes)) != NULL;
}

static const struct optdef *def_by_code(const struct draft *d, uint8_t code)
{
	return d->defs[code].at != NULL ? &d->defs[code].def : optdef_by_code(code);
}

static const struct optdef *def_by_name(const struct draft *d, const char *name)
{
	const struct optdef *std = optdef_by_name(name);

	for (unsigned i = 0; i < CODES; i++)
		if (d->defs[i].at != NULL && strcmp(d->defs[i].def.name, name) == 0)
			return &d->defs[i].def;
	return std != NULL ? def_by_code(d, std->code) : NULL;
}

static void report_unknown(const struct draft *d, const struct tree_node *name)
{
	const char *names[CODES], *near;
	size_t n = 0;

	for (unsigned i = 0; i < CODES; i++)
		if (d->defs[i].at != NULL)
			names[n++] = d->defs[i].def.name;
	near = text_nearest(name->string, names, n);
	if (near == NULL)
		near = optdef_nearest(name->string);
	if (near != NULL)
		report_error(d->report, name, "there is no option \"%s\", did you mean \"%s\"?",
			name->string, near);
	else
		report_error(d->report, name,
			"there is no option \"%s\": give its code, or an option-def", name->string);
}

/* Which option is meant: its code, and its definition or NULL. */
static int identify(const struct draft *d, const struct tree_node *map, const struct param_set *set,
	uint8_t *ret_code, const struct optdef **ret_def)
{
	const struct tree_node *name = set->v[PARAM_OPTION_NAME], *code = set->v[PARAM_OPTION_CODE];
	const struct optdef *def = name != NULL ? def_by_name(d, name->string) : NULL;

	if (name != NULL && def == NULL) {
		report_unknown(d, name);
		return -EINVAL;
	}
	if (name != NULL && code != NULL && def->code != code->integer) {
		report_error(d->report, code, "%s is option %u, not %u", name->string, def->code,
			(unsigned)code->integer);
		return -EINVAL;
	}
	if (def == NULL && code == NULL) {
		report_error(d->report, map, "needs a \"name\" or a \"code\"");
		return -EINVAL;
	}
	*ret_code = def != NULL ? def->code : (uint8_t)code->integer;
	*ret_def = def_by_code(d, *ret_code);
	if (is_made_by_server(*ret_code)) {
		report_error(d->report, map, "the server makes option %u itself", *ret_code);
		return -EINVAL;
	}
	return 0;
}

/* The value as octets; reports what is wrong with it. */
static int encode(const struct draft *d, const struct tree_node *map, const struct param_set *set,
	const struct optdef *def, uint8_t buf[VALUE_SIZE], size_t *ret_len)
{
	const struct tree_node *data = set->v[PARAM_OPTION_VALUE], *csv = set->v[PARAM_OPTION_CSV];
	const char *text = data != NULL ? data->string : "";
	struct err err;
	int r;

	if (csv != NULL && csv->boolean && def == NULL) {
		report_error(d->report, csv,
			"the option has no definition: its data can only be "
			"hex, with csv-format = false");
		return -EINVAL;
	}
	if (csv != NULL ? csv->boolean : def != NULL)
		r = optdef_encode(def, text, buf, VALUE_SIZE, ret_len, &err);
	else
		r = optdef_encode_raw(text, buf, VALUE_SIZE, ret_len, &err);
	if (r < 0)
		report_error(d->report, data != NULL ? data : map, "%s%s%s", err.text,
			err.cure[0] != '\0' ? ": " : "", err.cure);
	return r;
}

static void set_server_id(const struct draft *d, const struct tree_node *map, const uint8_t *value,
	size_t len, uint32_t *server_id)
{
	if (server_id == NULL)
		report_error(d->report, map,
			"a server identifier belongs in the global scope, shared-networks or "
			"subnet4, not in pools");
	else if (len != 4 || wire_be32(value) == 0 || wire_be32(value) == UINT32_MAX)
		report_error(d->report, map, "a server identifier is the address of a host");
	else
		*server_id = wire_be32(value);
}

static int read_option(struct draft *d, const struct tree_node *map, enum model_scope scope,
	uint32_t *server_id, struct own *own)
{
	char place[REPORT_PLACE_SIZE];
	uint8_t buf[VALUE_SIZE], code;
	const struct optdef *def;
	struct param_set set;
	struct model_option *o;
	size_t len = 0;

	param_check(map, PARAM_AT_OPTION, d->report, &set);
	if (identify(d, map, &set, &code, &def) < 0)
		return 0;
	if (own->at[code] != NULL) {
		report_error(d->report, map, "option %u stands here already: %s", code,
			report_place(own->at[code], place));
		return 0;
	}
	own->at[code] = map;
	o = &own->v[code];
	*o = (struct model_option){.code = code,
		.scope = (uint8_t)scope,
		.always = param_bool(&set, PARAM_OPTION_ALWAYS),
		.never = param_bool(&set, PARAM_OPTION_NEVER)};
	if (o->never && set.v[PARAM_OPTION_VALUE] == NULL)
		return 0;
	if (encode(d, map, &set, def, buf, &len) < 0)
		return 0;
	if (code == SERVER_ID) {
		set_server_id(d, map, buf, len, server_id);
		return 0;
	}
	o->data = (const uint8_t *)arena_strndup(d->arena, (const char *)buf, len);
	o->len = (uint16_t)len;
	return o->data != NULL ? 0 : -ENOMEM;
}

/* An option that may stand in both scopes. */
static struct model_option merge_one(const struct model_option *own, const struct model_option *up)
{
	struct model_option o = own != NULL ? *own : *up;

	if (own != NULL && up != NULL) {
		o.always |= up->always;
		o.never |= up->never;
	}
	if (own != NULL && up != NULL && own->data == NULL) {
		o.data = up->data;
		o.len = up->len;
		o.scope = up->scope;
	}
	if (o.data == NULL)
		o.data = (const uint8_t *)"";
	return o;
}

/* The server identifier is no option like others: it has a place of its own in the model. */
static bool is_in(const struct own *own, const struct model_option *up, size_t code)
{
	return (own->at[code] != NULL || up != NULL) && code != SERVER_ID;
}

static int merge(struct draft *d, const struct own *own, const struct model_options *up,
	struct model_options *ret)
{
	const struct model_option *merged[CODES] = {NULL};
	struct model_option *v;
	size_t n = 0;

	for (size_t i = 0; i < up->n; i++)
		merged[up->v[i].code] = &up->v[i];
	for (size_t code = 0; code < CODES; code++)
		n += is_in(own, merged[code], code);
	v = arena_alloc(d->arena, n, sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	ret->n = n;
	ret->v = v;
	for (size_t code = 0; code < CODES; code++)
		if (is_in(own, merged[code], code))
			*v++ = merge_one(
				own->at[code] != NULL ? &own->v[code] : NULL, merged[code]);
	return 0;
}

int read_options(struct draft *d, const struct tree_node *list, enum model_scope scope,
	const struct model_options *up, uint32_t *server_id, struct model_options *ret_options)
{
	const struct model_options above = *up; /* may be the same object as the result */
	struct own own;

	*ret_options = above;
	if (list == NULL || list->n == 0)
		return 0;
	memset(own.at, 0, sizeof(own.at));
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].type == TREE_MAP &&
			read_option(d, &list->v[i], scope, server_id, &own) < 0)
			return -ENOMEM;
	return merge(d, &own, &above, ret_options);
}
