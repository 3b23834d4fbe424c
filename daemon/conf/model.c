/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model: file or text to model: read the tree, read it into a draft, check, compile. Called by
 * lessord at start, at each change and for -t, and by the child that checks what clients send.
 */
#include "daemon/conf/model.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/complete.h"
#include "daemon/conf/draft.h"
#include "daemon/conf/import_kea.h"
#include "daemon/conf/tree_hash.h"
#include "daemon/conf/tree_json.h"
#include "daemon/conf/tree_print.h"

typedef int tree_reader(
	const struct model_source *from, struct draft *d, struct tree_node **ret_root);

static int read_source(const struct model_source *from, struct draft *d, struct tree_node **ret_root)
{
	if (from->text != NULL)
		return tree_parse_json(from->text, NULL, d->scratch, d->report, ret_root);
	return tree_read_libconfig(from->file, d->scratch, d->report, ret_root);
}

static int read_command(
	const struct model_source *from, struct draft *d, struct tree_node **ret_root)
{
	return import_command(from->text, from->trial, d->scratch, d->report, ret_root);
}

static int compile(struct draft *d, const struct tree_node *root)
{
	int r = hash_key_random(&d->model->key);

	if (r < 0) {
		report_file_error(d->report, d->from->file, 0, "no random numbers: %s",
			strerror(-r));
		return r;
	}
	d->model->file = arena_strdup(d->arena, d->from->file);
	if (d->model->file == NULL || read_config(d, root) < 0 || check_draft(d) < 0 ||
		host_index_build(d) < 0)
		return -ENOMEM;
	if (d->report->errors > 0)
		return -EINVAL;
	ha_finish(d->model);
	return class_index_build(d) < 0 ? -ENOMEM : lookup_build(d);
}

static int build(struct draft *d, tree_reader *read, FILE *complete)
{
	char hash[TREE_HASH_SIZE];
	struct tree_node *root;
	int r = read(d->from, d, &root);

	if (r == 0)
		r = compile(d, root);
	if (r == 0)
		r = complete_tree(root, d->scratch);
	if (r == 0)
		r = tree_hash(root, hash);
	if (r == 0) {
		d->model->hash = arena_strdup(d->arena, hash);
		r = d->model->hash != NULL ? 0 : -ENOMEM;
	}
	if (r == 0 && complete != NULL && tree_print_json(complete, root) < 0) {
		report_file_error(d->report, d->from->file, 0, "a number is infinite");
		r = -EINVAL;
	}
	return r;
}

static struct model *make(const struct model_source *from, tree_reader *read, FILE *complete,
	void (*report)(void *arg, bool is_error, const char *line), void *arg)
{
	struct report lines = {.line = report, .arg = arg};
	struct arena *arena = arena_new(), *scratch = arena_new();
	struct draft *d = scratch != NULL ? arena_alloc(scratch, 1, sizeof(*d)) : NULL;
	struct model *m = arena != NULL ? arena_alloc(arena, 1, sizeof(*m)) : NULL;
	int r = -ENOMEM;

	if (d != NULL && m != NULL) {
		*d = (struct draft){.report = &lines, .arena = arena, .scratch = scratch,
			.model = m, .from = from};
		m->arena = arena;
		r = build(d, read, complete);
	}
	if (r == -ENOMEM)
		report_file_error(&lines, from->file, 0, "out of memory");
	arena_free(scratch);
	malloc_trim(0); /* a tree takes many times as much memory as its model */
	if (r == 0)
		return m;
	if (m != NULL && m->arena != NULL)
		model_free(m);
	else
		arena_free(arena);
	return NULL;
}

struct model *model_read(const struct model_source *from, FILE *complete,
	void (*report)(void *arg, bool is_error, const char *line), void *arg)
{
	return make(from, read_source, complete, report, arg);
}

struct model *model_read_command(const struct model_source *from, FILE *complete,
	void (*report)(void *arg, bool is_error, const char *line), void *arg)
{
	return make(from, read_command, complete, report, arg);
}

struct model *model_load(
	const char *file, void (*report)(void *arg, bool is_error, const char *line), void *arg)
{
	struct model_source from = {.file = file};

	return make(&from, read_source, NULL, report, arg);
}

void model_free(struct model *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n_classes; i++) {
		expr_free(m->classes[i]->test);
		expr_free(m->classes[i]->template_test);
	}
	for (size_t i = 0; i < m->n_flex; i++)
		expr_free(m->flex[i].expr);
	expr_free(m->flex_id);
	arena_free(m->arena);
}
