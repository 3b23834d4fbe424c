/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit_class: one client class. A new one comes last in the order of evaluation, a changed one
 * keeps its place.
 */
#include "daemon/control/edit_part.h"

static bool find(struct edit *e, const char *name, struct edit_place *ret)
{
	if (edit_find_named(e, EDIT_CLASSES, name, ret))
		return true;
	edit_end(e, ANSWER_EMPTY, "Class '%s' not found", name);
	return false;
}

void edit_class_get(struct edit *e)
{
	const char *name = edit_text(e, e->args, "name");
	struct edit_place p;

	if (name == NULL || !find(e, name, &p))
		return;
	edit_tell(e, EDIT_CLASSES, json_incref(p.map));
	edit_end(e, ANSWER_SUCCESS, "Class '%s' definition returned", name);
}

void edit_class_list(struct edit *e)
{
	const json_t *classes = json_object_get(e->config, EDIT_CLASSES);
	json_t *list = json_array(), *class;
	size_t i, n = json_array_size(classes);

	json_array_foreach(classes, i, class)
		edit_done(e, json_array_append_new(list,
				json_pack("{s:O}", "name", json_object_get(class, "name"))));
	e->told = json_pack("{s:o}", EDIT_CLASSES, list);
	edit_done(e, e->told != NULL ? 0 : -1);
	edit_end(e, n > 0 ? ANSWER_SUCCESS : ANSWER_EMPTY, "%zu class%s found", n,
		n == 1 ? "" : "es");
}

/* The class that was sent; NULL: the command is ended. */
static json_t *sent_class(struct edit *e, const char **ret_name)
{
	json_t *sent = edit_sent(e, EDIT_CLASSES);

	*ret_name = sent != NULL ? edit_text(e, sent, "name") : NULL;
	return *ret_name != NULL ? sent : NULL;
}

void edit_class_add(struct edit *e)
{
	struct edit_place p;
	const char *name;
	json_t *sent = sent_class(e, &name);

	if (sent == NULL)
		return;
	if (edit_find_named(e, EDIT_CLASSES, name, &p)) {
		edit_end(e, ANSWER_ERROR, "there is a class '%s' already", name);
		return;
	}
	edit_done(e, json_array_append(edit_list(e, e->config, EDIT_CLASSES), sent));
	edit_end(e, ANSWER_SUCCESS, "Class '%s' added", name);
}

void edit_class_update(struct edit *e)
{
	struct edit_place p;
	const char *name;
	json_t *sent = sent_class(e, &name);

	if (sent == NULL || !find(e, name, &p))
		return;
	edit_done(e, json_array_set(p.list, p.at, sent));
	edit_end(e, ANSWER_SUCCESS, "Class '%s' updated", name);
}

void edit_class_del(struct edit *e)
{
	const char *name = edit_text(e, e->args, "name");
	struct edit_place p;

	if (name == NULL || !find(e, name, &p))
		return;
	json_array_remove(p.list, p.at);
	edit_end(e, ANSWER_SUCCESS, "Class '%s' deleted", name);
}
