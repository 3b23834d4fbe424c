/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_defs: option-def, the definitions of options that the standard table does not have or that
 * sites use for themselves. Called by read.c before any option-data is read.
 */
#include <errno.h>
#include <string.h>

#include "daemon/conf/draft.h"

/* Codes that a site may define: private ones, 43, and those Kea has no definition for. */
static bool may_define(uint8_t code)
{
	const struct optdef *std = optdef_by_code(code);

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
static bool is_free(struct draft *d, const struct tree_node *map, uint8_t code, const char *name)
{
	const struct optdef *std = optdef_by_name(name);
	char place[REPORT_PLACE_SIZE];

	if (!may_define(code)) {
		report_error(d->report, map, "option %u is %s and cannot be defined otherwise",
			code, optdef_by_code(code)->name);
		return false;
	}
	if (std != NULL && std->code != code) {
		report_error(d->report, map, "%s is the name of option %u", name, std->code);
		return false;
	}
	for (unsigned i = 0; i < 256; i++) {
		const struct draft_def *other = &d->defs[i];

		if (other->at == NULL || (i != code && strcmp(other->def.name, name) != 0))
			continue;
		report_error(d->report, map, "defines %s %u again, after %s",
			i == code ? "option" : "the name of option", i,
			report_place(other->at, place));
		return false;
	}
	return true;
}

static int read_def(struct draft *d, const struct tree_node *map)
{
	struct optdef def = {.name = NULL};
	const struct tree_node *name;
	struct param_set set;

	param_check(map, PARAM_AT_DEF, d->report, &set);
	name = set.v[PARAM_DEF_NAME];
	if (name == NULL || set.v[PARAM_DEF_CODE] == NULL || set.v[PARAM_DEF_TYPE] == NULL)
		return 0;
	if (strpbrk(name->string, " \t.,[]'") != NULL) {
		report_error(
			d->report, name, "a name has no blanks, dots, commas, brackets or quotes");
		return 0;
	}
	if (parse_def(d, map, &set, &def) < 0 || !is_free(d, map, def.code, name->string))
		return 0;
	def.name = arena_strdup(d->arena, name->string);
	if (def.name == NULL)
		return -ENOMEM;
	d->defs[def.code] = (struct draft_def){def, map};
	return 0;
}

int read_option_defs(struct draft *d, const struct tree_node *list)
{
	for (size_t i = 0; list != NULL && i < list->n; i++)
		if (list->v[i].type == TREE_MAP && read_def(d, &list->v[i]) < 0)
			return -ENOMEM;
	return 0;
}
