/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_libconfig: libconfig's syntax to a tree. The only file that knows libconfig; groups are
 * maps here, arrays and lists are lists.
 */
#include <errno.h>
#include <libconfig.h>
#include <string.h>

#include "daemon/conf/source.h"
#include "daemon/conf/tree.h"

struct converter {
	const struct source *source;
	struct arena *arena;
	struct report *report;
};

static int convert(const struct converter *c, const config_setting_t *s, unsigned depth,
	const struct tree_node *parent, struct tree_node *ret);

static int convert_children(const struct converter *c, const config_setting_t *s, unsigned depth,
	struct tree_node *node)
{
	int n = config_setting_length(s);

	node->type = config_setting_is_group(s) ? TREE_MAP : TREE_LIST;
	if (depth == TREE_DEPTH_MAX) {
		report_error(c->report, node, "more than %d levels of nesting", TREE_DEPTH_MAX);
		return -EINVAL;
	}
	node->v = arena_alloc(c->arena, (size_t)n, sizeof(*node->v));
	if (node->v == NULL)
		return -ENOMEM;
	node->n = (size_t)n;
	for (int i = 0; i < n; i++) {
		int r = convert(
			c, config_setting_get_elem(s, (unsigned)i), depth + 1, node, &node->v[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

static int convert_string(
	const struct converter *c, const config_setting_t *s, struct tree_node *node)
{
	node->type = TREE_STRING;
	node->string = arena_strdup(c->arena, config_setting_get_string(s));
	return node->string != NULL ? 0 : -ENOMEM;
}

static int convert(const struct converter *c, const config_setting_t *s, unsigned depth,
	const struct tree_node *parent, struct tree_node *ret)
{
	struct source_line at = source_where(c->source, config_setting_source_line(s));

	ret->file = at.file;
	ret->line = at.line;
	ret->parent = parent;
	if (config_setting_name(s) != NULL) {
		ret->name = arena_strdup(c->arena, config_setting_name(s));
		if (ret->name == NULL)
			return -ENOMEM;
	}
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_GROUP:
	case CONFIG_TYPE_LIST:
	case CONFIG_TYPE_ARRAY:
		return convert_children(c, s, depth, ret);
	case CONFIG_TYPE_STRING:
		return convert_string(c, s, ret);
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		ret->type = TREE_INT;
		ret->integer = config_setting_get_int64(s);
		return 0;
	case CONFIG_TYPE_FLOAT:
		ret->type = TREE_REAL;
		ret->real = config_setting_get_float(s);
		return 0;
	default:
		ret->type = TREE_BOOL;
		ret->boolean = config_setting_get_bool(s) != CONFIG_FALSE;
		return 0;
	}
}

static void report_syntax(const config_t *config, const struct source *source, struct report *r)
{
	struct source_line at = source_where(source, (unsigned)config_error_line(config));
	const char *text = config_error_text(config);

	if (text != NULL && strcmp(text, "syntax error") == 0)
		text = "syntax error here or just before: a comma, quote or bracket too many or "
		       "missing?";
	report_file_error(r, at.file, at.line, "%s", text != NULL ? text : "unreadable");
}

int tree_read_libconfig(
	const char *file, struct arena *arena, struct report *r, struct tree_node **ret_root)
{
	struct source source;
	struct converter c = {&source, arena, r};
	struct tree_node *root = arena_alloc(arena, 1, sizeof(*root));
	config_t config;
	int ret = source_read(file, arena, r, &source);

	config_init(&config);
	if (ret == 0 && root == NULL)
		ret = -ENOMEM;
	if (ret == 0 && config_read_string(&config, source.text) != CONFIG_TRUE) {
		report_syntax(&config, &source, r);
		ret = -EINVAL;
	}
	if (ret == 0)
		ret = convert(&c, config_root_setting(&config), 0, NULL, root);
	if (ret == 0) {
		root->file = arena_strdup(arena, file);
		root->line = 1;
		ret = root->file != NULL ? 0 : -ENOMEM;
	}
	if (ret == 0)
		*ret_root = root;
	config_destroy(&config);
	source_fini(&source);
	return ret;
}
