/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_defs: option-def, the definitions of options that the standard table does not have or that
 * sites use for themselves, of the file or of one class. Called before their option-data is read.
 */
#include <errno.h>
#include <string.h>

#include "daemon/conf/draft.h"

static const struct optdef *standard_by_code(const struct draft *d, uint16_t space, uint8_t code)
{
	return space == MODEL_DHCP4 ? optdef_by_code(code)
				    : optdef_sub_by_code(d->spaces[space].name, code);
}

static const struct optdef *standard_by_name(
	const struct draft *d, uint16_t space, const char *name)
{
	return space == MODEL_DHCP4 ? optdef_by_name(name)
				    : optdef_sub_by_name(d->spaces[space].name, name);
}

static const struct draft_def *find(const struct draft_defs *defs, uint16_t space, uint8_t code)
{
	for (size_t i = 0; defs != NULL && i < defs->n; i++)
		if (defs->v[i].space == space && defs->v[i].def.code == code)
			return &defs->v[i];
	return NULL;
}

const struct optdef *read_def_by_code(const struct draft *d, const struct draft_defs *own,
	uint16_t space, uint8_t code, uint16_t *ret_inside)
{
	const struct draft_def *def = find(own, space, code);

	if (def == NULL)
		def = find(&d->defs, space, code);
	*ret_inside = space == MODEL_DHCP4 ? d->inside[code] : MODEL_DHCP4;
	if (def == NULL)
		return standard_by_code(d, space, code);
	*ret_inside = def->inside;
	return &def->def;
}

static int code_in(const struct draft_defs *defs, uint16_t space, const char *name)
{
	for (size_t i = 0; defs != NULL && i < defs->n; i++)
		if (defs->v[i].space == space && strcmp(defs->v[i].def.name, name) == 0)
			return defs->v[i].def.code;
	return -ENOENT;
}

int read_def_code(const struct draft *d, const struct draft_defs *own, uint16_t space,
	const char *name)
{
	const struct optdef *std = standard_by_name(d, space, name);
	int code = code_in(own, space, name);

	if (code < 0)
		code = code_in(&d->defs, space, name);
	if (code < 0 && std != NULL)
		code = std->code;
	return code;
}

/* In dhcp4 a site may define private codes, 43, and those Kea has no definition for. */
static bool may_define(const struct draft *d, uint16_t space, uint8_t code)
{
	const struct optdef *std = standard_by_code(d, space, code);

	if (space != MODEL_DHCP4)
		return std == NULL;
	return code == 43 || code >= 224 || std == NULL || std->own;
}

static int parse_type(
	struct draft *d, const struct tree_node *at, const char *name, enum optdef_type *ret_type)
{
	if (optdef_type_parse(name, ret_type) == 0 && *ret_type != OPTDEF_INTERNAL)
		return 0;
	report_error(d->report, at, "there is no type \"%s\"", name);
	return -EINVAL;
}

static int parse_fields(struct draft *d, const struct tree_node *node, struct optdef *def)
{
	const char *s = node->string;

	for (;;) {
		char word[32];
		size_t len;
		enum optdef_type type;

		s += strspn(s, " \t");
		len = strcspn(s, ", \t");
		if (len >= sizeof(word) || def->n_fields == OPTDEF_RECORD_MAX) {
			report_error(d->report, node, "expected up to %d types by comma",
				OPTDEF_RECORD_MAX);
			return -EINVAL;
		}
		memcpy(word, s, len);
		word[len] = '\0';
		if (parse_type(d, node, word, &type) < 0)
			return -EINVAL;
		def->fields[def->n_fields++] = (uint8_t)type;
		s += len + strspn(s + len, " \t");
		if (*s == '\0')
			return 0;
		if (*s++ != ',') {
			report_error(d->report, node, "a comma is missing between two types");
			return -EINVAL;
		}
	}
}

static int parse_def(struct draft *d, const struct tree_node *map, const struct param_set *set,
	struct optdef *def)
{
	const struct tree_node *fields = set->v[PARAM_DEF_RECORD_TYPES];
	enum optdef_type type;
	struct err err;

	if (parse_type(d, set->v[PARAM_DEF_TYPE], set->v[PARAM_DEF_TYPE]->string, &type) < 0)
		return -EINVAL;
	def->type = (uint8_t)type;
	def->code = (uint8_t)param_uint(set, PARAM_DEF_CODE);
	def->array = param_bool(set, PARAM_DEF_ARRAY);
	if (type == OPTDEF_RECORD && fields == NULL) {
		report_error(d->report, map, "a record needs \"record-types\"");
		return -EINVAL;
	}
	if (type != OPTDEF_RECORD && fields != NULL) {
		report_error(
			d->report, fields, "only a definition with type = \"record\" has fields");
		return -EINVAL;
	}
	if (fields != NULL && parse_fields(d, fields, def) < 0)
		return -EINVAL;
	if (optdef_check(def, &err) < 0) {
		report_error(d->report, map, "%s%s%s", err.text, err.cure[0] != '\0' ? ": " : "",
			err.cure);
		return -EINVAL;
	}
	return 0;
}

/* Whether code and name are free; reports it if not. */
static bool is_free(struct draft *d, const struct draft_def *def, enum model_scope scope,
	const char *name, const struct draft_defs *defs)
{
	const struct optdef *std = standard_by_name(d, def->space, name);
	uint8_t code = def->def.code;
	char place[REPORT_PLACE_SIZE];

	if (scope != MODEL_GLOBAL && (def->space != MODEL_DHCP4 || (code != 43 && code < 224))) {
		report_error(d->report, def->at,
			"a class defines options 43 and 224 to 254 only, the others stand in the "
			"global option-def");
		return false;
	}
	if (!may_define(d, def->space, code)) {
		report_error(d->report, def->at, "option %u is %s and cannot be defined otherwise",
			code, standard_by_code(d, def->space, code)->name);
		return false;
	}
	if (std != NULL && std->code != code) {
		report_error(d->report, def->at, "%s is the name of option %u", name, std->code);
		return false;
	}
	for (size_t i = 0; i < defs->n; i++) {
		const struct draft_def *other = &defs->v[i];
		bool same_code = other->def.code == code;

		if (other->space != def->space ||
			(!same_code && strcmp(other->def.name, name) != 0))
			continue;
		report_error(d->report, def->at, "defines %s %u again, after %s",
			same_code ? "option" : "the name of option", other->def.code,
			report_place(other->at, place));
		return false;
	}
	return true;
}

/* The space that the option's sub-options are of; what is encapsulated is sent then. */
static int read_inside(struct draft *d, const struct param_set *set, uint16_t *ret_inside)
{
	const struct tree_node *node = set->v[PARAM_DEF_ENCAPSULATE];
	int r;

	*ret_inside = MODEL_DHCP4;
	if (node == NULL || node->string[0] == '\0')
		return 0;
	r = read_space(d, node, ret_inside);
	if (r < 0)
		return r;
	if (*ret_inside == MODEL_DHCP4) {
		report_error(d->report, node, "options of dhcp4 stand in no other option");
		return -EINVAL;
	}
	d->spaces[*ret_inside].held = true;
	return 0;
}

static int read_def(struct draft *d, const struct tree_node *map, enum model_scope scope,
	struct draft_defs *defs)
{
	struct draft_def def = {.at = map};
	const struct tree_node *name;
	struct param_set set;
	int r;

	param_check(map, PARAM_AT_DEF, d->report, &set);
	name = set.v[PARAM_DEF_NAME];
	if (name == NULL || set.v[PARAM_DEF_CODE] == NULL || set.v[PARAM_DEF_TYPE] == NULL)
		return 0;
	if (strpbrk(name->string, " \t.,[]'") != NULL) {
		report_error(
			d->report, name, "a name has no blanks, dots, commas, brackets or quotes");
		return 0;
	}
	r = read_space(d, set.v[PARAM_OPTION_SPACE], &def.space);
	if (r == 0)
		r = read_inside(d, &set, &def.inside);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (parse_def(d, map, &set, &def.def) < 0 || !is_free(d, &def, scope, name->string, defs))
		return 0;
	def.def.name = arena_strdup(d->arena, name->string);
	if (def.def.name == NULL)
		return -ENOMEM;
	if (scope == MODEL_GLOBAL && def.space == MODEL_DHCP4)
		d->inside[def.def.code] = def.inside;
	defs->v[defs->n++] = def;
	return 0;
}

int read_option_defs(struct draft *d, const struct tree_node *list, enum model_scope scope,
	struct draft_defs *ret_defs)
{
	*ret_defs = (struct draft_defs){0, NULL};
	if (list == NULL)
		return 0;
	ret_defs->v = arena_alloc(d->scratch, list->n, sizeof(*ret_defs->v));
	if (ret_defs->v == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].type == TREE_MAP &&
			read_def(d, &list->v[i], scope, ret_defs) < 0)
			return -ENOMEM;
	return 0;
}
