/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model: file to model: read the tree, read it into a draft, check, compile. Called by lessord at
 * start, at reload and for -t; never by a child.
 */
#include "daemon/conf/model.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf/draft.h"
#include "daemon/conf/tree_hash.h"

static int build(struct draft *d, const char *file)
{
	char hash[TREE_HASH_SIZE];
	struct tree_node *root;
	int r = tree_read_libconfig(file, d->scratch, d->report, &root);

	if (r == 0)
		r = tree_hash(root, hash);
	if (r < 0)
		return r;
	d->model->file = arena_strdup(d->arena, file);
	d->model->hash = arena_strdup(d->arena, hash);
	r = hash_key_random(&d->model->key);
	if (r < 0) {
		report_file_error(d->report, file, 0, "no random numbers: %s", strerror(-r));
		return r;
	}
	if (d->model->file == NULL || d->model->hash == NULL || read_config(d, root) < 0 ||
		check_draft(d) < 0 || host_index_build(d) < 0)
		return -ENOMEM;
	if (d->report->errors > 0)
		return -EINVAL;
	ha_finish(d->model);
	return class_index_build(d) < 0 ? -ENOMEM : lookup_build(d);
}

struct model *model_load(
	const char *file, void (*report)(void *arg, bool is_error, const char *line), void *arg)
{
	struct report lines = {.line = report, .arg = arg};
	struct arena *arena = arena_new(), *scratch = arena_new();
	struct draft *d = scratch != NULL ? arena_alloc(scratch, 1, sizeof(*d)) : NULL;
	struct model *m = arena != NULL ? arena_alloc(arena, 1, sizeof(*m)) : NULL;
	int r = -ENOMEM;

	if (d != NULL && m != NULL) {
		*d = (struct draft){
			.report = &lines, .arena = arena, .scratch = scratch, .model = m};
		m->arena = arena;
		r = build(d, file);
	}
	if (r == -ENOMEM)
		report_file_error(&lines, file, 0, "out of memory");
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

void model_free(struct model *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n_classes; i++) {
		expr_free(m->classes[i]->test);
		expr_free(m->classes[i]->template_test);
	}
	expr_free(m->flex_id);
	arena_free(m->arena);
}
